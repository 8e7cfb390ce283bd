// The shards an execution's destination names.
import type { Destination } from '../plan/destination.ts';
import { present } from '../util/assert.ts';
import type { Shard, ShardMap } from '../vindex/shard-map.ts';
import type { Execution } from './contract.ts';
import { type DestinationContext, resolveDestination } from './destination.ts';

/** Spreads reads of reference tables over the shards. */
let turn = 0;

export function shardMapOf(execution: Execution, keyspace: string): ShardMap {
  return present(execution.shardMaps.get(keyspace), `keyspace ${keyspace} of the plan`);
}

export function destinationContext(execution: Execution, keyspace: string): DestinationContext {
  if (!execution.scope.inTransaction) turn = (turn + 1) & 0xffff;
  return {
    map: shardMapOf(execution, keyspace),
    binds: execution.binds,
    charset: execution.literalCharset,
    lookups: execution.lookups ?? null,
    anyIndex: execution.scope.inTransaction ? 0 : turn,
  };
}

/** Shards in key-range order; may be none. */
export function shardsFor(
  execution: Execution,
  keyspace: string,
  destination: Destination,
): readonly Shard[] {
  return resolveDestination(destination, destinationContext(execution, keyspace));
}

/** The same, but a statement that can match nothing still runs on one shard, which answers the empty result rightly. */
export function shardsOrOne(
  execution: Execution,
  keyspace: string,
  destination: Destination,
): readonly Shard[] {
  const shards = shardsFor(execution, keyspace, destination);
  return shards.length > 0 ? shards : shardMapOf(execution, keyspace).shards.slice(0, 1);
}
