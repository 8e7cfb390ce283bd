// Which shard each row of an INSERT belongs to, and with which text it goes there.
import { shardgateError } from '../../errors/catalog.ts';
import type { SqlError } from '../../errors/sql-error.ts';
import type { InsertNode } from '../../plan/nodes.ts';
import { present } from '../../util/assert.ts';
import type { BindValue } from '../../value/bind-value.ts';
import { toInsertValue } from '../../vindex/routable.ts';
import type { RoutingKey } from '../../vindex/routing-key.ts';
import type { Shard, ShardMap } from '../../vindex/shard-map.ts';
import type { VindexValue } from '../../vindex/vindex.ts';
import type { Execution } from '../contract.ts';
import { shardsOfMapping } from '../destination.ts';
import { generatedValue } from './generated-value.ts';
import type { RowSource } from './insert-rows.ts';
import { type CellsToStore, type StoredCells, storeCells } from './insert-values.ts';

/** Cells of a row by position that must be spelled otherwise than the client did. */
export type Replacements = ReadonlyMap<number, string>;

export interface Place {
  readonly shard: Shard;
  readonly replaced: Replacements | null;
}

const nullValue: VindexValue = { kind: 'null' };

/**
 * Places of all rows whose cells are canonical literals; null for the others, which a server must look at first
 * (`placesAfterStoring`). Cells filled from a sequence come in `replaced`.
 */
export function placesOf(
  execution: Pick<Execution, 'literalCharset'>,
  node: InsertNode,
  key: RoutingKey,
  map: ShardMap,
  rows: RowSource,
  replaced: readonly (Replacements | null)[],
): (Place | null)[] {
  const places: (Place | null)[] = [];
  for (let row = 0; row < rows.count; row++) {
    const replacements = replaced[row] ?? null;
    const values = literalValues(execution, node, key, rows, row, replacements);
    places.push(
      values === null ? null : { shard: placeOf(node, key, map, row, values), replaced: replacements },
    );
  }
  return places;
}

function literalValues(
  execution: Pick<Execution, 'literalCharset'>,
  node: InsertNode,
  key: RoutingKey,
  rows: RowSource,
  row: number,
  replaced: Replacements | null,
): readonly VindexValue[] | null {
  const values: VindexValue[] = [];
  for (const [i, column] of key.columns.entries()) {
    const cell = node.shardingCells[i] ?? -1;
    const generated = replaced?.get(cell);
    if (generated !== undefined) {
      values.push(generatedValue(generated));
      continue;
    }
    if (cell < 0) return null;
    const literal = rows.value(row, cell);
    if (literal.kind === 'default' || literal.kind === 'expression') return null;
    const value =
      literal.kind === 'null' ? nullValue : toInsertValue(literal, column, execution.literalCharset);
    if (value === null) return null;
    values.push(value);
  }
  return values;
}

function placeOf(
  node: InsertNode,
  key: RoutingKey,
  map: ShardMap,
  row: number,
  values: readonly VindexValue[],
): Shard {
  const { vindex } = key;
  if (vindex.kind !== 'functional')
    throw new Error(`assertion failed: primary vindex ${vindex.name} computes ids`);
  const shards = shardsOfMapping(vindex.map(values), map, vindex);
  const shard = shards.length === 1 ? shards[0] : undefined;
  if (shard !== undefined) return shard;
  throw noPlaceOf(node.table, key, row);
}

/** `row` from 0. */
export function noPlaceOf(table: string, key: RoutingKey, row: number): SqlError {
  const columns = key.columns.map((column) => column.name).join(', ');
  return shardgateError('SG6030', { row: row + 1, table, vindex: key.vindex.name, columns });
}

/** The rows of each shard that gets some, by key range; rows keep their order. */
export function rowsByShard(
  places: readonly Place[],
): readonly { readonly shard: Shard; readonly rows: readonly number[] }[] {
  const byShard = new Map<number, { shard: Shard; rows: number[] }>();
  places.forEach(({ shard }, row) => {
    const group = byShard.get(shard.index);
    if (group === undefined) byShard.set(shard.index, { shard, rows: [row] });
    else group.rows.push(row);
  });
  return [...byShard.values()].sort((a, b) => a.shard.index - b.shard.index);
}

/** Fills the gaps `placesOf` left. `ignore`: the statement is INSERT IGNORE. */
export async function placesAfterStoring(
  execution: Execution,
  node: InsertNode,
  key: RoutingKey,
  map: ShardMap,
  rows: RowSource,
  places: readonly (Place | null)[],
  ignore: boolean,
): Promise<readonly Place[]> {
  const cells: CellsToStore[] = [];
  places.forEach((place, row) => {
    if (place === null)
      cells.push({ row, texts: cellTexts(node, rows, row), computed: isComputed(node, rows, row) });
  });
  const stored = await storeCells(execution, node.keyspace, key.columns, node.table, cells, ignore, rows);
  return places.map((place, row) => {
    if (place !== null) return place;
    const found = present(stored.get(row), `stored cells of row ${row}`);
    refuseStoredZero(node, found.values);
    const shard = placeOf(node, key, map, row, found.values);
    return { shard, replaced: evaluatedCells(node, rows, row, found) };
  });
}

/** Throws SG6008. `values`: of the sharding columns; a number of the shard's own would not be where they lead. */
export function refuseStoredZero(node: InsertNode, values: readonly VindexValue[]): void {
  const { guardCell, shardingCells } = node;
  const value = guardCell === null ? undefined : values[shardingCells.indexOf(guardCell)];
  if (guardCell === null || value === undefined) return;
  const isZero = value.kind === 'null' || ('text' in value && /^-?[0.]*$/.test(value.text));
  if (isZero) throw leftOut(node, guardCell);
}

export function leftOut({ table }: InsertNode, cell: number): SqlError {
  return shardgateError('SG6008', { column: `column ${cell + 1}`, table });
}

function isComputed(node: InsertNode, rows: RowSource, row: number): boolean {
  return node.shardingCells.some((cell) => cell >= 0 && isReplaced(rows.value(row, cell)));
}

function cellTexts(node: InsertNode, rows: RowSource, row: number): readonly string[] {
  return node.shardingCells.map((cell) => (cell < 0 ? 'DEFAULT' : rows.cellText(row, cell)));
}

/** It goes to the shard as what it was evaluated to. */
export function isReplaced({ kind }: BindValue): boolean {
  return kind === 'expression' || kind === 'default';
}

/** Expressions go to the shard as what they were evaluated to; literals convert there as they did here. */
function evaluatedCells(
  node: InsertNode,
  rows: RowSource,
  row: number,
  stored: StoredCells,
): Replacements | null {
  const replaced = new Map<number, string>();
  node.shardingCells.forEach((cell, i) => {
    const literal = stored.literals[i];
    if (cell < 0 || literal === undefined) return;
    if (isReplaced(rows.value(row, cell))) replaced.set(cell, literal);
  });
  return replaced.size === 0 ? null : replaced;
}

/** The row as it goes to its shard. */
export function placedRowText(rows: RowSource, row: number, replaced: Replacements | null): string {
  if (replaced === null) return rows.rowText(row);
  const cells = placedCells(rows, row, replaced);
  return `(${cells.map((cell) => cell ?? 'DEFAULT').join(', ')})`;
}

/** Its cells; null: DEFAULT. */
export function placedCells(
  rows: RowSource,
  row: number,
  replaced: Replacements | null,
): readonly (string | null)[] {
  const cells: (string | null)[] = [];
  const width = Math.max(rows.width(row), ...[...(replaced?.keys() ?? [])].map((cell) => cell + 1));
  for (let cell = 0; cell < width; cell++) {
    const text = replaced?.get(cell) ?? rows.cellText(row, cell);
    cells.push(/^default$/i.test(text) ? null : text);
  }
  return cells;
}
