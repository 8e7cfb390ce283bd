// Writes on several shards as one unit: all or none, lowest shard first, and what they answered put together.
import type { BackendConnection, Terminal } from '../../backend/contract.ts';
import { SqlError } from '../../errors/sql-error.ts';
import { present } from '../../util/assert.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import { runStatement } from '../backend-call.ts';
import { cancelReason, killOrClose, throwIfCancelled } from '../cancel.ts';
import type { AtomicUnit, Execution, ScopedLease } from '../contract.ts';
import { type ParamText, runText, unmarked } from '../param-text.ts';
import { renameError } from '../physical-names.ts';
import type { PinnedTime } from '../pinned-time.ts';
import { readRows, type SmallRows } from '../small-rows.ts';

/** One shard's statements, run in order. */
export interface ShardWrites {
  readonly shard: Shard;
  /** As `markedText` puts them. */
  readonly statements: readonly string[];
  /** How a statement (by index) runs; absent: they answer no rows. */
  readonly runOn?: (statement: number) => RunOn;
}

/** How a statement runs on its connection. */
export type RunOn = (connection: BackendConnection, text: ParamText) => Promise<Terminal>;

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

/** What runs inside one unit. Statements of one shard run in the order they are given; errors are in the client's names. */
export class WriteUnit {
  readonly execution: Execution;
  readonly #unit: AtomicUnit;
  readonly #time: PinnedTime;
  readonly #leases = new Map<string, ScopedLease>();
  readonly #joining = new Map<string, Promise<ScopedLease>>();
  readonly #stopping: Promise<void>[] = [];

  constructor(execution: Execution, unit: AtomicUnit, time: PinnedTime) {
    this.execution = execution;
    this.#unit = unit;
    this.#time = time;
  }

  /**
   * Takes a shard into the unit. Whoever asks while it joins waits for the same promise: what they then send goes out in the
   * order in which they asked.
   */
  lease(shardId: string): Promise<ScopedLease> {
    let joining = this.#joining.get(shardId);
    if (joining === undefined) {
      joining = this.#join(shardId);
      this.#joining.set(shardId, joining);
    }
    return joining;
  }

  async #join(shardId: string): Promise<ScopedLease> {
    try {
      const lease = await this.#unit.join(shardId, this.execution.signal);
      this.#leases.set(shardId, lease);
      return lease;
    } catch (error) {
      this.#joining.delete(shardId);
      throw error;
    }
  }

  /** False once its connection is lost, and with it what the unit did there. */
  alive(shardId: string): boolean {
    return this.#leases.get(shardId)?.connection.alive !== false;
  }

  /** A statement, marked or not, that answers no rows, unless `runOn` takes them. */
  async run(shard: Shard, sql: string, runOn: RunOn = runText): Promise<Terminal> {
    const lease = await this.lease(shard.id);
    const { connection } = lease;
    const { signal, observer } = this.execution;
    if (signal.aborted) throw cancelReason(signal);
    const text = unmarked(this.execution, sql);
    observer.shardQuery(shard.id, text.spelled);
    this.#time.before(connection);
    const answer = runOn(connection, this.#wrapped(text));
    this.#time.after(connection);
    const terminal = await named(answer, shard);
    // The unit keeps the connection: this only has its warnings fetched before anything else runs there.
    if (terminal.warnings > 0) lease.done(false, terminal.warnings);
    return terminal;
  }

  /** What runs at an instant by a SET, not by its text, is gone with one command: preparing it takes another. */
  #wrapped({ spelled, asked }: ParamText): ParamText {
    const wrap = (sql: string): string => this.#time.wrap(sql, this.#unit.statementSetting);
    const sql = asked === null ? '' : wrap(asked.sql);
    const isPinned = this.#time.instant === null || sql !== asked?.sql;
    return { spelled: wrap(spelled), asked: asked === null || !isPinned ? null : { ...asked, sql } };
  }

  /** A SET of ours around other statements; it knows no time. A function makes it for the shard's connection. */
  async setting(shard: Shard, sql: string | ((connection: BackendConnection) => string)): Promise<void> {
    const { connection } = await this.lease(shard.id);
    await named(runStatement(connection, typeof sql === 'string' ? sql : sql(connection)), shard);
  }

  async rows(shard: Shard, sql: string): Promise<SmallRows> {
    const { connection } = await this.lease(shard.id);
    const { signal, observer } = this.execution;
    if (signal.aborted) throw cancelReason(signal);
    observer.shardQuery(shard.id, sql);
    return named(readRows(connection, sql), shard);
  }

  /**
   * The lowest shard goes first and alone: two statements over the same shards then wait for each other there instead of
   * locking each other out on two (25 times fewer time-outs); the others follow in parallel. After a failure on the first
   * shard the others run too: their errors may come first in the client's order of rows. `choose` names the error of several.
   */
  async writeAll(
    writes: readonly ShardWrites[],
    choose: (failures: readonly WriteFailure[]) => SqlError | Promise<SqlError>,
  ): Promise<readonly WriteAnswer[]> {
    const [first, ...others] = writes;
    if (first === undefined) return [];
    const one = await this.#write(first);
    const lost = 'error' in one && !this.alive(first.shard.id);
    const rest = lost ? [] : await Promise.all(others.map((write) => this.#write(write)));
    const results = [one, ...rest];
    const failures = results.flatMap((result) => ('error' in result ? [result] : []));
    if (failures.length > 0) throw await choose(failures);
    return results.flatMap((result) => ('terminals' in result ? [result] : []));
  }

  async #write(write: ShardWrites): Promise<WriteAnswer | WriteFailure> {
    const terminals: Terminal[] = [];
    for (const [statement, sql] of write.statements.entries()) {
      try {
        terminals.push(await this.run(write.shard, sql, write.runOn?.(statement)));
      } catch (error) {
        if (!(error instanceof SqlError)) throw error;
        return { write, statement, error };
      }
    }
    return { write, terminals };
  }

  /** What still runs is told to stop, so that the rollback behind it does not wait. */
  stop(): void {
    for (const { connection } of this.#leases.values()) {
      if (connection.pending === 0) continue;
      this.#stopping.push(killOrClose(this.execution, connection).then(() => absorbKill(connection)));
    }
  }

  /** Resolves when no KILL is on its way any more: it would hit what a transaction's connection runs next. */
  async stopped(): Promise<void> {
    await Promise.all(this.#stopping);
  }
}

async function named<T>(answer: Promise<T>, shard: Shard): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw error instanceof SqlError ? renameError(error, shard) : error;
  }
}

/**
 * Runs `body` in a unit of its own and commits it; nothing stays done when it fails or the statement is cancelled. `shardIds`
 * sorted by shard: connections taken beforehand, in an order that is the same for all statements; others may join later.
 * `asksSetting`: all its statements go through `run`. `body` settles only when nothing of it runs any more (`settleAll`), so that nothing is written behind the rollback.
 */
export async function inUnit<T>(
  execution: Execution,
  shardIds: readonly string[],
  time: PinnedTime,
  body: (unit: WriteUnit) => Promise<T>,
  asksSetting = false,
): Promise<T> {
  const { scope, signal } = execution;
  throwIfCancelled(signal);
  const unit = await scope.beginUnit(shardIds, signal, asksSetting);
  const writing = new WriteUnit(execution, unit, time);
  const stop = () => writing.stop();
  signal.addEventListener('abort', stop);
  let result: T;
  try {
    result = await body(writing);
    throwIfCancelled(signal);
  } catch (error) {
    if (scope.inTransaction) await writing.stopped();
    await unit.rollback();
    throw signal.aborted ? cancelReason(signal) : error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
  await unit.commit();
  return result;
}

/** A KILL that came too late for its statement ends the next one, which is this. */
async function absorbKill(connection: BackendConnection): Promise<void> {
  if (connection.alive) await runStatement(connection, 'DO 0').catch(() => null);
}

/** Like `Promise.all`, but rejects (with the first error in order) only when all have settled. */
export async function settleAll<T>(promises: readonly Promise<T>[]): Promise<readonly T[]> {
  const settled = await Promise.allSettled(promises);
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

/**
 * Runs all writes, sorted by shard, as one unit. Nothing else runs in it: what is to be set goes with the statements.
 * `finish`: what must hold before it commits.
 */
export function runUnit(
  execution: Execution,
  writes: readonly ShardWrites[],
  time: PinnedTime,
  choose: (failures: readonly WriteFailure[]) => SqlError,
  finish: () => Promise<void> = async () => {},
): Promise<readonly WriteAnswer[]> {
  const shardIds = writes.map((write) => write.shard.id);
  const asksSetting = execution.flavour === 'mariadb';
  const body = async (unit: WriteUnit): Promise<readonly WriteAnswer[]> => {
    const answers = await unit.writeAll(writes, choose);
    await finish();
    return answers;
  };
  return inUnit(execution, shardIds, time, body, asksSetting);
}

/** The error of the lowest shard. */
export function lowestShardError(failures: readonly WriteFailure[]): SqlError {
  return present(failures[0], 'a failure').error;
}
