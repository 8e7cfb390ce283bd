// The table of every error Shardgate words itself; a page of the README is generated from it.
import { SqlError } from './sql-error.ts';

interface CatalogEntry {
  readonly errno: number;
  readonly sqlState: string;
  /** What happened, with `{placeholders}`; one clause, no full stop. */
  readonly what: string;
  readonly why: string;
  /** What the reader can do about it. */
  readonly remedy: string;
}

/** Ids: 1xxx protocol, login, limits; 2xxx SQL and planner; 3xxx vindex, vschema; 4xxx backends, engine; 5xxx sessions, transactions; 6xxx writes. */
export const catalog = {
  SG2001: {
    errno: 1235,
    sqlState: '42000',
    what: '{construct} is not supported here',
    why: '{why}',
    remedy: '{remedy}',
  },
} as const satisfies Record<string, CatalogEntry>;

export type CatalogId = keyof typeof catalog;

/** A Shardgate error: `SG####: what: why; what to do`, placeholders filled from `values`. */
export function shardgateError(id: CatalogId, values: Readonly<Record<string, string | number>> = {}): SqlError {
  const entry: CatalogEntry = catalog[id];
  const text = `${id}: ${entry.what}: ${entry.why}; ${entry.remedy}`;
  const filled = text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  return new SqlError(entry.errno, entry.sqlState, filled, id);
}
