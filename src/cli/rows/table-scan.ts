// All rows of a table on one shard, batch by batch in the order of its key: for commands that look at every row.

import { valueLiteral } from '../../engine/lookup/lookup-text.ts';
import { quoteIdentifier } from '../../text/quote.ts';
import { storedVindexValue } from '../../vindex/routable.ts';
import type { RoutingColumn } from '../../vindex/routing-key.ts';
import type { VindexValue } from '../../vindex/vindex.ts';
import type { ShardSession } from './shard-session.ts';

export const rowsPerBatch = 1000;

/**
 * Values of `columns` of all rows. `key`: a unique key without NULLs, by which the scan goes on where it was: other traffic is
 * not held up, and rows that come and go meanwhile may be seen or not. Without a key all rows are read at once.
 */
export async function* scanTable(
  session: ShardSession,
  table: string,
  columns: readonly RoutingColumn[],
  key: readonly RoutingColumn[] | null,
): AsyncGenerator<readonly (readonly VindexValue[])[]> {
  const all = [...columns, ...(key ?? [])];
  const list = all.map((column) => quoteIdentifier(column.name)).join(', ');
  const from = `SELECT ${list} FROM ${quoteIdentifier(table)}`;
  if (key === null) {
    const rows = await session.rows(from);
    yield rows.map((cells) => valuesOf(columns, cells));
    return;
  }
  const order = key.map((column) => quoteIdentifier(column.name)).join(', ');
  let behind = '';
  for (;;) {
    const rows = await session.rows(`${from}${behind} ORDER BY ${order} LIMIT ${rowsPerBatch}`);
    yield rows.map((cells) => valuesOf(columns, cells));
    const last = rows.at(-1);
    if (last === undefined || rows.length < rowsPerBatch) return;
    behind = ` WHERE ${isBehind(key, valuesOf(key, last.slice(columns.length)))}`;
  }
}

function valuesOf(
  columns: readonly RoutingColumn[],
  cells: readonly (string | null)[],
): readonly VindexValue[] {
  return columns.map((column, i) => storedVindexValue(cells[i] ?? null, column));
}

/** `(a, b) > (1, 2)`, in a form that every server answers by the index. */
function isBehind(key: readonly RoutingColumn[], values: readonly VindexValue[]): string {
  const parts = key.map((_column, at) => {
    const terms = key.slice(0, at + 1).map((column, i) => {
      const value = values[i] ?? { kind: 'null' };
      return `${quoteIdentifier(column.name)} ${i === at ? '>' : '='} ${valueLiteral(value, column)}`;
    });
    return `(${terms.join(' AND ')})`;
  });
  return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(' OR ')})`;
}
