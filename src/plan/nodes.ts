// The plan: immutable, printable data the planner makes and the engine runs. Neither side imports the other.
import type { Template, ValueRef } from '../text/template.ts';
import type { RoutingColumn, RoutingKey } from '../vindex/routing-key.ts';
import type { Destination } from './destination.ts';
import type { RowLookup, RowTarget } from './row-target.ts';

/** Value of the `plan` metric label; a statement that mixes takes the most expensive of its parts. */
export type PlanLabel =
  | 'unsharded'
  | 'reference'
  | 'equal_unique'
  | 'equal'
  | 'in'
  | 'range'
  | 'scatter'
  | 'gather'
  | 'insert'
  | 'update'
  | 'delete'
  | 'ddl'
  | 'session'
  | 'none';

export interface Plan {
  readonly label: PlanLabel;
  /** Keyspace of metrics and of one-shard execution; the first one for statements over several. */
  readonly keyspace: string;
  /** One line per decision, in the order they were taken. */
  readonly reasons: readonly string[];
  readonly root: PlanNode;
  /** Destinations below `root` that need the rows of a lookup table, equal ones together; absent when there are none. */
  readonly lookups?: readonly (readonly LookupDestination[])[];
  /** Reads rows only (may be retried, sent to a replica). */
  readonly readOnly: boolean;
  /**
   * At most one row, found by a unique key, with nothing computed: may share a connection with reads of other sessions.
   * Absent: it may not.
   */
  readonly pointRead?: true;
  /** Takes row locks (FOR UPDATE / SHARE) or writes: joins the session's transaction as a writer. */
  readonly locks: boolean;
  /**
   * Of label ddl, yet no server commits for it: it runs in the session's transaction. `kept`: what it leaves behind
   * (temporary tables) is its connection's, which the session keeps; `call`: nobody knows what it leaves behind. Absent: it
   * commits.
   */
  readonly joins?: 'plainly' | 'kept' | 'call';
  /** Of the directive QUERY_TIMEOUT_MS; absent: the session's. */
  readonly timeoutMs?: number;
  /** Of an INSERT; absent: LAST_INSERT_ID() is the number in its OK. */
  readonly insertId?: InsertIdRule;
  /** A write that answers rows (RETURNING). */
  readonly returns?: true;
}

/**
 * An OK names the AUTO_INCREMENT value of a row that was stored, LAST_INSERT_ID() remembers generated ones only:
 *  - given: the client gives the numbers, unless the engine says that it has generated some
 *  - ask: only the server knows
 */
export type InsertIdRule = 'given' | 'ask';

/** A destination by values; of a lookup vindex where its table is asked before the statement's shards are known. */
export type LookupDestination = Extract<Destination, { readonly kind: 'equal' | 'in' }>;

export type PlanNode =
  | RouteNode
  | ScatterNode
  | GatherNode
  | InsertNode
  | DmlNode
  | RowWritesNode
  | NumbersNode
  | LoadNode
  | EachShardNode
  | RefuseNode;

/** A statement for one shard, relayed. When the destination resolves to several shards, `several` runs instead. */
export interface RouteNode {
  readonly kind: 'route';
  readonly keyspace: string;
  readonly destination: Destination;
  /** null: the client's own packet, unchanged. */
  readonly template: Template | null;
  /** What to do when values lead to more than one shard (IN over shards, value not routable). */
  readonly several: ScatterNode | GatherNode | RowWritesNode | RefuseNode;
  /** What to do when they lead to none (contradiction): normally the statement on any one shard answers an empty set right. */
  readonly whenNone: 'anyShard';
}

/** The same statement on several shards, rows merged as bytes. */
export interface ScatterNode {
  readonly kind: 'scatter';
  readonly keyspace: string;
  readonly destination: Destination;
  readonly template: Template;
  readonly merge: Merge;
  readonly limit: Limit | null;
  /** Trailing columns of the shards' rows that the client does not see (sort keys). */
  readonly hiddenColumns: number;
  /** The text asks for the time (NOW() ...): all shards must see the same instant. */
  readonly pinTime: boolean;
  /** The client's statement as a server prepares it; absent: the client's own text. */
  readonly describe?: Template;
}

/** count/offset as run-time numbers; applied after the merge. */
export interface Limit {
  readonly offset: ValueRef | null;
  readonly count: ValueRef;
}

/**
 *  - concat: any order
 *  - mergeSort: each shard's rows arrive sorted by the keys; ties keep shard order
 *  - fold: every shard answers exactly one row (aggregates without GROUP BY); one row is made of them
 */
export type Merge =
  | { readonly kind: 'concat' }
  | { readonly kind: 'mergeSort'; readonly keys: readonly SortKey[] }
  | { readonly kind: 'fold'; readonly columns: readonly FoldColumn[] };

export interface SortKey {
  /** 0-based column of the shard's row. */
  readonly column: number;
  readonly descending: boolean;
  /**
   * How the column's bytes compare; NULL is lowest always.
   *  - number: integers and decimals by value, exactly; float: as doubles
   *  - temporal: date, datetime, year as text; time: signed
   *  - bytes: memcmp; weight: memcmp of WEIGHT_STRING, `padHex` = weight of a space repeated virtually on the shorter (PAD SPACE), null for NO PAD
   */
  readonly compare: 'number' | 'float' | 'temporal' | 'time' | 'bytes' | 'weight';
  readonly padHex: string | null;
}

/** How one column of a fold is made: sum of exact numbers (integers, decimals; NULLs skipped, NULL when all are), least or greatest. */
export interface FoldColumn {
  readonly fold: 'sum' | 'min' | 'max' | 'bitAnd' | 'bitOr' | 'bitXor';
  readonly compare: SortKey['compare'];
}

/**
 * The general plan: fragments are read from the shards into workspace tables, then `finish` runs there.
 * Fragments run in order of their dependencies (a template with `keys` waits for the fragment it names), else in parallel.
 */
export interface GatherNode {
  readonly kind: 'gather';
  /** Keyspace whose shard hosts the workspace (its flavour and tables shape the columns). */
  readonly keyspace: string;
  readonly fragments: readonly Fragment[];
  readonly finish: Template;
  /** What `SET STATEMENT ... FOR` is to set for the finish (MariaDB); absent: nothing. */
  readonly finishSetting?: string;
  /** The client's statement as one server would prepare it (its column names, types, flags are the answer's), null when no single shard can. */
  readonly describe: Template | null;
  /** A fragment or the finish asks for the time (NOW() ...): all of them must see the same instant. */
  readonly pinTime: boolean;
  /** LIMIT's count; when it is 0 the fragments are asked for their columns and no row. Absent: they are read whatever it is. */
  readonly noRowsAtZero?: ValueRef;
}

export interface Fragment {
  readonly id: number;
  readonly keyspace: string;
  readonly destination: Destination;
  /** SELECT whose columns are exactly `columns`, in order. */
  readonly template: Template;
  readonly columns: readonly FragmentColumn[];
  /**
   * FROM clause that shapes bare columns on the workspace's shard:
   * `CREATE TEMPORARY TABLE w (computed columns, keys) AS SELECT <bare columns> FROM <shape> WHERE RAND()<0 LIMIT 0`.
   * null when there are only computed columns.
   */
  readonly shape: Template | null;
  /** `shape` holds text of the client's (ON conditions, derived tables): it is read in the client's sql_mode. */
  readonly shapeByClient?: true;
  readonly keys: readonly FragmentKey[];
  /** How many references the finish makes to it (MySQL cannot reopen a temporary table; trap 10). */
  readonly copies: number;
  /** True when it needs a total that only all shards give (no LIMIT inside): informational, for EXPLAIN. */
  readonly note: string;
}

/**
 *  - bare: a base column; `sql` is how `shape` names it (`u`.`country`); keeps its exact type
 *  - computed: an expression of the fragment; type is the widest of its result metadata (BIGINT, DECIMAL(65,s), DOUBLE, LONGTEXT/LONGBLOB with collation)
 */
export interface FragmentColumn {
  /** Name on the workspace, unquoted. */
  readonly name: string;
  readonly kind: 'bare' | 'computed';
  readonly sql: Template;
  /** Where a bare column comes from, for metadata; null for computed ones. */
  readonly origin: {
    readonly keyspace: string;
    readonly table: string;
    readonly alias: string;
    readonly column: string;
  } | null;
  /** Used in an equality or correlation: worth an index. */
  readonly indexed: boolean;
  /**
   * How the fragment's SELECT spells the column where its plain text would lose something; absent: as it is.
   *  - double: a FLOAT selected as `f+0e0` (FLOAT prints six digits)
   *  - unixTime: a TIMESTAMP selected as `UNIX_TIMESTAMP(t)` (its local text is ambiguous in the hour that DST repeats);
   *    the fragment runs in the client's time_zone, so that its filters mean what the client wrote
   *  - json: on MySQL a document as text; the one character U+0001 for a document that its text does not give back
   */
  readonly carry?: 'double' | 'unixTime' | 'json';
  /** `Column.checkedJson` of a bare column. */
  readonly checkedJson?: true;
}

export interface FragmentKey {
  readonly unique: boolean;
  readonly primary: boolean;
  readonly columns: readonly string[];
}

/** INSERT / REPLACE split by shard, rows in order. */
export interface InsertNode {
  readonly kind: 'insert';
  readonly keyspace: string;
  readonly table: string;
  /** Text in front of the first row (up to and including VALUES) and behind the last (ON DUPLICATE KEY ...; may be empty). */
  readonly head: Template;
  readonly tail: Template;
  /** RETURNING and its items; absent: the statement answers no rows. */
  readonly returning?: Template;
  readonly rows: InsertRows;
  /** Primary vindex and its columns; null only with `everywhere` and `shard`. */
  readonly key: RoutingKey | null;
  /** The client's own packet may go out when all rows belong to one shard (and no sequence fills a cell). */
  readonly unchanged: boolean;
  /** One ref-position per column of the primary vindex: which cell of a row holds it; -1: DEFAULT/absent (refused earlier or filled). */
  readonly shardingCells: readonly number[];
  /** Cells to fill with new numbers (position in the row, or appended when `append`). */
  readonly sequence: RowNumbers | null;
  /** Reference tables: every row goes to every shard. */
  readonly everywhere: boolean;
  /** Of a table that is on one shard, its name; absent else. */
  readonly shard?: string;
  /** Only that shard knows which number LAST_INSERT_ID() is to tell. */
  readonly asksId?: true;
  /** The statement as one server would prepare it; null: no single server has all its tables; absent: as it was sent. */
  readonly describe?: Template | null;
  /**
   * Cell of an AUTO_INCREMENT column that nothing fills: a row whose cell is NULL, 0 or DEFAULT is refused (SG6008), because
   * each shard would count by itself. null: no such column, or the application answers for it.
   */
  readonly guardCell: number | null;
  /** The text asks for the time (NOW() ...): all shards must see the same instant. */
  readonly pinTime: boolean;
  /** Absent: the table has no lookup vindexes. */
  readonly lookups?: readonly RowLookup[];
  /** Of a table that owns lookup vindexes: what rows in conflict mean, and where they are. */
  readonly upsert?: Upsert;
}

/** A column that Shardgate fills where the client does not. */
export interface RowNumbers {
  readonly source: NumberSource;
  readonly cell: number;
  readonly append: boolean;
  readonly column: RoutingColumn;
}

/** `sequence` as the vschema names it. */
export type NumberSource =
  | { readonly kind: 'sequence'; readonly sequence: string }
  | { readonly kind: 'snowflake' }
  | { readonly kind: 'uuid7' };

/**
 * `error`: a plain INSERT. In the other modes rows are taken one by one: each is compared with the rows that are there, on
 * whichever shard they are.
 */
export interface Upsert {
  readonly mode: 'error' | 'ignore' | 'replace' | 'update';
  /** The table's unique keys, in the order in which a server checks them; but for `error` the first names rows. */
  readonly keys: readonly UpsertKey[];
}

export interface UpsertKey {
  readonly columns: readonly RoutingColumn[];
  /** As in `InsertNode.shardingCells`. */
  readonly cells: readonly number[];
  /** Position in `lookups` of the vindex that tells where a row with these values is; null: on the new row's own shard. */
  readonly lookup: number | null;
}

/**
 *  - slot: rows stand in a collapsed slot (positions come from the normaliser at run time)
 *  - cells: given cell by cell; `read` answers one row for the cells of kind `read`
 *  - query: the rows of `read`, as many cells each as `width` says
 * `asText`: columns of `read` that may not be decimals (SG6052), whose names are told.
 */
export type InsertRows =
  | { readonly kind: 'slot'; readonly slot: number }
  | ({ readonly kind: 'cells'; readonly rows: readonly InsertRow[]; readonly read?: Plan } & AsText)
  | ({ readonly kind: 'query'; readonly read: Plan; readonly width: number } & AsText);

type AsText = { readonly asText?: readonly number[] };

export interface InsertRow {
  /** Text of the row with its parentheses. */
  readonly template: Template;
  readonly cells: readonly InsertCell[];
}

/** A literal or parameter, or an expression that MySQL must evaluate first when it feeds a vindex. */
export type InsertCell =
  | { readonly kind: 'value'; readonly ref: ValueRef; readonly negative: boolean }
  | { readonly kind: 'default' }
  | { readonly kind: 'expression'; readonly template: Template }
  /** It needs rows of tables: column `column` of what is read first. */
  | { readonly kind: 'read'; readonly column: number };

/** UPDATE / DELETE whose text may run on each destination shard by itself; affected rows add up. */
export interface DmlNode {
  readonly kind: 'dml';
  readonly keyspace: string;
  readonly destination: Destination;
  /** null: the client's packet unchanged when one shard is touched. */
  readonly template: Template;
  /** Sent unchanged when exactly one shard is touched. */
  readonly unchanged: boolean;
  /** Reference tables: the same rows change on every shard, so affected rows count once. */
  readonly everywhere: boolean;
  /** It ends in RETURNING. */
  readonly returns?: true;
  /** The text asks for the time (NOW() ...): all shards must see the same instant. */
  readonly pinTime: boolean;
}

/**
 * UPDATE / DELETE that first reads the rows it changes and then writes each by its key, all in one unit: where shards cannot
 * tell for themselves which rows are meant, where rows move to other shards, and where lookup rows must follow.
 */
export interface RowWritesNode {
  readonly kind: 'rowWrites';
  readonly keyspace: string;
  readonly verb: 'update' | 'delete';
  /** A SELECT ... FOR UPDATE; one row per combination of rows the statement finds, of all targets side by side. */
  readonly read: Plan;
  readonly targets: readonly RowTarget[];
  /** The client's statement as one server would prepare it; null when no single server has all its tables. */
  readonly describe: Template | null;
  /** A strict server makes an error of what the read warns of. */
  readonly strict?: true;
  /** RETURNING and its items, of a DELETE of one table; absent: the statement answers no rows. */
  readonly returning?: Template;
  /** It has no LIMIT: under sql_safe_updates its WHERE must name a key. */
  readonly asksKey?: true;
  /** It names one table, so that a server knows at once when no row can match. */
  readonly singleTable: boolean;
  /** A server may have against it what its SELECT does not show (it reads a table that it writes once more): one is asked first. */
  readonly asksFirst?: boolean;
  /** The text asks for the time (NOW() ...): reading and writing must see the same instant. */
  readonly pinTime: boolean;
}

/** LOAD DATA LOCAL: rows of a file that the client sends, inserted as they come. */
export interface LoadNode {
  readonly kind: 'load';
  /** INSERT IGNORE or REPLACE into the columns of `cells`; it has no rows of its own. */
  readonly insert: InsertNode;
  /** Name of the file, as the client knows it. */
  readonly file: ValueRef;
  /** Character set of its text; null: the database's. */
  readonly charset: string | null;
  readonly format: LoadFormat;
  /** What takes the fields of a line, one after the other. */
  readonly fields: readonly LoadField[];
  readonly cells: readonly LoadCell[];
}

/** null: the server's default (tab, nothing, backslash, nothing, newline, 0). */
export interface LoadFormat {
  readonly fieldEnd: ValueRef | null;
  readonly enclosure: ValueRef | null;
  readonly escape: ValueRef | null;
  readonly lineStart: ValueRef | null;
  readonly lineEnd: ValueRef | null;
  readonly linesToSkip: ValueRef | null;
}

/**
 * What takes the field: `binary` the bytes themselves, `text` text in the file's character set, `other` a column that converts
 * text (numbers, dates), `variable` text or NULL.
 `nullable`: NULL where a line lacks it, which has no constant for a default. */
export interface LoadField {
  readonly takes: 'binary' | 'text' | 'other' | 'variable';
  readonly nullable?: true;
}

/** A cell is a field as it is, or an expression made of text and fields (by position). */
export type LoadCell =
  | { readonly kind: 'field'; readonly field: number }
  | { readonly kind: 'expression'; readonly parts: readonly (Template | number)[] };

/** `SELECT NEXT n VALUES FROM sequence`: the first of so many new numbers. */
export interface NumbersNode {
  readonly kind: 'numbers';
  readonly keyspace: string;
  readonly sequence: string;
  readonly count: ValueRef;
}

/** DDL and administration: the statement on every shard of the keyspace; `result` tells which answer the client gets. */
export interface EachShardNode {
  readonly kind: 'eachShard';
  readonly keyspace: string;
  readonly destination: Destination;
  readonly template: Template;
  readonly result: 'ok' | 'firstShard' | 'concat' | 'reports' | 'checksums';
  /** Every shard has whole: of checksums these tables (`keyspace.table`), of `ok` its table (one shard's count is told). */
  readonly wholeTables?: readonly string[];
  readonly everywhere?: true;
  /** Text of a warning the client finds in SHOW WARNINGS when it succeeds. */
  readonly warning: string | null;
}

/** Not answered: the catalogue error that names the construct. Kept as data so that plans can be printed and cached. */
export interface RefuseNode {
  readonly kind: 'refuse';
  readonly errno: number;
  readonly sqlState: string;
  readonly message: string;
  readonly id: string | null;
  /**
   * Not null: the statement as one server would prepare it (on any shard of `keyspace`). It is prepared first, and when the
   * server has an error of its own (1054, 1052, 1055 ...) that error is the answer; else the refusal is.
   */
  readonly ask: { readonly keyspace: string; readonly template: Template } | null;
}
