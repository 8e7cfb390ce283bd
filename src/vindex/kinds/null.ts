// Kind `null`: every value has the one-byte id 00; for tables that live on one shard for now.
import { functionalVindex, type VindexKind } from '../definition.ts';
import type { Mapping } from '../vindex.ts';
import { hashableKinds } from './value-bytes.ts';

const mapping: Mapping = { kind: 'id', id: Uint8Array.of(0) };

export const nullKind: VindexKind = {
  type: 'null',
  params: [],
  create: (name) =>
    functionalVindex({
      name,
      type: 'null',
      cost: 100,
      nullable: true,
      equality: 'looseText',
      accepts: hashableKinds,
      map: () => mapping,
    }),
};
