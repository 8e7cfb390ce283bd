// Which unique keys of a table hold over all shards.
import type { Key, Table } from '../../vschema/model.ts';
import { lower } from '../bind/columns-of.ts';

/**
 * A unique key that lacks a sharding column holds only per shard: two shards may each have a row with one value of it. A
 * unique lookup vindex on its first column keeps it unique everywhere.
 */
export function shardLocalKey(table: Table): Key | null {
  const [primary] = table.columnVindexes;
  if (table.kind !== 'sharded' || primary === undefined) return null;
  return table.keys.find((key) => key.unique && !holdsEverywhere(table, key)) ?? null;
}

function holdsEverywhere(table: Table, key: Key): boolean {
  const columns = new Set(key.columns.map(lower));
  return table.columnVindexes.some((one, index) => {
    if (index > 0 && !(one.vindex.kind === 'lookup' && one.vindex.unique)) return false;
    return one.columns.every((column) => columns.has(lower(column.name)));
  });
}
