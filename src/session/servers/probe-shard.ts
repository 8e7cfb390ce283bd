// Which shard answers questions that any server of the session's surroundings could answer.
import { shardgateError } from '../../errors/catalog.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import type { VSchema } from '../../vschema/model.ts';
import type { Target } from '../state.ts';

/** A shard of the current keyspace (the first the target names), else of the first keyspace. */
export function probeShard(vschema: VSchema, target: Target): Shard {
  const current = target.database === null ? undefined : vschema.keyspaces.get(target.database);
  const keyspace = current ?? vschema.keyspaces.values().next().value;
  const shards = keyspace?.shardMap.shards ?? [];
  const named =
    target.shards === null ? undefined : shards.find((shard) => shard.name === target.shards?.[0]);
  const shard = named ?? shards[0];
  if (shard === undefined) throw shardgateError('SG5005');
  return shard;
}
