// Traps 18 to 20: which literals route on which columns.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BindValue, LiteralKind } from '../../../src/value/bind-value.ts';
import { storedVindexValue, toInsertValue, toVindexValue } from '../../../src/vindex/routable.ts';
import type { RoutingColumn } from '../../../src/vindex/routing-key.ts';

function column(facts: Partial<RoutingColumn>): RoutingColumn {
  return {
    name: 'c',
    family: 'integer',
    dataType: null,
    unsigned: false,
    size: null,
    scale: null,
    collation: null,
    ...facts,
  };
}

const bigint = column({ dataType: 'bigint', size: 64 });
const tinyint = column({ dataType: 'tinyint', size: 8 });
const unsigned = column({ dataType: 'bigint', size: 64, unsigned: true });
const decimal = column({ family: 'decimal', dataType: 'decimal', size: 10, scale: 2 });
const varchar = column({ family: 'text', dataType: 'varchar', size: 5, collation: 'utf8mb4_0900_bin' });
const char = column({ family: 'text', dataType: 'char', size: 5, collation: 'utf8mb4_0900_bin' });
const latin1 = column({ family: 'text', dataType: 'varchar', size: 5, collation: 'latin1_nopad_bin' });
const utf8mb3 = column({ family: 'text', dataType: 'varchar', size: 5, collation: 'utf8mb3_nopad_bin' });
const binary = column({ family: 'binary', dataType: 'binary', size: 4 });
const varbinary = column({ family: 'binary', dataType: 'varbinary', size: 4 });
const date = column({ family: 'date', dataType: 'date' });
const datetime = column({ family: 'datetime', dataType: 'datetime', scale: 0 });
const millis = column({ family: 'datetime', dataType: 'datetime', scale: 3 });
const untyped = column({ family: null });

function literal(kind: LiteralKind, value: string, sql = value): BindValue {
  return { kind, value, sql: sql.replace(/^-/, ''), negative: value.startsWith('-') };
}

const string = (value: string): BindValue => ({
  kind: 'string',
  value: Buffer.from(value, 'utf8').toString('latin1'),
  sql: `'${value}'`,
  negative: false,
});

const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

describe('trap 18: predicates', () => {
  test.each([
    ['a literal', literal('integer', '7'), bigint, '7'],
    ['leading zeros', literal('integer', '007'), bigint, '7'],
    ['above 2^53', literal('integer', '9007199254740993'), bigint, '9007199254740993'],
    ['unsigned above 2^63', literal('integer', '18446744073709551615'), unsigned, '18446744073709551615'],
    ['the lowest', literal('integer', '-9223372036854775808'), bigint, '-9223372036854775808'],
    ['7.0', literal('decimal', '7.0'), bigint, '7'],
    ['-0.0', literal('decimal', '-0.0'), bigint, '0'],
    ["'7'", string('7'), bigint, '7'],
    ["'-7'", string('-7'), bigint, '-7'],
    ['TRUE', literal('true', ''), bigint, '1'],
  ])('an integer column takes %s', (_, value, target, text) => {
    expect(toVindexValue(value, target)).toEqual({ kind: 'integer', text });
  });

  test.each([
    ['7.5', literal('decimal', '7.5'), bigint],
    ['7e0', literal('float', '7e0'), bigint],
    ["x'37'", literal('hex', '7', "x'37'"), bigint],
    ["b'1'", literal('bit', '\x01', "b'1'"), bigint],
    ["' 7'", string(' 7'), bigint],
    ["'07'", string('07'), bigint],
    ["'7.0'", string('7.0'), bigint],
    ["'7abc'", string('7abc'), bigint],
    ["''", string(''), bigint],
    ['a full-width digit', string('７'), bigint],
    ['200 on TINYINT', literal('integer', '200'), tinyint],
    ['-1 on unsigned', literal('integer', '-1'), unsigned],
    ['2^63 on signed', literal('integer', '9223372036854775808'), bigint],
    ['2^64', literal('integer', '18446744073709551616'), unsigned],
    ['an expression', literal('expression', '', 'f(7)'), bigint],
    ['7 on text', literal('integer', '7'), varchar],
    ["x'61' on text", literal('hex', 'a', "x'61'"), varchar],
    ["-'abc' on text", { ...string('abc'), negative: true }, varchar],
    ["'1.5' on DECIMAL", string('1.5'), decimal],
    ['1.005 on DECIMAL(10,2)', literal('decimal', '1.005'), decimal],
    ['é on latin1', string('é'), latin1],
    ['an emoji on utf8mb3', string('😀'), utf8mb3],
    ["_latin1'é'", { ...string('é'), sql: "_latin1'é'" }, varchar],
    ['invalid UTF-8', { ...string(''), value: '\xff' }, varchar],
    ['an ENUM', string('a'), column({ family: 'enum', dataType: 'enum' })],
    ['a FLOAT', literal('integer', '7'), column({ family: 'float', dataType: 'float' })],
  ])('%s does not route', (_, value, target) => {
    expect(toVindexValue(value, target)).toBeNull();
  });

  test('text in another character set than UTF-8 routes only as ASCII', () => {
    expect(toVindexValue(string('abc'), varchar, 'other')).toEqual({ kind: 'bytes', text: 'abc' });
    expect(toVindexValue(string('é'), varchar, 'other')).toBeNull();
    expect(toVindexValue(string('é'), varchar, 'utf8')).toEqual({ kind: 'bytes', text: utf8('é') });
  });

  test('without a known type only canonical integers and plain strings route', () => {
    expect(toVindexValue(literal('integer', '7'), untyped)).toEqual({ kind: 'integer', text: '7' });
    expect(toVindexValue(string('7'), untyped)).toEqual({ kind: 'bytes', text: '7' });
    expect(toVindexValue(string('abc'), untyped)).toEqual({ kind: 'bytes', text: 'abc' });
    expect(toVindexValue(string('2024-01-31'), untyped)).toEqual({ kind: 'bytes', text: '2024-01-31' });
    for (const text of ['07', '7.0', ' 7', '7abc', '-07', '+7', '.5']) {
      expect(toVindexValue(string(text), untyped)).toBeNull();
    }
    expect(toVindexValue(literal('decimal', '7.0'), untyped)).toBeNull();
  });
});

describe('trap 18: inserts', () => {
  test.each([
    ['7 into text', literal('integer', '007'), varchar, { kind: 'bytes', text: '7' }],
    ["'a ' into VARCHAR", string('a '), varchar, { kind: 'bytes', text: 'a ' }],
    ['five characters', string('ééééé'), varchar, { kind: 'bytes', text: utf8('ééééé') }],
    ["'1.5' into DECIMAL", string('1.5'), decimal, { kind: 'decimal', text: '1.50' }],
    ['BINARY pads', string('ab'), binary, { kind: 'bytes', text: 'ab\0\0' }],
    ['VARBINARY does not', string('ab'), varbinary, { kind: 'bytes', text: 'ab' }],
    ["x'37' into VARBINARY", literal('hex', '7', "x'37'"), varbinary, { kind: 'bytes', text: '7' }],
    ['NULL', literal('null', ''), bigint, { kind: 'null' }],
  ])('%s', (_, value, target, expected) => {
    expect(toInsertValue(value, target)).toEqual(expected);
  });

  test.each([
    ["'a ' into CHAR, which strips it", string('a '), char],
    ['too long a text', string('abcdef'), varchar],
    ['too long a binary', string('abcde'), varbinary],
    ['7.5 into an integer, which rounds it', literal('decimal', '7.5'), bigint],
    ['300 into TINYINT, which clips it', literal('integer', '300'), tinyint],
    ['DEFAULT', literal('default', ''), bigint],
    ['a day with time into DATE', string('2024-01-31 00:00:00'), date],
  ])('the server is asked first about %s', (_, value, target) => {
    expect(toInsertValue(value, target)).toBeNull();
  });
});

describe('trap 20: dates', () => {
  test.each([
    [string('2024-01-31'), date, { kind: 'date', text: '2024-01-31' }],
    [literal('temporal', '2024-01-31', "DATE'2024-01-31'"), date, { kind: 'date', text: '2024-01-31' }],
    [string('2024-01-31 00:00:00'), date, { kind: 'date', text: '2024-01-31' }],
    [string('2024-01-31'), datetime, { kind: 'datetime', text: '2024-01-31 00:00:00' }],
    [string('2024-01-31 10:00:00.5'), millis, { kind: 'datetime', text: '2024-01-31 10:00:00.500' }],
    [string('2024-02-29'), date, { kind: 'date', text: '2024-02-29' }],
  ])('%j routes', (value, target, expected) => {
    expect(toVindexValue(value, target)).toEqual(expected);
  });

  test.each([
    [string('2023-12-31 23:59:59.9'), date],
    [string('2023-12-31 23:59:59.9'), datetime],
    [string('2024-1-31'), date],
    [string('2023-02-29'), date],
    [string('0000-00-00'), date],
    [string('20240131'), date],
    [literal('integer', '20240131'), date],
    [string('2024-01-31 10:00:00+02:00'), datetime],
    [string('2024-01-31 24:00:00'), datetime],
    [string('2024-01-31 10:00:00'), column({ family: 'timestamp', dataType: 'timestamp', scale: 0 })],
  ])('%j does not', (value, target) => {
    expect(toVindexValue(value, target)).toBeNull();
  });
});

test('an integer routes where its INSERT put it, in every spelling that routes', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (number) => {
      const text = String(number);
      const expected = { kind: 'integer', text };
      for (const value of [literal('integer', text), literal('decimal', `${text}.00`), string(text)]) {
        expect(toInsertValue(value, bigint)).toEqual(expected);
        expect(toVindexValue(value, bigint)).toEqual(expected);
      }
      expect(storedVindexValue(text, bigint)).toEqual(expected);
    }),
  );
});
