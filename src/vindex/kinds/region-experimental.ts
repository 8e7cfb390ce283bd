// Kind `region_experimental`: (region, id): the region's number in front of the id's hash.
import { functionalVindex, problemsOf, type VindexKind } from '../definition.ts';
import { prefixRange } from '../key-bytes.ts';
import { parseUint64 } from '../uint64.ts';
import type { Mapping, VindexValue } from '../vindex.ts';
import { hashUint64 } from './hash.ts';

export const regionExperimentalKind: VindexKind = {
  type: 'region_experimental',
  params: ['region_bytes'],
  create: (name, definition) => {
    const bytes = definition.params.get('region_bytes');
    if (bytes === undefined) return problemsOf('needs the parameter region_bytes (1 or 2)');
    if (bytes !== '1' && bytes !== '2') return problemsOf(`found region_bytes "${bytes}"; allowed: 1 or 2`);
    return functionalVindex({
      name,
      type: 'region_experimental',
      columnCount: 2,
      accepts: ['integer', 'bytes'],
      map: (values) => map(values, bytes === '1' ? 1 : 2),
    });
  },
};

function map(values: readonly VindexValue[], regionBytes: 1 | 2): Mapping {
  const region = parseValue(values[0]);
  if (region === null || values.length > 2) return { kind: 'none' };
  const prefix = regionPrefix(region.low, regionBytes);
  if (values.length === 1) return { kind: 'ranges', ranges: [prefixRange(prefix)] };
  const id = parseValue(values[1]);
  return id === null ? { kind: 'none' } : { kind: 'id', id: Buffer.concat([prefix, hashUint64(id)]) };
}

function parseValue(value: VindexValue | undefined) {
  return value?.kind === 'integer' || value?.kind === 'bytes' ? parseUint64(value.text) : null;
}

/** The low one or two bytes of a region's number, most significant first. */
export function regionPrefix(region: number, regionBytes: 1 | 2): Uint8Array {
  return regionBytes === 1
    ? Uint8Array.of(region & 0xff)
    : Uint8Array.of((region >>> 8) & 0xff, region & 0xff);
}
