// A SHOW that a shard answers: asked with the physical database's name, shown with the keyspace's.
import { renameError } from '../../engine/physical-names.ts';
import { SqlError } from '../../errors/sql-error.ts';
import type { SqlText } from '../../sql/mode.ts';
import { encodeBinaryRow } from '../../value/binary-row.ts';
import type { ColumnDefinition } from '../../value/column-definition.ts';
import { encodeTextRow } from '../../value/text-row.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import { readResult, type SmallResult } from '../servers/backend-read.ts';
import type { StatementContext } from '../statement/statement-context.ts';

/**
 * Runs the text on the shard with the session's settings, beside the session's transaction: what servers tell of their
 * tables is in none. Rejects with the server's error, the keyspace named in it.
 */
export async function readFromShard(
  sql: SqlText,
  shard: Shard,
  context: StatementContext,
): Promise<SmallResult> {
  const lease = await context.state.scope.beside(shard.id, context.signal);
  try {
    const result = await readResult(lease.connection, sql);
    lease.done(false);
    return result;
  } catch (error) {
    lease.done(!lease.connection.alive);
    throw error instanceof SqlError ? renameError(error, shard) : error;
  }
}

/** Writes the result with every physical name turned to the keyspace's: headers, metadata, and cells that are or quote it. */
export async function answerFromShard(sql: SqlText, shard: Shard, context: StatementContext): Promise<void> {
  answerResult(renameResult(await readFromShard(sql, shard, context), shard), context);
}

export function answerResult({ columns, rows }: SmallResult, context: StatementContext): void {
  const { sink, format } = context;
  const cells = rows.map((row) => row.map((cell) => (cell === null ? null : Buffer.from(cell, 'latin1'))));
  sink.columns(columns);
  sink.rows(cells.map((row) => (format === 'text' ? encodeTextRow(row) : encodeBinaryRow(columns, row))));
  sink.end(0);
}

/** The result as one server with databases named like keyspaces would give it. */
export function renameResult(result: SmallResult, shard: Shard): SmallResult {
  const rename = cellRenamer(shard);
  return {
    columns: result.columns.map((column) => renameColumn(column, shard)),
    rows: result.rows.map((row) => row.map((cell) => (cell === null ? null : rename(cell)))),
  };
}

function renameColumn(column: ColumnDefinition, shard: Shard): ColumnDefinition {
  const prefix = `Tables_in_${shard.database}`;
  const swap = (name: string): string =>
    name === prefix || name.startsWith(`${prefix} (`)
      ? `Tables_in_${shard.keyspace}${name.slice(prefix.length)}`
      : name;
  return {
    ...column,
    schema: column.schema === shard.database ? shard.keyspace : column.schema,
    name: swap(column.name),
    orgName: swap(column.orgName),
  };
}

/** A cell that is the database's name, or quotes it in backticks (texts of views, triggers, databases). */
function cellRenamer(shard: Shard): (cell: string) => string {
  const physical = Buffer.from(shard.database, 'utf8').toString('latin1');
  const logical = Buffer.from(shard.keyspace, 'utf8').toString('latin1');
  const beforePoint = `\`${physical}\`.`;
  const ofDatabase = `CREATE DATABASE `;
  return (cell) => {
    if (cell === physical) return logical;
    const renamed = cell.startsWith(ofDatabase) ? cell.replace(`\`${physical}\``, `\`${logical}\``) : cell;
    return renamed.includes(beforePoint) ? renamed.replaceAll(beforePoint, `\`${logical}\`.`) : renamed;
  };
}
