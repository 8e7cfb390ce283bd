// Kind `numeric`: an unsigned integer is its own keyspace id, so ranges of values are ranges of ids.
import { functionalVindex, type VindexKind } from '../definition.ts';
import { fullRange, prefixEnd } from '../key-bytes.ts';
import { bigEndian, parseUint64, readBigEndian, uint64Text } from '../uint64.ts';
import type { KeyRange, KeyspaceId, Mapping, RangeBound, VindexValue } from '../vindex.ts';

export const numericKind: VindexKind = {
  type: 'numeric',
  params: [],
  create: (name) =>
    functionalVindex({
      name,
      type: 'numeric',
      idBytes: 8,
      cost: 0,
      accepts: ['integer', 'bytes'],
      map,
      rangeMap,
      reverseMap,
    }),
};

function map(values: readonly VindexValue[]): Mapping {
  const id = values.length === 1 ? numericId(values[0]) : null;
  return id === null ? { kind: 'none' } : { kind: 'id', id };
}

/** Big-endian bytes of an unsigned 64-bit integer given as digits; null for anything else. */
export function numericId(value: VindexValue | undefined): KeyspaceId | null {
  if (value?.kind !== 'integer' && value?.kind !== 'bytes') return null;
  const number = parseUint64(value.text);
  return number === null ? null : bigEndian(number.high, number.low);
}

/** Text bounds do not prune: a text column orders '10' before '9'. */
function rangeMap(low: RangeBound | null, high: RangeBound | null): readonly KeyRange[] {
  if (!isPrunable(low) || !isPrunable(high)) return [fullRange];
  let start = fullRange.start;
  // Negative numbers have no id: below every row, above none.
  if (low !== null && low.value.text.charCodeAt(0) !== 45) {
    const id = numericId(low.value);
    if (id === null) return [];
    start = low.inclusive ? id : prefixEnd(id);
    if (start.length === 0) return [];
  }
  if (high === null) return [{ start, end: fullRange.end }];
  if (high.value.text.charCodeAt(0) === 45) return [];
  const id = numericId(high.value);
  if (id === null) return [{ start, end: fullRange.end }];
  return [{ start, end: high.inclusive ? prefixEnd(id) : id }];
}

type IntegerBound = RangeBound & { readonly value: { readonly kind: 'integer' } };

function isPrunable(bound: RangeBound | null): bound is IntegerBound | null {
  return bound === null || bound.value.kind === 'integer';
}

function reverseMap(id: KeyspaceId): string {
  const number = readBigEndian(id);
  if (number === null) throw new RangeError(`numeric: a keyspace id has 8 bytes, not ${id.length}`);
  return uint64Text(number);
}
