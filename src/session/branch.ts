// One shard's part of a transaction.
import type { BackendConnection, Lease, Terminal } from '../backend/contract.ts';
import type { ScopedLease } from '../engine/contract.ts';
import { runStatement } from './backend-command.ts';

const statusInTransaction = 1;

/** Stays with the transaction whatever single statements do; ended by `finish`. */
export class Branch implements ScopedLease {
  readonly shardId: string;
  readonly connection: BackendConnection;
  readonly #lease: Lease;
  #writer: boolean;
  #broken = false;

  readonly #collectWarnings: (connection: BackendConnection) => Promise<void>;

  constructor(
    shardId: string,
    lease: Lease,
    writer: boolean,
    collectWarnings: (connection: BackendConnection) => Promise<void>,
  ) {
    this.#collectWarnings = collectWarnings;
    this.shardId = shardId;
    this.#lease = lease;
    this.connection = lease.connection;
    this.#writer = writer;
  }

  /** It wrote or locked rows: its COMMIT matters. */
  get writer(): boolean {
    return this.#writer;
  }

  get broken(): boolean {
    return this.#broken || !this.connection.alive;
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

  run(sql: string): Promise<Terminal> {
    return runStatement(this.connection, sql);
  }

  /** Gives the connection back after COMMIT or ROLLBACK; closes it when the server still sees a transaction. */
  finish(): void {
    const clean = !this.broken && this.connection.pending === 0;
    if (clean && (this.connection.status & statusInTransaction) === 0) this.#lease.release();
    else this.#lease.discard();
  }
}
