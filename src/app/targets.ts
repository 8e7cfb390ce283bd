// Every shard of a configuration with its servers.
import type { ShardTargets } from '../backend/options.ts';
import type { Config } from '../config/model.ts';

export function targetsOf(config: Config): readonly ShardTargets[] {
  return [...config.keyspaces.values()].flatMap((keyspace) => keyspace.shards);
}
