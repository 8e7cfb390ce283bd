// The workspace's side of a gather: one server session that holds the fragments as temporary tables and runs the finish.
import type { BackendConnection } from '../../backend/contract.ts';
import { SqlError } from '../../errors/sql-error.ts';
import { quoteIdentifier } from '../../text/quote.ts';
import type { ColumnDefinition } from '../../value/column-definition.ts';
import { closeStatement, prepareStatement, runStatement } from '../backend-call.ts';
import { untilCancelled } from '../cancel.ts';
import { queryPayload } from '../command-payload.ts';
import type { Execution, WorkspaceLease } from '../contract.ts';
import { RowStream } from '../merge/row-stream.ts';
import type { RowFormat } from '../merge/row-views.ts';
import { type ParamText, prepareRun } from '../param-text.ts';

/**
 * The fill stores values as they were read: invalid and zero dates are values, times are UTC, names are UTF-8; anything
 * that would be cut or rounded is an error. The session's own settings are kept aside and come back for the finish, and so does
 * what LAST_INSERT_ID() says: rows of a table without keys get numbers.
 */
const fillMode =
  "sql_mode=_utf8mb4'STRICT_ALL_TABLES,ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO', character_set_client=utf8mb4";
/** A cell that is no member of its ENUM (number 0, shown as '') is stored by no strict mode. */
const laxMode = "sql_mode=_utf8mb4'ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO'";
const fillSettings =
  'SET @__sg_mode=@@sql_mode, @__sg_zone=@@time_zone, @__sg_client=@@character_set_client, ' +
  '@__sg_id=LAST_INSERT_ID(), ' +
  `time_zone=_utf8mb4'+00:00', ${fillMode}`;
/**
 * A FROM of the client's own (ON conditions, derived tables) means what it means in the client's sql_mode; but constants in it
 * that a SELECT only warns of must not become errors of the CREATE.
 */
const strictModes =
  'STRICT_TRANS_TABLES|STRICT_ALL_TABLES|TRADITIONAL|NO_ZERO_IN_DATE|NO_ZERO_DATE|ERROR_FOR_DIVISION_BY_ZERO';
const clientSettings =
  `SET sql_mode=TRIM(BOTH ',' FROM REGEXP_REPLACE(@__sg_mode, '(${strictModes}),?', '')), ` +
  'character_set_client=@__sg_client';
const ownSettings =
  'SET sql_mode=@__sg_mode, time_zone=@__sg_zone, character_set_client=@__sg_client, last_insert_id=@__sg_id, ' +
  '@__sg_mode=NULL, @__sg_zone=NULL, @__sg_client=NULL, @__sg_id=NULL';

/** Statements on their way to the server, beyond which whoever fills waits. */
const inFlightBytesMax = 2 << 20;

/** A table made as it was made last time, before this time's shape is known. */
interface Expected {
  readonly sql: string;
  /** Its error counts when the shape proves to be the same. */
  readonly made: Promise<unknown>;
}

/**
 *     open -> [describe] -> beginFill -> [expect] -> create/insert... -> endFill -> finish -> close
 *
 * Everything is pipelined: a small gather's tables, rows, finish and drops travel in one write. The first error is kept
 * (`failure`); what follows it fails too and is not heard. After an error anywhere `abandon` closes the connection, which
 * drops its temporary tables.
 */
export class WorkspaceSession {
  readonly #lease: WorkspaceLease;
  readonly #signal: AbortSignal;
  readonly #tables: string[] = [];
  /** Prepared statements that nobody runs; closing them alone would be a write of its own. */
  readonly #described: number[] = [];
  /** Tables made before their shape was known, by name. */
  readonly #expected = new Map<string, Expected>();
  #inFlightBytes = 0;
  #wake: (() => void)[] = [];
  #failure: SqlError | null = null;
  /** All that was posted, answered and heard. */
  #posted: Promise<unknown> = Promise.resolve();
  #ended = false;

  private constructor(lease: WorkspaceLease, signal: AbortSignal) {
    this.#lease = lease;
    this.#signal = signal;
  }

  static async open(execution: Execution, shardId: string): Promise<WorkspaceSession> {
    const { scope, signal } = execution;
    return new WorkspaceSession(await scope.workspace(shardId, signal), signal);
  }

  get connection(): BackendConnection {
    return this.#lease.connection;
  }

  /** Prepares a statement for its metadata only; it is closed with the fill. */
  async describe(sql: string): Promise<readonly ColumnDefinition[]> {
    const { id, columns } = await prepareStatement(this.connection, sql);
    this.#described.push(id);
    return columns;
  }

  /** The first statement that failed: the reason why the finish fails. */
  get failure(): SqlError | null {
    return this.#failure;
  }

  /** Goes in front of the first CREATE. */
  beginFill(): void {
    this.#post(fillSettings);
  }

  /** Runs a CREATE while the fragment is still read: `create` with the same text finds its table made. */
  expect(table: string, sql: string): void {
    this.#tables.push(table);
    const made = this.#run(sql);
    made.catch(() => {});
    this.#expected.set(table, { sql, made });
  }

  /** `clientText`: the statement holds text of the client's. False: another table was expected, and was made in vain. */
  create(table: string, sql: string, clientText: boolean): boolean {
    const expected = this.#expected.get(table);
    if (expected?.sql === sql) {
      expected.made.catch((error: unknown) => this.#failed(error));
      return true;
    }
    if (expected === undefined) this.#tables.push(table);
    else this.#post(`DROP TEMPORARY TABLE IF EXISTS ${quoteIdentifier(table)}`);
    if (clientText) this.#post(clientSettings);
    this.#post(sql);
    if (clientText) this.#post(`SET ${fillMode}`);
    return expected === undefined;
  }

  /**
   * `reword` makes the client's error of the server's; `lax`: the rows hold values that a strict mode does not store.
   * Resolves when the next rows may come.
   */
  async insert(sql: string, reword: (error: SqlError) => SqlError, lax: boolean): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    if (lax) this.#post(`SET ${laxMode}`);
    this.#post(sql, reword);
    if (lax) this.#post(`SET ${fillMode}`);
    while (this.#inFlightBytes > inFlightBytesMax) {
      const answered = new Promise<void>((resolve) => {
        this.#wake.push(resolve);
      });
      await untilCancelled(answered, this.#signal);
    }
    if (this.#failure !== null) throw this.#failure;
  }

  /** MySQL cannot open a temporary table twice in one statement: each reference gets its own. */
  copy(from: string, to: string): void {
    this.#post(`INSERT INTO ${quoteIdentifier(to)} SELECT * FROM ${quoteIdentifier(from)}`);
  }

  endFill(): void {
    for (const id of this.#described) closeStatement(this.connection, id);
    this.#post(ownSettings);
  }

  /**
   * Rejects with the first failure of the fill. Called when the finish is answered, so that the fill is too: a table that lacks
   * rows does not make the finish fail.
   */
  async filled(): Promise<void> {
    await this.#posted;
    if (this.#failure !== null) throw this.#failure;
  }

  /** Sends the finish; its rows come through the stream. The DROPs go out right behind it. */
  async finish(text: ParamText, wrap: (sql: string) => string, format: RowFormat): Promise<RowStream> {
    const stream = new RowStream(this.connection);
    if (format === 'text') {
      this.connection.send(queryPayload(wrap(text.spelled)), stream);
    } else {
      try {
        const { id, payload } = await prepareRun(this.connection, text, wrap);
        this.connection.send(payload, stream);
        closeStatement(this.connection, id);
      } catch (error) {
        if (!(error instanceof SqlError)) throw error;
        stream.failUnsent(error, this.connection.alive);
      }
    }
    return stream;
  }

  /**
   * Drops the tables and gives the connection back, behind the client's answer. The finish must have been answered;
   * `warnings`: how often it warned; `reword` makes the client's message of the server's.
   */
  close(warnings: number, reword: (message: string) => string): void {
    if (this.#ended) return;
    this.#ended = true;
    // A DROP forgets them. A connection that fails to tell them fails to drop as well.
    if (warnings > 0) this.#lease.collectWarnings?.(reword).catch(() => {});
    const drops = this.#tables.map(quoteIdentifier).join(', ');
    if (drops.length === 0) {
      this.#lease.release();
      return;
    }
    runStatement(this.connection, `DROP TEMPORARY TABLE IF EXISTS ${drops}`).then(
      () => this.#lease.release(),
      () => this.#lease.discard(),
    );
  }

  /** The state is unknown: what runs is stopped and the connection closed. */
  abandon(execution: Execution): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.connection.pending === 0) {
      this.#lease.discard();
      return;
    }
    execution.gateway.killQuery(this.connection).then(
      () => this.#lease.discard(),
      () => this.#lease.discard(),
    );
  }

  #post(sql: string, reword: (error: SqlError) => SqlError = (error) => error): void {
    const heard = this.#run(sql).catch((error: unknown) =>
      this.#failed(error instanceof SqlError ? reword(error) : error),
    );
    this.#posted = Promise.all([this.#posted, heard]);
  }

  /** The first failure is the reason why the finish fails. */
  #failed(error: unknown): void {
    if (error instanceof SqlError) this.#failure ??= error;
  }

  async #run(sql: string): Promise<void> {
    this.#inFlightBytes += sql.length;
    try {
      await runStatement(this.connection, sql);
    } finally {
      this.#inFlightBytes -= sql.length;
      const wake = this.#wake;
      this.#wake = [];
      for (const resolve of wake) resolve();
    }
  }
}
