// Error 1064, worded as the server words it.
import { SqlError } from '../errors/sql-error.ts';
import { decodeText } from './lexer/charsets.ts';
import type { LexMode, SqlText } from './mode.ts';

/** MySQL quotes so much of the rest of the statement; MariaDB marks a cut with three dots, which count. */
const nearBytesMax = 80;

/**
 * The syntax error that a server would give for the token at `offset` (a byte offset; the text's length when the
 * text ends too soon).
 */
export function syntaxError(text: SqlText, offset: number, mode: LexMode): SqlError {
  const server = mode.flavour === 'mariadb' ? 'MariaDB' : 'MySQL';
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  const message =
    `You have an error in your SQL syntax; check the manual that corresponds to your ${server} server version ` +
    `for the right syntax to use near '${nearText(text, offset, mode)}' at line ${line}`;
  return new SqlError(1064, '42000', message);
}

function nearText(text: SqlText, offset: number, mode: LexMode): string {
  const rest = text.slice(offset, offset + nearBytesMax + 1);
  const nul = rest.indexOf('\0');
  const shown = nul < 0 ? rest : rest.slice(0, nul);
  if (shown.length <= nearBytesMax) return decodeText(shown, mode.charset);
  const dots = mode.flavour === 'mariadb' ? '...' : '';
  return decodeText(wholeCharacters(shown, nearBytesMax - dots.length, mode.charset), mode.charset) + dots;
}

/** At most `bytesMax` bytes, no UTF-8 character cut in two. */
function wholeCharacters(bytes: SqlText, bytesMax: number, charset: string): SqlText {
  let end = bytesMax;
  if (!charset.startsWith('utf8')) return bytes.slice(0, end);
  // A byte 10xxxxxx at the cut goes on with the character in front.
  while (end > 0 && (bytes.charCodeAt(end) & 0xc0) === 0x80) end -= 1;
  return bytes.slice(0, end);
}
