// Block comments: which of them are code, and where they end.
import type { LexMode, SqlText } from '../mode.ts';

const bang = 0x21;

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

/** Whether an executable comment begins at `at` (where a slash and a star stand). `/*M!` is one on MariaDB only. */
export function isExecutableComment(text: SqlText, at: number, mode: LexMode): boolean {
  const third = text.charCodeAt(at + 2);
  return third === bang || (mode.flavour === 'mariadb' && third === 0x4d && text.charCodeAt(at + 3) === bang);
}

/**
 * Where the code of the executable comment at `at` begins, or -1 when the server would skip the comment.
 *
 * The version is five digits, or six: MariaDB takes a sixth digit whenever there is one; MySQL from 8.0.34 on takes
 * it only when white space follows, so that `/*!100000x` is version 10000 with the code `0x`; before, never.
 * Fewer than five digits are code. MariaDB skips MySQL's 5.7 to 9.99 (50700 .. 99999) unless the comment says `M!`.
 */
export function executableBodyStart(text: SqlText, at: number, mode: LexMode): number {
  const own = text.charCodeAt(at + 2) !== bang;
  const digits = at + (own ? 4 : 3);
  for (let i = 0; i < 5; i += 1) if (!isDigit(text.charCodeAt(digits + i))) return digits;
  let length = 5;
  if (isDigit(text.charCodeAt(digits + 5))) {
    if (mode.flavour === 'mariadb') length = 6;
    else if (mode.version >= 80034 && isSpace(text.charCodeAt(digits + 6))) length = 6;
  }
  let version = 0;
  for (let i = digits; i < digits + length; i += 1) version = version * 10 + text.charCodeAt(i) - 0x30;
  const foreign = mode.flavour === 'mariadb' && !own && version >= 50700 && version <= 99999;
  return version <= mode.version && !foreign ? digits + length : -1;
}

/**
 * The offset after the comment whose contents begin at `from`, or -1 when it never ends.
 * Skipped executable comments may hold plain comments one level deep (`nested`), plain comments none.
 */
export function commentEnd(text: SqlText, from: number, nested: boolean): number {
  let end = text.indexOf('*/', from);
  if (!nested) return end < 0 ? -1 : end + 2;
  let open = text.indexOf('/*', from);
  while (end >= 0 && open >= 0 && open < end) {
    const innerEnd = text.indexOf('*/', open + 2);
    if (innerEnd < 0) return -1;
    end = text.indexOf('*/', innerEnd + 2);
    open = text.indexOf('/*', innerEnd + 2);
  }
  return end < 0 ? -1 : end + 2;
}

/** Whether the block comment at `at` is a directive: slash, star, `vt+`. */
export function isDirective(text: SqlText, at: number): boolean {
  return text.startsWith('vt+', at + 2);
}

/** Whether the block comment at `at` is an optimizer hint: slash, star, plus. */
export function isHint(text: SqlText, at: number): boolean {
  return text.charCodeAt(at + 2) === 0x2b;
}
