// Where a literal or quoted name ends: the scanners behind the lexer, without state.
import type { LexMode, SqlText } from './mode.ts';
import { syntaxError } from './syntax-error.ts';
import { T, type TokenKind } from './token.ts';

const backslash = 0x5c;
const backtick = 0x60;
const dot = 0x2e;
const largestUnsigned = '18446744073709551615';

export interface Scanned {
  readonly kind: TokenKind;
  readonly end: number;
}

/** The end of the string whose quote stands at `at`: doubled quotes and, by mode, escapes belong to it. */
export function scanQuoted(text: SqlText, at: number, mode: LexMode): number {
  const quote = text.charCodeAt(at);
  const length = text.length;
  const escapes = !mode.noBackslashEscapes;
  let i = at + 1;
  while (i < length) {
    const code = text.charCodeAt(i);
    if (code === quote) {
      if (i + 1 === length || text.charCodeAt(i + 1) !== quote) return i + 1;
      i += 2;
    } else if (code === backslash && escapes) i += 2;
    else i += 1;
  }
  throw syntaxError(text, at, mode);
}

/** The end of the quoted name at `at`: only the doubled quote is special. */
export function scanQuotedName(text: SqlText, at: number, mode: LexMode): number {
  const quote = text.charCodeAt(at) === backtick ? '`' : '"';
  let i = text.indexOf(quote, at + 1);
  while (i >= 0) {
    if (text.charCodeAt(i + 1) !== quote.charCodeAt(0)) return i + 1;
    i = text.indexOf(quote, i + 2);
  }
  throw syntaxError(text, at, mode);
}

/** `x'..'`, `b'..'`, `N'..'` at `at`. An odd number of hex digits, or other digits, is an error. */
export function scanPrefixed(text: SqlText, at: number, mode: LexMode): Scanned {
  const prefix = text.charCodeAt(at) | 0x20;
  if (prefix === 0x6e) return { kind: T.nString, end: scanQuoted(text, at + 1, mode) };
  const hex = prefix === 0x78;
  let i = at + 2;
  while (hex ? isHexDigit(text.charCodeAt(i)) : isBinaryDigit(text.charCodeAt(i))) i += 1;
  const odd = hex && ((i - at) & 1) === 1;
  if (text.charCodeAt(i) !== 0x27 || odd) throw syntaxError(text, at, mode);
  return { kind: hex ? T.hex : T.bit, end: i + 1 };
}

/**
 * The number at `at` (a digit, or a dot with a digit behind it). Null when the digits begin a word (`1abc`, `0xfg`,
 * `0X1f`); kind null when it is neither (`1.5ex`).
 */
export function scanNumber(
  text: SqlText,
  at: number,
  words: Uint8Array,
): { kind: TokenKind | null; end: number } | null {
  let i = at;
  if (text.charCodeAt(at) === 0x30) {
    const based = scanBased(text, at, words);
    if (based !== null) return based;
    const second = text.charCodeAt(at + 1);
    if (second === 0x78 || second === 0x62) return null;
  }
  while (isDigit(text.charCodeAt(i))) i += 1;
  const code = text.charCodeAt(i);
  if (i > at && words[code] === 1) {
    const end = (code | 0x20) === 0x65 ? exponentEnd(text, i) : -1;
    return end < 0 ? null : { kind: T.float, end };
  }
  if (code !== dot) return { kind: integerKind(text, at, i), end: i };
  i += 1;
  while (isDigit(text.charCodeAt(i))) i += 1;
  if ((text.charCodeAt(i) | 0x20) !== 0x65) return { kind: T.decimal, end: i };
  const end = exponentEnd(text, i);
  return end < 0 ? { kind: null, end: i } : { kind: T.float, end };
}

/** `0x1f` and `0b01`; the letter must be lower case, and no other byte of a word may follow. */
function scanBased(text: SqlText, at: number, words: Uint8Array): Scanned | null {
  const letter = text.charCodeAt(at + 1);
  if (letter !== 0x78 && letter !== 0x62) return null;
  let i = at + 2;
  while (letter === 0x78 ? isHexDigit(text.charCodeAt(i)) : isBinaryDigit(text.charCodeAt(i))) i += 1;
  if (i === at + 2 || words[text.charCodeAt(i)] === 1) return null;
  return { kind: letter === 0x78 ? T.hex : T.bit, end: i };
}

/** The end of the exponent whose `e` stands at `at`, or -1. */
function exponentEnd(text: SqlText, at: number): number {
  let i = at + 1;
  const sign = text.charCodeAt(i);
  if (sign === 0x2b || sign === 0x2d) i += 1;
  if (!isDigit(text.charCodeAt(i))) return -1;
  while (isDigit(text.charCodeAt(i))) i += 1;
  return i;
}

function integerKind(text: SqlText, start: number, end: number): TokenKind {
  let from = start;
  while (from < end - 1 && text.charCodeAt(from) === 0x30) from += 1;
  const digits = end - from;
  if (digits < 20) return T.integer;
  return digits === 20 && text.slice(from, end) <= largestUnsigned ? T.integer : T.decimal;
}

/**
 * The end of `$tag$ ... $tag$` at `at`, or 0 when this is no dollar-quoted string (then `$` begins a word).
 * MySQL has them since 8.1.
 */
export function scanDollarQuoted(text: SqlText, at: number, mode: LexMode): number {
  if (mode.flavour !== 'mysql' || mode.version < 80100) return 0;
  let i = at + 1;
  while (isTagByte(text.charCodeAt(i))) i += 1;
  if (text.charCodeAt(i) !== 0x24) return 0;
  const tag = text.slice(at, i + 1);
  const close = text.indexOf(tag, i + 1);
  if (close < 0) throw syntaxError(text, at, mode);
  return close + tag.length;
}

function isTagByte(code: number): boolean {
  const letter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
  return letter || isDigit(code) || code === 0x5f || code >= 0x80;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isBinaryDigit(code: number): boolean {
  return code === 0x30 || code === 0x31;
}

function isHexDigit(code: number): boolean {
  return isDigit(code) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66);
}
