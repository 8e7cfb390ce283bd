// SHOW and DESCRIBE: what Shardgate knows it tells itself, what servers know one shard tells.
import { shardgateError } from '../../errors/catalog.ts';
import type { DescribeTable, Show, TableName } from '../../sql/ast.ts';
import { ColumnFlag } from '../../value/column-definition.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import type { Keyspace } from '../../vschema/model.ts';
import { resolveTable } from '../../vschema/resolve.ts';
import { composedResult, textColumn } from '../answer/answer.ts';
import { probeShard } from '../servers/probe-shard.ts';
import type { StatementContext } from '../statement/statement-context.ts';
import { answerFiltered } from './filter-rows.ts';
import { showIndex, showTableStatus } from './over-shards.ts';
import { physicalDescribe, physicalShow, systemShow } from './physical-text.ts';
import { answerFromShard, answerResult, readFromShard, renameResult } from './server-show.ts';
import { showGrants } from './show-grants.ts';
import { showOwn } from './show-own.ts';
import { showVariables } from './show-variables.ts';
import { showWarningCount, showWarnings } from './show-warnings.ts';
import { firstShard, keyspaceOf, openInDatabase, visibleKeyspaces, withoutOwnTables } from './visible.ts';

/** What servers answer from tables of their own, or of the client's: as with any table, warnings of before are gone. */
const fromTables: ReadonlySet<Show['what']> = new Set([
  ...(['databases', 'tables', 'tableStatus', 'openTables', 'triggers', 'events'] as const),
  ...(['columns', 'index', 'createTable', 'createView', 'variables', 'status', 'collation'] as const),
  ...(['characterSet', 'engines', 'plugins', 'procedureStatus', 'functionStatus', 'packageStatus'] as const),
]);

export async function runShow(show: Show, context: StatementContext): Promise<void> {
  if (fromTables.has(show.what)) context.state.replaceWarnings([]);
  switch (show.what) {
    case 'databases':
    case 'keyspaces':
    case 'vschemaKeyspaces':
      return showDatabases(show, context);
    case 'tables':
    case 'tableStatus':
    case 'openTables':
    case 'triggers':
    case 'events':
    case 'createDatabase':
      return showOfSchema(show, context);
    case 'columns':
    case 'index':
    case 'createTable':
    case 'createView':
      return showOfTable(show, context);
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
    case 'createRoutine':
      return show.schema === null ? askAnyServer(context) : showOfTable(show, context);
    case 'createOther':
      // Whose account this is, and its password's hash, is nobody's business.
      if (show.words.endsWith(' USER')) throw shardgateError('SG5028', { construct: `SHOW ${show.words}` });
      return askAnyServer(context);
    case 'status':
    case 'collation':
    case 'characterSet':
    case 'engines':
    case 'plugins':
    case 'privileges':
    case 'procedureStatus':
    case 'functionStatus':
    case 'packageStatus':
    case 'other':
      return askAnyServer(context);
    default:
      return showOwn(show, context);
  }
}

function askAnyServer(context: StatementContext): Promise<void> {
  return answerFromShard(context.text, probeShard(context.vschema, context.state.target), context);
}

function showDatabases(show: Show, context: StatementContext): Promise<void> {
  // MySQL shows these two to everybody, MariaDB one.
  const system =
    context.vschema.flavour.kind === 'mysql'
      ? ['information_schema', 'performance_schema']
      : ['information_schema'];
  const own = visibleKeyspaces(context).map((keyspace) => keyspace.name);
  const names = show.what === 'databases' ? [...system, ...own].sort() : own.sort();
  const column =
    show.what === 'databases'
      ? {
          ...textColumn('Database', 64),
          schema: 'information_schema',
          table: 'SCHEMATA',
          orgTable: 'SCHEMATA',
          orgName: 'SCHEMA_NAME',
          flags: ColumnFlag.notNull | ColumnFlag.noDefaultValue,
          decimals: 0,
        }
      : textColumn('Keyspace', 64);
  const rows = names.map((name) => [name]);
  return answerFiltered(composedResult([column], rows), show, context);
}

async function showOfSchema(show: Show, context: StatementContext): Promise<void> {
  const keyspace = keyspaceOf(show.schema, context);
  if (keyspace === null) {
    const system = systemShard(show.schema?.name ?? null, context);
    return answerFromShard(systemShow(show, system, context), system, context);
  }
  if (show.what === 'tableStatus' && keyspace.sharded) return showTableStatus(show, keyspace, context);
  const shard = firstShard(keyspace, context);
  const result = await readFromShard(physicalShow(show, shard, context), shard, context);
  const shown = openInDatabase(show, withoutOwnTables(show, result), shard);
  answerResult(renameResult(shown, shard), context);
}

async function showOfTable(show: Show, context: StatementContext): Promise<void> {
  const { table, schema } = show;
  if (table === null) throw new Error('assertion failed: the parser wants a table here');
  const keyspace = keyspaceOfTable(table, schema?.name ?? table.schema?.name ?? null, context);
  if (keyspace === null) {
    const system = systemShard(schema?.name ?? null, context);
    return answerFromShard(physicalShow(show, system, context), system, context);
  }
  if (show.what === 'index' && keyspace.sharded) return showIndex(show, keyspace, context);
  const shard = firstShard(keyspace, context);
  await answerFromShard(physicalShow(show, shard, context), shard, context);
}

export async function runDescribeTable(statement: DescribeTable, context: StatementContext): Promise<void> {
  const { table } = statement;
  context.state.replaceWarnings([]);
  const keyspace = keyspaceOfTable(table, table.schema?.name ?? null, context);
  const shard =
    keyspace === null ? systemShard(table.schema?.name ?? null, context) : firstShard(keyspace, context);
  await answerFromShard(physicalDescribe(statement, shard, context), shard, context);
}

/** A server that tells of its own information_schema: the shard's names are the system schema's. */
function systemShard(schema: string | null, context: StatementContext): Shard {
  const name = schema ?? context.state.target.database ?? '';
  return { ...probeShard(context.vschema, context.state.target), keyspace: name, database: name };
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
