// The rows of an INSERT, whether they stand in a slot of the normaliser or cell by cell in the plan.
import type { InsertCell, InsertRow, InsertRows } from '../../plan/nodes.ts';
import { spellValue } from '../../text/render.ts';
import type { Template } from '../../text/template.ts';
import { assertNever, present } from '../../util/assert.ts';
import type { BindValue } from '../../value/bind-value.ts';
import type { BindValues } from '../contract.ts';
import { bindValueOf } from '../values.ts';

/** Cells of rows that were read first, as literals. */
export interface ReadCells {
  readonly rows: readonly (readonly BindValue[])[];
  /** How many warnings came with them. */
  readonly warnings: number;
}

/** Rows and cells count from 0. Texts are SqlText. */
export interface RowSource {
  readonly count: number;
  /** What was warned of before the rows are written: while they were read, or their places found. */
  readonly before: { warnings: number };
  width(row: number): number;
  /** Kind `expression`: only its text is known. */
  value(row: number, cell: number): BindValue;
  cellText(row: number, cell: number): string;
  /** The row with its parentheses. */
  rowText(row: number): string;
}

/** What the plan's rows are made into values and texts with. */
export interface CellContext {
  readonly binds: BindValues;
  /** A template of the plan as text. */
  readonly render: (template: Template) => string;
  /** What the plan says must be read first, when it says so. */
  readonly read?: ReadCells | null;
  /** `render` marks parameters; those that are a whole cell are to be literals all the same. */
  readonly marks?: boolean;
}

export function rowSource(rows: InsertRows, context: CellContext): RowSource {
  switch (rows.kind) {
    case 'slot':
      return slotRows(rows.slot, context.binds);
    case 'cells':
      return cellRows(rows.rows, context);
    case 'query':
      return readRows(present(context.read, 'the rows that were read'));
    default:
      return assertNever(rows);
  }
}

function slotRows(slot: number, binds: BindValues): RowSource {
  return {
    count: binds.itemCount(slot),
    before: { warnings: 0 },
    width: () => binds.itemWidth(slot),
    value: (row, cell) => binds.cell(slot, row, cell),
    cellText: (row, cell) => spell(binds.cell(slot, row, cell)),
    rowText: (row) => binds.itemText(slot, row),
  };
}

function spell(value: BindValue): string {
  return value.negative ? `-${value.sql}` : value.sql;
}

function readRows(read: ReadCells): RowSource {
  const { rows, warnings } = read;
  const cellAt = (row: number, cell: number) => present(rows[row]?.[cell], `cell ${cell} of row ${row}`);
  return {
    count: rows.length,
    before: { warnings },
    width: (row) => rows[row]?.length ?? 0,
    value: cellAt,
    cellText: (row, cell) => spell(cellAt(row, cell)),
    rowText: (row) => `(${(rows[row] ?? []).map(spell).join(', ')})`,
  };
}

function cellRows(rows: readonly InsertRow[], context: CellContext): RowSource {
  const rowAt = (row: number) => present(rows[row], `row ${row}`);
  const cellAt = (row: number, cell: number) => present(rowAt(row).cells[cell], `cell ${cell} of row ${row}`);
  return {
    count: rows.length,
    before: { warnings: context.read?.warnings ?? 0 },
    width: (row) => rowAt(row).cells.length,
    value: (row, cell) => cellValue(cellAt(row, cell), context),
    cellText: (row, cell) => cellText(cellAt(row, cell), context),
    rowText: (row) => rowText(rowAt(row), context),
  };
}

function rowText({ template, cells }: InsertRow, context: CellContext): string {
  if (context.marks !== true && !cells.some((cell) => cell.kind === 'read')) return context.render(template);
  return `(${cells.map((cell) => cellText(cell, context)).join(', ')})`;
}

function readCell({ read }: CellContext, column: number): BindValue {
  return present(read?.rows[0]?.[column], `column ${column} of what was read`);
}

function cellValue(cell: InsertCell, context: CellContext): BindValue {
  const { binds } = context;
  switch (cell.kind) {
    case 'value':
      return bindValueOf(cell.ref, binds) ?? onlyText('expression', spellValue(cell.ref, binds));
    case 'default':
      return onlyText('default', 'DEFAULT');
    case 'expression':
      return onlyText('expression', '');
    case 'read':
      return readCell(context, cell.column);
    default:
      return assertNever(cell);
  }
}

function onlyText(kind: 'expression' | 'default', sql: string): BindValue {
  return { kind, negative: false, sql, value: '' };
}

function cellText(cell: InsertCell, context: CellContext): string {
  const { binds, render } = context;
  switch (cell.kind) {
    case 'value':
      return spellValue(cell.ref, binds);
    case 'default':
      return 'DEFAULT';
    case 'expression':
      return render(cell.template);
    case 'read':
      return spell(readCell(context, cell.column));
    default:
      return assertNever(cell);
  }
}
