// The rows of an INSERT as plan data: one collapsed slot, or cell by cell.
import type { InsertCell, InsertRow, InsertRows, Plan } from '../../plan/nodes.ts';
import type { Expression, InsertSet, InsertValues } from '../../sql/ast.ts';
import type { Template } from '../../text/template.ts';
import { type Edit, join, joinWith, splice, text } from '../splice.ts';
import { listSlotOf, type TextUnit, valueRefOf } from '../text-unit.ts';

/** Rows behind VALUES; `appended` adds a DEFAULT cell for a column that the statement does not name. */
export function valuesRows(
  source: InsertValues,
  unit: TextUnit,
  edits: readonly Edit[],
  appended: boolean,
  read: ReadColumns = null,
): InsertRows {
  const slot = listSlotOf(source.rows[0]?.items ?? [], unit);
  if (slot !== null) return { kind: 'slot', slot };
  const rows = source.rows.map((row): InsertRow => {
    const cells = row.items.map((item) => cellOf(item, unit, edits, read));
    if (!appended) return { template: splice(unit, row.start, row.end, edits), cells };
    return rowOf(row.items, cells, unit, edits);
  });
  return withRead(rows, read);
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
