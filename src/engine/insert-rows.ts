// The rows of an INSERT, whether they stand in a slot of the normaliser or cell by cell in the plan.
import type { InsertCell, InsertRow, InsertRows } from '../plan/nodes.ts';
import { spellValue } from '../text/render.ts';
import type { Template } from '../text/template.ts';
import { assertNever, present } from '../util/assert.ts';
import type { BindValue } from '../value/bind-value.ts';
import type { BindValues } from './contract.ts';
import { bindValueOf } from './values.ts';

/** Rows and cells count from 0. Texts are SqlText. */
export interface RowSource {
  readonly count: number;
  width(row: number): number;
  /** Kind `expression`: only its text is known. */
  value(row: number, cell: number): BindValue;
  cellText(row: number, cell: number): string;
  /** The row with its parentheses. */
  rowText(row: number): string;
}

/** `render` turns a template of the plan into text. */
export function rowSource(
  rows: InsertRows,
  binds: BindValues,
  render: (template: Template) => string,
): RowSource {
  switch (rows.kind) {
    case 'slot':
      return slotRows(rows.slot, binds);
    case 'cells':
      return cellRows(rows.rows, binds, render);
    default:
      return assertNever(rows);
  }
}

function slotRows(slot: number, binds: BindValues): RowSource {
  return {
    count: binds.itemCount(slot),
    width: () => binds.itemWidth(slot),
    value: (row, cell) => binds.cell(slot, row, cell),
    cellText: (row, cell) => spell(binds.cell(slot, row, cell)),
    rowText: (row) => binds.itemText(slot, row),
  };
}

function spell(value: BindValue): string {
  return value.negative ? `-${value.sql}` : value.sql;
}

function cellRows(
  rows: readonly InsertRow[],
  binds: BindValues,
  render: (template: Template) => string,
): RowSource {
  const rowAt = (row: number) => present(rows[row], `row ${row}`);
  const cellAt = (row: number, cell: number) => present(rowAt(row).cells[cell], `cell ${cell} of row ${row}`);
  return {
    count: rows.length,
    width: (row) => rowAt(row).cells.length,
    value: (row, cell) => cellValue(cellAt(row, cell), binds),
    cellText: (row, cell) => cellText(cellAt(row, cell), binds, render),
    rowText: (row) => render(rowAt(row).template),
  };
}

function cellValue(cell: InsertCell, binds: BindValues): BindValue {
  switch (cell.kind) {
    case 'value':
      return bindValueOf(cell.ref, binds) ?? onlyText('expression', spellValue(cell.ref, binds));
    case 'default':
      return onlyText('default', 'DEFAULT');
    case 'expression':
      return onlyText('expression', '');
    default:
      return assertNever(cell);
  }
}

function onlyText(kind: 'expression' | 'default', sql: string): BindValue {
  return { kind, negative: false, sql, value: '' };
}

function cellText(cell: InsertCell, binds: BindValues, render: (template: Template) => string): string {
  switch (cell.kind) {
    case 'value':
      return spellValue(cell.ref, binds);
    case 'default':
      return 'DEFAULT';
    case 'expression':
      return render(cell.template);
    default:
      return assertNever(cell);
  }
}
