// Where a literal or quoted name ends: the scanners behind the lexer, without state. All return -1 for "nowhere".
import type { LexMode, SqlText } from '../mode.ts';
import { T, type TokenKind } from './token.ts';

const backslash = 0x5c;
const backtick = 0x60;
const dot = 0x2e;
const largestUnsigned = '18446744073709551615';

/** Strings longer than this are searched at memory speed instead of byte by byte. */
const shortStringBytes = 64;

/** A text and its bytes, at least two zero bytes behind them. */
export interface ScannedText {
  readonly text: SqlText;
  readonly bytes: Uint8Array;
  readonly length: number;
}

/**
 * The end of the string whose quote stands at `at`: doubled quotes and, with `escapes`, escaped ones belong to it.
 * -1 when it never ends.
 */
export function scanQuoted(source: ScannedText, at: number, escapes: boolean): number {
  const { bytes, length } = source;
  const quote = bytes[at];
  const near = Math.min(length, at + shortStringBytes);
  let i = at + 1;
  while (i < near) {
    const code = bytes[i];
    if (code === quote) {
      if (bytes[i + 1] !== quote) return i + 1;
      i += 2;
    } else if (code === backslash && escapes) i += 2;
    else i += 1;
  }
  return i < length ? scanLongQuoted(source.text, i, quote === 0x27 ? "'" : '"', escapes) : -1;
}

/** The rest of a string from `from` on. Linear: escapes are looked for only up to the next quote. */
function scanLongQuoted(text: SqlText, from: number, quote: string, escapes: boolean): number {
  let i = from;
  let close = text.indexOf(quote, i);
  while (close >= 0) {
    const escapeAt = escapes ? text.slice(i, close).indexOf('\\') : -1;
    if (escapeAt >= 0) i += escapeAt + 2;
    else if (text.charAt(close + 1) === quote) i = close + 2;
    else return close + 1;
    if (close < i) close = text.indexOf(quote, i);
  }
  return -1;
}

/** The end of the quoted name at `at`: only the doubled quote is special. */
export function scanQuotedName(text: SqlText, at: number): number {
  const quote = text.charCodeAt(at) === backtick ? '`' : '"';
  let i = text.indexOf(quote, at + 1);
  while (i >= 0) {
    if (text.charAt(i + 1) !== quote) return i + 1;
    i = text.indexOf(quote, i + 2);
  }
  return -1;
}

/** The end of `x'..'` or `b'..'` at `at`; -1 for other digits inside or an odd number of hex digits. */
export function scanPrefixed(bytes: Uint8Array, at: number): number {
  const hex = ((bytes[at] as number) | 0x20) === 0x78;
  let i = at + 2;
  while (hex ? isHexDigit(bytes[i] as number) : isBinaryDigit(bytes[i] as number)) i += 1;
  const odd = hex && ((i - at) & 1) === 1;
  return bytes[i] !== 0x27 || odd ? -1 : i + 1;
}

/** A number's kind and end; `T.end` as kind when it is none (`1.5ex`). */
export interface ScannedNumber {
  readonly kind: TokenKind;
  readonly end: number;
}

/** The number at `at` (a digit, or a dot and a digit); null when it begins a word: `1abc`, `0xfg`, `0X1f`. */
export function scanNumber(source: ScannedText, at: number, words: Uint8Array): ScannedNumber | null {
  const { bytes } = source;
  let i = at;
  if (bytes[at] === 0x30) {
    const based = scanBased(bytes, at, words);
    if (based !== null) return based;
    const second = bytes[at + 1];
    if (second === 0x78 || second === 0x62) return null;
  }
  while (isDigit(bytes[i] as number)) i += 1;
  const code = bytes[i] as number;
  if (i > at && words[code] === 1) {
    const end = (code | 0x20) === 0x65 ? exponentEnd(bytes, i) : -1;
    return end < 0 ? null : { kind: T.float, end };
  }
  if (code !== dot) return { kind: integerKind(source.text, at, i), end: i };
  i += 1;
  while (isDigit(bytes[i] as number)) i += 1;
  if (((bytes[i] as number) | 0x20) !== 0x65) return { kind: T.decimal, end: i };
  const end = exponentEnd(bytes, i);
  return end < 0 ? { kind: T.end, end: i } : { kind: T.float, end };
}

/** `0x1f` and `0b01`; the letter must be lower case, and no other byte of a word may follow. */
function scanBased(bytes: Uint8Array, at: number, words: Uint8Array): ScannedNumber | null {
  const letter = bytes[at + 1];
  if (letter !== 0x78 && letter !== 0x62) return null;
  let i = at + 2;
  while (letter === 0x78 ? isHexDigit(bytes[i] as number) : isBinaryDigit(bytes[i] as number)) i += 1;
  if (i === at + 2 || words[bytes[i] as number] === 1) return null;
  return { kind: letter === 0x78 ? T.hex : T.bit, end: i };
}

/** The end of the exponent whose `e` stands at `at`, or -1. */
function exponentEnd(bytes: Uint8Array, at: number): number {
  let i = at + 1;
  const sign = bytes[i];
  if (sign === 0x2b || sign === 0x2d) i += 1;
  if (!isDigit(bytes[i] as number)) return -1;
  while (isDigit(bytes[i] as number)) i += 1;
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
 * The end of `$tag$ ... $tag$` at `at`; 0 when this is no dollar-quoted string (then `$` begins a word), -1 when it
 * never ends. MySQL has them since 8.1.
 */
export function scanDollarQuoted(text: SqlText, at: number, mode: LexMode): number {
  if (mode.flavour !== 'mysql' || mode.version < 80100) return 0;
  let i = at + 1;
  while (isTagByte(text.charCodeAt(i))) i += 1;
  if (text.charCodeAt(i) !== 0x24) return 0;
  const tag = text.slice(at, i + 1);
  const close = text.indexOf(tag, i + 1);
  return close < 0 ? -1 : close + tag.length;
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
