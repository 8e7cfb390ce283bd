// The same SELECT on several shards, their rows merged as bytes.
import { shardgateError } from '../../errors/catalog.ts';
import { SqlError } from '../../errors/sql-error.ts';
import type { ScatterNode } from '../../plan/nodes.ts';
import { assertNever, present } from '../../util/assert.ts';
import { type ColumnDefinition, ColumnFlag, FieldType } from '../../value/column-definition.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import type { Execution } from '../contract.ts';
import { paramText } from '../param-text.ts';
import { renameColumns, renameError } from '../physical-names.ts';
import { pinTime } from '../pinned-time.ts';
import { shardsOrOne } from '../resolve.ts';
import type { Attempt } from '../retry.ts';
import { mergeConcat } from './merge-concat.ts';
import { foldRows } from './merge-fold.ts';
import { mergeSorted } from './merge-sort.ts';
import { cutRow, rowView } from './row-views.ts';
import { RowWindow } from './row-window.ts';
import { type ShardRead, ShardReads } from './shard-reads.ts';

/** Ends the sink's result; rejects with the error that ended it, every connection given back. */
export async function runScatter(execution: Execution, node: ScatterNode, attempt: Attempt): Promise<void> {
  const shards = shardsOrOne(execution, node.keyspace, node.destination);
  const open = await ShardReads.open(execution, shards, {
    format: execution.statement.format,
    time: pinTime(execution, node.pinTime),
    locks: execution.plan.locks,
    textFor: (shard: Shard) => paramText(execution, shard, node.template),
  });
  let failure: unknown = null;
  try {
    await merge(execution, node, open.reads, attempt);
  } catch (error) {
    failure = firstError(open.reads, error);
  }
  const warnings = await open.close();
  if (failure !== null) throw failure;
  execution.sink.end(warnings);
}

async function merge(
  execution: Execution,
  node: ScatterNode,
  reads: readonly ShardRead[],
  attempt: Attempt,
): Promise<void> {
  const columns = await agreedColumns(reads);
  const visible = columns.length - node.hiddenColumns;
  attempt.answering = true;
  execution.sink.columns(columns.slice(0, visible));
  const { format } = execution.statement;
  const window = RowWindow.of(node.limit, execution.binds);
  switch (node.merge.kind) {
    case 'concat': {
      const view = rowView(format, columns);
      const cut = (row: Buffer) => {
        view.load(row);
        return cutRow(format, view, visible);
      };
      return mergeConcat(execution, reads, window, (rows) =>
        node.hiddenColumns === 0 ? rows : rows.map(cut),
      );
    }
    case 'mergeSort':
      return mergeSorted(execution, reads, columns, node.merge.keys, window, (view) =>
        node.hiddenColumns === 0 ? view.payload : cutRow(format, view, visible),
      );
    case 'fold': {
      const row = await foldRows(reads, columns, node.merge.columns, format);
      if (window.take()) execution.sink.rows([row]);
      return;
    }
    default:
      return assertNever(node.merge);
  }
}

/**
 * Column definitions of the result, in the client's names. Waits for all shards, so that a statement the servers refuse fails before a row went
 * out, and shards whose tables differ are noticed before rows of different shapes are mixed.
 */
export async function agreedColumns(reads: readonly ShardRead[]): Promise<readonly ColumnDefinition[]> {
  return agreed(
    await Promise.all(
      reads.map(async ({ stream, shard }) => ({
        shard,
        columns: renameColumns(await stream.columns(), shard),
      })),
    ),
  );
}

/** One shard's columns, in the client's names. */
export interface NamedColumns {
  readonly shard: Shard;
  readonly columns: readonly ColumnDefinition[];
}

/** What all of them say, at least one. Throws SG4020 where their tables differ. */
export function agreed(all: readonly NamedColumns[]): readonly ColumnDefinition[] {
  const first = present(all[0], 'a statement runs on a shard');
  for (const { shard, columns } of all) {
    const difference = differenceOf(first.columns, columns);
    if (difference === null) continue;
    throw shardgateError('SG4020', { first: first.shard.id, other: shard.id, difference });
  }
  return first.columns.map((column, i) => typedAs(column, all, i));
}

/** A shard without rows may call a column of NULLs untyped where another one names its type. */
function typedAs(column: ColumnDefinition, all: readonly NamedColumns[], index: number): ColumnDefinition {
  if (column.type !== FieldType.null) return column;
  for (const { columns } of all) {
    const twin = columns[index];
    if (twin !== undefined && twin.type !== FieldType.null) return twin;
  }
  return column;
}

const textTypes: ReadonlySet<number> = new Set([
  FieldType.varchar,
  FieldType.varString,
  FieldType.string,
  FieldType.tinyBlob,
  FieldType.blob,
  FieldType.mediumBlob,
  FieldType.longBlob,
]);

/** By the path to its rows a server calls one text BLOB or VARCHAR, and NULLs untyped: the cells have the same form. */
function sameForm(a: number, b: number): boolean {
  if (a === b || a === FieldType.null || b === FieldType.null) return true;
  return textTypes.has(a) && textTypes.has(b);
}

/** A computed TIMESTAMP is UNSIGNED where a server sorts it, and not where it does not: that says nothing of the cells. */
const signless: ReadonlySet<number> = new Set([
  FieldType.null,
  FieldType.timestamp,
  FieldType.dateTime,
  FieldType.date,
  FieldType.newDate,
  FieldType.time,
]);

function differenceOf(
  columns: readonly ColumnDefinition[],
  other: readonly ColumnDefinition[],
): string | null {
  if (columns.length !== other.length) return `${columns.length} columns against ${other.length}`;
  for (const [i, column] of columns.entries()) {
    const twin = other[i];
    if (twin === undefined || twin.name !== column.name) return `column ${i + 1} has different names`;
    const hasNone = twin.type === FieldType.null || signless.has(column.type);
    const sameSign = hasNone || ((column.flags ^ twin.flags) & ColumnFlag.unsigned) === 0;
    if (!sameForm(column.type, twin.type) || !sameSign) return `column '${column.name}' has different types`;
  }
  return null;
}

/** Of the shards that failed the first in order speaks, in the client's names. */
export function firstError(reads: readonly ShardRead[], error: unknown): unknown {
  const failed = reads.find((read) => read.stream.error !== null);
  if (failed === undefined || !(error instanceof SqlError)) return error;
  const isTheirs = reads.some((read) => read.stream.error === error);
  return isTheirs && failed.stream.error !== null ? renameError(failed.stream.error, failed.shard) : error;
}
