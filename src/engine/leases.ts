// Several shards' connections for one statement: taken in shard order, so that statements cannot hold each other up in a circle.
import type { Shard } from '../vindex/shard-map.ts';
import { throwIfCancelled } from './cancel.ts';
import type { ConnectionUse, Execution, ScopedLease } from './contract.ts';

/** One lease per shard, in the order of `shards` (the caller sorts them); on failure those already taken go back. */
export async function acquireAll(
  execution: Execution,
  shards: readonly Shard[],
  use: ConnectionUse,
): Promise<readonly ScopedLease[]> {
  const { scope, signal } = execution;
  const leases: ScopedLease[] = [];
  try {
    throwIfCancelled(signal);
    for (const shard of shards) {
      const atHand = scope.tryAcquire(shard.id, use);
      leases.push(atHand ?? (await scope.acquire(shard.id, { ...use, signal })));
    }
    throwIfCancelled(signal);
    return leases;
  } catch (error) {
    for (const lease of leases) lease.done(false);
    throw error;
  }
}
