// A literal's spelling decoded to its value.
import type { BindValue, LiteralKind } from '../value/bind-value.ts';
import { Lexer } from './lexer/lexer.ts';
import { T } from './lexer/token.ts';
import type { LexMode, SqlText } from './mode.ts';
import { S, type SlotKind } from './normalize/slot.ts';

const kindNames: Readonly<Record<SlotKind, LiteralKind>> = {
  [S.integer]: 'integer',
  [S.decimal]: 'decimal',
  [S.float]: 'float',
  [S.string]: 'string',
  [S.nString]: 'string',
  [S.hex]: 'hex',
  [S.bit]: 'bit',
  [S.temporal]: 'temporal',
  [S.list]: 'expression',
  [S.rows]: 'expression',
  [S.null]: 'null',
  [S.default]: 'default',
  [S.true]: 'true',
  [S.false]: 'false',
  [S.param]: 'expression',
};

/**
 * The value of the literal of kind `kind` at `text[start, end)`, a list member or cell with its sign included.
 * Strings come as the bytes the client wrote, escapes resolved and parts joined; they are in the connection's
 * charset, or in that of the introducer, which then stands at the front of `sql` (`introducerOf`). Nothing is
 * converted. A `?` is an 'expression': its value is the parameter's.
 */
export function literalValue(
  text: SqlText,
  start: number,
  end: number,
  kind: SlotKind,
  mode: LexMode,
): BindValue {
  const first = text.charCodeAt(start);
  const negative = first === 0x2d;
  let from = start;
  if (negative || first === 0x2b) {
    from += 1;
    while (isBlank(text.charCodeAt(from))) from += 1;
  }
  const sql = text.slice(from, end);
  // With an introducer a hex or bit literal is a string.
  const shown = text.charCodeAt(from) === 0x5f ? S.string : kind;
  const value = decode(sql, negative, shown, mode);
  const isNull = mode.emptyStringIsNull && value === '' && isEmptyString(sql, shown);
  return { kind: isNull ? 'null' : kindNames[shown], negative, sql, value };
}

/** Of a string without a character: `_utf8mb4 x''` keeps its place among strings, whatever the sql_mode says of `''`. */
function isEmptyString(sql: SqlText, kind: SlotKind): boolean {
  return (kind === S.string || kind === S.nString) && !/\W[xb]''$/i.test(sql);
}

function decode(sql: SqlText, negative: boolean, kind: SlotKind, mode: LexMode): string {
  switch (kind) {
    case S.integer:
    case S.decimal:
    case S.float:
      return negative ? `-${sql}` : sql;
    case S.string:
    case S.nString:
    case S.temporal:
      return stringValue(sql, mode);
    case S.hex:
      return hexValue(digitsOf(sql));
    case S.bit:
      return bitValue(digitsOf(sql));
    default:
      return '';
  }
}

const lexer = new Lexer();

/** The bytes of a string literal: introducer and keywords skipped, parts joined, escapes and doubled quotes resolved. */
export function stringValue(sql: SqlText, mode: LexMode): string {
  // Most strings are one part without anything to resolve.
  const quote = sql.charAt(0);
  if (quote === "'" || quote === '"') {
    const inner = sql.slice(1, -1);
    if (!inner.includes(quote) && !inner.includes('\\')) return inner;
  }
  lexer.reset(sql, mode);
  let value = '';
  for (let kind = lexer.next(); kind !== T.end; kind = lexer.next()) {
    if (kind === T.string) value += unquoted(sql, lexer.start, lexer.end, mode);
    else if (kind === T.nString) value += unquoted(sql, lexer.start + 1, lexer.end, mode);
    else if (kind === T.hex) value += hexValue(digitsOf(sql.slice(lexer.start, lexer.end)));
    else if (kind === T.bit) value += bitValue(digitsOf(sql.slice(lexer.start, lexer.end)));
  }
  lexer.release();
  return value;
}

/** One quoted part without its quotes, escapes resolved as MySQL's manual lists them (chapter "String Literals"). */
function unquoted(sql: SqlText, start: number, end: number, mode: LexMode): string {
  const quote = sql.charCodeAt(start);
  const inner = sql.slice(start + 1, end - 1);
  const escapes = !mode.noBackslashEscapes && inner.includes('\\');
  const quoteChar = quote === 0x27 ? "'" : '"';
  if (!escapes) return inner.includes(quoteChar) ? inner.replaceAll(quoteChar + quoteChar, quoteChar) : inner;
  let value = '';
  let copied = 0;
  for (let i = 0; i < inner.length; i += 1) {
    const code = inner.charCodeAt(i);
    if (code === quote) {
      value += inner.slice(copied, i);
      i += 1;
      copied = i;
    } else if (code === 0x5c) {
      value += inner.slice(copied, i) + escaped(inner.charAt(i + 1));
      i += 1;
      copied = i + 1;
    }
  }
  return value + inner.slice(copied);
}

/** What a backslash in front of `char` makes of it. */
export function escaped(char: string): string {
  switch (char) {
    case '0':
      return '\0';
    case 'b':
      return '\b';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'Z':
      return '\x1a';
    case '%':
    case '_':
      return `\\${char}`;
    default:
      return char;
  }
}

/** The digits of `0x1F`, `x'1F'`, `0b1`, `b'1'`. */
function digitsOf(sql: SqlText): string {
  return sql.endsWith("'") ? sql.slice(2, -1) : sql.slice(2);
}

/** Bytes of hex digits; an odd first digit is a byte of its own. */
function hexValue(digits: string): string {
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  return Buffer.from(even, 'hex').toString('latin1');
}

/** Bytes of binary digits, right-aligned. */
function bitValue(digits: string): string {
  let value = '';
  for (let end = digits.length; end > 0; end -= 8) {
    value = String.fromCharCode(Number.parseInt(digits.slice(Math.max(0, end - 8), end), 2)) + value;
  }
  return value;
}

/** The charset named by a literal's introducer (`utf8mb4` for `_utf8mb4'x'`, `utf8mb3` for `N'x'`), or null. */
export function introducerOf(sql: SqlText): string | null {
  const first = sql.charCodeAt(0);
  if ((first | 0x20) === 0x6e) return 'utf8mb3';
  if (first !== 0x5f) return null;
  let end = 1;
  while (isNameByte(sql.charCodeAt(end))) end += 1;
  return sql.slice(1, end).toLowerCase();
}

function isNameByte(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a);
}

function isBlank(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}
