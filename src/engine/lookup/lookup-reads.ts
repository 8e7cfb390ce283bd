// Keyspace ids of values, asked of lookup tables before the shards of a statement are known.
import type { LookupDestination } from '../../plan/nodes.ts';
import type { ValueRef } from '../../text/template.ts';
import { present } from '../../util/assert.ts';
import { lookupFrom, lookupId } from '../../vindex/lookup-encoding.ts';
import type { LookupTable } from '../../vindex/routing-key.ts';
import { type Shard, type ShardMap, shardNamed } from '../../vindex/shard-map.ts';
import type { KeyspaceId, LookupVindex, VindexValue } from '../../vindex/vindex.ts';
import { untilCancelled } from '../cancel.ts';
import type { Execution } from '../contract.ts';
import { itemRefs, shardsOfMapping, vindexValues } from '../destination.ts';
import { shardMapOf } from '../resolve.ts';
import { readRows } from '../small-rows.ts';
import type { LookupAnswers } from './lookup-answers.ts';
import { allRows, anyTuple, tableName } from './lookup-text.ts';
import { rowsAlone } from './lookup-unit.ts';

/** Tuples asked for in one statement. */
const tuplesPerQuery = 500;
/** Tuples of a table that does not own the lookup, which are asked for one by one; beyond them all shards are as good. */
const foreignTuplesMax = 16;

/**
 * Asks for all values the plan's destinations need, once for those that are equal. What a lookup table does not know is nowhere (no row of its owner has the
 * value; those of another table may be anywhere, as they outlive the owner's); what cannot be asked for is not narrowed at all.
 */
export async function resolveLookups(
  execution: Execution,
  groups: readonly (readonly LookupDestination[])[],
): Promise<LookupAnswers> {
  const answers = new Map<LookupDestination, readonly KeyspaceId[] | null>();
  const asked = groups.map(async (equal) => {
    const [first] = equal;
    const ids = first === undefined ? null : await idsOfDestination(execution, first);
    for (const destination of equal) answers.set(destination, ids);
  });
  await Promise.all(asked);
  return { idsOf: (destination) => answers.get(destination) ?? null };
}

async function idsOfDestination(
  execution: Execution,
  destination: LookupDestination,
): Promise<readonly KeyspaceId[] | null> {
  const { key } = destination;
  const { vindex, lookup } = key;
  if (vindex.kind !== 'lookup' || lookup === undefined || vindex.writeOnly) return null;
  const tuples: (readonly VindexValue[])[] = [];
  for (const refs of tuplesOf(destination, execution)) {
    const values = vindexValues(key, refs, { binds: execution.binds, charset: execution.literalCharset });
    if (values === null || values.some((value) => value.kind === 'null')) return null;
    tuples.push(values);
  }
  return vindex.owner === key.table
    ? readLookup(execution, vindex, lookup, tuples)
    : readAllOrNone(execution, vindex, lookup, tuples);
}

/** Ids of all tuples; null when one has none. */
async function readAllOrNone(
  execution: Execution,
  vindex: LookupVindex,
  lookup: LookupTable,
  tuples: readonly (readonly VindexValue[])[],
): Promise<readonly KeyspaceId[] | null> {
  if (tuples.length > foreignTuplesMax) return null;
  const found = await Promise.all(tuples.map((tuple) => readLookup(execution, vindex, lookup, [tuple])));
  return found.every((ids) => ids !== null && ids.length > 0) ? found.flatMap((ids) => ids ?? []) : null;
}

function tuplesOf(destination: LookupDestination, execution: Execution): Iterable<readonly ValueRef[]> {
  if (destination.kind === 'equal') return [destination.values];
  const { listSlot } = destination;
  return listSlot === null ? destination.tuples : itemRefs(listSlot, execution.binds);
}

/** null when a value has no spelling in the lookup table. */
async function readLookup(
  execution: Execution,
  vindex: LookupVindex,
  lookup: LookupTable,
  tuples: readonly (readonly VindexValue[])[],
): Promise<readonly KeyspaceId[] | null> {
  const map = shardMapOf(execution, lookup.keyspace);
  const byShard = new Map<Shard, (readonly VindexValue[])[]>();
  for (const tuple of tuples) {
    const from = fromTuple(vindex, tuple);
    if (from === null) return null;
    for (const shard of lookupShards(lookup, map, from)) {
      const group = byShard.get(shard);
      if (group === undefined) byShard.set(shard, [from]);
      else group.push(from);
    }
  }
  const reads = [...byShard].flatMap(([shard, all]) =>
    chunks(all, tuplesPerQuery).map((chunk) => idsOn(execution, shard, vindex, lookup, chunk)),
  );
  return (await Promise.all(reads)).flat();
}

/** The owner's values as the lookup table spells them. */
export function fromTuple(
  vindex: LookupVindex,
  tuple: readonly VindexValue[],
): readonly VindexValue[] | null {
  const from: VindexValue[] = [];
  for (const value of tuple) {
    const spelled = lookupFrom(vindex, value);
    if (spelled === null) return null;
    from.push(spelled);
  }
  return from;
}

/** Shards of the lookup table's keyspace that may hold rows with these `from` values (or a prefix of them). */
export function lookupShards(
  lookup: LookupTable,
  map: ShardMap,
  from: readonly VindexValue[],
): readonly Shard[] {
  const { rows } = lookup;
  if (rows.kind === 'oneShard') return [present(shardNamed(map, rows.shard), `shard ${rows.shard}`)];
  const values = rows.columns.map((column) => from[column]);
  const known = values.filter((value) => value !== undefined);
  const { vindex, exact } = rows.key;
  if (!exact || known.length < values.length || vindex.kind !== 'functional') return map.shards;
  return shardsOfMapping(vindex.map(known), map, vindex);
}

/** Where the lookup row of these values is kept: its table's primary vindex names one shard. null: it names none. */
export function lookupHome(lookup: LookupTable, map: ShardMap, from: readonly VindexValue[]): Shard | null {
  const { rows } = lookup;
  if (rows.kind === 'oneShard') return shardNamed(map, rows.shard);
  const { vindex } = rows.key;
  const values = rows.columns.map((column) => present(from[column], 'a value per column'));
  const shards = vindex.kind === 'functional' ? shardsOfMapping(vindex.map(values), map, vindex) : [];
  return shards.length === 1 ? (shards[0] ?? null) : null;
}

async function idsOn(
  execution: Execution,
  shard: Shard,
  vindex: LookupVindex,
  lookup: LookupTable,
  tuples: readonly (readonly VindexValue[])[],
): Promise<readonly KeyspaceId[]> {
  const { scope, signal, plan, observer } = execution;
  const sql =
    `SELECT ${toColumn(lookup)} FROM ${tableName(shard, lookup.table)} ` +
    `WHERE ${anyTuple(lookup.from, tuples)} ${allRows}${lockText(vindex, plan.locks && scope.inTransaction)}`;
  if (vindex.autocommit && scope.inTransaction) {
    const { rows } = await untilCancelled(rowsAlone(execution, shard, sql), signal);
    return rows.flatMap(([to]) => idOfCell(vindex, to ?? null));
  }
  const use = { writes: plan.locks };
  const lease = scope.tryAcquire(shard.id, use) ?? (await scope.acquire(shard.id, { ...use, signal }));
  observer.shardQuery(shard.id, sql);
  let ended = false;
  try {
    const { rows } = await untilCancelled(readRows(lease.connection, sql), signal);
    ended = true;
    return rows.flatMap(([to]) => idOfCell(vindex, to ?? null));
  } catch (error) {
    ended = lease.connection.pending === 0;
    throw error;
  } finally {
    lease.done(!ended || !lease.connection.alive);
  }
}

function toColumn(lookup: LookupTable): string {
  return `\`${lookup.to.name.replaceAll('`', '``')}\``;
}

export function idOfCell(vindex: LookupVindex, to: string | null): readonly KeyspaceId[] {
  const id = to === null ? null : lookupId(vindex, to);
  return id === null ? [] : [id];
}

/**
 * Rows that a write depends on stay as they are until it is done. Not those of a vindex that commits by itself: its own
 * session would wait for the lock.
 */
export function lockText(vindex: LookupVindex, wanted: boolean): string {
  if (!wanted || vindex.autocommit || vindex.readLock === 'none') return '';
  return vindex.readLock === 'exclusive' ? ' FOR UPDATE' : ' LOCK IN SHARE MODE';
}

export function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const parts: (readonly T[])[] = [];
  for (let at = 0; at < items.length; at += size) parts.push(items.slice(at, at + size));
  return parts;
}
