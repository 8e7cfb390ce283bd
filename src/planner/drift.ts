// Tables whose columns are not the same on all shards: what several shards would answer could not be put together rightly.
import { shardgateError } from '../errors/catalog.ts';
import type { SqlError } from '../errors/sql-error.ts';
import type { Table } from '../vschema/model.ts';
import type { TableSource } from './bind/model.ts';

/** The refusal of the first source that needs columns which differ; null when all are alike. One shard answers for itself. */
export function driftRefusal(sources: readonly TableSource[]): SqlError | null {
  for (const { table, used, star } of sources) {
    const { drift } = table;
    if (drift === null) continue;
    if ((star && drift.lists) || drift.columns.some((column) => used.has(column)))
      return refusal(table, drift.why);
  }
  return null;
}

/** For values without column names: they go by position. Throws. */
export function checkSameLists(table: Table): void {
  if (table.drift?.lists === true) throw refusal(table, table.drift.why);
}

function refusal(table: Table, why: string): SqlError {
  return shardgateError('SG2028', { table: table.name, why });
}
