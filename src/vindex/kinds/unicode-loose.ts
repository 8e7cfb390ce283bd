// Kinds `unicode_loose_md5` and `unicode_loose_xxhash`: text by its primary collation weights, so case and accents do not matter.
import { isUtf8 } from 'node:buffer';
import { functionalVindex, type VindexKind } from '../definition.ts';
import type { Mapping, VindexValue } from '../vindex.ts';
import { md5, xxh64 } from './digest.ts';
import { primaryWeights } from './unicode/unicode-weights.ts';
import { hashableKinds, valueText } from './value-bytes.ts';

function looseKind(type: string, digest: (bytes: Uint8Array) => Uint8Array): VindexKind {
  return {
    type,
    params: [],
    create: (name) =>
      functionalVindex({
        name,
        type,
        nullable: true,
        equality: 'looseText',
        accepts: hashableKinds,
        map: (values) => mapLoosely(values, digest),
      }),
  };
}

export const unicodeLooseMd5Kind = looseKind('unicode_loose_md5', md5);
export const unicodeLooseXxhashKind = looseKind('unicode_loose_xxhash', xxh64);

/** `none` for several values and for text that is no UTF-8. */
export function mapLoosely(
  values: readonly VindexValue[],
  digest: (bytes: Uint8Array) => Uint8Array,
): Mapping {
  const value = values[0];
  if (value === undefined || values.length > 1) return { kind: 'none' };
  const bytes = Buffer.from(valueText(value), 'latin1');
  if (!isUtf8(bytes)) return { kind: 'none' };
  // Spaces at the end do not count in a PAD SPACE column; other blanks do.
  return { kind: 'id', id: digest(primaryWeights(bytes.toString('utf8').replace(/ +$/, ''))) };
}
