// The connections a gather reads its fragments on: one per shard, prepared once, shared by all fragments in a pipeline.
import type { BackendConnection } from '../../backend/contract.ts';
import type { SqlError } from '../../errors/sql-error.ts';
import { present } from '../../util/assert.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import { closeStatement, runStatement } from '../backend-call.ts';
import { abandonStream, cancelReason, settledWithin } from '../cancel.ts';
import { queryPayload } from '../command-payload.ts';
import type { Execution, ScopedLease } from '../contract.ts';
import { acquireAll } from '../leases.ts';
import { RowStream } from '../merge/row-stream.ts';
import type { ShardRead } from '../merge/shard-reads.ts';
import { type ParamText, type PreparedRun, prepareAsked } from '../param-text.ts';
import type { PinnedTime } from '../pinned-time.ts';

/**
 * Text comes in its own character set, unconverted; a client's sql_select_limit is for the finish. For connections that do not
 * read so already.
 */
const readSettings =
  'SET @__sg_limit=@@sql_select_limit, character_set_results=NULL, sql_select_limit=18446744073709551615';

/** Behind the last fragment: what stood before. */
function ownSettings(connection: BackendConnection): string {
  return `SET ${connection.charsetSql}, SESSION sql_select_limit=@__sg_limit, @__sg_limit=NULL`;
}

const settledWithinMs = 1000;

/** One connection per shard for the whole gather, taken in order: many gathers at once cannot starve each other in a circle. */
export class FragmentLeases {
  readonly #execution: Execution;
  readonly #leases: ReadonlyMap<string, ScopedLease>;
  readonly #reads: ShardRead[] = [];
  readonly #broken = new Set<ScopedLease>();
  readonly #onAbort: () => void;
  #cancelled: SqlError | null = null;

  private constructor(execution: Execution, leases: ReadonlyMap<string, ScopedLease>) {
    this.#execution = execution;
    this.#leases = leases;
    this.#onAbort = () => this.cancel(cancelReason(execution.signal));
    execution.signal.addEventListener('abort', this.#onAbort);
  }

  /** `shards` each once, in an order that is the same for all statements. */
  static async open(execution: Execution, shards: readonly Shard[]): Promise<FragmentLeases> {
    const leases = await acquireAll(execution, shards, { writes: execution.plan.locks, asStored: true });
    const opened = new FragmentLeases(
      execution,
      new Map(shards.map((shard, i) => [shard.id, present(leases[i], 'one lease per shard')])),
    );
    for (const lease of leases) {
      if (lease.asStored !== true) opened.#background(lease, readSettings);
    }
    return opened;
  }

  /** Sends a fragment's statement to a shard. Its rows are binary where it is prepared. */
  read(shard: Shard, text: ParamText, time: PinnedTime): ShardRead {
    if (this.#cancelled !== null) throw this.#cancelled;
    const lease = present(this.#leases.get(shard.id), `lease on ${shard.id}`);
    const stream = new RowStream(lease.connection);
    const read: ShardRead = { shard, lease, stream, statementId: null, format: 'text' };
    this.#reads.push(read);
    this.#execution.observer.shardQuery(shard.id, text.spelled);
    if (text.asked === null) {
      this.#send(read, queryPayload(time.wrap(text.spelled)), time);
      return read;
    }
    prepareAsked(lease.connection, text.asked, time.wrap).then(
      (run) => this.#sendPrepared(read, run, text, time),
      (error: SqlError) => stream.failUnsent(error, lease.connection.alive),
    );
    return read;
  }

  #send({ lease, stream }: ShardRead, payload: Buffer, time: PinnedTime): void {
    time.before(lease.connection);
    lease.connection.send(payload, stream);
    time.after(lease.connection);
  }

  /** `run` null: the server does not take the text with parameters. */
  #sendPrepared(read: ShardRead, run: PreparedRun | null, text: ParamText, time: PinnedTime): void {
    const { connection } = read.lease;
    if (this.#cancelled !== null) {
      read.stream.failUnsent(this.#cancelled, true);
    } else if (run === null) {
      this.#send(read, queryPayload(time.wrap(text.spelled)), time);
    } else {
      read.format = 'binary';
      this.#send(read, run.payload, time);
    }
    if (run !== null) closeStatement(connection, run.id);
  }

  /** Warnings of the reads that ended. */
  get warnings(): number {
    return this.#reads.reduce((sum, { stream }) => sum + stream.warnings, 0);
  }

  /** Ends all reads, also those that are still to come; the connections are dealt with by `close`. */
  cancel(error: SqlError): void {
    this.#cancelled = error;
    for (const read of this.#reads) read.stream.cancel(error);
  }

  /** Gives all connections back, own settings restored. Never rejects. */
  async close(): Promise<void> {
    const execution = this.#execution;
    execution.signal.removeEventListener('abort', this.#onAbort);
    for (const { shard, stream } of this.#reads) {
      execution.observer.shardRows(shard.id, stream.rowsTotal, stream.bytesTotal);
    }
    const closing = [...this.#leases.values()].map((lease) => this.#giveBack(lease));
    if (execution.scope.inTransaction) await Promise.all(closing);
  }

  async #giveBack(lease: ScopedLease): Promise<void> {
    const streams = this.#reads.filter((read) => read.lease === lease).map((read) => read.stream);
    let warnings = 0;
    for (const stream of streams) {
      if (this.#broken.has(lease)) break;
      const { connection } = lease;
      const done = (broken: boolean) => this.#note(lease, broken);
      await abandonStream(this.#execution, { connection, done }, stream);
      warnings += stream.warnings;
    }
    if (!this.#broken.has(lease) && lease.asStored !== true) {
      const restored = this.#background(lease, ownSettings(lease.connection));
      // The pool takes idle connections only; a transaction's connection goes on being pipelined.
      await settledWithin(restored, settledWithinMs);
    }
    lease.done(this.#broken.has(lease) || lease.connection.pending > 0, warnings);
  }

  #note(lease: ScopedLease, broken: boolean): void {
    if (broken) this.#broken.add(lease);
  }

  #background(lease: ScopedLease, sql: string): Promise<void> {
    return runStatement(lease.connection, sql).then(
      () => {},
      () => this.#note(lease, true),
    );
  }
}
