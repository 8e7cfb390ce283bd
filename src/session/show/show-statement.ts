// SHOW and DESCRIBE: what Shardgate knows it tells itself, what servers know one shard tells.
import { SqlError } from '../../errors/sql-error.ts';
import type { DescribeTable, Show, TableName } from '../../sql/ast.ts';
import type { SqlText } from '../../sql/mode.ts';
import { quoteIdentifier } from '../../text/quote.ts';
import type { Keyspace } from '../../vschema/model.ts';
import { resolveTable } from '../../vschema/resolve.ts';
import { answerRows, numberColumn, textColumn } from '../answer.ts';
import { probeShard } from '../probe-shard.ts';
import type { StatementContext } from '../statement-context.ts';
import { answerFiltered } from './filter-rows.ts';
import { answerFromShard } from './server-show.ts';
import { showOwn } from './show-own.ts';
import { showVariables } from './show-variables.ts';
import { firstShard, keyspaceOf, visibleKeyspaces } from './visible.ts';

export async function runShow(show: Show, context: StatementContext): Promise<void> {
  switch (show.what) {
    case 'databases':
    case 'keyspaces':
    case 'vschemaKeyspaces': {
      const names = [
        'information_schema',
        ...visibleKeyspaces(context).map((keyspace) => keyspace.name),
      ].sort();
      const column = show.what === 'databases' ? 'Database' : 'Keyspace';
      return answerFiltered(
        [{ name: column }],
        names.map((name) => [name]),
        show,
        context,
      );
    }
    case 'tables':
    case 'tableStatus':
    case 'openTables':
    case 'triggers':
    case 'events':
      return showOfSchema(show, context);
    case 'columns':
    case 'index':
    case 'createTable':
    case 'createView':
      return showOfTable(show, context);
    case 'createDatabase':
      return showCreateDatabase(show, context);
    case 'warnings':
    case 'errors':
      return showWarnings(show, context);
    case 'countWarnings':
    case 'countErrors':
      return showWarningCount(show, context);
    case 'variables':
      return showVariables(show, context);
    case 'grants':
      return showGrants(context);
    case 'status':
    case 'collation':
    case 'characterSet':
    case 'engines':
    case 'plugins':
    case 'privileges':
    case 'createOther':
    case 'procedureStatus':
    case 'functionStatus':
    case 'packageStatus':
    case 'other':
      return answerFromShard(context.text, probeShard(context.vschema, context.state.target), context);
    default:
      return showOwn(show, context);
  }
}

/** The text with a name put in the place of another: spans come from the tree. */
function respell(text: SqlText, start: number, end: number, name: SqlText): SqlText {
  return text.slice(0, start) + name + text.slice(end);
}

async function showOfSchema(show: Show, context: StatementContext): Promise<void> {
  const keyspace = keyspaceOf(show.schema, context);
  if (keyspace === null)
    return answerFromShard(context.text, probeShard(context.vschema, context.state.target), context);
  const shard = firstShard(keyspace, context);
  const { schema } = show;
  const physical = quoteIdentifier(shard.database);
  const sql = schema === null ? context.text : respell(context.text, schema.start, schema.end, physical);
  await answerFromShard(sql, shard, context);
}

async function showOfTable(show: Show, context: StatementContext): Promise<void> {
  const { table, schema } = show;
  if (table === null)
    throw new SqlError(1064, '42000', 'You have an error in your SQL syntax; a table is missing');
  const keyspace = keyspaceOfTable(table, schema?.name ?? table.schema?.name ?? null, context);
  if (keyspace === null)
    return answerFromShard(context.text, probeShard(context.vschema, context.state.target), context);
  const shard = firstShard(keyspace, context);
  const physical = quoteIdentifier(shard.database);
  // FROM db behind the table wins over a qualifier, as on a server.
  let sql = context.text;
  if (schema !== null) sql = respell(sql, schema.start, schema.end, physical);
  sql = respell(
    sql,
    table.start,
    table.end,
    `${schema === null ? `${physical}.` : ''}${quoteIdentifier(table.name.name)}`,
  );
  await answerFromShard(sql, shard, context);
}

/** Null for system schemas. An unqualified table may stand in the one other keyspace that names it. */
function keyspaceOfTable(
  table: TableName,
  schema: string | null,
  context: StatementContext,
): Keyspace | null {
  if (schema !== null)
    return keyspaceOf({ kind: 'ident', name: schema, quoted: true, start: -1, end: -1 }, context);
  const resolved = resolveTable(context.vschema, context.state.target.database, null, table.name.name);
  if (typeof resolved !== 'string') return context.vschema.keyspaces.get(resolved.keyspace) ?? null;
  return keyspaceOf(null, context);
}

export async function runDescribeTable(statement: DescribeTable, context: StatementContext): Promise<void> {
  const { table } = statement;
  const keyspace = keyspaceOfTable(table, table.schema?.name ?? null, context);
  if (keyspace === null)
    return answerFromShard(context.text, probeShard(context.vschema, context.state.target), context);
  const shard = firstShard(keyspace, context);
  const name = `${quoteIdentifier(shard.database)}.${quoteIdentifier(table.name.name)}`;
  await answerFromShard(respell(context.text, table.start, table.end, name), shard, context);
}

async function showCreateDatabase(show: Show, context: StatementContext): Promise<void> {
  const keyspace = keyspaceOf(show.schema, context);
  if (keyspace === null || show.schema === null) {
    return answerFromShard(context.text, probeShard(context.vschema, context.state.target), context);
  }
  const shard = firstShard(keyspace, context);
  const sql = respell(context.text, show.schema.start, show.schema.end, quoteIdentifier(shard.database));
  await answerFromShard(sql, shard, context);
}

async function showWarnings(show: Show, context: StatementContext): Promise<void> {
  await context.state.warningsReady();
  const wanted = context.state.warnings.filter(
    (warning) => show.what === 'warnings' || warning.level === 'Error',
  );
  const rows = wanted.map((warning) => [warning.level, String(warning.code), warning.message]);
  answerRows(
    context.sink,
    [textColumn('Level', 7), numberColumn('Code'), textColumn('Message', 512)],
    rows,
    context.format,
  );
}

async function showWarningCount(show: Show, context: StatementContext): Promise<void> {
  await context.state.warningsReady();
  const errors = show.what === 'countErrors';
  const count = context.state.warnings.filter((warning) => !errors || warning.level === 'Error').length;
  const name = errors ? '@@session.error_count' : '@@session.warning_count';
  answerRows(context.sink, [numberColumn(name)], [[String(count)]], context.format);
}

/** Users are Shardgate's own: what they may do is a matter of its configuration. */
function showGrants(context: StatementContext): void {
  const { user } = context.state.login;
  const who = `${quoteIdentifier(user)}@\`%\``;
  const grants = visibleKeyspaces(context).map(
    (keyspace) => `GRANT ALL PRIVILEGES ON ${quoteIdentifier(keyspace.name)}.* TO ${who}`,
  );
  const rows = [`GRANT USAGE ON *.* TO ${who}`, ...grants].map((grant) => [grant]);
  answerRows(context.sink, [textColumn(`Grants for ${user}@%`, 1024)], rows, context.format);
}
