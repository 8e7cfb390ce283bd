// The finish's rows to the client, under the column definitions one server would have sent.
import type { FragmentColumn, GatherNode } from '../../plan/nodes.ts';
import { encodeBinaryRow } from '../../value/binary-row.ts';
import { binaryCollationId } from '../../value/collations.ts';
import { type ColumnDefinition, ColumnFlag, FieldType } from '../../value/column-definition.ts';
import type { RowView } from '../../value/row-view.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import { cancelReason } from '../cancel.ts';
import type { Execution } from '../contract.ts';
import { ClientWriter } from '../merge/client-writer.ts';
import type { RowStream } from '../merge/row-stream.ts';
import { rowView } from '../merge/row-views.ts';
import { renameColumns } from '../physical-names.ts';
import type { Attempt } from '../retry.ts';

/** The client's statement as a server prepares it. */
export interface Described {
  /** With the parameters as literals. */
  readonly columns: readonly ColumnDefinition[];
  /** With parameters; null: there are none, or it cannot be prepared so. */
  readonly asked: readonly ColumnDefinition[] | null;
}

/**
 * Columns and rows; answers the count of warnings, or rejects with the finish's error, or with that of `filled`, asked before
 * anything is sent. The caller ends the sink.
 */
export async function writeFinish(
  execution: Execution,
  node: GatherNode,
  home: Shard,
  stream: RowStream,
  described: Described | null,
  attempt: Attempt,
  filled: () => Promise<void>,
): Promise<number> {
  const { sink, signal } = execution;
  const onAbort = () => stream.cancel(cancelReason(signal));
  signal.addEventListener('abort', onAbort);
  try {
    const actual = await stream.columns();
    await filled();
    const columns =
      described === null
        ? mappedColumns(node, actual)
        : executedColumns(execution, node, renameColumns(nearestTo(actual, described), home), actual);
    attempt.answering = true;
    sink.columns(columns);
    const writer = new ClientWriter(execution);
    const shape = execution.statement.format === 'binary' ? binaryShape(columns, actual) : null;
    for (let rows = await stream.next(); rows !== null; rows = await stream.next()) {
      const waiting = writer.write(shape === null ? rows : rows.map(shape));
      if (waiting !== null) await waiting;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
  execution.observer.shardRows(home.id, stream.rowsTotal, stream.bytesTotal);
  return stream.warnings;
}

/**
 * What a parameter is the server guesses from what stands around it, and again when the value comes. A computed column that
 * parameters have to do with is what it is when it runs.
 */
function nearestTo(actual: readonly ColumnDefinition[], described: Described): readonly ColumnDefinition[] {
  const { columns, asked } = described;
  if (asked === null) return columns;
  return columns.map((column, i) => {
    const [twin, run] = [asked[i], actual[i]];
    if (twin === undefined || run === undefined || column.orgTable !== '') return column;
    if (hasForm(twin, run) || hasForm(column, twin)) return twin;
    if (hasForm(column, run)) return column;
    const { type, length, decimals, collation } = run;
    const signs = (twin.flags & ~ColumnFlag.unsigned) | (run.flags & ColumnFlag.unsigned);
    return { ...twin, type, length, decimals, collation, flags: signs };
  });
}

function hasForm(column: ColumnDefinition, other: ColumnDefinition): boolean {
  return column.type === other.type && column.decimals === other.decimals;
}

/** Bits that servers set by how a statement runs (through a temporary table or not), not by what it says; of a YEAR ZEROFILL too. */
const runBits = ColumnFlag.binary | ColumnFlag.number;

/** Types whose length and digits, and for MySQL's JSON whose collation, go by how the statement runs. */
const typesByRun: ReadonlySet<number> = new Set([FieldType.float, FieldType.double, FieldType.json]);

/**
 * A server announces a statement's columns a little differently when it runs it than when it prepares it. The finish runs
 * as the client's statement would, so what depends on that is taken from it; all else is the client's statement's.
 */
function executedColumns(
  { flavour }: Execution,
  node: GatherNode,
  described: readonly ColumnDefinition[],
  actual: readonly ColumnDefinition[],
): readonly ColumnDefinition[] {
  const origins = originsOf(node);
  if (described.length !== actual.length) {
    throw new Error(
      `assertion failed: the finish has ${actual.length} columns, the client's statement ${described.length}`,
    );
  }
  return described.map((prepared, i) => {
    const run = actual[i];
    if (run === undefined) return prepared;
    if (prepared.type === FieldType.bit && run.type !== FieldType.bit)
      return storedBits(prepared, run, flavour);
    if (run.type !== prepared.type) return flavour === 'mysql' ? retyped(prepared, run) : prepared;
    const place = `${run.orgTable}.${run.orgName}`;
    const origin = origins.columns.get(place) ?? null;
    // An expression of a fragment has the widest type there.
    const isWidened = origin === null && origins.columns.has(place);
    const table = origin?.table ?? origins.tables.get(run.orgTable) ?? null;
    const isTable = origins.names.has(prepared.orgTable);
    const column =
      flavour === 'mariadb'
        ? mergedOrigin(prepared, table, origin?.column ?? prepared.orgName)
        : timeAsSent(isTable ? storedOrigin(prepared, run, table) : prepared, run);
    const byRun = column.type === FieldType.year ? runBits | ColumnFlag.zerofill : runBits;
    const flags = (column.flags & ~byRun) | (run.flags & byRun);
    if (isWidened || !typesByRun.has(column.type)) return { ...column, flags };
    const { collation, length, decimals } = run;
    return { ...column, flags: flags | (run.flags & ColumnFlag.blob), collation, length, decimals };
  });
}

/**
 * MySQL: behind a temporary table a computed integer has another width (YEAR() is an INT), and a NULL is a text. A base column,
 * and a sum that the client's statement has as a number of another kind, are what they are.
 */
function retyped(prepared: ColumnDefinition, run: ColumnDefinition): ColumnDefinition {
  const isInteger = integerTypes.has(prepared.type) && integerTypes.has(run.type);
  const isNull = prepared.type === FieldType.null && run.type === FieldType.varString;
  if (prepared.orgTable !== '' || !(isInteger || isNull)) return prepared;
  const signs = ColumnFlag.unsigned | runBits;
  const flags = (prepared.flags & ~signs) | (run.flags & signs);
  return { ...prepared, type: run.type, length: run.length, flags };
}

const integerTypes: ReadonlySet<number> = new Set([
  FieldType.tiny,
  FieldType.short,
  FieldType.int24,
  FieldType.long,
  FieldType.longLong,
  FieldType.year,
]);

/** A derived table that the server merges into the query around it shows, once it runs, the table behind it. */
function mergedOrigin(column: ColumnDefinition, table: string | null, orgName: string): ColumnDefinition {
  const isDerived = column.orgTable !== '' && column.orgTable === column.table;
  return isDerived && table !== null ? { ...column, orgTable: table, orgName } : column;
}

/** MariaDB, MySQL 8: behind a temporary table a BIT is sent as a number, and announced as one. */
function storedBits(
  prepared: ColumnDefinition,
  { type, flags, length }: ColumnDefinition,
  flavour: 'mariadb' | 'mysql',
): ColumnDefinition {
  const orgTable = flavour === 'mysql' ? prepared.orgTable : '';
  return { ...prepared, type, flags, length, orgTable };
}

/** MySQL 8 prepares times behind temporary tables as texts of the client's character set; it mostly sends them as times. */
function timeAsSent(column: ColumnDefinition, run: ColumnDefinition): ColumnDefinition {
  const length = timeLengths.get(column.type);
  if (length === undefined || run.collation === column.collation || run.collation !== binaryCollationId)
    return column;
  const fraction = column.decimals === 0 ? 0 : column.decimals + 1;
  return { ...column, collation: binaryCollationId, length: length + fraction };
}

/** Characters, without fractions of a second. */
const timeLengths: ReadonlyMap<number, number> = new Map([
  [FieldType.date, 10],
  [FieldType.time, 10],
  [FieldType.dateTime, 19],
  [FieldType.timestamp, 19],
]);

/**
 * MySQL: a column of a derived table that was merged, once it has passed through a temporary table, has no schema, and shows
 * the table instead of its alias there; one of a query in parentheses that was stored first shows no table at all. (A view
 * is called by its name all the way, though the finish has its query there.)
 */
function storedOrigin(
  column: ColumnDefinition,
  run: ColumnDefinition,
  table: string | null,
): ColumnDefinition {
  if (run.schema !== '' || column.schema === '') return column;
  return { ...column, schema: '', table: run.table, orgTable: table ?? run.orgTable };
}

/** Binary rows follow their column types: where the finish's differ from the announced ones, rows are encoded anew. */
function binaryShape(
  columns: readonly ColumnDefinition[],
  actual: readonly ColumnDefinition[],
): ((row: Buffer) => Buffer) | null {
  const same = columns.every((column, i) => {
    const twin = actual[i];
    return (
      twin !== undefined &&
      twin.type === column.type &&
      ((twin.flags ^ column.flags) & ColumnFlag.unsigned) === 0
    );
  });
  if (same) return null;
  const view = rowView('binary', actual);
  return (row) => {
    view.load(row);
    return encodeBinaryRow(columns, cellsOf(view));
  };
}

function cellsOf(view: RowView): (Buffer | null)[] {
  const cells: (Buffer | null)[] = [];
  for (let column = 0; column < view.columnCount; column++) {
    const text = view.text(column);
    cells.push(text === null ? null : Buffer.from(text, 'latin1'));
  }
  return cells;
}

/** No single server could prepare the statement: base columns get back the names of the tables they came from. */
function mappedColumns(node: GatherNode, actual: readonly ColumnDefinition[]): readonly ColumnDefinition[] {
  const { columns } = originsOf(node);
  return actual.map((column) => {
    const origin = columns.get(`${column.orgTable}.${column.orgName}`) ?? null;
    if (origin === null) return { ...column, schema: '', orgTable: '', orgName: '' };
    return { ...column, schema: origin.keyspace, orgTable: origin.table, orgName: origin.column };
  });
}

interface Origins {
  /** By workspace table and column, with a dot between. */
  readonly columns: ReadonlyMap<string, FragmentColumn['origin']>;
  /** Base table behind a workspace table that holds rows of one only. */
  readonly tables: ReadonlyMap<string, string>;
  /** Base tables and what the statement calls them. */
  readonly names: ReadonlySet<string>;
}

function originsOf(node: GatherNode): Origins {
  const columns = new Map<string, FragmentColumn['origin']>();
  const tables = new Map<string, string>();
  const called = new Set<string>();
  for (const fragment of node.fragments) {
    const names = new Set(fragment.columns.map(({ origin }) => origin?.table ?? ''));
    const [only = ''] = names;
    for (let copy = 0; copy < fragment.copies; copy++) {
      const table = `_sg_${fragment.id}_${copy}`;
      if (names.size === 1 && only !== '') tables.set(table, only);
      for (const { name, origin } of fragment.columns) columns.set(`${table}.${name}`, origin);
    }
    for (const { origin } of fragment.columns)
      if (origin !== null) called.add(origin.table).add(origin.alias);
  }
  return { columns, tables, names: called };
}
