// System tables as temporary tables of a workspace: the client's own statement then runs over them.
import type { Lease } from '../../../backend/contract.ts';
import { SqlError } from '../../../errors/sql-error.ts';
import type { SqlText } from '../../../sql/mode.ts';
import { hexLiteral, quoteIdentifier } from '../../../text/quote.ts';
import { type ColumnDefinition, FieldType } from '../../../value/column-definition.ts';
import { runStatement } from '../../servers/backend-command.ts';
import { readResult, type SmallResult } from '../../servers/backend-read.ts';
import type { Row } from '../figures.ts';
import type { SystemTable } from './system-rows.ts';

export interface Filled {
  /** Name of the temporary table. */
  readonly as: string;
  readonly table: SystemTable;
  readonly rows: readonly Row[];
}

const insertBytesMax = 1 << 20;

/** Rows keep the order they are given in: servers walk a primary key that nobody sees. */
const orderColumn = '`shardgate row` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT INVISIBLE PRIMARY KEY';

/** Values as they were read: invalid dates, names of any length, columns of other versions. */
const fillMode = "SET @__sg_mode = @@sql_mode, sql_mode = _utf8mb4'ALLOW_INVALID_DATES'";
const ownMode = 'SET sql_mode = @__sg_mode, @__sg_mode = NULL';

/** Ends the lease. Rejects with the server's error. */
export async function runOver(tables: readonly Filled[], sql: SqlText, lease: Lease): Promise<SmallResult> {
  const { connection } = lease;
  try {
    const steps = tables.flatMap(({ as, table, rows }) => [
      createText(as, table),
      ...insertTexts(as, table, rows),
    ]);
    const fill = [fillMode, ...steps, ownMode].map((step) => runStatement(connection, step));
    await firstFailure(fill);
    const result = await readResult(connection, sql);
    const drops = tables.map(({ as }) => quoteIdentifier(as)).join(', ');
    await runStatement(connection, `DROP TEMPORARY TABLE ${drops}`);
    lease.release();
    return { columns: result.columns.map((column) => disguised(column, tables)), rows: result.rows };
  } catch (error) {
    lease.discard();
    throw error;
  }
}

/** All are sent at once and answered in order: the first error says why the later ones came. */
async function firstFailure(steps: readonly Promise<unknown>[]): Promise<void> {
  const settled = await Promise.allSettled(steps);
  for (const step of settled) if (step.status === 'rejected') throw step.reason;
}

/** No row of the model is read, and nothing is written to a binary log. */
function createText(as: string, table: SystemTable): SqlText {
  const columns = table.columns.map(quoteIdentifier).join(', ');
  return `CREATE TEMPORARY TABLE ${quoteIdentifier(as)} (${orderColumn}) AS SELECT ${columns} FROM information_schema.${quoteIdentifier(table.name)} WHERE RAND() < 0 LIMIT 0`;
}

function insertTexts(as: string, table: SystemTable, rows: readonly Row[]): readonly SqlText[] {
  const head = `INSERT INTO ${quoteIdentifier(as)} (${table.columns.map(quoteIdentifier).join(', ')}) VALUES `;
  const texts: SqlText[] = [];
  let tuples: string[] = [];
  let bytes = 0;
  for (const row of rows) {
    const tuple = `(${row.map(cellText).join(',')})`;
    if (bytes + tuple.length > insertBytesMax && tuples.length > 0) {
      texts.push(head + tuples.join(','));
      tuples = [];
      bytes = 0;
    }
    tuples.push(tuple);
    bytes += tuple.length;
  }
  if (tuples.length > 0) texts.push(head + tuples.join(','));
  return texts;
}

function cellText(cell: string | null): string {
  if (cell === null) return 'NULL';
  return cell === '' ? "''" : `_utf8mb4 ${hexLiteral(Buffer.from(cell, 'latin1'))}`;
}

function disguised(column: ColumnDefinition, tables: readonly Filled[]): ColumnDefinition {
  if (column.schema === '') return column;
  const source = tables.find(({ as }) => as === column.orgTable)?.table;
  const own = { ...column, schema: 'information_schema', orgTable: source?.name ?? column.orgTable };
  // A temporary table's LONGTEXT says 4 GB where a system table tells its own limit.
  const known = source?.definitions.find(({ name }) => name.toUpperCase() === column.orgName.toUpperCase());
  const isLongText = column.type === FieldType.blob && known !== undefined && known.length < column.length;
  return isLongText ? { ...own, length: known.length } : own;
}

/** A server's error, the temporary tables called by the names the client knows. */
export function knownNames(error: unknown, tables: readonly Filled[]): unknown {
  if (!(error instanceof SqlError)) return error;
  let { message } = error;
  for (const { as, table } of tables) message = message.replaceAll(as, table.name);
  return new SqlError(error.errno, error.sqlState, message, error.id);
}
