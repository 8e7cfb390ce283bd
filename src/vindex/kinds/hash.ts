// Kind `hash`: integers through DES with a zero key, as Vitess numbers keyspaces since its beginnings.
import { functionalVindex, type VindexKind } from '../definition.ts';
import { bigEndian, negate, parseUint64, readBigEndian, type Uint64, uint64Text } from '../uint64.ts';
import type { KeyspaceId, Mapping, VindexValue } from '../vindex.ts';
import { nullKeyDes } from './null-key-des.ts';

const none: Mapping = { kind: 'none' };
const two63 = 0x8000_0000;

export const hashKind: VindexKind = {
  type: 'hash',
  params: [],
  create: (name) => functionalVindex({ name, type: 'hash', accepts: ['integer', 'bytes'], map, reverseMap }),
};

/** Eight bytes of an unsigned integer through the permutation. */
export function hashUint64(value: Uint64): KeyspaceId {
  const permuted = nullKeyDes(value);
  return bigEndian(permuted.high, permuted.low);
}

function map(values: readonly VindexValue[]): Mapping {
  const value = values[0];
  if (value === undefined || values.length > 1) return none;
  if (value.kind !== 'integer' && value.kind !== 'bytes') return none;
  const number = parseSigned(value);
  return number === null ? none : { kind: 'id', id: hashUint64(number) };
}

/** Integers may be negative (two's complement, as a signed column holds them); text may not. */
function parseSigned(value: { readonly kind: 'integer' | 'bytes'; readonly text: string }): Uint64 | null {
  if (value.kind === 'bytes' || value.text.charCodeAt(0) !== 45) return parseUint64(value.text);
  const magnitude = parseUint64(value.text.slice(1));
  if (magnitude === null) return null;
  const { high, low } = magnitude;
  if (high > two63 || (high === two63 && low > 0)) return null;
  return negate(magnitude);
}

function reverseMap(id: KeyspaceId): string {
  const block = readBigEndian(id);
  if (block === null) throw new RangeError(`hash: a keyspace id has 8 bytes, not ${id.length}`);
  return uint64Text(nullKeyDes(block));
}
