// Shards of a keyspace and which of them hold a keyspace id.
import type { KeyRange } from './vindex.ts';

export interface Shard {
  readonly keyspace: string;
  /** `-40`, `40-80`, `-`. */
  readonly name: string;
  /** `keyspace/name`: the key of pools and metrics. */
  readonly id: string;
  /** Position in `ShardMap.shards`. */
  readonly index: number;
  readonly range: KeyRange;
  /** Physical database name on the shard's servers. */
  readonly database: string;
}

/** The shards of one keyspace in key-range order; ranges cover the space without gap or overlap. */
export interface ShardMap {
  readonly keyspace: string;
  readonly shards: readonly Shard[];
}
