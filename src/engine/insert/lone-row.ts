// One of several rows that goes to its shard alone, taken there as one of several.
import type { BackendConnection, Terminal } from '../../backend/contract.ts';
import { SqlError } from '../../errors/sql-error.ts';
import { present } from '../../util/assert.ts';
import type { Execution } from '../contract.ts';
import { type ParamText, runText } from '../param-text.ts';
import { warningsOf } from '../read-scope.ts';
import type { RunOn } from '../write/unit.ts';
import { printInsertInfo } from '../write/write-info.ts';
import { placedCells, placedRowText, type Replacements } from './insert-places.ts';
import type { RowSource } from './insert-rows.ts';
import type { InsertWrites } from './insert-split.ts';

/*
 * Behind VALUES servers refuse of one row alone what of several rows they convert or leave out: a NULL for a NOT NULL column
 * where sql_mode is not strict (1048), and under IGNORE a row against a CHECK (4025, MySQL: 3819). Rows of a SELECT are
 * always several, and a SELECT without FROM stores the very expressions: so that is what is tried when the row was refused.
 */
const ofOneRowAlone: ReadonlySet<number> = new Set([1048, 4025, 3819]);

const unknownColumn = 1054;

/** A row without its parent, with and without the right to know which. */
const orphaned: ReadonlySet<number> = new Set([1452, 1216]);

/** The writes of a statement with several rows. `replacedOf`: cells that go otherwise than the client spelled them. */
export function lenient(
  flavour: Execution['flavour'],
  writes: readonly InsertWrites[],
  rows: RowSource,
  replacedOf: (row: number) => Replacements | null,
): readonly InsertWrites[] {
  return writes.map((write): InsertWrites => {
    if (write.rows.every((members) => members.length > 1)) return write;
    const runOn = (statement: number): RunOn => {
      const [row, second] = present(write.rows[statement], 'rows of a statement');
      const before = write.runOn?.(statement) ?? runText;
      if (row === undefined || second !== undefined) return before;
      const sql = present(write.statements[statement], 'a statement');
      return amongOthers(flavour, sql, rows, row, replacedOf(row), before);
    };
    return { ...write, runOn };
  });
}

/** `sql`: the INSERT of that row, as it was made. */
export function amongOthers(
  flavour: Execution['flavour'],
  sql: string,
  rows: RowSource,
  row: number,
  replaced: Replacements | null,
  runOn: RunOn = runText,
): RunOn {
  // Behind ON DUPLICATE KEY UPDATE it may be the other row that was not to lose its parent, and that counts.
  const isPlain = flavour === 'mysql' && sql.endsWith(placedRowText(rows, row, replaced));
  return async (connection: BackendConnection, text: ParamText): Promise<Terminal> => {
    try {
      const terminal = await runOn(connection, text);
      return isPlain ? await countedAsOf(connection, terminal) : terminal;
    } catch (error) {
      if (!(error instanceof SqlError) || !ofOneRowAlone.has(error.errno)) throw error;
      const selected = asSelect(sql, placedRowText(rows, row, replaced), placedCells(rows, row, replaced));
      // Where parameters are asked as such, only that form means the same.
      if (selected === null || !text.spelled.endsWith(sql)) throw error;
      const spelled = text.spelled.slice(0, -sql.length) + selected;
      const again = runOn(connection, { spelled, asked: null });
      // A value may name the table's columns, which a SELECT does not see.
      return await again.catch((other: unknown) => {
        throw other instanceof SqlError && other.errno === unknownColumn ? error : other;
      });
    }
  };
}

/** On MySQL a row that IGNORE leaves out for want of its parent is no record; of a row alone the answer does not say. */
async function countedAsOf(connection: BackendConnection, terminal: Terminal): Promise<Terminal> {
  const { affectedRows, warnings, info } = terminal;
  const isStored = affectedRows > 0n || warnings === 0;
  if (isStored || info !== '') return terminal;
  const told = await warningsOf(connection);
  if (!told.some(({ code }) => orphaned.has(code))) return terminal;
  return { ...terminal, info: printInsertInfo(0, 0, warnings) };
}

/** null: it has no such form. `cells`: null is DEFAULT, whose column then is not named. */
function asSelect(sql: string, rowText: string, cells: readonly (string | null)[]): string | null {
  for (let at = sql.indexOf(rowText); at >= 0; at = sql.indexOf(rowText, at + 1)) {
    const head = /^(.*?)(\([^()`"]*\))?(\s*)\bVALUES?\s*$/is.exec(sql.slice(0, at));
    if (head === null) continue;
    const [, into = '', list = '', blank = ''] = head;
    const tail = sql.slice(at + rowText.length);
    const names = list.slice(1, -1).split(',');
    const isLeft = (cell: string | null, i: number): boolean => cell === null || isOwnDefault(cell, names[i]);
    const given = cells.filter((cell, i) => !isLeft(cell, i));
    if (given.length === cells.length) return `${into}${list}${blank} SELECT ${given.join(', ')}${tail}`;
    if (names.length !== cells.length || given.length === 0) return null;
    const named = names.filter((_, i) => !isLeft(cells[i] ?? null, i));
    return `${into}(${named.join(',')})${blank} SELECT ${given.join(', ')}${tail}`;
  }
  return null;
}

/** `DEFAULT(a)` for column a. */
function isOwnDefault(cell: string, column: string | undefined): boolean {
  const asked = /^default\s*\(\s*(\w+)\s*\)$/i.exec(cell)?.[1];
  return asked !== undefined && asked.toLowerCase() === column?.trim().toLowerCase();
}
