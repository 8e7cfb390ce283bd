// Rows that share a lookup row: the same values and the same keyspace id. It goes with the last of them.

import { quoteIdentifier } from '../../text/quote.ts';
import { mergesValues } from '../../vindex/merges-values.ts';
import { storedVindexValue } from '../../vindex/routable.ts';
import type { RoutingKey } from '../../vindex/routing-key.ts';
import { shardOf } from '../../vindex/shard-map.ts';
import { shardMapOf } from '../resolve.ts';
import { rowIds } from '../write/row-ids.ts';
import type { WriteUnit } from '../write/unit.ts';
import { utf8Rows } from '../write/unit-scope.ts';
import type { LookupEntry, LookupOwner } from './lookup-entry.ts';
import { allRows, tableName, tupleEquals } from './lookup-text.ts';

/**
 * Another row of the owner implies the entry's lookup row; what is read stays as it is until the unit ends. Where one id has
 * one value of the sharding columns, only rows with that value are looked at.
 */
export async function hasTwin(
  unit: WriteUnit,
  owner: LookupOwner,
  lookup: RoutingKey,
  { values, primary, id }: LookupEntry,
): Promise<boolean> {
  const { key, keyspace, table } = owner;
  const shard = shardOf(shardMapOf(unit.execution, keyspace), id);
  const merges = mergesValues(key.vindex);
  const where = merges ? '' : ` AND ${tupleEquals(key.columns, primary)}`;
  const names = key.columns.map((column) => quoteIdentifier(column.name)).join(', ');
  // Texts that a collation takes for equal may have ids of their own.
  const distinct = key.columns.some((column) => column.family === 'text') ? '' : 'DISTINCT ';
  const sql =
    `SELECT ${distinct}${names} FROM ${tableName(shard, table)} ` +
    `WHERE ${tupleEquals(lookup.columns, values)}${where} ${allRows} LOCK IN SHARE MODE`;
  const { rows } = await utf8Rows(unit, shard, sql);
  const found = rows.map((cells) => ({
    primary: key.columns.map((column, at) => storedVindexValue(cells[at] ?? null, column)),
  }));
  const ids = await rowIds(unit, table, key, found);
  return ids.some((one) => Buffer.compare(one, id) === 0);
}

/** How many rows of the owner have these values and this keyspace id. What is read stays as it is until the unit ends. */
export async function ownerRows(
  unit: WriteUnit,
  { key, keyspace, table }: LookupOwner,
  lookup: RoutingKey,
  { values, id }: Pick<LookupEntry, 'values' | 'id'>,
): Promise<number> {
  const shard = shardOf(shardMapOf(unit.execution, keyspace), id);
  const names = key.columns.map((column) => quoteIdentifier(column.name)).join(', ');
  const sql =
    `SELECT ${names} FROM ${tableName(shard, table)} ` +
    `WHERE ${tupleEquals(lookup.columns, values)} ${allRows} LOCK IN SHARE MODE`;
  const { rows } = await utf8Rows(unit, shard, sql);
  const found = rows.map((cells) => ({
    primary: key.columns.map((column, at) => storedVindexValue(cells[at] ?? null, column)),
  }));
  const ids = await rowIds(unit, table, key, found);
  return ids.filter((one) => Buffer.compare(one, id) === 0).length;
}
