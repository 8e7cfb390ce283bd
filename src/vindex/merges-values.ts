// Whether different values of the sharding columns may have one keyspace id.
import type { Vindex } from './vindex.ts';

/** Hashes of a whole value: equal ids of different values are an accident that nobody will see. */
const wholeHashes: ReadonlySet<string> = new Set(['xxhash', 'binary_md5']);

/** Intervals, regions, truncated hashes and loose texts have one id for many values, and who knows what a lookup table says. */
export function mergesValues(vindex: Vindex | undefined): boolean {
  if (vindex?.kind !== 'functional') return true;
  return vindex.reverseMap === null && !wholeHashes.has(vindex.type);
}
