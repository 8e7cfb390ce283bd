// Kind `binary`: a value's bytes are its keyspace id, of any length; order and prefixes survive.
import { functionalVindex, type VindexKind } from '../definition.ts';
import { bytesOf, fullRange, prefixRange } from '../key-bytes.ts';
import type { KeyRange, KeyspaceId, Mapping, RangeBound, VindexValue } from '../vindex.ts';
import { hashableKinds, valueBytes } from './value-bytes.ts';

export const binaryKind: VindexKind = {
  type: 'binary',
  params: [],
  create: (name) =>
    functionalVindex({
      name,
      type: 'binary',
      cost: 0,
      nullable: true,
      accepts: hashableKinds,
      map,
      rangeMap,
      prefixMap,
      reverseMap,
    }),
};

function map(values: readonly VindexValue[]): Mapping {
  const value = values[0];
  if (value === undefined || values.length > 1) return { kind: 'none' };
  return { kind: 'id', id: valueBytes(value) };
}

/** Only strings and canonical dates order as their bytes do: of numbers every shard may hold some. */
function rangeMap(low: RangeBound | null, high: RangeBound | null): readonly KeyRange[] {
  if (!ordersAsBytes(low) || !ordersAsBytes(high)) return [fullRange];
  const start = low === null ? fullRange.start : afterOrAt(low.value.text, !low.inclusive);
  const end = high === null ? fullRange.end : afterOrAt(high.value.text, high.inclusive);
  // No id lies below the empty one, and an empty end would mean "no end".
  if (high !== null && end.length === 0) return [];
  return [{ start, end }];
}

type TextBound = RangeBound & { readonly value: { readonly kind: 'bytes' | 'date' | 'datetime' } };

function ordersAsBytes(bound: RangeBound | null): bound is TextBound | null {
  const kind = bound?.value.kind;
  return bound === null || kind === 'bytes' || kind === 'date' || kind === 'datetime';
}

/** The id of a text, or the least id behind it: ids have any length, so that is one zero byte longer. */
function afterOrAt(text: string, after: boolean): Uint8Array {
  return bytesOf(after ? `${text}\0` : text);
}

function prefixMap(prefix: string): readonly KeyRange[] {
  return [prefixRange(bytesOf(prefix))];
}

function reverseMap(id: KeyspaceId): string {
  return Buffer.from(id).toString('latin1');
}
