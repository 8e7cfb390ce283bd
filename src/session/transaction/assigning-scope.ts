// A statement with `@x := ...`: one connection, the session's variables put there before and read back after.
import type { Lease } from '../../backend/contract.ts';
import type { AtomicUnit, ConnectionScope, ScopedLease } from '../../engine/contract.ts';
import { shardgateError } from '../../errors/catalog.ts';
import type { SqlError } from '../../errors/sql-error.ts';
import { quoteIdentifier } from '../../text/quote.ts';
import { sendStatement } from '../servers/backend-command.ts';
import { readResult } from '../servers/backend-read.ts';
import type { SessionState } from '../state.ts';
import { literalOf } from '../variables/user-variables.ts';
import { BesideScope } from './beside-scope.ts';

/**
 * Serves exactly one connection: what is assigned on one server while rows come from several would depend on an order that
 * nobody promises. Both the setting and the reading are pipelined around the statement.
 */
export class AssigningScope implements ConnectionScope {
  readonly #state: SessionState;
  readonly #names: readonly string[];
  readonly #setsInsertId: boolean;
  #inner: Pick<ConnectionScope, 'inTransaction' | 'acquire' | 'workspace'>;
  #used = false;
  #finishes = false;
  #readBack: Promise<void> = Promise.resolve();

  /** `setsInsertId`: the statement calls LAST_INSERT_ID(x). */
  constructor(state: SessionState, names: readonly string[], setsInsertId: boolean) {
    this.#state = state;
    this.#inner = state.scope;
    this.#names = names;
    this.#setsInsertId = setsInsertId;
  }

  get inTransaction(): boolean {
    return this.#inner.inTransaction;
  }

  /** For a statement without tables, which begins no transaction. */
  beside(): this {
    if (BesideScope.isNeeded(this.#state.scope)) this.#inner = new BesideScope(this.#state.scope);
    return this;
  }

  /** Resolves when the session knows the new values. */
  finished(): Promise<void> {
    return this.#readBack;
  }

  tryAcquire(): ScopedLease | null {
    return null;
  }

  async acquire(
    shardId: string,
    use: { readonly writes: boolean; readonly signal: AbortSignal },
  ): Promise<ScopedLease> {
    const lease = await this.#acquire(shardId, use);
    // Rows for a workspace, where the statement itself runs.
    if (this.#finishes) return lease;
    const before = this.#names.map(
      (name) => `@${quoteIdentifier(name)} = ${this.#state.userVariables.get(name)?.sql ?? 'NULL'}`,
    );
    if (this.#setsInsertId) before.push(`last_insert_id = ${this.#state.lastInsertId}`);
    if (before.length > 0) sendStatement(lease.connection, `SET ${before.join(', ')}`, () => {});
    return {
      connection: lease.connection,
      done: (broken, warnings) => {
        this.#readBack = this.#take(lease, broken, warnings ?? 0);
      },
    };
  }

  #acquire(...given: Parameters<ConnectionScope['acquire']>): Promise<ScopedLease> {
    if (this.#used && !this.#finishes) throw severalShards();
    this.#used = true;
    return this.#inner.acquire(...given);
  }

  async beginUnit(): Promise<AtomicUnit> {
    throw severalShards();
  }

  /** What is assigned row by row follows an order that nobody promises; what LAST_INSERT_ID(x) was last is one server's word. */
  async workspace(shardId: string, signal: AbortSignal): Promise<Lease> {
    if (this.#names.length > 0) throw severalShards();
    this.#finishes = true;
    const lease = await this.#inner.workspace(shardId, signal);
    sendStatement(lease.connection, `SET last_insert_id = ${this.#state.lastInsertId}`, () => {});
    let ended = (): void => {};
    this.#readBack = new Promise((resolve) => {
      ended = resolve;
    });
    const discard = (): void => {
      lease.discard();
      ended();
    };
    const release = (): void => {
      const done = (broken: boolean): void => (broken ? lease.discard() : lease.release());
      void this.#take({ connection: lease.connection, done }, false, 0).then(ended);
    };
    return { connection: lease.connection, release, discard, resetAndRelease: discard };
  }

  async #take(lease: ScopedLease, broken: boolean, warnings: number): Promise<void> {
    if (broken || !lease.connection.alive) {
      lease.done(true);
      return;
    }
    try {
      const items = ['LAST_INSERT_ID()', ...this.#names.map((name) => `@${quoteIdentifier(name)}`)].join(
        ', ',
      );
      // The values leave the connection with the session: the next one to use it must not see them.
      const reading = readResult(lease.connection, `SELECT ${items}`);
      const clearing = this.#names.map((name) => `@${quoteIdentifier(name)} = NULL`).join(', ');
      if (clearing !== '') sendStatement(lease.connection, `SET ${clearing}`, () => {});
      const { columns, rows } = await reading;
      for (const [index, name] of this.#names.entries()) {
        const sql = literalOf(columns[index + 1], rows[0]?.[index + 1] ?? null);
        this.#state.userVariables.set(name, { sql });
      }
      if (this.#setsInsertId) this.#state.lastInsertId = BigInt(rows[0]?.[0] ?? 0);
      lease.done(false, warnings);
    } catch {
      lease.done(true);
    }
  }
}

function severalShards(): SqlError {
  return shardgateError('SG5012');
}
