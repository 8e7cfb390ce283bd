// SHOW of things only Shardgate knows: sessions, shards, vschema, pools.
import { shardgateError } from '../../errors/catalog.ts';
import type { Show } from '../../sql/ast.ts';
import { composedResult, numberColumn, textColumn } from '../answer/answer.ts';
import type { StatementContext } from '../statement/statement-context.ts';
import { answerFiltered } from './filter-rows.ts';
import { processes } from './process-list.ts';
import { keyspaceOf, visibleKeyspaces } from './visible.ts';

interface ShowColumn {
  readonly name: string;
  readonly numeric?: boolean;
}

interface OwnTable {
  readonly columns: readonly ShowColumn[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** Throws SG5028 for forms that have no meaning here. */
export async function showOwn(show: Show, context: StatementContext): Promise<void> {
  const { columns, rows } = tableFor(show, context);
  const definitions = columns.map(({ name, numeric }) =>
    numeric === true ? numberColumn(name) : textColumn(name, 256, true),
  );
  await answerFiltered(composedResult(definitions, rows), show, context);
}

function tableFor(show: Show, context: StatementContext): OwnTable {
  switch (show.what) {
    case 'processlist':
    case 'shardgateSessions':
      return processList(show, context);
    case 'vitessShards':
      return { columns: [{ name: 'Shards' }], rows: shardNames(context).map((name) => [name]) };
    case 'vschemaTables':
      return { columns: [{ name: 'Tables' }], rows: vschemaTables(show, context) };
    case 'vschemaVindexes':
      return vschemaVindexes(show, context);
    case 'shardgatePools':
      return statusTable('pools', context);
    case 'shardgateQueries':
      return statusTable('queries', context);
    case 'shardgateStatus':
      return statusTable('status', context);
    case 'shardgateTransactions':
      return statusTable('transactions', context);
    default:
      throw shardgateError('SG5028', { construct: `SHOW ${show.words}` });
  }
}

function statusTable(
  name: 'pools' | 'queries' | 'status' | 'transactions',
  context: StatementContext,
): OwnTable {
  const { columns, rows } = context.deps.status.table(name);
  return { columns: columns.map((column) => ({ name: column })), rows };
}

function shardNames(context: StatementContext): readonly string[] {
  return visibleKeyspaces(context).flatMap((keyspace) => keyspace.shardMap.shards.map((shard) => shard.id));
}

/** Without FULL the first 100 characters of what runs. */
function processList(show: Show, context: StatementContext): OwnTable {
  const names = ['Id', 'User', 'Host', 'db', 'Command', 'Time', 'State', 'Info'];
  return {
    columns: names.map((name) => ({ name, numeric: name === 'Id' || name === 'Time' })),
    rows: processes(context).map((process) => [
      process.id,
      process.user,
      process.host,
      process.db,
      process.command,
      String(Math.floor(process.timeMs / 1000)),
      process.state,
      process.info === null || show.full ? process.info : process.info.slice(0, 100),
    ]),
  };
}

function vschemaTables(show: Show, context: StatementContext): readonly (readonly string[])[] {
  const keyspace = keyspaceOf(show.schema, context);
  const tables = [...(keyspace?.tables.values() ?? [])].filter((table) => table.kind !== 'unknown');
  return tables.map((table) => [table.name]).sort();
}

/** With ON table: the table's column vindexes; else all vindexes. */
function vschemaVindexes(show: Show, context: StatementContext): OwnTable {
  if (show.table !== null) {
    const keyspace = keyspaceOf(show.table.schema ?? show.schema, context);
    const table = keyspace?.tables.get(show.table.name.name);
    return {
      columns: ['Columns', 'Name', 'Type', 'Params', 'Owner'].map((name) => ({ name })),
      rows: (table?.columnVindexes ?? []).map((key) => [
        key.columns.map((column) => column.name).join(', '),
        key.vindex.name,
        key.vindex.type,
        '',
        key.vindex.kind === 'lookup' ? (key.vindex.owner ?? '') : '',
      ]),
    };
  }
  const rows = visibleKeyspaces(context).flatMap((keyspace) =>
    [...keyspace.vindexes.values()].map((vindex) => [
      keyspace.name,
      vindex.name,
      vindex.type,
      '',
      vindex.kind === 'lookup' ? (vindex.owner ?? '') : '',
    ]),
  );
  return { columns: ['Keyspace', 'Name', 'Type', 'Params', 'Owner'].map((name) => ({ name })), rows };
}
