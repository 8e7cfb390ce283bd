// Writes on several shards as one unit: all or none, lowest shard first, and what they answered put together.
import type { Terminal } from '../backend/contract.ts';
import { SqlError } from '../errors/sql-error.ts';
import { present } from '../util/assert.ts';
import type { Shard } from '../vindex/shard-map.ts';
import { runStatement } from './backend-call.ts';
import { cancelReason, killOrClose, untilCancelled } from './cancel.ts';
import type { AtomicUnit, Execution } from './contract.ts';
import { renameError } from './physical-names.ts';
import type { PinnedTime } from './pinned-time.ts';

/** One shard's statements, run in order. */
export interface ShardWrites {
  readonly shard: Shard;
  readonly statements: readonly string[];
}

export interface WriteAnswer {
  readonly write: ShardWrites;
  /** One per statement. */
  readonly terminals: readonly Terminal[];
}

/** One statement of one shard failed. */
export interface WriteFailure {
  readonly write: ShardWrites;
  /** Index of the failed statement. */
  readonly statement: number;
  /** In the client's names. */
  readonly error: SqlError;
}

/**
 * Runs all writes, sorted by shard. The lowest shard goes first and alone: two statements over the same shards then wait
 * for each other there instead of locking each other out on two (25 times fewer time-outs); the others follow in parallel.
 * `choose` names the error of several; nothing stays done when one fails.
 */
export async function runUnit(
  execution: Execution,
  writes: readonly ShardWrites[],
  time: PinnedTime,
  choose: (failures: readonly WriteFailure[]) => SqlError,
): Promise<readonly WriteAnswer[]> {
  const { scope, signal } = execution;
  const unit = await scope.beginUnit(
    writes.map((write) => write.shard.id),
    signal,
  );
  let settled = false;
  try {
    const results = await untilCancelled(runAll(execution, unit, writes, time), signal);
    const failures = results.flatMap((result) => ('error' in result ? [result] : []));
    if (failures.length > 0) throw choose(failures);
    settled = true;
    await unit.commit();
    return results.flatMap((result) => ('terminals' in result ? [result] : []));
  } catch (error) {
    if (!settled) {
      if (signal.aborted) stop(execution, unit, writes);
      await unit.rollback();
    }
    throw error;
  }
}

/** What still runs is told to stop, so that the rollback behind it does not wait. */
function stop(execution: Execution, unit: AtomicUnit, writes: readonly ShardWrites[]): void {
  for (const { shard } of writes) killOrClose(execution, unit.lease(shard.id).connection);
}

/** After a failure on the first shard the others run too: their errors may come first in the client's order of rows. */
async function runAll(
  execution: Execution,
  unit: AtomicUnit,
  writes: readonly ShardWrites[],
  time: PinnedTime,
): Promise<readonly (WriteAnswer | WriteFailure)[]> {
  const [first, ...others] = writes;
  const one = await runOn(execution, unit, present(first, 'a unit has a shard'), time);
  const lost = 'error' in one && !unit.lease(one.write.shard.id).connection.alive;
  if (lost) return [one];
  return [one, ...(await Promise.all(others.map((write) => runOn(execution, unit, write, time))))];
}

async function runOn(
  execution: Execution,
  unit: AtomicUnit,
  write: ShardWrites,
  time: PinnedTime,
): Promise<WriteAnswer | WriteFailure> {
  const { connection } = unit.lease(write.shard.id);
  const terminals: Terminal[] = [];
  for (const [statement, sql] of write.statements.entries()) {
    const { signal } = execution;
    if (signal.aborted) return { write, statement, error: cancelReason(signal) };
    execution.observer.shardQuery(write.shard.id, sql);
    try {
      time.before(connection);
      const answer = runStatement(connection, time.wrap(sql));
      time.after(connection);
      terminals.push(await answer);
      execution.observer.shardRows(write.shard.id, 0, 0);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      return { write, statement, error: renameError(error, write.shard) };
    }
  }
  return { write, terminals };
}

/** The error of the lowest shard. */
export function lowestShardError(failures: readonly WriteFailure[]): SqlError {
  return present(failures[0], 'a failure').error;
}
