// Row views and column definitions: cells read back from text and binary rows, hostile rows refused.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SqlError } from '../../../src/errors/sql-error.ts';
import { BinaryRow, encodeBinaryRow } from '../../../src/value/binary-row.ts';
import { collationById, collationByName } from '../../../src/value/collations.ts';
import {
  decodeColumnDefinition,
  encodeColumnDefinition,
  withSchema,
} from '../../../src/value/column-codec.ts';
import { type ColumnDefinition, ColumnFlag, FieldType } from '../../../src/value/column-definition.ts';
import { encodeTextRow, TextRow } from '../../../src/value/text-row.ts';

function column(type: number, flags = 0, decimals = 0): ColumnDefinition {
  return {
    schema: 'shop_0',
    table: 'ü',
    orgTable: 'users',
    name: 'COUNT( * )',
    orgName: '',
    collation: 63,
    length: 4294967295,
    type,
    flags,
    decimals,
  };
}

describe('column definitions', () => {
  test('read back', () => {
    expect(decodeColumnDefinition(encodeColumnDefinition(column(8, 33, 31)))).toEqual(column(8, 33, 31));
  });

  test('trap 15: get another schema, all else stays', () => {
    const payload = Buffer.concat([encodeColumnDefinition(column(8)), Buffer.from([3, 97, 98, 99])]);
    const renamed = withSchema(payload, Buffer.from('shop'));
    expect(decodeColumnDefinition(renamed)).toEqual({ ...column(8), schema: 'shop' });
    expect(renamed.subarray(-4)).toEqual(payload.subarray(-4));
    const expression = encodeColumnDefinition({ ...column(8), schema: '' });
    expect(withSchema(expression, Buffer.from('shop'))).toBe(expression);
  });
});

function sameCell(left: Buffer | null, right: Buffer | null): boolean {
  return left === null || right === null ? left === right : left.equals(right);
}

describe('text rows', () => {
  test('read back', () => {
    const sizes = fc.oneof(fc.nat(20), fc.constantFrom(250, 251, 252, 65535, 65536));
    const cells = fc.array(fc.option(sizes.map((size) => Buffer.alloc(size, 'z'))), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(cells, (row) => {
        const view = new TextRow(row.length);
        view.load(encodeTextRow(row));
        // Not toEqual: it walks 64 KiB cells byte by byte.
        expect(row.every((cell, i) => sameCell(cell, view.slice(i)))).toBe(true);
      }),
    );
  });

  test('numbers are exact', () => {
    const view = new TextRow(2);
    view.load(encodeTextRow([Buffer.from('-9007199254740993'), Buffer.from('1.5')]));
    expect(view.integer(0)).toBe(-9007199254740993n);
    expect(view.double(1)).toBe(1.5);
    expect(() => view.integer(1)).toThrowError(SqlError);
  });

  test.each([
    ['short', [1]],
    ['left over', [1, 65, 0]],
    ['0xff', [0xff]],
    ['a length of 2^63', [0xfe, 0, 0, 0, 0, 0, 0, 0, 0x80]],
    ['empty', []],
  ])('refuse a row that is %s', (_, bytes) => {
    expect(() => new TextRow(1).load(Buffer.from(bytes))).toThrowError(
      expect.objectContaining({ errno: 1835 }),
    );
  });
});

describe('binary rows', () => {
  const columns = [
    column(FieldType.tiny, ColumnFlag.unsigned),
    column(FieldType.short),
    column(FieldType.int24),
    column(FieldType.longLong),
    column(FieldType.longLong, ColumnFlag.unsigned),
    column(FieldType.double),
    column(FieldType.newDecimal),
    column(FieldType.varString),
    column(FieldType.date),
    column(FieldType.dateTime, 0, 3),
    column(FieldType.timestamp),
    column(FieldType.time, 0, 6),
    column(FieldType.year),
    column(FieldType.json),
  ];
  const cells = [
    '200',
    '-300',
    '-8388608',
    '-9223372036854775808',
    '18446744073709551615',
    '-0.25',
    '12345678901234567890.12',
    'text',
    '2024-02-29',
    '2024-02-29 23:59:59.120',
    '0000-00-00 00:00:00',
    '-838:59:59.000001',
    '2155',
    '{"a": 1}',
  ];

  test('text form and back', () => {
    const row = new BinaryRow(columns);
    row.load(
      encodeBinaryRow(
        columns,
        cells.map((cell) => Buffer.from(cell)),
      ),
    );
    expect(columns.map((_, i) => row.text(i))).toEqual(cells);
    expect(row.integer(4)).toBe(18446744073709551615n);
    expect(row.double(5)).toBe(-0.25);
  });

  test('minus zero keeps its sign', () => {
    const row = new BinaryRow([column(FieldType.double)]);
    row.load(encodeBinaryRow([column(FieldType.double)], [Buffer.from('-0')]));
    expect(row.text(0)).toBe('-0');
  });

  test('NULLs anywhere', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 14, maxLength: 14 }), (nulls) => {
        const given = cells.map((cell, i) => (nulls[i] === true ? null : Buffer.from(cell)));
        const row = new BinaryRow(columns);
        row.load(encodeBinaryRow(columns, given));
        expect(columns.map((_, i) => row.text(i))).toEqual(given.map((cell) => cell?.toString() ?? null));
      }),
    );
  });

  test('random bytes throw nothing but SqlError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        const row = new BinaryRow(columns);
        try {
          row.load(Buffer.concat([Buffer.of(0), bytes]));
          columns.map((_, i) => row.text(i));
        } catch (error) {
          expect(error).toBeInstanceOf(SqlError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

test('collations by id and by name', () => {
  expect(collationById(45)).toEqual({ id: 45, name: 'utf8mb4_general_ci', charset: 'utf8mb4' });
  expect(collationById(255)?.name).toBe('utf8mb4_0900_ai_ci');
  expect(collationById(63)).toEqual({ id: 63, name: 'binary', charset: 'binary' });
  expect(collationById(2308)?.name).toBe('utf8mb4_uca1400_nopad_ai_ci');
  expect(collationById(3271)?.name).toBe('utf32_uca1400_croatian_nopad_as_cs');
  expect(collationById(2216)).toBeNull();
  expect(collationByName('utf8_general_ci')?.id).toBe(33);
});
