// One SELECT on several shards at once: sent, streamed, and put away whatever happens.
import { SqlError } from '../../errors/sql-error.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import { closeStatement } from '../backend-call.ts';
import { abandonStream, cancelReason, untilCancelled } from '../cancel.ts';
import { queryPayload } from '../command-payload.ts';
import type { Execution, ScopedLease } from '../contract.ts';
import { acquireAll } from '../leases.ts';
import { type ParamText, prepareRun } from '../param-text.ts';
import type { PinnedTime } from '../pinned-time.ts';
import { RowStream } from './row-stream.ts';
import type { RowFormat } from './row-views.ts';

export interface ShardRead {
  readonly shard: Shard;
  readonly lease: ScopedLease;
  readonly stream: RowStream;
  /** Handle to close when the rows are binary. */
  statementId: number | null;
  /** How its rows come: known as soon as its columns are. */
  format: RowFormat;
}

export interface ReadsOptions {
  readonly format: RowFormat;
  readonly time: PinnedTime;
  /** Takes row locks. */
  readonly locks: boolean;
  textFor(shard: Shard): ParamText;
}

/** The reads of one statement. `close` must be called exactly once, also after errors. */
export class ShardReads {
  readonly reads: readonly ShardRead[];
  readonly #execution: Execution;
  readonly #onAbort: () => void;

  private constructor(execution: Execution, reads: readonly ShardRead[]) {
    this.#execution = execution;
    this.reads = reads;
    // Ends what runs, so that whoever waits for rows wakes up; `close` deals with the connections.
    this.#onAbort = () => {
      const error = cancelReason(execution.signal);
      for (const read of this.reads) read.stream.cancel(error);
    };
    execution.signal.addEventListener('abort', this.#onAbort);
  }

  /** Takes all connections in shard order, then sends to all of them. `shards` not empty. */
  static async open(
    execution: Execution,
    shards: readonly Shard[],
    options: ReadsOptions,
  ): Promise<ShardReads> {
    const leases = await acquireAll(execution, shards, { writes: options.locks });
    const reads = leases.map((lease, i): ShardRead => {
      const shard = shards[i];
      if (shard === undefined) throw new Error('assertion failed: one lease per shard');
      return {
        shard,
        lease,
        stream: new RowStream(lease.connection),
        statementId: null,
        format: options.format,
      };
    });
    const opened = new ShardReads(execution, reads);
    try {
      await untilCancelled(sendAll(execution, reads, options), execution.signal);
      return opened;
    } catch (error) {
      await opened.close();
      throw error;
    }
  }

  /** Gives every connection back; what still runs is stopped. Answers the sum of warnings. Never rejects. */
  async close(): Promise<number> {
    const execution = this.#execution;
    execution.signal.removeEventListener('abort', this.#onAbort);
    let warnings = 0;
    const closing: Promise<void>[] = [];
    for (const { shard, lease, stream, statementId } of this.reads) {
      if (statementId !== null) closeStatement(lease.connection, statementId);
      execution.observer.shardRows(shard.id, stream.rowsTotal, stream.bytesTotal);
      warnings += stream.warnings;
      if (stream.ended) lease.done(!stream.answered, stream.warnings);
      else closing.push(abandonStream(execution, lease, stream));
    }
    // In a transaction the connections must be idle before the next statement; else it may happen behind the answer.
    if (execution.scope.inTransaction) await Promise.all(closing);
    return warnings;
  }
}

/**
 * All at once. When rows are locked the lowest shard goes first and alone: two statements over the same shards then wait for
 * each other there instead of locking each other out on two.
 */
async function sendAll(
  execution: Execution,
  reads: readonly ShardRead[],
  options: ReadsOptions,
): Promise<void> {
  const [first, ...others] = reads;
  if (first === undefined) return;
  const sent = send(execution, first, options);
  if (options.locks && others.length > 0) {
    await sent;
    await first.stream.filled();
  }
  await Promise.all([sent, ...others.map((read) => send(execution, read, options))]);
}

/** A failure to prepare shows as the failure of the stream, like any other error of the statement. */
async function send(execution: Execution, read: ShardRead, options: ReadsOptions): Promise<void> {
  const { connection } = read.lease;
  const text = options.textFor(read.shard);
  execution.observer.shardQuery(read.shard.id, text.spelled);
  options.time.before(connection);
  if (options.format === 'text') {
    connection.send(queryPayload(options.time.wrap(text.spelled)), read.stream);
  } else {
    try {
      const { id, payload } = await prepareRun(connection, text, options.time.wrap);
      read.statementId = id;
      connection.send(payload, read.stream);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      read.stream.failUnsent(error, connection.alive);
    }
  }
  options.time.after(connection);
}
