// The rows of an INSERT as plan data: one collapsed slot, or cell by cell.
import { SqlError } from '../../errors/sql-error.ts';
import type { InsertCell, InsertRow, InsertRows, Plan } from '../../plan/nodes.ts';
import type { Expression, InsertSet, InsertValues } from '../../sql/ast.ts';
import type { Template } from '../../text/template.ts';
import { type Edit, join, joinWith, splice, text } from '../splice.ts';
import { listSlotOf, type TextUnit, valueRefOf } from '../text-unit.ts';

/** What the rows must fit. */
export interface RowFrame {
  /** Cells of a row. */
  readonly width: number;
  /** The statement names no columns: rows may then all be empty, which is DEFAULT for every column. */
  readonly unnamed: boolean;
  /** A column that the statement does not name gets a DEFAULT cell. */
  readonly appended: boolean;
}

/** Rows behind VALUES. Throws the server's 1136 for a row that does not fit: by then others may have been stored. */
export function valuesRows(
  source: InsertValues,
  unit: TextUnit,
  edits: readonly Edit[],
  { width, unnamed, appended }: RowFrame,
  read: ReadColumns = null,
): InsertRows {
  const first = source.rows[0]?.items.length ?? 0;
  const defaults = unnamed && first === 0;
  // More columns than are known may have been added since.
  const fits = defaults || (unnamed ? first >= width : first === width);
  const misfit = fits ? source.rows.findIndex((row) => row.items.length !== first) : 0;
  if (misfit >= 0) {
    throw new SqlError(1136, '21S01', `Column count doesn't match value count at row ${misfit + 1}`);
  }
  const slot = listSlotOf(source.rows[0]?.items ?? [], unit);
  if (slot !== null) return { kind: 'slot', slot };
  const rows = source.rows.map((row): InsertRow => {
    if (defaults) return defaultRow(splice(unit, row.start, row.end, edits), width);
    const cells = row.items.map((item) => cellOf(item, unit, edits, read));
    if (!appended) return { template: splice(unit, row.start, row.end, edits), cells };
    return rowOf(row.items, cells, unit, edits);
  });
  return withRead(rows, read);
}

/** `()`: no text of its own for any cell. */
function defaultRow(template: Template, width: number): InsertRow {
  return { template, cells: Array.from({ length: width }, () => ({ kind: 'default' })) };
}

/** The columns of what is read first, by the expression they stand for. */
export type ReadColumns = { readonly columns: ReadonlyMap<Expression, number>; readonly plan: Plan } | null;

function withRead(rows: readonly InsertRow[], read: ReadColumns): InsertRows {
  return read === null ? { kind: 'cells', rows } : { kind: 'cells', rows, read: read.plan };
}

/** SET a = 1, b = 2 as the one row (1, 2). */
export function setRow(
  source: InsertSet,
  unit: TextUnit,
  edits: readonly Edit[],
  read: ReadColumns = null,
): InsertRows {
  const values = source.assignments.map((assignment) => assignment.value);
  const cells = values.map((value) => cellOf(value, unit, edits, read));
  return withRead([rowOf(values, cells, unit, edits)], read);
}

function rowOf(
  items: readonly Expression[],
  cells: readonly InsertCell[],
  unit: TextUnit,
  edits: readonly Edit[],
): InsertRow {
  const texts = items.map((item) => splice(unit, item.start, item.end, edits));
  return { template: join(text('('), joinWith(', ', texts), text(')')), cells };
}

function cellOf(item: Expression, unit: TextUnit, edits: readonly Edit[], read: ReadColumns): InsertCell {
  const column = read?.columns.get(item);
  if (column !== undefined) return { kind: 'read', column };
  if (item.kind === 'default' && item.column === null) return { kind: 'default' };
  const ref = valueRefOf(item, unit);
  if (ref !== null) return { kind: 'value', ref, negative: ref.kind === 'slot' && ref.negative };
  const template: Template = splice(unit, item.start, item.end, edits);
  return { kind: 'expression', template };
}
