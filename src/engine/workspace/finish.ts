// The finish's rows to the client, under the column definitions one server would have sent.
import type { FragmentColumn, GatherNode } from '../../plan/nodes.ts';
import { encodeBinaryRow } from '../../value/binary-row.ts';
import { type ColumnDefinition, ColumnFlag, FieldType } from '../../value/column-definition.ts';
import type { RowView } from '../../value/row-view.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import { cancelReason } from '../cancel.ts';
import { ClientWriter } from '../client-writer.ts';
import type { Execution } from '../contract.ts';
import { renameColumns } from '../physical-names.ts';
import type { Attempt } from '../retry.ts';
import type { RowStream } from '../row-stream.ts';
import { rowView } from '../row-views.ts';

/** Columns and rows; answers the count of warnings, or rejects with the finish's error. The caller ends the sink. */
export async function writeFinish(
  execution: Execution,
  node: GatherNode,
  home: Shard,
  stream: RowStream,
  described: readonly ColumnDefinition[] | null,
  attempt: Attempt,
): Promise<number> {
  const { sink, signal } = execution;
  const onAbort = () => stream.cancel(cancelReason(signal));
  signal.addEventListener('abort', onAbort);
  try {
    const actual = await stream.columns();
    const columns =
      described === null
        ? mappedColumns(node, actual)
        : executedColumns(renameColumns(described, home), actual);
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

/** Bits that servers set by how a statement runs (through a temporary table or not), not by what it says. */
const runBits = ColumnFlag.binary | ColumnFlag.number;

/**
 * A server announces a statement's columns a little differently when it runs it than when it prepares it. The finish runs
 * as the client's statement would, so what depends on that is taken from it; all else is the client's statement's.
 */
function executedColumns(
  described: readonly ColumnDefinition[],
  actual: readonly ColumnDefinition[],
): readonly ColumnDefinition[] {
  if (described.length !== actual.length) {
    throw new Error(
      `assertion failed: the finish has ${actual.length} columns, the client's statement ${described.length}`,
    );
  }
  return described.map((column, i) => {
    const run = actual[i];
    if (run === undefined || run.type !== column.type) return column;
    const flags = (column.flags & ~runBits) | (run.flags & runBits);
    const isFloat = column.type === FieldType.float || column.type === FieldType.double;
    return isFloat ? { ...column, flags, length: run.length, decimals: run.decimals } : { ...column, flags };
  });
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
  const origins = new Map<string, FragmentColumn['origin']>();
  for (const fragment of node.fragments) {
    for (let copy = 0; copy < fragment.copies; copy++) {
      for (const { name, origin } of fragment.columns)
        origins.set(`_sg_${fragment.id}_${copy}.${name}`, origin);
    }
  }
  return actual.map((column) => {
    const origin = origins.get(`${column.orgTable}.${column.orgName}`) ?? null;
    if (origin === null) return { ...column, schema: '', orgTable: '', orgName: '' };
    return { ...column, schema: origin.keyspace, orgTable: origin.table, orgName: origin.column };
  });
}
