// A SHOW that a shard answers: asked with the physical database's name, shown with the keyspace's.
import type { SqlText } from '../../sql/mode.ts';
import { encodeBinaryRow } from '../../value/binary-row.ts';
import type { ColumnDefinition } from '../../value/column-definition.ts';
import { encodeTextRow } from '../../value/text-row.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import { readResult, type SmallResult } from '../backend-read.ts';
import type { StatementContext } from '../statement-context.ts';

/** Runs the text on the shard with the session's settings. */
export async function readFromShard(
  sql: SqlText,
  shard: Shard,
  context: StatementContext,
): Promise<SmallResult> {
  const lease = await context.state.scope.acquire(shard.id, { writes: false, signal: context.signal });
  try {
    const result = await readResult(lease.connection, sql);
    lease.done(false);
    return result;
  } catch (error) {
    lease.done(!lease.connection.alive);
    throw error;
  }
}

/** Writes the result with every physical name turned to the keyspace's: headers, metadata, and cells that are or quote it. */
export async function answerFromShard(sql: SqlText, shard: Shard, context: StatementContext): Promise<void> {
  const { columns, rows } = await readFromShard(sql, shard, context);
  answerRenamed({ columns, rows }, shard, context);
}

export function answerRenamed(result: SmallResult, shard: Shard, context: StatementContext): void {
  const columns = result.columns.map((column) => renameColumn(column, shard));
  const rename = cellRenamer(shard);
  const cells = result.rows.map((row) =>
    row.map((cell) => (cell === null ? null : Buffer.from(rename(cell), 'latin1'))),
  );
  context.sink.columns(columns);
  context.sink.rows(
    cells.map((row) => (context.format === 'text' ? encodeTextRow(row) : encodeBinaryRow(columns, row))),
  );
  context.sink.end(0);
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

/** A cell that is the database's name, or quotes it in backticks before a dot (view and trigger texts). */
function cellRenamer(shard: Shard): (cell: string) => string {
  const physical = Buffer.from(shard.database, 'utf8').toString('latin1');
  const logical = Buffer.from(shard.keyspace, 'utf8').toString('latin1');
  const quoted = `\`${physical}\`.`;
  return (cell) => {
    if (cell === physical) return logical;
    return cell.includes(quoted) ? cell.replaceAll(quoted, `\`${logical}\`.`) : cell;
  };
}
