// Rows of other tables that are found by a lookup vindex: they are on the shard it names, also when its owner's row is gone.
import { shardgateError } from '../../errors/catalog.ts';
import type { SqlError } from '../../errors/sql-error.ts';
import type { LookupUser, RoutingKey } from '../../vindex/routing-key.ts';
import { type Shard, shardOf } from '../../vindex/shard-map.ts';
import { shardMapOf } from '../resolve.ts';
import { settleAll, type WriteUnit } from '../write/unit.ts';
import type { LookupEntry } from './lookup-entry.ts';
import { anyTuple, tableName, tupleEquals } from './lookup-text.ts';

const tuplesPerRead = 500;

export type UsedBy = Pick<LookupEntry, 'values' | 'id'>;

/** A table with rows that have the entry's values on the shard of its id; null: none has. Locks what it reads. */
export async function userOf(
  unit: WriteUnit,
  keyspace: string,
  lookup: RoutingKey,
  { values, id }: UsedBy,
): Promise<LookupUser | null> {
  const shard = shardOf(shardMapOf(unit.execution, keyspace), id);
  for (const user of lookup.lookup?.users ?? []) {
    if (await hasRows(unit, shard, user, tupleEquals(user.columns, values))) return user;
  }
  return null;
}

/** Those of the entries that rows of other tables use. As few reads as there are shards where none does. */
export async function usedEntries<T extends UsedBy>(
  unit: WriteUnit,
  keyspace: string,
  lookup: RoutingKey,
  entries: readonly T[],
): Promise<readonly T[]> {
  const users = lookup.lookup?.users ?? [];
  if (users.length === 0) return [];
  const map = shardMapOf(unit.execution, keyspace);
  const groups = new Map<Shard, T[]>();
  for (const entry of entries) {
    const shard = shardOf(map, entry.id);
    groups.set(shard, [...(groups.get(shard) ?? []), entry]);
  }
  const found = await settleAll(
    [...groups].map(async ([shard, members]) => {
      for (let at = 0; at < members.length; at += tuplesPerRead) {
        const tuples = members.slice(at, at + tuplesPerRead).map(({ values }) => values);
        for (const user of users)
          if (await hasRows(unit, shard, user, anyTuple(user.columns, tuples))) return members;
      }
      return [];
    }),
  );
  const used: T[] = [];
  for (const entry of found.flat()) {
    if ((await userOf(unit, keyspace, lookup, entry)) !== null) used.push(entry);
  }
  return used;
}

async function hasRows(unit: WriteUnit, shard: Shard, user: LookupUser, where: string): Promise<boolean> {
  const sql = `SELECT 1 FROM ${tableName(shard, user.table)} WHERE ${where} LIMIT 1 LOCK IN SHARE MODE`;
  const { rows } = await unit.rows(shard, sql);
  return rows.length > 0;
}

/** The vindex cannot lead to a row and to those that were placed by it at once. */
export function stranded(table: string, lookup: RoutingKey, user: LookupUser): SqlError {
  const columns = lookup.columns.map(({ name }) => name).join(', ');
  return shardgateError('SG6048', { table, columns, vindex: lookup.vindex.name, user: user.table });
}
