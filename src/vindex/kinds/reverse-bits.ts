// Kind `reverse_bits`: an unsigned integer with its bits in reverse, which spreads consecutive numbers.
import { functionalVindex, type VindexKind } from '../definition.ts';
import { bigEndian, parseUint64, readBigEndian, uint64Text } from '../uint64.ts';
import type { KeyspaceId, Mapping, VindexValue } from '../vindex.ts';

export const reverseBitsKind: VindexKind = {
  type: 'reverse_bits',
  params: [],
  create: (name) =>
    functionalVindex({ name, type: 'reverse_bits', accepts: ['integer', 'bytes'], map, reverseMap }),
};

function map(values: readonly VindexValue[]): Mapping {
  const value = values[0];
  if (values.length !== 1 || (value?.kind !== 'integer' && value?.kind !== 'bytes')) return { kind: 'none' };
  const number = parseUint64(value.text);
  if (number === null) return { kind: 'none' };
  return { kind: 'id', id: bigEndian(reverse32(number.low), reverse32(number.high)) };
}

function reverse32(word: number): number {
  let bits = word;
  bits = ((bits >>> 1) & 0x55555555) | ((bits & 0x55555555) << 1);
  bits = ((bits >>> 2) & 0x33333333) | ((bits & 0x33333333) << 2);
  bits = ((bits >>> 4) & 0x0f0f0f0f) | ((bits & 0x0f0f0f0f) << 4);
  bits = ((bits >>> 8) & 0x00ff00ff) | ((bits & 0x00ff00ff) << 8);
  return ((bits >>> 16) | (bits << 16)) >>> 0;
}

function reverseMap(id: KeyspaceId): string {
  const number = readBigEndian(id);
  if (number === null) throw new RangeError(`reverse_bits: a keyspace id has 8 bytes, not ${id.length}`);
  return uint64Text({ high: reverse32(number.low), low: reverse32(number.high) });
}
