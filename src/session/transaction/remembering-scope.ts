// Statements that change what their server remembers of the session: it is told before, and asked after.
import type { BackendConnection } from '../../backend/contract.ts';
import type { AtomicUnit, ConnectionScope, ScopedLease, WorkspaceLease } from '../../engine/contract.ts';
import { ownCharset } from '../../engine/read-scope.ts';
import { quoteIdentifier } from '../../text/quote.ts';
import { sendStatement } from '../servers/backend-command.ts';
import { readResult } from '../servers/backend-read.ts';
import type { SessionState } from '../state.ts';
import { literalOf, settableValue } from '../variables/variable-literal.ts';

/** What a statement may change. */
export interface Remembered {
  /** User variables, lower case. */
  readonly variables: readonly string[];
  /** What LAST_INSERT_ID() says. */
  readonly insertId: boolean;
}

/** Where a statement's connections come from. */
export type Connections = Pick<ConnectionScope, 'inTransaction' | 'acquire' | 'beginUnit' | 'workspace'>;

/** Telling is pipelined in front of the statement; asking follows the client's answer. */
export class RememberingScope implements ConnectionScope {
  protected readonly state: SessionState;
  protected inner: Connections;
  readonly #remembered: Remembered;
  #asked: Promise<unknown> = Promise.resolve();

  constructor(state: SessionState, inner: Connections, remembered: Remembered) {
    this.state = state;
    this.inner = inner;
    this.#remembered = remembered;
  }

  get inTransaction(): boolean {
    return this.inner.inTransaction;
  }

  /** Resolves when the session knows what its connection remembers. */
  finished(): Promise<unknown> {
    return this.#asked;
  }

  tryAcquire(): ScopedLease | null {
    return null;
  }

  async acquire(
    shardId: string,
    use: { readonly writes: boolean; readonly signal: AbortSignal },
  ): Promise<ScopedLease> {
    return this.remembering(await this.inner.acquire(shardId, use));
  }

  /** A unit that needs it asks for itself. */
  beginUnit(shardIds: readonly string[], signal: AbortSignal, asksSetting = false): Promise<AtomicUnit> {
    return this.inner.beginUnit(shardIds, signal, asksSetting);
  }

  workspace(shardId: string, signal: AbortSignal): Promise<WorkspaceLease> {
    return this.inner.workspace(shardId, signal);
  }

  /** A lease whose connection is told now, and asked when it is done. */
  protected remembering(lease: ScopedLease): ScopedLease {
    this.#tell(lease.connection);
    let asked = (): void => {};
    const asking = new Promise<void>((resolve) => {
      asked = resolve;
    });
    this.#asked = Promise.all([this.#asked, asking]);
    return {
      connection: lease.connection,
      done: (broken, warnings) => void this.#ask(lease, broken, warnings ?? 0).then(asked),
    };
  }

  #tell(connection: BackendConnection): void {
    const { variables, insertId } = this.#remembered;
    const { userVariables, settings, lastInsertId } = this.state;
    const assignments = variables.map(
      (name) => `@${quoteIdentifier(name)} = ${settableValue(userVariables.get(name), settings)}`,
    );
    if (insertId) assignments.push(`last_insert_id = ${lastInsertId}`);
    if (assignments.length > 0) sendStatement(connection, `SET ${assignments.join(', ')}`, () => {});
  }

  async #ask(lease: ScopedLease, broken: boolean, warnings: number): Promise<void> {
    const { connection } = lease;
    if (broken || !connection.alive) return lease.done(true);
    try {
      // Asking forgets the statement's warnings; with some, they are what is looked for first.
      const warned = warnings > 0 ? await this.state.warningsOn(connection) : [];
      await this.#take(connection);
      this.state.addWarnings(warned);
      lease.done(false);
    } catch {
      lease.done(true);
    }
  }

  async #take(connection: BackendConnection): Promise<void> {
    const { variables, insertId } = this.#remembered;
    const names = variables.map((name) => `@${quoteIdentifier(name)}`);
    const items = names.flatMap((name) => [
      name,
      `NULLIF(COLLATION(${name}), @@SESSION.collation_connection)`,
    ]);
    if (names.length > 0) sendStatement(connection, ownCharset, () => {});
    const reading = readResult(connection, `SELECT ${['LAST_INSERT_ID()', ...items].join(', ')}`);
    if (names.length > 0) {
      // The values leave the connection with the session: the next one to use it must not see them.
      const clearing = names.map((name) => `${name} = NULL`).join(', ');
      sendStatement(connection, `SET ${connection.charsetSql}, ${clearing}`, () => {});
    }
    const { columns, rows } = await reading;
    const [number, ...values] = rows[0] ?? [];
    for (const [index, name] of variables.entries()) {
      const sql = literalOf(columns[1 + 2 * index], values[2 * index] ?? null);
      this.state.userVariables.set(name, { sql, collation: values[2 * index + 1] ?? null });
    }
    if (insertId) this.state.lastInsertId = BigInt(number ?? 0);
  }
}
