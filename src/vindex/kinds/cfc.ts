// Kind `cfc` (concatenate fixed-length, compare prefixes): a key cut at fixed offsets, each component hashed to its own length.
import { functionalVindex, problemsOf, type VindexKind } from '../definition.ts';
import { prefixRange } from '../key-bytes.ts';
import type { KeyRange, KeyspaceId, Mapping, VindexValue } from '../vindex.ts';
import { md5, xxh64 } from './digest.ts';
import { hashableKinds, valueBytes } from './value-bytes.ts';

type Digest = (bytes: Uint8Array) => Uint8Array;

export const cfcKind: VindexKind = {
  type: 'cfc',
  params: ['hash', 'offsets'],
  create: (name, { params }) => {
    const hash = params.get('hash');
    const text = params.get('offsets');
    if (hash === undefined) return create(name, null, []);
    if (hash !== 'md5' && hash !== 'xxhash64') {
      return problemsOf(`found hash "${hash}"; allowed: md5, xxhash64`);
    }
    if (text === undefined) return problemsOf('needs the parameter offsets when hash is given');
    const offsets = parseOffsets(text);
    if (offsets === null)
      return problemsOf(`found offsets ${text}; allowed: ascending positive numbers in brackets`);
    return create(name, hash === 'md5' ? md5 : xxh64, offsets);
  },
};

function create(name: string, digest: Digest | null, offsets: readonly number[]) {
  return functionalVindex({
    name,
    type: 'cfc',
    nullable: true,
    accepts: hashableKinds,
    map: (values) => map(values, digest, offsets),
    prefixMap: (prefix) => prefixMap(prefix, digest, offsets),
  });
}

function map(values: readonly VindexValue[], digest: Digest | null, offsets: readonly number[]): Mapping {
  const value = values[0];
  if (value === undefined || values.length > 1) return { kind: 'none' };
  const key = valueBytes(value);
  if (digest === null) return { kind: 'id', id: key };
  if (key.length < (offsets.at(-1) ?? 0)) return { kind: 'none' };
  return { kind: 'id', id: componentIds(key, digest, offsets, true) };
}

/** All shards when the prefix holds no whole component. */
function prefixMap(prefix: string, digest: Digest | null, offsets: readonly number[]): readonly KeyRange[] {
  const key = Buffer.from(prefix, 'latin1');
  const id = digest === null ? key : componentIds(key, digest, offsets, false);
  return [prefixRange(id)];
}

/** Hashes of the whole components, and with `rest` of what follows the last offset. */
function componentIds(
  key: Uint8Array,
  digest: Digest,
  offsets: readonly number[],
  rest: boolean,
): KeyspaceId {
  const parts: Uint8Array[] = [];
  let start = 0;
  for (const offset of offsets) {
    if (offset > key.length) return Buffer.concat(parts);
    parts.push(componentId(key.subarray(start, offset), digest));
    start = offset;
  }
  // The part behind the last offset has no fixed length: a prefix of it says nothing, unless it must be whole.
  if (rest && start < key.length) parts.push(componentId(key.subarray(start), digest));
  return Buffer.concat(parts);
}

/** A component's hash, no longer than the component itself. */
function componentId(component: Uint8Array, digest: Digest): Uint8Array {
  return digest(component).subarray(0, component.length);
}

function parseOffsets(text: string): readonly number[] | null {
  const match = /^\[\s*(\d{1,6}(?:\s*,\s*\d{1,6})*)\s*\]$/.exec(text);
  if (match === null) return null;
  const offsets = (match[1] ?? '').split(',').map(Number);
  const ascending = offsets.every((offset, index) => offset > (offsets[index - 1] ?? 0));
  return ascending ? offsets : null;
}
