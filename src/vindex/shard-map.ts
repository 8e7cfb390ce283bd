// Shards of a keyspace and which of them hold a keyspace id.
import { present } from '../util/assert.ts';
import { errorAt, type Problem } from '../util/problem.ts';
import { compareBytes, fromHex, fullRange, shortestEnd, toHex } from './key-bytes.ts';
import type { KeyRange, KeyspaceId } from './vindex.ts';

export interface Shard {
  readonly keyspace: string;
  /** `-40`, `40-80`, `-`. */
  readonly name: string;
  /** `keyspace/name`: the key of pools and metrics. */
  readonly id: string;
  /** Position in `ShardMap.shards`. */
  readonly index: number;
  readonly range: KeyRange;
  /** Physical database name on the shard's servers. */
  readonly database: string;
}

/** The shards of one keyspace in key-range order; ranges cover the space without gap or overlap. */
export interface ShardMap {
  readonly keyspace: string;
  readonly shards: readonly Shard[];
}

/** Range of a shard name: `-40`, `40-80`, `c0-`; `-` and `0` are everything. Null when it is no shard name. */
export function parseShardName(name: string): KeyRange | null {
  if (name === '0' || name === '-') return fullRange;
  const dash = name.indexOf('-');
  if (dash < 0 || name.indexOf('-', dash + 1) >= 0) return null;
  const start = fromHex(name.slice(0, dash));
  const end = fromHex(name.slice(dash + 1));
  if (start === null || end === null) return null;
  if (end.length > 0 && compareBytes(start, end) >= 0) return null;
  return { start, end };
}

/** Orders shards by key range and proves that they cover the space; else every fault, at paths below `path`. */
export function createShardMap(
  keyspace: string,
  entries: readonly { readonly name: string; readonly database: string }[],
  path = `keyspaces.${keyspace}.shards`,
): { readonly map: ShardMap } | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const ranged: { name: string; database: string; range: KeyRange }[] = [];
  for (const { name, database } of entries) {
    const range = parseShardName(name);
    if (range === null) problems.push(errorAt(`${path}.${name}`, badName(name)));
    else ranged.push({ name, database, range });
  }
  ranged.sort((a, b) => compareBytes(a.range.start, b.range.start));
  if (problems.length === 0) problems.push(...coverProblems(ranged, path));
  if (problems.length > 0) return { problems };
  const shards = ranged.map(
    (shard, index): Shard => ({ keyspace, id: `${keyspace}/${shard.name}`, index, ...shard }),
  );
  return { map: { keyspace, shards } };
}

function badName(name: string): string {
  return `found shard name "${name}"; allowed: a range of hexadecimal bytes (-40, 40-80, 80-) with start below end, or "-"`;
}

function coverProblems(
  sorted: readonly { readonly name: string; readonly range: KeyRange }[],
  path: string,
): Problem[] {
  const first = sorted[0];
  if (first === undefined) return [errorAt(path, 'found no shard; a keyspace needs at least one')];
  const problems: Problem[] = [];
  if (first.range.start.length > 0) problems.push(errorAt(path, gap('', toHex(first.range.start))));
  let previous = first;
  for (const shard of sorted.slice(1)) {
    const { end } = previous.range;
    const order = end.length === 0 ? 1 : compareBytes(end, shard.range.start);
    if (order < 0) problems.push(errorAt(path, gap(toHex(end), toHex(shard.range.start))));
    if (order > 0) problems.push(errorAt(path, `shards "${previous.name}" and "${shard.name}" overlap`));
    // The shard that reaches further bounds the next gap.
    const reachesFurther =
      shard.range.end.length === 0 || (end.length > 0 && compareBytes(shard.range.end, end) > 0);
    if (reachesFurther) previous = shard;
  }
  const last = previous.range.end;
  if (last.length > 0) problems.push(errorAt(path, gap(toHex(last), '')));
  return problems;
}

function gap(start: string, end: string): string {
  return `no shard holds the key range ${start}-${end}; ranges must cover everything from the first id to the last`;
}

/** The shard that holds an id. Binary search over range starts: the cover was proven at creation. */
export function shardOf(map: ShardMap, id: KeyspaceId): Shard {
  const { shards } = map;
  let low = 0;
  let high = shards.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (compareBytes(present(shards[middle], 'shard index').range.start, id) <= 0) low = middle;
    else high = middle - 1;
  }
  return present(shards[low], 'a keyspace has a shard');
}

/**
 * Every shard that shares an id with one of the ranges, in key-range order, each once. `fixedLength`: all ids have one length,
 * at least that of the shards' bounds, so that none lies between a bound and the same bound with zero bytes behind it.
 */
export function shardsOf(map: ShardMap, ranges: readonly KeyRange[], fixedLength = false): readonly Shard[] {
  const wanted = fixedLength ? ranges.flatMap(shortened) : ranges;
  return map.shards.filter((shard) => wanted.some((range) => intersects(shard.range, range)));
}

/** The range with the shortest end that means the same for ids of one length; nothing when it ends at zero. */
function shortened({ start, end }: KeyRange): readonly KeyRange[] {
  if (end.length === 0) return [{ start, end }];
  const shortest = shortestEnd(end);
  return shortest.length === 0 ? [] : [{ start, end: shortest }];
}

function intersects(a: KeyRange, b: KeyRange): boolean {
  return startsBefore(a.start, b.end) && startsBefore(b.start, a.end);
}

function startsBefore(start: Uint8Array, end: Uint8Array): boolean {
  return end.length === 0 || compareBytes(start, end) < 0;
}

/** The shard named so, as `USE ks:-80` and the SHARD directive name it; null when there is none. */
export function shardNamed(map: ShardMap, name: string): Shard | null {
  return map.shards.find((shard) => shard.name === name) ?? null;
}
