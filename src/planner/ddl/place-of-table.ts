// The keyspace a DDL statement concerns: tables need not exist for it.
import { shardgateError } from '../../errors/catalog.ts';
import { SqlError } from '../../errors/sql-error.ts';
import type { TableName } from '../../sql/ast.ts';
import type { Keyspace, Table } from '../../vschema/model.ts';
import { resolveTable } from '../../vschema/resolve.ts';
import type { PlanContext } from '../context.ts';
import { keyspaceOf } from '../statement.ts';

/** Throws 1046 and 1049 as a server does. */
export function keyspaceNamed(schema: string | null, context: PlanContext): Keyspace {
  const name = schema ?? context.database;
  if (name === null) throw new SqlError(1046, '3D000', 'No database selected');
  const keyspace = context.vschema.keyspaces.get(name);
  if (keyspace === undefined) throw new SqlError(1049, '42000', `Unknown database '${name}'`);
  return keyspace;
}

/** The table when the vschema or the servers know it. */
export function knownTable(name: TableName, context: PlanContext): Table | null {
  const found = resolveTable(context.vschema, context.database, name.schema?.name ?? null, name.name.name);
  return typeof found === 'string' ? null : found;
}

/** Where an existing table is, else where one of that name would be made. */
export function keyspaceOfTable(name: TableName, context: PlanContext): Keyspace {
  const table = name.schema === null ? knownTable(name, context) : null;
  return table === null
    ? keyspaceNamed(name.schema?.name ?? null, context)
    : keyspaceOf(context, table.keyspace);
}

/** The one keyspace of all tables. */
export function oneKeyspace(names: readonly TableName[], statement: string, context: PlanContext): Keyspace {
  const found = new Set(names.map((name) => keyspaceOfTable(name, context)));
  const [only] = found;
  if (only === undefined) return keyspaceNamed(null, context);
  if (found.size > 1) {
    const keyspaces = [...found].map((keyspace) => keyspace.name).join(', ');
    throw shardgateError('SG6015', { statement, keyspaces });
  }
  return only;
}
