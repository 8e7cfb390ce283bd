// Kind `binary_md5`: MD5 of a value's bytes.
import { functionalVindex, type VindexKind } from '../definition.ts';
import type { Mapping, VindexValue } from '../vindex.ts';
import { md5 } from './digest.ts';
import { hashableKinds, valueBytes } from './value-bytes.ts';

export const binaryMd5Kind: VindexKind = {
  type: 'binary_md5',
  params: [],
  create: (name) =>
    functionalVindex({ name, type: 'binary_md5', nullable: true, accepts: hashableKinds, map }),
};

function map(values: readonly VindexValue[]): Mapping {
  const value = values[0];
  if (value === undefined || values.length > 1) return { kind: 'none' };
  return { kind: 'id', id: md5(valueBytes(value)) };
}
