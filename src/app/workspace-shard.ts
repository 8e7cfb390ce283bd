// Which shard hosts the next workspace of a keyspace.
import type { RunningParts } from './parts.ts';

/** Shards that are up take turns, so that none carries all finishing. */
export function workspaceChooser(parts: RunningParts): (keyspace: string) => string {
  let turn = 0;
  return (keyspace) => {
    const shards = parts.config.keyspaces.get(keyspace)?.shards ?? [];
    const ready = new Set(
      parts.health
        .readiness()
        .shards.filter((shard) => shard.ready)
        .map((shard) => `${shard.keyspace}/${shard.shard}`),
    );
    const up = shards.filter((shard) => ready.has(shard.id));
    const candidates = up.length > 0 ? up : shards;
    turn = (turn + 1) % Math.max(1, candidates.length);
    return candidates[turn]?.id ?? '';
  };
}
