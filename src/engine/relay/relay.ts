// One shard's response to the client, chunk by chunk, undecoded: the path that must cost next to nothing.
import type { ResponseReceiver, Terminal } from '../../backend/contract.ts';
import { SqlError } from '../../errors/sql-error.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import { cancelReason, interruptedErrno } from '../cancel.ts';
import type { CancelWatcher, Execution, ResultSink, ScopedLease } from '../contract.ts';
import { renameError } from '../physical-names.ts';
import { withErrorPacket } from './error-packet.ts';
import { MetadataPatch, patchNames } from './metadata-patch.ts';

/** A KILL that has not ended the statement within this time gives way to closing the connection. */
const killedWithinMs = 1000;

/**
 * Ends the sink (`relayEnd` or `fail`) and gives the lease back. `onLost` is asked when the connection broke before a byte
 * went out; it answers true when it took over (a retry elsewhere).
 *
 * One object per query and no promise: everything happens in the socket's events.
 */
export class Relay implements ResponseReceiver, CancelWatcher {
  readonly #execution: Execution;
  readonly #lease: ScopedLease;
  readonly #shard: Shard;
  readonly #sink: ResultSink;
  readonly #onLost: (() => boolean) | null;
  #patch: MetadataPatch | null;
  #started = false;
  #ended = false;
  /** A KILL was sent and may still be on its way. */
  #killing = false;
  /** Resolves when that KILL was answered, or nobody waits for its answer any more. */
  #killed: Promise<void> | null = null;
  #bytes = 0;
  #onAbort: (() => void) | null = null;

  constructor(execution: Execution, lease: ScopedLease, shard: Shard, onLost: (() => boolean) | null) {
    this.#execution = execution;
    this.#lease = lease;
    this.#shard = shard;
    this.#sink = execution.sink;
    this.#onLost = onLost;
    const names = patchNames(shard);
    this.#patch = names === null ? null : new MetadataPatch(names);
    if (execution.watchCancel !== undefined) {
      execution.watchCancel(this);
      return;
    }
    this.#onAbort = () => this.cancelled();
    execution.signal.addEventListener('abort', this.#onAbort);
  }

  data(chunk: Buffer, more = false): boolean {
    if (this.#ended) return true;
    const bytes = this.#patch === null ? chunk : this.#patched(chunk);
    if (bytes === null) return true;
    this.#started = true;
    this.#bytes += bytes.length;
    if (this.#sink.relay(bytes, more)) return true;
    this.#waitForClient();
    return false;
  }

  #patched(chunk: Buffer): Buffer | null {
    const bytes = this.#patch?.push(chunk, false) ?? null;
    if (this.#patch?.done === true) this.#patch = null;
    return bytes;
  }

  #waitForClient(): void {
    const { connection } = this.#lease;
    this.#sink.drained().then(
      () => connection.resume(),
      // The client is gone: the session aborts, which stops the statement; its rest must flow to get there.
      () => connection.resume(),
    );
  }

  end(chunk: Buffer, terminalAt: number, terminal: Terminal): void {
    if (!this.#finish()) return;
    const { error } = terminal;
    if (error === null && this.#expired()) {
      this.#endExpired(terminal.warnings);
      return;
    }
    const cancelled = error?.errno === interruptedErrno && this.#execution.signal.aborted;
    // A KILL may still be on its way, and must not hit the connection's next user: only a transaction keeps it, and only
    // when the KILL has done its work.
    const known = cancelled && this.#execution.scope.inTransaction;
    this.#lease.done(this.#killing && !known, terminal.warnings);
    let bytes = chunk;
    let at = terminalAt;
    if (this.#patch !== null) {
      const terminalBytes = chunk.length - terminalAt;
      bytes = this.#patch.push(chunk, true) ?? chunk;
      at = bytes.length - terminalBytes;
    }
    this.#execution.observer.shardRows(this.#shard.id, 0, this.#bytes + at);
    if (error === null) {
      this.#sink.relayEnd(bytes, at, terminal);
      return;
    }
    const shown = cancelled ? cancelReason(this.#execution.signal) : renameError(error, this.#shard);
    if (shown === error) this.#sink.relayEnd(bytes, at, terminal);
    else this.#sink.relayEnd(withErrorPacket(bytes, at, shown), at, { ...terminal, error: shown });
  }

  /**
   * Whether a read that ended well ended too late: on MySQL a killed SLEEP() answers with a row. The client hears why the
   * statement was stopped, unless that was somebody's KILL QUERY, to which one server would answer so too.
   */
  #expired(): boolean {
    const { signal, plan } = this.#execution;
    if (!this.#killing || this.#started || !plan.readOnly || !signal.aborted) return false;
    return cancelReason(signal).errno !== interruptedErrno;
  }

  /**
   * MySQL ignores a KILL QUERY that finds nothing running: once it is answered, a transaction's connection is safe. On other
   * servers, and when no answer came, it may still strike.
   */
  async #endExpired(warnings: number): Promise<void> {
    const { signal, scope, flavour } = this.#execution;
    const startedAt = performance.now();
    await this.#killed;
    const isOver = flavour === 'mysql' && performance.now() - startedAt < killedWithinMs;
    this.#lease.done(!(scope.inTransaction && isOver), warnings);
    this.#sink.fail(cancelReason(signal));
  }

  lost(error: SqlError, next: number | null = null): void {
    if (!this.#finish()) return;
    this.#lease.done(true);
    if (this.#killing) this.#sink.fail(cancelReason(this.#execution.signal), next);
    else if (this.#started || this.#onLost === null || !this.#onLost()) this.#sink.fail(error, next);
  }

  /** The statement could not be sent: an error of the preparation before it. */
  failUnsent(error: unknown): void {
    if (!(error instanceof SqlError)) throw error;
    if (!this.#finish()) return;
    this.#lease.done(!this.#lease.connection.alive || this.#killing);
    this.#sink.fail(renameError(error, this.#shard));
  }

  /** False when the response was given up before. */
  #finish(): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    const execution = this.#execution;
    if (this.#onAbort === null) execution.watchCancel?.(null);
    else execution.signal.removeEventListener('abort', this.#onAbort);
    return true;
  }

  /** The statement is stopped on its server; when that does not end it in time, the connection is given up. */
  cancelled(): void {
    if (this.#ended || this.#killing) return;
    const { connection } = this.#lease;
    this.#killing = true;
    connection.resume();
    this.#killed = this.#execution.gateway.killQuery(connection);
    const timer = setTimeout(() => {
      // Losing it ends the answer.
      if (!this.#ended) connection.destroy();
    }, killedWithinMs);
    timer.unref();
  }
}
