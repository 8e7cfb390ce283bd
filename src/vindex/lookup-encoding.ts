// How an owner's values and keyspace ids are spelled in the rows of a lookup table.

import { bytesOf } from './key-bytes.ts';
import { md5 } from './kinds/digest.ts';
import { hashUint64 } from './kinds/hash.ts';
import { nullKeyDes } from './kinds/null-key-des.ts';
import { mapLoosely } from './kinds/unicode-loose.ts';
import { parseUint64, readBigEndian, uint64Text } from './uint64.ts';
import type { KeyspaceId, LookupVindex, VindexValue } from './vindex.ts';

/** The owner's value as the lookup table's `from` column holds it; null: it has no such spelling (no UTF-8). */
export function lookupFrom(vindex: LookupVindex, value: VindexValue): VindexValue | null {
  if (vindex.fromEncoding === 'plain' || value.kind === 'null') return value;
  const mapping = mapLoosely([value], md5);
  const bytes = mapping.kind === 'id' ? readBigEndian(mapping.id.slice(0, 8)) : null;
  return bytes === null ? null : { kind: 'integer', text: uint64Text(bytes) };
}

/** A keyspace id as the `to` column holds it; null: only ids of eight bytes can be numbers. */
export function lookupTo(vindex: LookupVindex, id: KeyspaceId): VindexValue | null {
  if (vindex.toEncoding === 'keyspaceId') {
    return { kind: 'bytes', text: Buffer.from(id).toString('latin1') };
  }
  const block = readBigEndian(id);
  return block === null ? null : { kind: 'integer', text: uint64Text(nullKeyDes(block)) };
}

/** The keyspace id of a `to` cell as a server prints it; null when it is none. */
export function lookupId(vindex: LookupVindex, text: string): KeyspaceId | null {
  if (vindex.toEncoding === 'keyspaceId') return text === '' ? null : bytesOf(text);
  const number = parseUint64(text);
  return number === null ? null : hashUint64(number);
}
