// The shard maps of a vschema by keyspace, made once per snapshot.
import type { Shard, ShardMap } from '../../vindex/shard-map.ts';
import type { VSchema } from '../../vschema/model.ts';

export interface ShardMaps {
  readonly byKeyspace: ReadonlyMap<string, ShardMap>;
  readonly flavour: 'mariadb' | 'mysql';
}

const cache = new WeakMap<VSchema, ShardMaps>();

export function shardMapsOf(vschema: VSchema): ShardMaps {
  let maps = cache.get(vschema);
  if (maps === undefined) {
    const byKeyspace = new Map([...vschema.keyspaces].map(([name, keyspace]) => [name, keyspace.shardMap]));
    maps = { byKeyspace, flavour: vschema.flavour.kind };
    cache.set(vschema, maps);
  }
  return maps;
}

/** The shard of an id (`keyspace/name`); null when the vschema has it no more. */
export function shardNamed(vschema: VSchema, shardId: string): Shard | null {
  const keyspace = vschema.keyspaces.get(shardId.slice(0, shardId.indexOf('/')));
  return keyspace?.shardMap.shards.find(({ id }) => id === shardId) ?? null;
}
