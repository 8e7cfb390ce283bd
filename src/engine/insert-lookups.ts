// INSERT into a table with lookup vindexes: lookup rows first, then the rows, all in one unit.
import { shardgateError } from '../errors/catalog.ts';
import type { SqlError } from '../errors/sql-error.ts';
import type { InsertNode, RowLookup } from '../plan/nodes.ts';
import { present } from '../util/assert.ts';
import type { RoutingKey } from '../vindex/routing-key.ts';
import { type Shard, shardOf } from '../vindex/shard-map.ts';
import type { KeyspaceId, VindexValue } from '../vindex/vindex.ts';
import type { Execution, OkResult } from './contract.ts';
import { noPlaceOf, placedRowText, rowsByShard } from './insert-places.ts';
import { type ValuedRow, valuesOfRows, type WantedCell } from './insert-row-values.ts';
import type { RowSource } from './insert-rows.ts';
import type { SequenceFill } from './insert-sequence.ts';
import { insertAnswer, lowestFailure, splitInsert } from './insert-split.ts';
import { idsOfTuples } from './lookup-ids.ts';
import { type LookupEntry, LookupWriter, lowestRow, type RowFailure } from './lookup-writes.ts';
import { pinTime } from './pinned-time.ts';
import { shardMapOf } from './resolve.ts';
import { shardText } from './shard-text.ts';
import { inUnit, settleAll, type WriteFailure, type WriteUnit } from './unit.ts';

/** A row with everything its vindexes need to know. */
interface KnownRow {
  readonly row: number;
  readonly values: readonly VindexValue[];
  readonly replaced: ValuedRow['replaced'];
  readonly id: KeyspaceId;
  readonly shard: Shard;
}

/** Ends the sink; rejects with what the client must see, nothing written anywhere. */
export async function insertWithLookups(
  execution: Execution,
  node: InsertNode,
  rows: RowSource,
  fill: SequenceFill,
): Promise<void> {
  const wanted = wantedCells(node);
  const valued = await valuesOfRows(execution, node, wanted, rows, fill.replaced, false);
  const answer = await inUnit(execution, [], pinTime(execution, node.pinTime), async (unit) => {
    const known = await placeRows(unit, node, wanted, valued);
    return writeRows(unit, node, wanted, rows, known);
  });
  execution.sink.ok(fill.firstId === null ? answer : { ...answer, lastInsertId: fill.firstId });
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
  return [...wanted.values()];
}

/** The values of a key's columns among those wanted. */
export function valuesOfKey(
  key: RoutingKey,
  wanted: readonly WantedCell[],
  values: readonly VindexValue[],
): readonly VindexValue[] {
  return key.columns.map((column) => {
    const at = wanted.findIndex((one) => one.column.name.toLowerCase() === column.name.toLowerCase());
    return present(values[at], `value of ${column.name}`);
  });
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
 * When lookup rows are refused the rows are tried all the same, to be undone: one server checks a row's primary key first,
 * and its word on an earlier row, or on the same row, is the one the client knows.
 */
async function writeRows(
  unit: WriteUnit,
  node: InsertNode,
  wanted: readonly WantedCell[],
  rows: RowSource,
  known: readonly KnownRow[],
): Promise<OkResult> {
  const refused = await createLookups(unit, node, wanted, known);
  const { execution } = unit;
  const places = known.map(({ shard, replaced }) => ({ shard, replaced }));
  const text = (row: number) => placedRowText(rows, row, places[row]?.replaced ?? null);
  const writes = rowsByShard(places).map(({ shard, rows: members }) =>
    splitInsert(
      shard,
      shardText(execution, shard, node.head),
      shardText(execution, shard, node.tail),
      members,
      text,
    ),
  );
  const answers = await unit.writeAll(writes, (failures) => firstRefusal(failures, refused));
  if (refused !== null) throw refused.error;
  return insertAnswer(answers, rows.count, node.tail.length > 0, false);
}

function firstRefusal(failures: readonly WriteFailure[], refused: RowFailure | null): SqlError {
  const lowest = lowestFailure(failures);
  return refused !== null && refused.row < lowest.row ? refused.error : lowest.error;
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
