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
import { decodeColumnDefinition } from '../../../src/value/column-codec.ts';

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
