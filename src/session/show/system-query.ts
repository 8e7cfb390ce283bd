// Queries over information_schema: a server's tables, seen with keyspace names instead of physical databases.
import { shardgateError } from '../../errors/catalog.ts';
import { SqlError } from '../../errors/sql-error.ts';
import type { Statement, Table } from '../../sql/ast.ts';
import type { SqlText } from '../../sql/mode.ts';
import { walk } from '../../sql/visitor.ts';
import { hexLiteral, quoteIdentifier, sqlText } from '../../text/quote.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import { ownTablePrefix } from '../../vschema/own-tables.ts';
import { probeShard } from '../probe-shard.ts';
import type { StatementContext } from '../statement-context.ts';
import { systemSchemas } from '../use-statement.ts';
import { answerResult, readFromShard, renameResult } from './server-show.ts';
import { firstShard, visibleKeyspaces } from './visible.ts';

/**
 * Each information_schema table with schema columns is replaced by a derived table in which the physical database of the
 * keyspace in question reads as the keyspace's name, and databases of other shards and keyspaces on the same server do not
 * show. One server answers: that of the keyspace the text names, else of the current one.
 */
export async function runSystemQuery(statement: Statement, context: StatementContext): Promise<void> {
  const shard = questionedShard(context);
  const edits: { readonly start: number; readonly end: number; readonly text: SqlText }[] = [];
  for (const table of systemTables(statement, context)) {
    const derived = await derivedTable(table, shard, context);
    if (derived !== null)
      edits.push({
        start: table.name.start,
        end: table.alias === null ? table.end : table.name.end,
        text: derived,
      });
  }
  edits.sort((a, b) => a.start - b.start);
  let sql = '';
  let at = 0;
  for (const edit of edits) {
    sql += context.text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  sql += context.text.slice(at);
  answerResult(renameResult(await readFromShard(sql, shard, context), shard), context);
}

/** Throws SG5010 when system tables and the keyspaces' own stand in one statement, 1142 for the mysql schema. */
function systemTables(statement: Statement, context: StatementContext): readonly Table[] {
  const { database } = context.state.target;
  const found: Table[] = [];
  walk(statement, (node) => {
    if (node.kind !== 'table') return;
    const schema = (node.name.schema?.name ?? database ?? '').toLowerCase();
    if (!systemSchemas.has(schema)) throw shardgateError('SG5010', { table: node.name.name.name });
    if (schema === 'mysql') throw denied(node.name.name.name, context);
    found.push(node);
  });
  return found;
}

function denied(table: string, context: StatementContext): SqlError {
  const { user, host } = context.state.login;
  return new SqlError(
    1142,
    '42000',
    `SELECT command denied to user '${user}'@'${host}' for table '${table}'`,
  );
}

/** The keyspace whose name the text holds as a whole word in quotes, else the current one, else the first. */
function questionedShard(context: StatementContext): Shard {
  const named = visibleKeyspaces(context).find((keyspace) => {
    const name = sqlText(keyspace.name);
    return context.text.includes(`'${name}'`) || context.text.includes(`"${name}"`);
  });
  const { database } = context.state.target;
  const current = visibleKeyspaces(context).find((keyspace) => keyspace.name === database);
  const keyspace = named ?? current;
  return keyspace === undefined
    ? probeShard(context.vschema, context.state.target)
    : firstShard(keyspace, context);
}

const schemaColumnsByTable = new Map<string, readonly string[]>();

/** Columns of an information_schema table in order, upper case; asked once per flavour. */
async function columnsOf(table: string, shard: Shard, context: StatementContext): Promise<readonly string[]> {
  const key = `${context.vschema.flavour.versionText} ${table}`;
  const known = schemaColumnsByTable.get(key);
  if (known !== undefined) return known;
  const name = hexLiteral(Buffer.from(table.toUpperCase()));
  const { rows } = await readFromShard(
    `SELECT UPPER(COLUMN_NAME) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'information_schema' AND UPPER(TABLE_NAME) = CONVERT(${name} USING utf8mb3) ORDER BY ORDINAL_POSITION`,
    shard,
    context,
  );
  const columns = rows.map((row) => row[0] ?? '');
  schemaColumnsByTable.set(key, columns);
  return columns;
}

/** Null when the table has no schema column: it is asked as it stands. */
async function derivedTable(table: Table, shard: Shard, context: StatementContext): Promise<SqlText | null> {
  const name = table.name.name.name;
  const schema = (table.name.schema?.name ?? context.state.target.database ?? '').toLowerCase();
  if (schema !== 'information_schema') return null;
  const columns = await columnsOf(name, shard, context);
  const schemaColumns = columns.filter((column) => column.endsWith('_SCHEMA') || column === 'SCHEMA_NAME');
  const [owner] = schemaColumns;
  if (owner === undefined) return null;
  const physical = `CONVERT(${hexLiteral(Buffer.from(shard.database))} USING utf8mb3)`;
  const logical = `CONVERT(${hexLiteral(Buffer.from(shard.keyspace))} USING utf8mb3)`;
  const items = columns.map((column) =>
    schemaColumns.includes(column)
      ? `CASE ${column} WHEN ${physical} THEN ${logical} ELSE ${column} END AS ${column}`
      : quoteIdentifier(column),
  );
  const alias = table.alias === null ? ` AS ${quoteIdentifier(name)}` : '';
  const notOurs = columns.includes('TABLE_NAME')
    ? ` AND (TABLE_NAME IS NULL OR LEFT(TABLE_NAME, ${ownTablePrefix.length}) <> '${ownTablePrefix}')`
    : '';
  const visible = [physical, "'information_schema'", "'performance_schema'"].join(', ');
  return `(SELECT ${items.join(', ')} FROM information_schema.${quoteIdentifier(name)} WHERE ${owner} IN (${visible})${notOurs})${alias}`;
}
