// INSERT and REPLACE: every row to the shard its sharding columns name; one shard is relayed, several are one unit.
import type { InsertNode } from '../../plan/nodes.ts';
import type { Template } from '../../text/template.ts';
import { present } from '../../util/assert.ts';
import type { BindValue } from '../../value/bind-value.ts';
import { shardNamed } from '../../vindex/shard-map.ts';
import type { Execution } from '../contract.ts';
import { markedText, marksParams } from '../param-text.ts';
import { pinTime } from '../pinned-time.ts';
import { partExecution, type RunPlan } from '../read-scope.ts';
import { askServer } from '../refuse.ts';
import { sendToShard } from '../relay/route.ts';
import { shardMapOf } from '../resolve.ts';
import { printInsertInfo } from '../write/write-info.ts';
import { saysIgnore } from './insert-facts.ts';
import { insertWithLookups } from './insert-lookups.ts';
import {
  leftOut,
  type Place,
  placedRowText,
  placesAfterStoring,
  placesOf,
  rowsByShard,
} from './insert-places.ts';
import { readOf, withRead } from './insert-read.ts';
import { type ReadCells, type RowSource, rowSource } from './insert-rows.ts';
import { fillFromSequence, isLeftOut, noFill, type SequenceFill } from './insert-sequence.ts';
import { insertAll, returnNothing, writesFor } from './insert-unit.ts';

/** Without a promise when every row has a canonical literal and all go to one shard with a connection at hand. */
export function runInsert(execution: Execution, node: InsertNode, run: RunPlan): void | Promise<void> {
  const first = readOf(node.rows);
  if (first === null) return insertRows(execution, node, null);
  // Reading and writing see the same instant.
  const { instant } = pinTime(execution, node.pinTime);
  const writing = instant === null ? execution : atInstant(execution, instant);
  const inserted = (): Promise<void> =>
    withRead(execution, node, first, run, instant, (read) => insertRows(writing, node, read));
  // MySQL's VALUES may not read the table they are for.
  if (execution.flavour !== 'mysql' || node.rows.kind === 'query' || !node.describe) return inserted();
  return askServer(execution, { keyspace: node.keyspace, template: node.describe }).then(inserted);
}

/** The same execution, its time decided: its rows are told as the client wants them. */
function atInstant(execution: Execution, instant: string): Execution {
  const part = partExecution(execution, execution.plan, execution.sink, execution.scope, instant);
  const { sequences, statement } = execution;
  return { ...part, statement, ...(sequences === undefined ? {} : { sequences }) };
}

function insertRows(execution: Execution, node: InsertNode, read: ReadCells | null): void | Promise<void> {
  const home = present(shardMapOf(execution, node.keyspace).shards[0], 'a keyspace has a shard');
  const render = (template: Template) => markedText(execution, home, template);
  const rows = rowSource(node.rows, { binds: execution.binds, render, read, marks: marksParams(execution) });
  if (rows.count === 0) {
    return node.returning === undefined ? execution.sink.ok(nothingInserted) : returnNothing(execution, node);
  }
  if (node.guardCell !== null) refuseLeftOut(node, rows, node.guardCell);
  if (node.everywhere) return insertEverywhere(execution, node, rows);
  if (node.shard !== undefined) return insertOnShard(execution, node, rows, node.shard);
  if (node.sequence !== null) {
    return fillFromSequence(execution, node, node.sequence, rows).then((fill) =>
      place(execution, node, rows, fill),
    );
  }
  return place(execution, node, rows, noFill);
}

const nothingInserted = {
  affectedRows: 0n,
  lastInsertId: 0n,
  warnings: 0,
  info: printInsertInfo(0, 0, 0),
};

function place(
  execution: Execution,
  node: InsertNode,
  rows: RowSource,
  fill: SequenceFill,
): void | Promise<void> {
  const key = present(node.key, 'a sharded table has a primary vindex');
  if (node.lookups !== undefined || key.vindex.kind === 'lookup') {
    return insertWithLookups(execution, node, rows, fill);
  }
  const map = shardMapOf(execution, node.keyspace);
  const places = placesOf(execution, node, key, map, rows, fill.replaced);
  const known = places.filter((found) => found !== null);
  if (known.length === places.length) return send(execution, node, rows, known, fill);
  return placesAfterStoring(execution, node, key, map, rows, places, saysIgnore(node)).then((all) =>
    send(execution, node, rows, all, fill),
  );
}

/** Throws SG6008: each shard would count by itself, so numbers would repeat. */
export function refuseLeftOut(node: InsertNode, rows: RowSource, cell: number): void {
  for (let row = 0; row < rows.count; row++) {
    if (mayBeLeftOut(rows.value(row, cell))) throw leftOut(node, cell);
  }
}

/** What a column of numbers may take for 0 counts as well. Of expressions only a server can tell: see `refuseStoredZero`. */
function mayBeLeftOut(value: BindValue): boolean {
  switch (value.kind) {
    case 'integer':
    case 'decimal':
    case 'float':
    case 'string': {
      const number = Number.parseFloat(value.value);
      return Number.isNaN(number) || Math.abs(number) <= 0.5;
    }
    case 'hex':
    case 'bit':
      return /^\0*$/.test(value.value);
    case 'false':
      return true;
    default:
      return isLeftOut(value);
  }
}

function send(
  execution: Execution,
  node: InsertNode,
  rows: RowSource,
  places: readonly Place[],
  fill: SequenceFill,
): void | Promise<void> {
  const groups = rowsByShard(places);
  const asSent = places.every((found) => found.replaced === null);
  const only = groups.length === 1 ? groups[0] : undefined;
  if (only !== undefined && asSent && node.unchanged) return sendToShard(execution, only.shard, null);
  const text = (row: number) => placedRowText(rows, row, places[row]?.replaced ?? null);
  const writes = groups.map(({ shard, rows: members }) => writesFor(execution, node, shard, members, text));
  const one = writes.length === 1 ? writes[0] : undefined;
  const statement = one?.statements.length === 1 ? one.statements[0] : undefined;
  const asOneServer = fill.firstId === null && node.rows.kind !== 'query' && rows.before.warnings === 0;
  if (one !== undefined && statement !== undefined && asOneServer) {
    return sendToShard(execution, one.shard, [{ kind: 'text', text: statement }]);
  }
  return insertAll(execution, node, writes, rows, fill, (row) => places[row]?.replaced ?? null);
}

/** A table that is on one shard only. */
function insertOnShard(execution: Execution, node: InsertNode, rows: RowSource, name: string): Promise<void> {
  const shard = present(shardNamed(shardMapOf(execution, node.keyspace), name), `shard ${name}`);
  const all = Array.from({ length: rows.count }, (_, row) => row);
  const writes = [writesFor(execution, node, shard, all, (row) => rows.rowText(row))];
  return insertAll(execution, node, writes, rows, noFill);
}

/** Reference tables: the same rows on every shard, together or not at all. */
function insertEverywhere(execution: Execution, node: InsertNode, rows: RowSource): Promise<void> {
  const { shards } = shardMapOf(execution, node.keyspace);
  const all = Array.from({ length: rows.count }, (_, row) => row);
  const writes = shards.map((shard) => writesFor(execution, node, shard, all, (row) => rows.rowText(row)));
  return insertAll(execution, node, writes, rows, noFill);
}
