// One shard's part of a transaction: a local transaction, or a branch of a distributed one.
import type { BackendConnection, Lease, Terminal } from '../../backend/contract.ts';
import type { ScopedLease } from '../../engine/contract.ts';
import type { SqlText } from '../../sql/mode.ts';
import { runStatement, sendStatement } from '../servers/backend-command.ts';
import { keptAsLease } from './scope-leases.ts';

const statusInTransaction = 1;

/**
 * No server sees a circle of waits that leads over several. With more than one shard in a transaction a wait for a lock
 * therefore ends sooner than servers' 50 s, unless the client has named a time itself; what was set before comes back.
 * The cast: to MySQL the least of an unsigned and a signed number is a decimal, which the variable does not take.
 */
const lockWaitSecondsMax = 8;
/** For one statement (MariaDB). */
export const limitedLockWait = `innodb_lock_wait_timeout=LEAST(@@innodb_lock_wait_timeout, ${lockWaitSecondsMax})`;
const limitLockWaits = `SET @__sg_wait = @@innodb_lock_wait_timeout, innodb_lock_wait_timeout = CAST(LEAST(@@innodb_lock_wait_timeout, ${lockWaitSecondsMax}) AS SIGNED)`;
const restoreLockWaits = `SET innodb_lock_wait_timeout = IF(@@innodb_lock_wait_timeout = LEAST(@__sg_wait, ${lockWaitSecondsMax}), @__sg_wait, @@innodb_lock_wait_timeout), @__sg_wait = NULL`;
const restoreTimeoutMs = 5_000;

/*
 *   local:        open ── COMMIT, ROLLBACK ──> ended
 *   distributed:  open ── XA END, COMMIT ONE PHASE or ROLLBACK ──> ended
 *                  └──── XA END, PREPARE ──> prepared ── XA COMMIT, XA ROLLBACK ──> ended
 */

/** Stays with the transaction whatever single statements do; given back by `finish`. */
export class Branch implements ScopedLease {
  readonly shardId: string;
  readonly connection: BackendConnection;
  /** XA id as SqlText; null for a local transaction. */
  readonly xid: SqlText | null;
  #lease: Lease;
  readonly #collectWarnings: (connection: BackendConnection) => Promise<void>;
  #writer: boolean;
  #broken = false;
  #prepared = false;
  #lockWaitsLimited = false;
  #retired = false;
  #handedOver = false;

  constructor(
    shardId: string,
    lease: Lease,
    writer: boolean,
    xid: SqlText | null,
    collectWarnings: (connection: BackendConnection) => Promise<void>,
  ) {
    this.shardId = shardId;
    this.#lease = lease;
    this.connection = lease.connection;
    this.#writer = writer;
    this.xid = xid;
    this.#collectWarnings = collectWarnings;
  }

  /** Gives the lease away to who keeps the connection beyond the transaction. */
  handOver(): Lease {
    const lease = this.#lease;
    this.#lease = keptAsLease(lease.connection);
    this.#handedOver = true;
    return lease;
  }

  /** It wrote or locked rows: its COMMIT matters. */
  get writer(): boolean {
    return this.#writer;
  }

  /** Its transaction is lost: the connection is, or the server has rolled it back by itself. */
  get broken(): boolean {
    return this.#broken || !this.connection.alive;
  }

  /** XA PREPARE was sent: the branch may outlive its connection. */
  get prepared(): boolean {
    return this.#prepared;
  }

  markWriter(): void {
    this.#writer = true;
  }

  markBroken(): void {
    this.#broken = true;
  }

  done(broken: boolean, warnings = 0): void {
    if (broken) this.markBroken();
    else if (warnings > 0) this.#collectWarnings(this.connection).catch(() => this.markBroken());
  }

  /**
   * Sends what opens the transaction, in one write with the statement that follows. `before`: what must precede it
   * (SET TRANSACTION); `begin`: how a local one begins; `after`: savepoints to repeat.
   */
  open(before: readonly SqlText[], begin: SqlText, after: readonly SqlText[]): void {
    const own = this.xid === null ? begin : `XA START ${this.xid}`;
    for (const sql of [...before, own, ...after]) this.#send(sql);
  }

  /** The transaction has reached a second shard. Sent with whatever comes next. */
  limitLockWaits(): void {
    if (this.#lockWaitsLimited) return;
    this.#lockWaitsLimited = true;
    this.#send(limitLockWaits);
  }

  /** The client has changed the limit meanwhile: what the connection had before is not known any more. */
  forgetLockWaits(): void {
    if (this.#lockWaitsLimited) this.#retired = true;
  }

  /** Its connection is closed instead of given back. */
  retire(): void {
    this.#retired = true;
  }

  #send(sql: SqlText): void {
    sendStatement(this.connection, sql, (terminal, lost) => {
      if (lost !== null || terminal?.error) this.markBroken();
    });
  }

  run(sql: SqlText): Promise<Terminal> {
    return runStatement(this.connection, sql);
  }

  /** Commits it alone, without a second phase. */
  async commit(): Promise<void> {
    if (this.xid === null) await this.run('COMMIT');
    else await this.#inOrder(this.run(`XA END ${this.xid}`), this.run(`XA COMMIT ${this.xid} ONE PHASE`));
  }

  async prepare(): Promise<void> {
    this.#prepared = true;
    await this.#inOrder(this.run(`XA END ${this.xid}`), this.run(`XA PREPARE ${this.xid}`));
  }

  async commitPrepared(): Promise<void> {
    await this.run(`XA COMMIT ${this.xid}`);
  }

  /** Never rejects: a branch that cannot roll back is closed by `finish`, which rolls back what was not prepared. */
  async rollback(): Promise<void> {
    if (this.broken) return;
    try {
      if (this.xid === null) await this.run('ROLLBACK');
      else await this.#rollbackDistributed(this.xid);
    } catch {
      this.markBroken();
    }
  }

  /** XA END is refused where it is ended or doomed already (after a deadlock only XA ROLLBACK works); both are sent at once. */
  async #rollbackDistributed(xid: SqlText): Promise<void> {
    const ended = this.run(`XA END ${xid}`).catch(() => null);
    await this.run(`XA ROLLBACK ${xid}`);
    await ended;
  }

  /** Both in one write; when the first fails, its error says why the second did too. */
  async #inOrder(first: Promise<unknown>, second: Promise<unknown>): Promise<void> {
    const [one, other] = await Promise.allSettled([first, second]);
    if (other.status === 'fulfilled') return;
    throw one.status === 'rejected' ? one.reason : other.reason;
  }

  /** Closes the connection when its branch may still be prepared: MariaDB lets nobody else end it before. */
  abandonPrepared(): void {
    if (this.#prepared && (this.broken || this.#inTransaction)) this.connection.destroy();
  }

  get #inTransaction(): boolean {
    return (this.connection.status & statusInTransaction) !== 0;
  }

  /**
   * Gives the connection back after the transaction's end. One on which the server still sees a transaction is closed; that
   * includes a prepared branch, which COM_RESET_CONNECTION would make unreachable on MariaDB, losing its COMMIT.
   */
  finish(): void {
    if (!this.#lockWaitsLimited || !this.#isClean) this.#giveBack();
    // What a session has taken over runs its next statement soon: the order must stay.
    else if (this.#handedOver) void this.#restoreLockWaits();
    else setImmediate(() => void this.#restoreLockWaits());
  }

  /** Only the connection's next user waits for it: who ended the transaction has its answer by then. */
  async #restoreLockWaits(): Promise<void> {
    this.#lockWaitsLimited = false;
    const timer = setTimeout(() => this.connection.destroy(), restoreTimeoutMs);
    await this.run(restoreLockWaits).catch(() => this.markBroken());
    clearTimeout(timer);
    this.#giveBack();
  }

  #giveBack(): void {
    if (this.#isClean) this.#lease.release();
    else this.#lease.discard();
  }

  get #isClean(): boolean {
    return !this.broken && !this.#retired && this.connection.pending === 0 && !this.#inTransaction;
  }
}
