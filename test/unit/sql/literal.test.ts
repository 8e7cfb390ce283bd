// Literals: from spelling to value.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { introducerOf, literalValue } from '../../../src/sql/literal.ts';
import { defaultMode, type LexMode, withSqlMode } from '../../../src/sql/mode.ts';
import { normalize } from '../../../src/sql/normalize/normalize.ts';
import {
  S,
  type SlotKind,
  slotCount,
  slotEnd,
  slotKind,
  slotStart,
} from '../../../src/sql/normalize/slot.ts';

const mode = defaultMode();

function value(sql: string, kind: SlotKind, lexMode: LexMode = mode): string {
  return literalValue(`x ${sql} y`, 2, 2 + sql.length, kind, lexMode).value;
}

test.each([
  ['7', S.integer, '7'],
  ['-7', S.integer, '-7'],
  ['- 1.50', S.decimal, '-1.50'],
  ['+1e3', S.float, '1e3'],
  ["'a''b'", S.string, "a'b"],
  ['"a""b\'c"', S.string, 'a"b\'c'],
  ["'a\\0\\b\\n\\r\\t\\Z\\\\\\'\\\"\\x\\%\\_'", S.string, 'a\0\b\n\r\t\x1a\\\'"x\\%\\_'],
  ["'a' /* x */ \"b\"\n'c'", S.string, 'abc'],
  ["_utf8mb4 'x'", S.string, 'x'],
  ["_latin1 x'4142'", S.hex, 'AB'],
  ["n'x''y'", S.nString, "x'y"],
  ["x'4a4B'", S.hex, 'JK'],
  ['0x0b1', S.hex, '\0\xb1'],
  ["b'0100000101000010'", S.bit, 'AB'],
  ['0b101', S.bit, '\x05'],
  ["x''", S.hex, ''],
  ["b''", S.bit, ''],
  ["DATE '2024-01-01'", S.temporal, '2024-01-01'],
  ['NULL', S.null, ''],
  ['?', S.param, ''],
])('%s', (sql, kind, expected) => {
  expect(value(sql, kind)).toBe(expected);
});

test('the sign is not part of the spelling', () => {
  expect(literalValue('- 5', 0, 3, S.integer, mode)).toEqual({
    kind: 'integer',
    negative: true,
    sql: '5',
    value: '-5',
  });
});

test('without escapes a backslash is a character', () => {
  expect(value("'a\\n\\'", S.string, withSqlMode(mode, 'NO_BACKSLASH_ESCAPES'))).toBe('a\\n\\');
});

test('a string without a character is NULL under EMPTY_STRING_IS_NULL', () => {
  const empty = withSqlMode(mode, 'EMPTY_STRING_IS_NULL');
  const kind = (sql: string): string => literalValue(sql, 0, sql.length, S.string, empty).kind;
  expect(["''", '""', "N''", "_latin1''", "'' ''"].map(kind)).toEqual(Array(5).fill('null'));
  expect(["' '", "_utf8mb4 x''", "'' 'a'"].map(kind)).toEqual(Array(3).fill('string'));
  expect(literalValue("''", 0, 2, S.string, mode).kind).toBe('string');
});

test('introducerOf', () => {
  expect(["_LATIN1'x'", "N'x'", "'x'", '7'].map(introducerOf)).toEqual(['latin1', 'utf8mb3', null, null]);
});

test('any string survives being quoted', () => {
  const text = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
  fc.assert(
    fc.property(text, fc.boolean(), fc.constantFrom("'", '"'), (string, escapes, quote) => {
      const plain = withSqlMode(mode, escapes ? '' : 'NO_BACKSLASH_ESCAPES');
      const doubled = (escapes ? string.replaceAll('\\', '\\\\') : string).replaceAll(quote, quote + quote);
      const sql = `SELECT a FROM t WHERE b=${quote}${doubled}${quote}`;
      const normalized = normalize(sql, plain);
      expect([slotCount(normalized), slotKind(normalized, 0)]).toEqual([1, S.string]);
      const bind = literalValue(sql, slotStart(normalized, 0), slotEnd(normalized, 0), S.string, plain);
      expect(bind.value).toBe(string);
    }),
  );
});
