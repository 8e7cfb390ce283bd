// Rows of an INSERT written inside a unit: one of the batches in which a file comes.
import type { InsertNode } from '../../plan/nodes.ts';
import { present } from '../../util/assert.ts';
import { type Shard, shardNamed } from '../../vindex/shard-map.ts';
import type { OkResult } from '../contract.ts';
import { shardMapOf } from '../resolve.ts';
import { shardText } from '../shard-text.ts';
import type { WriteUnit } from '../write/unit.ts';
import { insertCounts } from '../write/write-info.ts';
import { insertFacts } from './insert-facts.ts';
import { insertRowsWithLookups } from './insert-lookups.ts';
import {
  type Place,
  placedRowText,
  placesAfterStoring,
  placesOf,
  type Replacements,
  rowsByShard,
} from './insert-places.ts';
import type { RowSource } from './insert-rows.ts';
import { fillFromSequence, noFill, type SequenceFill } from './insert-sequence.ts';
import { type InsertWrites, insertAnswer, lowestRowError, splitInsert } from './insert-split.ts';
import { firstStored, warning } from './insert-unit.ts';
import { lenient } from './lone-row.ts';
import type { RowWarnings } from './row-warnings.ts';

export interface BatchCounts {
  readonly records: number;
  readonly affectedRows: bigint;
  readonly lastInsertId: bigint;
  readonly duplicates: number;
  readonly warnings: number;
  /** As in `OkResult`. */
  readonly generated: boolean;
}

/** The statement is an INSERT IGNORE or a REPLACE. `warned` hears of what is warned; the batch's rows begin with `firstRow`. */
export async function insertBatch(
  unit: WriteUnit,
  node: InsertNode,
  rows: RowSource,
  warned: RowWarnings,
  firstRow: number,
): Promise<BatchCounts> {
  const { execution } = unit;
  const fill = node.sequence === null ? noFill : await fillFromSequence(execution, node, node.sequence, rows);
  if (node.lookups !== undefined || node.key?.vindex.kind === 'lookup') {
    return countsOf(await insertRowsWithLookups(unit, node, rows, fill, null));
  }
  const { writes, replacedOf } = await writesOf(unit, node, rows, fill);
  const asking = warning(node, lenient(execution.flavour, writes, rows, replacedOf), warned, firstRow);
  const answers = await unit.writeAll(asking, lowestRowError);
  const facts = { ...insertFacts(node, rows, fill), informs: true };
  const firstId = await firstStored(unit, node, writes, fill, facts);
  return countsOf(insertAnswer(answers, { ...facts, firstId }));
}

function countsOf({ affectedRows, warnings, info, lastInsertId, generated }: OkResult): BatchCounts {
  const [records = 0, duplicates = 0] = insertCounts(info) ?? [];
  return { records, affectedRows, warnings, duplicates, lastInsertId, generated: generated === true };
}

interface Writes {
  readonly writes: readonly InsertWrites[];
  readonly replacedOf: (row: number) => Replacements | null;
}

function asGiven(writes: readonly InsertWrites[]): Writes {
  return { writes, replacedOf: () => null };
}

async function writesOf(
  unit: WriteUnit,
  node: InsertNode,
  rows: RowSource,
  fill: SequenceFill,
): Promise<Writes> {
  const { execution } = unit;
  const map = shardMapOf(execution, node.keyspace);
  const all = Array.from({ length: rows.count }, (_, row) => row);
  const on = (shard: Shard, members: readonly number[], text: (row: number) => string): InsertWrites =>
    splitInsert(shard, shardText(execution, shard, node.head), '', members, text);
  if (node.everywhere) return asGiven(map.shards.map((shard) => on(shard, all, (row) => rows.rowText(row))));
  if (node.shard !== undefined) {
    const shard = present(shardNamed(map, node.shard), `shard ${node.shard}`);
    return asGiven([on(shard, all, (row) => rows.rowText(row))]);
  }
  const places = await placesOfRows(unit, node, rows, fill);
  const replacedOf = (row: number) => places[row]?.replaced ?? null;
  const text = (row: number) => placedRowText(rows, row, replacedOf(row));
  return {
    writes: rowsByShard(places).map(({ shard, rows: members }) => on(shard, members, text)),
    replacedOf,
  };
}

async function placesOfRows(
  { execution }: WriteUnit,
  node: InsertNode,
  rows: RowSource,
  fill: SequenceFill,
): Promise<readonly Place[]> {
  const key = present(node.key, 'a sharded table has a primary vindex');
  const map = shardMapOf(execution, node.keyspace);
  const places = placesOf(execution, node, key, map, rows, fill.replaced);
  const known = places.filter((place) => place !== null);
  if (known.length === places.length) return known;
  return placesAfterStoring(execution, node, key, map, rows, places, true);
}
