// Keyspace ids of values, tuple by tuple, asked inside the unit that depends on them.

import { quoteIdentifier } from '../../text/quote.ts';
import { present } from '../../util/assert.ts';
import type { RoutingKey } from '../../vindex/routing-key.ts';
import type { KeyspaceId, VindexValue } from '../../vindex/vindex.ts';
import { shardMapOf } from '../resolve.ts';
import { settleAll, type WriteUnit } from '../write/unit.ts';
import { fromTuple, idOfCell, lockText, lookupShards } from './lookup-reads.ts';
import { allRows, tableName, tupleEquals } from './lookup-text.ts';
import { unitOf } from './lookup-unit.ts';

/** Ids by tuple; none for tuples with a NULL. `key` is a lookup key with its table. Rows found stay locked, unless the vindex commits by itself. */
export function idsOfTuples(
  unit: WriteUnit,
  key: RoutingKey,
  tuples: readonly (readonly VindexValue[])[],
): Promise<readonly (readonly KeyspaceId[])[]> {
  const known = new Map<string, Promise<readonly KeyspaceId[]>>();
  return settleAll(
    tuples.map((tuple) => {
      const text = JSON.stringify(tuple);
      const asked = known.get(text) ?? idsOfTuple(unit, key, tuple);
      known.set(text, asked);
      return asked;
    }),
  );
}

async function idsOfTuple(
  unit: WriteUnit,
  key: RoutingKey,
  tuple: readonly VindexValue[],
): Promise<readonly KeyspaceId[]> {
  const { vindex } = key;
  const lookup = present(key.lookup, `lookup table of ${vindex.name}`);
  if (vindex.kind !== 'lookup' || tuple.some((value) => value.kind === 'null')) return [];
  const from = fromTuple(vindex, tuple);
  if (from === null) return [];
  const shards = lookupShards(lookup, shardMapOf(unit.execution, lookup.keyspace), from);
  const lookups = unitOf(unit, vindex.autocommit);
  const found = await settleAll(
    shards.map((shard) =>
      lookups.rows(
        shard,
        `SELECT ${quoteIdentifier(lookup.to.name)} FROM ${tableName(shard, lookup.table)} ` +
          `WHERE ${tupleEquals(lookup.from, from)} ${allRows}${lockText(vindex, true)}`,
      ),
    ),
  );
  return found.flatMap(({ rows }) => rows.flatMap(([to]) => idOfCell(vindex, to ?? null)));
}
