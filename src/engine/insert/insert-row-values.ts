// The values of an INSERT's rows that vindexes and unique keys ask for, as the table will store them.
import type { InsertNode } from '../../plan/nodes.ts';
import { present } from '../../util/assert.ts';
import { toInsertValue } from '../../vindex/routable.ts';
import type { RoutingColumn } from '../../vindex/routing-key.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import type { KeyspaceId, VindexValue } from '../../vindex/vindex.ts';
import type { Execution } from '../contract.ts';
import { generatedValue } from './generated-value.ts';
import { isReplaced, type Replacements } from './insert-places.ts';
import type { RowSource } from './insert-rows.ts';
import { type CellsToStore, type StoredCells, storeCells } from './insert-values.ts';

/** A column some key needs, and the cell that holds it; -1: not given, so its default. */
export interface WantedCell {
  readonly column: RoutingColumn;
  readonly cell: number;
}

export interface ValuedRow {
  /** By cell of `wanted`, in order. */
  readonly values: readonly VindexValue[];
  /** Cells that go to the shard spelled otherwise than the client did. */
  readonly replaced: Replacements | null;
}

/** A row with everything its vindexes need to know. */
export interface KnownRow {
  readonly row: number;
  readonly values: readonly VindexValue[];
  readonly replaced: ValuedRow['replaced'];
  readonly id: KeyspaceId;
  readonly shard: Shard;
}

/** The values of a key's columns among those wanted. */
export function valuesOfKey(
  key: { readonly columns: readonly RoutingColumn[] },
  wanted: readonly WantedCell[],
  values: readonly VindexValue[],
): readonly VindexValue[] {
  return key.columns.map((column) => {
    const at = wanted.findIndex((one) => one.column.name.toLowerCase() === column.name.toLowerCase());
    return present(values[at], `value of ${column.name}`);
  });
}

/**
 * Canonical literals are taken as they are; rows with anything else go through a server. `replaced`: cells filled from a
 * sequence, by row. `ignore`: the statement is INSERT IGNORE.
 */
export async function valuesOfRows(
  execution: Execution,
  node: InsertNode,
  wanted: readonly WantedCell[],
  rows: RowSource,
  replaced: readonly (Replacements | null)[],
  ignore: boolean,
): Promise<readonly ValuedRow[]> {
  const known: (readonly VindexValue[] | null)[] = [];
  const cells: CellsToStore[] = [];
  for (let row = 0; row < rows.count; row++) {
    const values = literalValues(execution, wanted, rows, row, replaced[row] ?? null);
    known.push(values);
    if (values !== null) continue;
    const texts = textsOf(wanted, rows, row, replaced[row] ?? null);
    const computed = wanted.some(({ cell }) => cell >= 0 && isReplaced(rows.value(row, cell)));
    cells.push({ row, texts, computed });
  }
  const columns = wanted.map(({ column }) => column);
  const stored =
    cells.length === 0
      ? new Map<number, StoredCells>()
      : await storeCells(execution, node.keyspace, columns, node.table, cells, ignore, rows);
  return known.map((values, row): ValuedRow => {
    const filled = replaced[row] ?? null;
    if (values !== null) return { values, replaced: filled };
    const found = present(stored.get(row), `stored cells of row ${row}`);
    return { values: found.values, replaced: evaluated(wanted, rows, row, found, filled) };
  });
}

function literalValues(
  execution: Pick<Execution, 'literalCharset'>,
  wanted: readonly WantedCell[],
  rows: RowSource,
  row: number,
  replaced: Replacements | null,
): readonly VindexValue[] | null {
  const values: VindexValue[] = [];
  for (const { column, cell } of wanted) {
    const generated = replaced?.get(cell);
    const literal = cell < 0 || generated !== undefined ? null : rows.value(row, cell);
    if (generated !== undefined) {
      values.push(generatedValue(generated));
      continue;
    }
    if (literal === null || literal.kind === 'default' || literal.kind === 'expression') return null;
    const value =
      literal.kind === 'null'
        ? ({ kind: 'null' } as const)
        : toInsertValue(literal, column, execution.literalCharset);
    if (value === null) return null;
    values.push(value);
  }
  return values;
}

function textsOf(
  wanted: readonly WantedCell[],
  rows: RowSource,
  row: number,
  replaced: Replacements | null,
): readonly string[] {
  return wanted.map(({ cell }) => (cell < 0 ? 'DEFAULT' : (replaced?.get(cell) ?? rows.cellText(row, cell))));
}

/** Expressions go to the shard as what they were evaluated to: they may not be evaluated twice. */
function evaluated(
  wanted: readonly WantedCell[],
  rows: RowSource,
  row: number,
  stored: StoredCells,
  filled: Replacements | null,
): Replacements | null {
  const replaced = new Map(filled ?? []);
  wanted.forEach(({ cell }, i) => {
    const literal = stored.literals[i];
    if (cell < 0 || literal === undefined || replaced.has(cell)) return;
    if (isReplaced(rows.value(row, cell))) replaced.set(cell, literal);
  });
  return replaced.size === 0 ? null : replaced;
}
