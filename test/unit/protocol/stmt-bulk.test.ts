// COM_STMT_BULK_EXECUTE: values and markers row by row; hostile packets are errors.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SqlError } from '../../../src/errors/sql-error.ts';
import { decodeBulk } from '../../../src/protocol/stmt-bulk.ts';
import { ByteWriter } from '../../../src/value/byte-writer.ts';
import { FieldType } from '../../../src/value/column-definition.ts';

const context = { paramCount: 2, types: null, noBackslashEscapes: false };
const head = (flags = 0x80): ByteWriter => new ByteWriter().u8(250).u32(7).u16(flags);

function withTypes(): ByteWriter {
  return head().u8(FieldType.tiny).u8(0).u8(FieldType.varString).u8(0);
}

describe('rows', () => {
  test('hold values, NULL, DEFAULT and what is left as it is', () => {
    const payload = withTypes().u8(0).u8(5).u8(0).lenencText('a').u8(1).u8(2).u8(3).u8(1).finish();
    const { statementId, rows } = decodeBulk(payload, context);
    expect(statementId).toBe(7);
    expect(rows.map((row) => row.map((cell) => (typeof cell === 'string' ? cell : cell.sql)))).toEqual([
      ['5', "'a'"],
      ['NULL', 'default'],
      ['ignore', 'NULL'],
    ]);
  });

  test('use the types of an earlier execution when none are sent', () => {
    const types = Buffer.from([FieldType.tiny, 0, FieldType.tiny, 0]);
    const { rows } = decodeBulk(head(0).u8(0).u8(1).u8(0).u8(2).finish(), { ...context, types });
    expect(rows).toHaveLength(1);
  });
});

test.each([
  ['types were never sent', head(0).u8(1).u8(1).finish(), 1210],
  ['a row breaks off', withTypes().u8(0).u8(5).finish(), 1835],
  ['a row is to be left out', withTypes().u8(4).finish(), 1235],
])('refused: %s', (_why, payload, errno) => {
  expect(() => decodeBulk(payload, context)).toThrow(expect.objectContaining({ errno }));
});

test('any bytes decode or are a SqlError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      try {
        decodeBulk(Buffer.concat([withTypes().finish(), bytes]), context);
      } catch (error) {
        expect(error).toBeInstanceOf(SqlError);
      }
    }),
  );
});
