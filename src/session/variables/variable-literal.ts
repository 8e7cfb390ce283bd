// A user variable's text where it decides rows: a literal in the connection's character set and collation.
import type { LexMode, SqlText } from '../../sql/mode.ts';
import type { Settings } from './settings.ts';

const introducer = '_utf8mb4 ';

/**
 * `sql` is the literal kept of the value. An introducer's literal has its character set's first collation, which agrees with
 * no other literal when the connection has another one: `@x = 'a'` would be an illegal mix. Beside a column the column's
 * collation counts, unless the connection's is binary.
 */
export function variableLiteral(sql: SqlText, settings: Settings, mode: LexMode): SqlText {
  if (!sql.startsWith(introducer)) return sql;
  const [charset = 'utf8mb4', named = null] = (settings.get('names') ?? 'utf8mb4').split(' COLLATE ');
  const collation = settings.get('collation_connection') ?? named;
  const bytes = Buffer.from(sql.slice(introducer.length + 2, -1), 'hex');
  const isAscii = bytes.every((byte) => byte < 0x80);
  if (!isAscii && charset !== 'utf8mb4') return sql;
  const text = bytes.toString('latin1').replaceAll("'", "''");
  const literal = `'${mode.noBackslashEscapes ? text : text.replaceAll('\\', '\\\\')}'`;
  return collation?.endsWith('_bin') === true ? `${literal} COLLATE ${collation}` : literal;
}
