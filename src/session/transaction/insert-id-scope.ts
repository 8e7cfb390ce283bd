// An INSERT after which only its server knows what LAST_INSERT_ID() says: it is told before what the session has, and asked after.
import type { Lease } from '../../backend/contract.ts';
import type { AtomicUnit, ConnectionScope, ScopedLease } from '../../engine/contract.ts';
import { sendStatement } from '../servers/backend-command.ts';
import { readResult } from '../servers/backend-read.ts';
import type { SessionState } from '../state.ts';

/** The telling travels with the statement; the asking follows the client's answer. */
export class InsertIdScope implements ConnectionScope {
  readonly #state: SessionState;
  readonly #inner: ConnectionScope;
  #asked: Promise<void> = Promise.resolve();

  constructor(state: SessionState, inner: ConnectionScope) {
    this.#state = state;
    this.#inner = inner;
  }

  get inTransaction(): boolean {
    return this.#inner.inTransaction;
  }

  /** Resolves when the session knows. */
  finished(): Promise<void> {
    return this.#asked;
  }

  tryAcquire(): ScopedLease | null {
    return null;
  }

  async acquire(
    shardId: string,
    use: { readonly writes: boolean; readonly signal: AbortSignal },
  ): Promise<ScopedLease> {
    const lease = await this.#inner.acquire(shardId, use);
    sendStatement(lease.connection, `SET last_insert_id = ${this.#state.lastInsertId}`, () => {});
    return {
      connection: lease.connection,
      done: (broken, warnings) => {
        this.#asked = this.#ask(lease, broken, warnings ?? 0);
      },
    };
  }

  beginUnit(shardIds: readonly string[], signal: AbortSignal, asksSetting = false): Promise<AtomicUnit> {
    // Rows that were read from elsewhere: what is inserted is numbers the client gives.
    return this.#inner.beginUnit(shardIds, signal, asksSetting);
  }

  workspace(shardId: string, signal: AbortSignal): Promise<Lease> {
    return this.#inner.workspace(shardId, signal);
  }

  async #ask(lease: ScopedLease, broken: boolean, warnings: number): Promise<void> {
    if (broken || !lease.connection.alive) return lease.done(true);
    try {
      // Asking forgets the statement's warnings; with some, they are what is looked for first.
      const warned = warnings > 0 ? await this.#state.warningsOn(lease.connection) : [];
      const { rows } = await readResult(lease.connection, 'SELECT LAST_INSERT_ID()');
      this.#state.lastInsertId = BigInt(rows[0]?.[0] ?? 0);
      this.#state.warnings = [...this.#state.warnings, ...warned];
      lease.done(false);
    } catch {
      lease.done(true);
    }
  }
}
