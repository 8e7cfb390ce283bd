// Rows of one system table as one server holding all keyspaces would have them.
import { SqlError } from '../../../errors/sql-error.ts';
import { quoteIdentifier, quoteString } from '../../../text/quote.ts';
import type { ColumnDefinition } from '../../../value/column-definition.ts';
import type { Shard } from '../../../vindex/shard-map.ts';
import type { Keyspace } from '../../../vschema/model.ts';
import { isOwnTable } from '../../../vschema/own-tables.ts';
import { systemSchemas } from '../../handlers/use-statement.ts';
import { readResult, type SmallResult } from '../../servers/backend-read.ts';
import { probeShard } from '../../servers/probe-shard.ts';
import type { StatementContext } from '../../statement/statement-context.ts';
import { Settings } from '../../variables/settings.ts';
import { mergeFigures, type Row } from '../figures.ts';
import { renameResult } from '../server-show.ts';
import { firstShard, visibleKeyspaces } from '../visible.ts';
import type { Pins } from './system-pins.ts';

export interface SystemTable {
  /** Upper case. */
  readonly name: string;
  /** In table order, upper case. */
  readonly columns: readonly string[];
  /** The same with the servers' definitions (text lengths for utf8mb4). */
  readonly definitions: readonly ColumnDefinition[];
  /** Column whose value is the database a row is about; null for tables that are about the server. */
  readonly owner: string | null;
}

/** Tables that tell sizes and counts: every shard has its share. */
const withFigures: ReadonlySet<string> = new Set(['TABLES', 'PARTITIONS', 'STATISTICS']);

/** Columns of the information_schema tables asked for so far, by version of the servers. */
const known = new Map<string, SystemTable>();

/** What the servers' information_schema says of its own table; no columns where there is none. */
export async function systemTable(name: string, context: StatementContext): Promise<SystemTable> {
  const key = `${context.vschema.flavour.versionText} ${name}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const shard = probeShard(context.vschema, context.state.target);
  const definitions = await definitionsOf(name, shard, context);
  const columns = definitions.map((column) => column.name.toUpperCase());
  const owner = columns.find((column) => column === 'SCHEMA_NAME' || column.endsWith('_SCHEMA')) ?? null;
  const table = { name, columns, definitions, owner };
  if (columns.length > 0) known.set(key, table);
  return table;
}

async function definitionsOf(
  name: string,
  shard: Shard,
  context: StatementContext,
): Promise<readonly ColumnDefinition[]> {
  const sql = `SELECT * FROM information_schema.${quoteIdentifier(name)} LIMIT 0`;
  try {
    return (await read(sql, shard, context)).columns;
  } catch (error) {
    if (error instanceof SqlError && noSuchTable.has(error.errno)) return [];
    throw error;
  }
}

/** ER_UNKNOWN_TABLE, ER_NO_SUCH_TABLE. */
const noSuchTable: ReadonlySet<number> = new Set([1109, 1146]);

/** Physical names are turned to keyspaces', figures of sharded tables added up, Shardgate's own tables left out. */
export async function systemRows(
  table: SystemTable,
  pins: Pins,
  context: StatementContext,
): Promise<readonly Row[]> {
  const wanted = table.owner === null ? undefined : pins.values.get(table.owner);
  const isWanted = (schema: string): boolean => wanted === undefined || wanted.includes(schema);
  const keyspaces = visibleKeyspaces(context).filter((keyspace) => isWanted(keyspace.name));
  const system = [...systemSchemas].filter((schema) =>
    wanted === undefined ? true : wanted.some((one) => one.toLowerCase() === schema),
  );
  const parts = await Promise.all([
    system.length === 0 ? [] : serversOwnRows(table, system, pins, context),
    ...keyspaces.map((keyspace) => keyspaceRows(table, keyspace, pins, context)),
  ]);
  const nameAt = table.columns.indexOf('TABLE_NAME');
  const granteeAt = table.columns.indexOf('GRANTEE');
  const grantee = `'${context.state.login.user}'@'%'`;
  return parts
    .flat()
    .filter((row) => nameAt < 0 || !isOwnTable(row[nameAt] ?? ''))
    .map((row) => (granteeAt < 0 ? row : row.with(granteeAt, grantee)));
}

/** Rows about information_schema and its kin. */
function serversOwnRows(
  table: SystemTable,
  schemas: readonly string[],
  pins: Pins,
  context: StatementContext,
): Promise<readonly Row[]> {
  const shard = probeShard(context.vschema, context.state.target);
  return read(selectText(table, schemas, pins), shard, context).then((result) => result.rows);
}

async function keyspaceRows(
  table: SystemTable,
  keyspace: Keyspace,
  pins: Pins,
  context: StatementContext,
): Promise<readonly Row[]> {
  const everywhere = keyspace.sharded && withFigures.has(table.name);
  const shards = everywhere ? keyspace.shardMap.shards : [firstShard(keyspace, context)];
  const lists = await Promise.all(
    shards.map(async (shard) => {
      return renameResult(await read(selectText(table, [shard.database], pins), shard, context), shard).rows;
    }),
  );
  return mergeFigures(table.columns, lists, keyspace);
}

function selectText(table: SystemTable, schemas: readonly string[], pins: Pins): string {
  const columns = table.columns.map(quoteIdentifier).join(', ');
  const conditions = [`${table.owner} IN (${schemas.map((schema) => quoteString(schema)).join(', ')})`];
  for (const [column, values] of pins.values) {
    const isName = column.endsWith('_NAME') && column !== table.owner && table.columns.includes(column);
    if (isName) conditions.push(`${column} IN (${values.map((value) => quoteString(value)).join(', ')})`);
  }
  return `SELECT ${columns} FROM information_schema.${quoteIdentifier(table.name)} WHERE ${conditions.join(' AND ')}`;
}

/** With names and texts in UTF-8 and times in the session's zone, whatever else the session has set. */
async function read(sql: string, shard: Shard, context: StatementContext): Promise<SmallResult> {
  const zone = context.state.settings.get('time_zone');
  const settings = Settings.none.with('names', 'utf8mb4').with('time_zone', zone);
  const { gateway } = context.deps;
  const lease = await gateway.lease(shard.id, {
    settings,
    clientFlags: 0,
    role: 'primary',
    signal: context.signal,
  });
  try {
    const result = await readResult(lease.connection, sql);
    lease.release();
    return result;
  } catch (error) {
    if (lease.connection.alive && error instanceof SqlError) lease.release();
    else lease.discard();
    throw error;
  }
}
