// Which keyspaces a session may see, and which one a statement means.
import { SqlError } from '../../errors/sql-error.ts';
import type { Ident, Show } from '../../sql/ast.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import type { Keyspace } from '../../vschema/model.ts';
import { isOwnTable } from '../../vschema/own-tables.ts';
import { systemSchemas, unknownDatabase } from '../handlers/use-statement.ts';
import type { SmallResult } from '../servers/backend-read.ts';
import type { StatementContext } from '../statement/statement-context.ts';

export function visibleKeyspaces(context: Pick<StatementContext, 'vschema' | 'state'>): readonly Keyspace[] {
  const { keyspaces } = context.state.login;
  return [...context.vschema.keyspaces.values()].filter(
    (keyspace) => keyspaces === null || keyspaces.has(keyspace.name),
  );
}

/** A keyspace by name, a system schema (null), or the current one. Throws 1046, 1049. */
export function keyspaceOf(schema: Ident | null, context: StatementContext): Keyspace | null {
  const name = schema?.name ?? context.state.target.database;
  if (name === null) throw new SqlError(1046, '3D000', 'No database selected');
  if (systemSchemas.has(name.toLowerCase())) return null;
  const keyspace = visibleKeyspaces(context).find((candidate) => candidate.name === name);
  if (keyspace === undefined) throw unknownDatabase(name);
  return keyspace;
}

/** The shard that stands for a keyspace when any would do: the first one the session's target allows. */
export function firstShard(keyspace: Keyspace, context: StatementContext): Shard {
  const { shards, database } = context.state.target;
  const wanted = database === keyspace.name && shards !== null ? shards[0] : undefined;
  const all = keyspace.shardMap.shards;
  const shard = all.find((candidate) => candidate.name === wanted) ?? all[0];
  if (shard === undefined) throw unknownDatabase(keyspace.name);
  return shard;
}

/** Rows of SHOW TABLES and its kin without the tables Shardgate keeps for itself. */
export function withoutOwnTables(show: Show, { columns, rows }: SmallResult): SmallResult {
  const at = show.what === 'openTables' ? 1 : 0;
  if (at === 0 && show.what !== 'tables' && show.what !== 'tableStatus') return { columns, rows };
  return { columns, rows: rows.filter((row) => !isOwnTable(row[at] ?? '')) };
}

/** SHOW OPEN TABLES tells of all databases of a server: what is in others is nobody's business. */
export function openInDatabase(show: Show, { columns, rows }: SmallResult, shard: Shard): SmallResult {
  if (show.what !== 'openTables') return { columns, rows };
  const database = Buffer.from(shard.database, 'utf8').toString('latin1');
  return { columns, rows: rows.filter((row) => row[0] === database) };
}
