// The parts of an INSERT as one unit, and what is told of them: an OK, or the rows of RETURNING.
import type { InsertNode } from '../../plan/nodes.ts';
import { quoteIdentifier } from '../../text/quote.ts';
import { present } from '../../util/assert.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import type { Execution } from '../contract.ts';
import { chunks } from '../lookup/lookup-reads.ts';
import { tableName } from '../lookup/lookup-text.ts';
import { markedText } from '../param-text.ts';
import { pinTime } from '../pinned-time.ts';
import { shardMapOf } from '../resolve.ts';
import { shardText } from '../shard-text.ts';
import { ReturnedRows } from '../write/returned-rows.ts';
import { inUnit, settleAll, type WriteUnit } from '../write/unit.ts';
import { countWarnings, toldAnswers } from '../write/write-info.ts';
import { insertFacts, saysIgnore } from './insert-facts.ts';
import type { Replacements } from './insert-places.ts';
import type { RowSource } from './insert-rows.ts';
import type { SequenceFill } from './insert-sequence.ts';
import {
  firstRowError,
  type InsertFacts,
  type InsertWrites,
  insertAnswer,
  splitInsert,
} from './insert-split.ts';
import { lenient } from './lone-row.ts';
import { RowWarnings } from './row-warnings.ts';

const numbersPerRead = 500;

/** The statements for rows of one shard. */
export function writesFor(
  execution: Execution,
  node: InsertNode,
  shard: Shard,
  members: readonly number[],
  text: (row: number) => string,
): InsertWrites {
  // Only a row of its own tells whether it was left out.
  const oneByOne = node.returning !== undefined && saysIgnore(node);
  const head = shardText(execution, shard, node.head);
  return splitInsert(shard, head, tailText(execution, node, shard), members, text, oneByOne);
}

/** What follows the rows. */
export function tailText(execution: Execution, { tail, returning }: InsertNode, shard: Shard): string {
  const parts = returning === undefined ? [tail] : [tail, returning];
  return parts
    .map((part) => markedText(execution, shard, part))
    .filter((part) => part !== '')
    .join(' ');
}

/** Ends the sink. */
export async function insertAll(
  execution: Execution,
  node: InsertNode,
  writes: readonly InsertWrites[],
  rows: RowSource,
  fill: SequenceFill,
  replacedOf: (row: number) => Replacements | null = () => null,
): Promise<void> {
  const facts = insertFacts(node, rows, fill);
  const ids = writes.map(({ shard }) => shard.id);
  const asksSetting = execution.flavour === 'mariadb' && !isChecked(fill, facts);
  const returned = node.returning === undefined ? null : new ReturnedRows(execution);
  try {
    const warned = new RowWarnings(execution);
    const asked = returned === null ? writes : returning(node, writes, returned);
    const asking = warning(
      node,
      facts.informs ? lenient(execution.flavour, asked, rows, replacedOf) : asked,
      warned,
    );
    const body = async (unit: WriteUnit) => {
      const counting = node.asksId ? writes[0]?.shard : undefined;
      if (counting !== undefined) await unit.setting(counting, 'SET last_insert_id = 0');
      const answers = await unit.writeAll(asking, (failures) => firstRowError(unit, failures));
      const firstId =
        counting === undefined
          ? await firstStored(unit, node, writes, fill, facts)
          : await countedBy(unit, counting);
      await returned?.finish();
      return { answers, firstId };
    };
    const { answers, firstId } = await inUnit(
      execution,
      ids,
      pinTime(execution, node.pinTime),
      body,
      asksSetting,
    );
    const warningsBefore = facts.warningsBefore + warned.tell();
    if (returned === null) execution.sink.ok(insertAnswer(answers, { ...facts, warningsBefore, firstId }));
    else {
      const terminals = toldAnswers(answers, node.everywhere).flatMap((answer) => answer.terminals);
      await returned.tell(countWarnings(terminals, warningsBefore), firstId);
    }
  } finally {
    returned?.free();
  }
}

/** Rows of a reference table are those of the first shard. */
export function returning(
  node: InsertNode,
  writes: readonly InsertWrites[],
  returned: ReturnedRows,
): readonly InsertWrites[] {
  return writes.map((write, i) => {
    if (node.everywhere && i > 0) return write;
    const runOn = (statement: number) =>
      returned.at(write.shard, present(write.rows[statement], 'rows of a statement'));
    return { ...write, runOn };
  });
}

/** Of a reference table the first shard's warnings are told. `firstRow`: which of the client's rows is number 0 here. */
export function warning(
  node: InsertNode,
  writes: readonly InsertWrites[],
  warned: RowWarnings,
  firstRow = 0,
): readonly InsertWrites[] {
  return writes.map((write, i) => {
    const counted = node.everywhere && i > 0 ? new RowWarnings(warned.execution) : warned;
    const runOn = (statement: number) =>
      counted.on(
        write.shard,
        present(write.rows[statement], 'rows of a statement').map((row) => row + firstRow),
        write.runOn?.(statement),
      );
    return { ...write, runOn };
  });
}

/** No rows to insert: the answer of RETURNING has columns all the same. */
export async function returnNothing(execution: Execution, node: InsertNode): Promise<void> {
  const items = present(node.returning, 'an INSERT that answers rows');
  const home = present(shardMapOf(execution, node.keyspace).shards[0], 'a keyspace has a shard');
  const returned = new ReturnedRows(execution);
  try {
    await inUnit(execution, [home.id], pinTime(execution, node.pinTime), async (unit) => {
      await returned.describe(unit, home, node.table, items);
      await returned.finish();
    });
    await returned.tell(0, null);
  } finally {
    returned.free();
  }
}

/** Which number is LAST_INSERT_ID() to the table's server since it was told that there is none. */
async function countedBy(unit: WriteUnit, shard: Shard): Promise<bigint | null> {
  const { rows } = await unit.rows(shard, 'SELECT LAST_INSERT_ID()');
  const id = BigInt(rows[0]?.[0] ?? 0);
  return id === 0n ? null : id;
}

function isChecked(fill: SequenceFill, facts: InsertFacts): boolean {
  return fill.firstId !== null && facts.onConflict !== 'insert';
}

/**
 * The first of Shardgate's numbers that a row was stored with; null: none. A row that meets another is left out or updates
 * it, and its number is nobody's: nothing but the rows themselves says which ones are.
 */
export async function firstStored(
  unit: WriteUnit,
  node: InsertNode,
  writes: readonly InsertWrites[],
  fill: SequenceFill,
  facts: InsertFacts,
): Promise<bigint | null> {
  if (!isChecked(fill, facts)) return fill.firstId;
  const column = quoteIdentifier(present(node.sequence, 'numbers have a source').column.name);
  const reads = writes.flatMap(({ shard, rows }) => {
    const numbers = rows.flat().flatMap((row) => [...(fill.replaced[row]?.values() ?? [])]);
    return chunks(numbers, numbersPerRead).map((part) =>
      unit.rows(
        shard,
        `SELECT MIN(${column}) FROM ${tableName(shard, node.table)} WHERE ${column} IN (${part.join(', ')})`,
      ),
    );
  });
  const found = (await settleAll(reads)).flatMap(({ rows }) => {
    const text = rows[0]?.[0] ?? null;
    return text === null ? [] : [BigInt(text)];
  });
  return found.reduce<bigint | null>((least, id) => (least === null || id < least ? id : least), null);
}
