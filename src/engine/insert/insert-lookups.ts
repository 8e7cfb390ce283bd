// INSERT into a table with lookup vindexes: lookup rows first, then the rows, all in one unit.
import { shardgateError } from '../../errors/catalog.ts';
import type { SqlError } from '../../errors/sql-error.ts';
import type { InsertNode } from '../../plan/nodes.ts';
import type { RowLookup } from '../../plan/row-target.ts';
import { present } from '../../util/assert.ts';
import type { RoutingKey } from '../../vindex/routing-key.ts';
import { shardOf } from '../../vindex/shard-map.ts';
import type { KeyspaceId, VindexValue } from '../../vindex/vindex.ts';
import type { Execution, OkResult } from '../contract.ts';
import type { LookupEntry } from '../lookup/lookup-entry.ts';
import { idsOfTuples } from '../lookup/lookup-ids.ts';
import { tableName, tupleEquals } from '../lookup/lookup-text.ts';
import { LookupWriter, lowestRow, type RowFailure } from '../lookup/lookup-writes.ts';
import { pinTime } from '../pinned-time.ts';
import { shardMapOf } from '../resolve.ts';
import { ReturnedRows } from '../write/returned-rows.ts';
import { inUnit, settleAll, type WriteAnswer, type WriteFailure, type WriteUnit } from '../write/unit.ts';
import { insertFacts } from './insert-facts.ts';
import { noPlaceOf, placedRowText, refuseStoredZero, rowsByShard } from './insert-places.ts';
import {
  type KnownRow,
  type ValuedRow,
  valuesOfKey,
  valuesOfRows,
  type WantedCell,
} from './insert-row-values.ts';
import type { RowSource } from './insert-rows.ts';
import type { SequenceFill } from './insert-sequence.ts';
import { firstRowError, type InsertWrites, insertAnswer, lowestFailure } from './insert-split.ts';
import { firstStored, returning, warning, writesFor } from './insert-unit.ts';
import { UpsertRun } from './insert-upsert.ts';
import { lenient } from './lone-row.ts';
import { RowWarnings } from './row-warnings.ts';

/** Ends the sink; rejects with what the client must see, nothing written anywhere. */
export async function insertWithLookups(
  execution: Execution,
  node: InsertNode,
  rows: RowSource,
  fill: SequenceFill,
): Promise<void> {
  const time = pinTime(execution, node.pinTime);
  if (node.returning === undefined) {
    const insert = (unit: WriteUnit) => insertRowsWithLookups(unit, node, rows, fill, null);
    return execution.sink.ok(await inUnit(execution, [], time, insert));
  }
  const returned = new ReturnedRows(execution);
  try {
    const { warnings, lastInsertId, generated } = await inUnit(execution, [], time, async (unit) => {
      const answer = await insertRowsWithLookups(unit, node, rows, fill, returned);
      await returned.finish();
      return answer;
    });
    await returned.tell(warnings, generated === true ? lastInsertId : null);
  } finally {
    returned.free();
  }
}

/** The same inside a unit that goes on. `returned` gets the rows of RETURNING. */
export async function insertRowsWithLookups(
  unit: WriteUnit,
  node: InsertNode,
  rows: RowSource,
  fill: SequenceFill,
  returned: ReturnedRows | null,
): Promise<OkResult> {
  const { upsert } = node;
  const wanted = wantedCells(node);
  const ignore = upsert?.mode === 'ignore';
  const valued = await valuesOfRows(unit.execution, node, wanted, rows, fill.replaced, ignore);
  const known = await placeRows(unit, node, wanted, valued);
  if (upsert !== undefined && upsert.mode !== 'error') {
    return new UpsertRun(unit, node, upsert, wanted, rows, fill, returned).run(known);
  }
  const facts = insertFacts(node, rows, fill);
  const writes = writesOf(unit, node, rows, known);
  const warned = new RowWarnings(unit.execution);
  const asked = returned === null ? writes : returning(node, writes, returned);
  const several = facts.informs
    ? lenient(unit.execution.flavour, asked, rows, (row) => known[row]?.replaced ?? null)
    : asked;
  const asking = warning(node, several, warned);
  const answers = await writeRows(unit, node, wanted, asking, known);
  const firstId = await firstStored(unit, node, writes, fill, facts);
  return insertAnswer(answers, { ...facts, firstId, warningsBefore: facts.warningsBefore + warned.tell() });
}

/** The columns of all vindexes, each once. */
function wantedCells(node: InsertNode): readonly WantedCell[] {
  const key = present(node.key, 'a sharded table has a primary vindex');
  const wanted = new Map<string, WantedCell>();
  key.columns.forEach((column, i) => {
    wanted.set(column.name.toLowerCase(), { column, cell: node.shardingCells[i] ?? -1 });
  });
  for (const use of node.lookups ?? []) {
    use.key.columns.forEach((column, i) => {
      wanted.set(column.name.toLowerCase(), { column, cell: use.cells[i] ?? -1 });
    });
  }
  for (const one of node.upsert?.keys ?? []) {
    one.columns.forEach((column, i) => {
      wanted.set(column.name.toLowerCase(), { column, cell: one.cells[i] ?? -1 });
    });
  }
  return [...wanted.values()];
}

async function placeRows(
  unit: WriteUnit,
  node: InsertNode,
  wanted: readonly WantedCell[],
  valued: readonly ValuedRow[],
): Promise<readonly KnownRow[]> {
  const key = present(node.key, 'a sharded table has a primary vindex');
  const map = shardMapOf(unit.execution, node.keyspace);
  const tuples = valued.map(({ values }) => valuesOfKey(key, wanted, values));
  for (const tuple of tuples) refuseStoredZero(node, tuple);
  const ids = await primaryIds(unit, node, key, tuples);
  const known = valued.map(({ values, replaced }, row): KnownRow => {
    const id = present(ids[row], 'an id per row');
    return { row, values, replaced, id, shard: shardOf(map, id) };
  });
  await settleAll((node.lookups ?? []).map((use) => verifyUnowned(unit, node, use, wanted, known)));
  return known;
}

async function primaryIds(
  unit: WriteUnit,
  node: InsertNode,
  key: RoutingKey,
  tuples: readonly (readonly VindexValue[])[],
): Promise<readonly KeyspaceId[]> {
  const { vindex } = key;
  if (vindex.kind === 'functional') {
    return tuples.map((tuple, row) => {
      const mapping = vindex.map(tuple);
      if (mapping.kind !== 'id') throw noPlaceOf(node.table, key, row);
      return mapping.id;
    });
  }
  const ids = await idsOfTuples(unit, key, tuples);
  return ids.map((found, row) => {
    const [id] = found;
    if (id === undefined) throw noPlaceOf(node.table, key, row);
    return id;
  });
}

/** A lookup that another table owns must lead to the very row: else reads by it would not find it. */
async function verifyUnowned(
  unit: WriteUnit,
  node: InsertNode,
  use: RowLookup,
  wanted: readonly WantedCell[],
  known: readonly KnownRow[],
): Promise<void> {
  const { key } = use;
  const { vindex } = key;
  if (use.owned || vindex.kind !== 'lookup' || vindex.noVerify) return;
  const tuples = known.map(({ values }) => valuesOfKey(key, wanted, values));
  const ids = await idsOfTuples(unit, key, tuples);
  for (const { row, id } of known) {
    if (tuples[row]?.some((value) => value.kind === 'null')) continue;
    if (ids[row]?.some((one) => Buffer.compare(one, id) === 0)) continue;
    const columns = key.columns.map((column) => column.name).join(', ');
    throw shardgateError('SG6033', { row: row + 1, table: node.table, columns, vindex: vindex.name });
  }
}

/**
 * Lookup rows first: whoever else inserts the same values waits there. When they are refused, one server might have named
 * another key first, that of the row itself; then the rows are tried all the same, to be undone. (Not otherwise: writers of one
 * value would lock each other out.)
 */
async function writeRows(
  unit: WriteUnit,
  node: InsertNode,
  wanted: readonly WantedCell[],
  writes: readonly InsertWrites[],
  known: readonly KnownRow[],
): Promise<readonly WriteAnswer[]> {
  const refused = await createLookups(unit, node, wanted, known);
  if (refused === null) return unit.writeAll(writes, (failures) => firstRowError(unit, failures));
  const upTo = known.filter(({ row }) => row <= refused.row);
  const taken = await settleAll(upTo.map((row) => isTaken(unit, node, wanted, row)));
  if (!taken.includes(true)) throw refused.error;
  await unit.writeAll(writes, (failures) => firstRefusal(failures, refused));
  throw refused.error;
}

function writesOf(
  { execution }: WriteUnit,
  node: InsertNode,
  rows: RowSource,
  known: readonly KnownRow[],
): readonly InsertWrites[] {
  const places = known.map(({ shard, replaced }) => ({ shard, replaced }));
  const text = (row: number) => placedRowText(rows, row, places[row]?.replaced ?? null);
  return rowsByShard(places).map(({ shard, rows: members }) =>
    writesFor(execution, node, shard, members, text),
  );
}

/** A row with its primary key is there. No lock: it only decides which words are used. */
async function isTaken(
  unit: WriteUnit,
  node: InsertNode,
  wanted: readonly WantedCell[],
  { shard, values }: KnownRow,
): Promise<boolean> {
  const [key] = node.upsert?.keys ?? [];
  if (key === undefined || key.lookup !== null) return false;
  const where = tupleEquals(key.columns, valuesOfKey(key, wanted, values));
  const { rows } = await unit.rows(
    shard,
    `SELECT 1 FROM ${tableName(shard, node.table)} WHERE ${where} LIMIT 1`,
  );
  return rows.length > 0;
}

function firstRefusal(failures: readonly WriteFailure[], refused: RowFailure): SqlError {
  const lowest = lowestFailure(failures);
  return refused.row < lowest.row ? refused.error : lowest.error;
}

async function createLookups(
  unit: WriteUnit,
  node: InsertNode,
  wanted: readonly WantedCell[],
  known: readonly KnownRow[],
): Promise<RowFailure | null> {
  const key = present(node.key, 'a sharded table has a primary vindex');
  const owner = { keyspace: node.keyspace, table: node.table, key };
  const failures: (RowFailure | null)[] = [];
  for (const use of node.lookups ?? []) {
    if (!use.owned) continue;
    const entries = known.map(
      (one): LookupEntry => ({
        row: one.row,
        values: valuesOfKey(use.key, wanted, one.values),
        primary: valuesOfKey(key, wanted, one.values),
        id: one.id,
      }),
    );
    failures.push(await new LookupWriter(unit, owner, use).create(entries));
  }
  return lowestRow(failures);
}
