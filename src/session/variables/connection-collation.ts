// collation_connection as far as the session knows it without asking a server.
import type { LexMode } from '../../sql/mode.ts';
import { collationByName } from '../../value/collations.ts';
import { defaultCollation } from '../../value/default-collation.ts';
import type { Settings } from './settings.ts';

/** Lower case, `utf8mb3_` spelled out; null: a server's setting or an expression decides it. */
export function connectionCollation(settings: Settings, mode: LexMode): string | null {
  const own = settings.get('collation_connection');
  if (own !== null) return named(own);
  const charset = settings.get('character_set_connection');
  if (charset !== null) return ofCharset(charset, mode);
  const names = settings.get('names');
  if (names === null) return null;
  const [set = '', collation] = names.split(/ collate /i);
  return collation === undefined ? ofCharset(set, mode) : named(collation);
}

function named(sql: string): string | null {
  return collationByName(bare(sql))?.name ?? null;
}

function ofCharset(sql: string, mode: LexMode): string | null {
  const charset = bare(sql);
  return defaultCollation(charset === 'utf8' ? 'utf8mb3' : charset, mode);
}

/** `'latin1'` and `latin1` alike; expressions keep signs that no name has. */
function bare(sql: string): string {
  return sql
    .trim()
    .replace(/^'(.*)'$/, '$1')
    .toLowerCase();
}
