// Kind `xxhash`: XXH64 of a value's bytes; takes every type.
import { functionalVindex, type VindexKind } from '../definition.ts';
import type { Mapping, VindexValue } from '../vindex.ts';
import { xxh64 } from './digest.ts';
import { hashableKinds, valueBytes } from './value-bytes.ts';

export const xxhashKind: VindexKind = {
  type: 'xxhash',
  params: [],
  create: (name) => functionalVindex({ name, type: 'xxhash', nullable: true, accepts: hashableKinds, map }),
};

function map(values: readonly VindexValue[]): Mapping {
  const value = values[0];
  if (value === undefined || values.length > 1) return { kind: 'none' };
  return { kind: 'id', id: xxh64(valueBytes(value)) };
}
