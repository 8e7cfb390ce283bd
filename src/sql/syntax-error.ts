// Error 1064, worded as the server words it.
import { SqlError } from '../errors/sql-error.ts';
import type { LexMode, SqlText } from './mode.ts';

/** The syntax error that a server would give for the token at `offset` (a byte offset; the text's end when it ends too soon). */
export function syntaxError(text: SqlText, offset: number, mode: LexMode): SqlError {
  const server = mode.flavour === 'mariadb' ? 'MariaDB' : 'MySQL';
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  const near = Buffer.from(text.slice(offset, offset + 80), 'latin1').toString('utf8');
  return new SqlError(
    1064,
    '42000',
    `You have an error in your SQL syntax; check the manual that corresponds to your ${server} server version for the right syntax to use near '${near}' at line ${line}`,
  );
}
