// Names as they are spelled in a text, decoded to Unicode.
import { decodeText } from '../lexer/charsets.ts';
import { T } from '../lexer/token.ts';
import { escaped } from '../literal.ts';
import type { LexMode, SqlText } from '../mode.ts';

/** The content of a quoted name whose closing quote is doubled inside. */
function unquote(text: SqlText, start: number, end: number): string {
  const quote = text.charAt(start);
  const inner = text.slice(start + 1, end - 1);
  return inner.includes(quote) ? inner.split(quote + quote).join(quote) : inner;
}

/** The name that a word or a quoted identifier at `text[start, end)` means; `kind` is its token's. */
export function identifierName(
  text: SqlText,
  start: number,
  end: number,
  kind: number,
  mode: LexMode,
): string {
  return decodeText(
    kind === T.quotedIdentifier ? unquote(text, start, end) : text.slice(start, end),
    mode.charset,
  );
}

/** The name of a user variable token: `@x`, `` @`x` ``, `@'x'`, `@"x"`. */
export function userVariableName(text: SqlText, start: number, end: number, mode: LexMode): string {
  const quote = text.charAt(start + 1);
  if (quote === "'" || (quote === '"' && !mode.ansiQuotes)) return stringName(text, start + 1, end, mode);
  const quoted = quote === '`' || quote === '"';
  return identifierName(text, start + 1, end, quoted ? T.quotedIdentifier : T.word, mode);
}

/** The name that a string at `text[start, end)` stands for: an alias, a collation, a character set. */
export function stringName(text: SqlText, start: number, end: number, mode: LexMode): string {
  const inner = unquote(text, start, end);
  if (mode.noBackslashEscapes || !inner.includes('\\')) return decodeText(inner, mode.charset);
  let name = '';
  for (let at = 0; at < inner.length; at += 1) {
    const char = inner.charAt(at);
    if (char !== '\\') {
      name += char;
      continue;
    }
    at += 1;
    name += escaped(inner.charAt(at));
  }
  return decodeText(name, mode.charset);
}
