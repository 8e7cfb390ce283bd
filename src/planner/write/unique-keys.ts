// Which unique keys of a table hold over all shards.
import { looseKey } from '../../vschema/constraints.ts';
import type { Key, Table } from '../../vschema/model.ts';

/**
 * A unique key that lacks a sharding column holds only per shard: two shards may each have a row with one value of it. So do
 * keys over a prefix, and keys whose collation equates values that hash apart.
 */
export function shardLocalKey(table: Table): Key | null {
  return looseKey(table)?.key ?? null;
}
