// Server messages read back; hostile ones throw SqlError.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SqlError } from '../../../src/errors/sql-error.ts';
import {
  decodeFieldList,
  decodeLongData,
  decodeSetOption,
  decodeStatementId,
} from '../../../src/protocol/commands.ts';
import {
  decodeEof,
  decodeError,
  decodeOk,
  decodePrepareOk,
  encodeEof,
  encodeError,
  encodeOk,
  encodePrepareOk,
} from '../../../src/protocol/messages.ts';
import { decodeColumnDefinition, encodeColumnDefinition } from '../../../src/value/column-codec.ts';

test('an OK tells a client with SESSION_TRACK what changed', () => {
  const message = { affectedRows: 0n, lastInsertId: 0n, status: 2, warnings: 0, info: '' };
  const changes = [
    { kind: 'schema', name: 'main' },
    { kind: 'variable', name: 'autocommit', value: 'OFF' },
  ] as const;
  const bytes = encodeOk({ ...message, changes });
  expect(decodeOk(bytes).status).toBe(2 | 0x4000);
  // Info (empty), then the whole list, then each change: its type, its data, all with their lengths.
  const list = '\x01\x05\x04main\x00\x0f\x0aautocommit\x03OFF';
  expect(bytes.toString('latin1', 7)).toBe(`\x00${String.fromCharCode(list.length)}${list}`);
});

test('a column definition reads back with and without extended metadata', () => {
  const plain = {
    schema: 'shop',
    table: 'notes',
    orgTable: 'notes',
    name: 'doc',
    orgName: 'doc',
    collation: 46,
    length: 100,
    type: 252,
    flags: 16,
    decimals: 0,
  };
  const json = { ...plain, extended: '\u0001\u0004json' };
  expect(decodeColumnDefinition(encodeColumnDefinition(plain))).toEqual(plain);
  expect(decodeColumnDefinition(encodeColumnDefinition(plain, true))).toEqual(plain);
  expect(decodeColumnDefinition(encodeColumnDefinition(json, true))).toEqual(json);
  expect(decodeColumnDefinition(encodeColumnDefinition(json))).toEqual(plain);
  // Collation 1 and a text of twelve bytes: the two forms must not be taken for one another.
  for (const collation of [1, 256]) {
    const odd = { ...plain, collation, extended: '\u0000\u000aabcdefghij' };
    expect(decodeColumnDefinition(encodeColumnDefinition(odd, true))).toEqual(odd);
    expect(decodeColumnDefinition(encodeColumnDefinition({ ...plain, collation }))).toEqual({
      ...plain,
      collation,
    });
  }
});

const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });

test('OK reads back, numbers exact', () => {
  fc.assert(
    fc.property(
      u64,
      u64,
      fc.nat(65535),
      fc.nat(65535),
      fc.string({ maxLength: 300 }),
      (rows, id, status, warnings, info) => {
        const message = { affectedRows: rows, lastInsertId: id, status, warnings, info };
        expect(decodeOk(encodeOk(message))).toEqual(message);
      },
    ),
  );
});

test('EOF, ERR and prepare OK read back', () => {
  expect(decodeEof(encodeEof({ warnings: 3, status: 34 }))).toEqual({ warnings: 3, status: 34 });
  const message = { statementId: 9, columnCount: 2, paramCount: 1, warnings: 4 };
  expect(decodePrepareOk(encodePrepareOk(message))).toEqual(message);
  const error = decodeError(encodeError(new SqlError(1062, '23000', 'Duplicate entry')));
  expect([error.errno, error.sqlState, error.message]).toEqual([1062, '23000', 'Duplicate entry']);
  const early = decodeError(Buffer.from('\xff\x10\x04Too many connections', 'latin1'));
  expect([early.errno, early.sqlState, early.message]).toEqual([1040, 'HY000', 'Too many connections']);
});

test('commands read their fields', () => {
  expect(decodeFieldList(Buffer.from('\x04users\x00na%'))).toEqual({ table: 'users', wildcard: 'na%' });
  expect(decodeFieldList(Buffer.from('\x04users'))).toEqual({ table: 'users', wildcard: '' });
  expect(decodeLongData(Buffer.from([24, 1, 0, 0, 0, 2, 0, 65]))).toEqual({
    statementId: 1,
    paramIndex: 2,
    data: Buffer.from('A'),
  });
  expect(decodeSetOption(Buffer.of(27, 0, 0))).toBe(true);
});

test('random bytes throw nothing but SqlError', () => {
  const decoders = [
    decodeOk,
    decodeEof,
    decodeError,
    decodePrepareOk,
    decodeStatementId,
    decodeFieldList,
    decodeLongData,
    decodeSetOption,
    decodeColumnDefinition,
  ];
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      for (const decode of decoders) {
        try {
          decode(Buffer.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(SqlError);
        }
      }
    }),
    { numRuns: 2000 },
  );
});
