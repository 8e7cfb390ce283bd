// What the engine is given and what it gives back: the whole surface between sessions and plan execution.
import type { Gateway, Lease, SharedConnection, Terminal } from '../backend/contract.ts';
import type { SqlError } from '../errors/sql-error.ts';
import type { Plan } from '../plan/nodes.ts';
import type { ValueSource } from '../text/render.ts';
import type { BindValue } from '../value/bind-value.ts';
import type { ColumnDefinition } from '../value/column-definition.ts';
import type { LiteralCharset } from '../vindex/canonical/canonical-text.ts';
import type { ShardMap } from '../vindex/shard-map.ts';
import type { LookupAnswers } from './lookup/lookup-answers.ts';

/** The values of the running statement: literals by slot, list members, parameters. Lookups are O(1). */
export interface BindValues {
  slot(slot: number): BindValue;
  /** Members of a list slot; for a rows slot its number of rows; 0 for a slot that is one literal. */
  itemCount(slot: number): number;
  item(slot: number, item: number): BindValue;
  /** Cells per row of a rows slot; 1 for a list slot. */
  itemWidth(slot: number): number;
  /** Cell of a rows slot. */
  cell(slot: number, row: number, cell: number): BindValue;
  /** Text of one row (with parentheses) of a rows slot; of one member of a list slot. */
  itemText(slot: number, item: number): string;
  /** Text from the first to the last item of a list or rows slot. */
  slotText(slot: number): string;
  param(index: number): BindValue;
  readonly paramCount: number;
  /** The same values, with parameters as `spell` gives them, asked in the order in which they are spelled. */
  spelling(spell: (index: number) => BindValue): ValueSource;
}

/** The running statement as the client sent it. */
export interface RunningStatement {
  /** The client's packet(s) with header(s), sequence starting at 0, when they may be relayed as they are; else null. */
  readonly packets: Buffer | null;
  /** SqlText of the statement. */
  readonly text: string;
  /**
   * For a prepared execution (format binary): the COM_STMT_EXECUTE packets for this connection, id patched and parameter
   * types inserted where the connection's handle is new; `sql` is the rendered text whose handle is wanted. A promise only
   * when the statement must be prepared there first. null for text statements.
   */
  readonly prepared: PreparedRelay | null;
  /** Beside `prepared` null: the values of a prepared execution, for texts of the engine's own alone. */
  readonly params?: PreparedParams;
  /**
   * How the client wants rows. Statements whose text still holds the client's `?` run through `prepared`; others (a
   * template that spells parameters out, merges, finishes) are prepared by the engine for their one execution.
   */
  readonly format: 'text' | 'binary';
}

export interface PreparedParams {
  /**
   * COM_STMT_EXECUTE with the client's values for a handle of the engine's own, whose n-th `?` is the client's parameter
   * `order[n]`.
   */
  payloadFor(handle: number, order: readonly number[]): Buffer;
}

export interface PreparedRelay extends PreparedParams {
  /** The packets when the connection has the handle already, else null: nothing is sent. */
  readyFor(connection: Lease['connection'], sql: string): Buffer | null;
  packetsFor(connection: Lease['connection'], sql: string): Buffer | Promise<Buffer>;
}

/**
 * Where connections come from: the session's transaction (its connection per shard, opened lazily with BEGIN and replayed
 * savepoints) or the pools. The engine returns every lease it took through `done`, whatever happened.
 */
export interface ConnectionScope {
  /** True when statements join a transaction (or autocommit=0). */
  readonly inTransaction: boolean;
  /** A connection on which a statement of this session may run. */
  acquire(shardId: string, use: ConnectionUse & { readonly signal: AbortSignal }): Promise<ScopedLease>;
  /** Same without a promise, when one is at hand; null otherwise. */
  tryAcquire(shardId: string, use: ConnectionUse): ScopedLease | null;
  /** See `Gateway.tryShare`; null also when the session's statements need connections of their own. Absent: they always do. */
  tryShare?(shardId: string): SharedConnection | null;
  /**
   * Makes the next writes on several shards one unit: inside a transaction a savepoint on each, else a transaction of its
   * own. `commit` or `rollback` ends it. `asksSetting`: each of its statements is sent with the unit's `statementSetting`.
   */
  beginUnit(shardIds: readonly string[], signal: AbortSignal, asksSetting?: boolean): Promise<AtomicUnit>;
  /**
   * A workspace session: autocommit, its own, never the transaction's, with the session's settings and the shard's database.
   * It is held while other leases are waited for (see `EngineLimits.gathersMax`).
   */
  workspace(shardId: string, signal: AbortSignal): Promise<WorkspaceLease>;
}

export interface WorkspaceLease extends Lease {
  /**
   * Asks for the warnings of the last answer on the session's behalf, before what is sent next; `reword` makes the client's
   * message of the server's. Absent: nobody will.
   */
  readonly collectWarnings?: (reword: (message: string) => string) => Promise<void>;
}

/** What a connection is wanted for. */
export interface ConnectionUse {
  /** The statement changes rows or locks them. */
  readonly writes: boolean;
  /** Rows are wanted as they are stored, if that comes for nothing; see `ScopedLease.asStored`. */
  readonly asStored?: boolean;
}

export interface ScopedLease {
  readonly connection: Lease['connection'];
  /** Text comes in its column's own character set, and no sql_select_limit cuts results; else both are the session's. */
  readonly asStored?: boolean;
  /**
   * Gives it back: to the transaction, or to the pool. `broken`: its state is unknown (cancelled mid-way). `warnings`: count
   * of the last response, so that the session can fetch them before anything else runs there. Never throws.
   */
  done(broken: boolean, warnings?: number): void;
}

export interface AtomicUnit {
  /** What `SET STATEMENT ... FOR` is to set for its statements (MariaDB); absent: nothing. */
  readonly statementSetting?: string;
  /**
   * The connection of a shard, which takes part in the unit from then on: one named at the beginning, or another, for
   * statements that find out on their way where they write.
   */
  join(shardId: string, signal: AbortSignal): Promise<ScopedLease>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/**
 * The client's side of one response. Either relayed bytes (relay*, relayEnd) or a composed result (columns, rows, end), or
 * ok, or fail: exactly one ending, after every lease was given back. `fail` may follow relayed bytes or rows (a result that
 * broke off). Status flags, sequence ids of composed packets and the EOF style are the sink's business.
 */
export interface ResultSink {
  /**
   * Packets as a backend sent them. Returns false when the client reads slowly: stop until `drained`. `more`: another call
   * follows at once.
   */
  relay(chunk: Buffer, more?: boolean): boolean;
  /** The final bytes of a relayed response; the terminal packet starts at `terminalAt`; its status bytes are replaced here. */
  relayEnd(chunk: Buffer, terminalAt: number, terminal: Terminal): void;
  /** Begins a composed result set. */
  columns(columns: readonly ColumnDefinition[]): void;
  /** Row payloads without packet headers, in the format of the statement. Returns false when the client reads slowly. */
  rows(payloads: readonly Uint8Array[]): boolean;
  /** Ends a composed result set. `generated`: as in `OkResult`, of a statement that answers rows of what it wrote. */
  end(warnings: number, generated?: bigint | null): void;
  ok(result: OkResult): void;
  /**
   * Ends the response with an error; also in the middle of rows (it becomes the next packet). For paths without a promise to
   * reject. Behind relayed bytes `next` is the sequence id they go on with; null or absent, nothing can follow them and the
   * client is closed.
   */
  fail(error: SqlError, next?: number | null): void;
  /** Resolves when the client has taken what was written, or rejects when it is gone. */
  drained(): Promise<void>;
}

export interface OkResult {
  readonly affectedRows: bigint;
  readonly lastInsertId: bigint;
  readonly warnings: number;
  readonly info: string;
  /** `lastInsertId` is a number that Shardgate has generated: LAST_INSERT_ID() says so too. */
  readonly generated?: boolean;
}

export interface EngineLimits {
  /** Bytes a query's fragments may move into the workspace, and what one merge may hold. */
  readonly queryMemoryBytes: number;
  /**
   * Gathers that run at once; must stay below the connections a shard's pool allows, because each holds two of its
   * workspace's shard. 16 when absent.
   */
  readonly gathersMax?: number;
  /** Process-wide account: returns false when the budget is used up. */
  reserve(bytes: number): boolean;
  free(bytes: number): void;
}

/** As SHOW WARNINGS tells it. */
export interface Warned {
  readonly level: 'Note' | 'Warning' | 'Error';
  readonly code: number;
  readonly message: string;
}

/** All the engine gets. It never reaches for anything else. */
export interface Execution {
  readonly plan: Plan;
  /** Shard maps by keyspace, of the vschema version the plan was made with. */
  readonly shardMaps: ReadonlyMap<string, ShardMap>;
  readonly statement: RunningStatement;
  readonly binds: BindValues;
  readonly gateway: Gateway;
  readonly scope: ConnectionScope;
  readonly sink: ResultSink;
  readonly limits: EngineLimits;
  /** Cancels: its reason is the SqlError the client gets (1317, 3024); anything else reads as 1317. */
  readonly signal: AbortSignal;
  /**
   * Watches for the same cancelling without an AbortSignal, which costs more than the rest of a relay; null ends the watch.
   * At most one watcher at a time. Without it relays listen to `signal`.
   */
  watchCancel?(watcher: CancelWatcher | null): void;
  readonly flavour: 'mariadb' | 'mysql';
  /** character_set_client as far as routing by text cares. */
  readonly literalCharset: LiteralCharset;
  /** What lookup tables said of the plan's destinations; set by `run` before anything else looks. */
  lookups?: LookupAnswers;
  /** Absent: statements that need a sequence are refused. */
  readonly sequences?: SequenceSource;
  /** Asks the client for a file of its own (LOAD DATA LOCAL); absent when the client does not send files. */
  localFile?(name: string): ClientFile;
  /** Takes into SHOW WARNINGS what was warned of where the session does not ask by itself. */
  warned?(warnings: readonly Warned[]): void;
  /** What NOW() means, decided by the statement this execution is a part of. */
  readonly instant?: string;
  /** The client has set @@timestamp itself: NOW() is one instant already. */
  readonly ownTimestamp?: boolean;
  /** The session has set sql_safe_updates. */
  readonly safeUpdates?: boolean;
  /** Shard of the workspace for a keyspace (`Shard.id`). */
  workspaceShard(keyspace: string): string;
  /** Called once per statement sent to a shard, for metrics, VEXPLAIN and the query log. */
  readonly observer: ExecutionObserver;
}

/** Numbers for AUTO_INCREMENT columns of sharded tables. `sequence`: as the vschema of `keyspace` names it. */
export interface SequenceSource {
  /** The first of `count` consecutive new numbers. */
  reserve(keyspace: string, sequence: string, count: number, signal: AbortSignal): Promise<bigint>;
  /** The client has given this number itself: it is not given out any more. */
  skip(keyspace: string, sequence: string, used: bigint, signal: AbortSignal): Promise<void>;
  /** New 64-bit numbers, ascending; the shard with this id knows which processes make such numbers. */
  snowflakes(shardId: string, count: number, signal: AbortSignal): Promise<readonly bigint[]>;
}

/** A file the client sends. It must be read to its end before the statement is answered. */
export interface ClientFile {
  /** The client waits while nobody reads. */
  readonly chunks: AsyncIterable<Buffer>;
  /** Throws away what still comes; resolves at its end. */
  drain(): Promise<void>;
}

export interface CancelWatcher {
  /** Called once, when the statement is cancelled; `signal` is aborted by then. */
  cancelled(): void;
}

export interface ExecutionObserver {
  shardQuery(shardId: string, sql: string): void;
  shardRows(shardId: string, rows: number, bytes: number): void;
  /** A gather ended well: what it carried to its workspace. */
  workspaceRun?(rows: number, bytes: number): void;
  /** A file is being loaded: what has come of it so far. */
  loading?(rows: number, bytes: number): void;
}
