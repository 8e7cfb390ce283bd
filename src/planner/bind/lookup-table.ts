// From a table name to the table it means; the errors a server would give for names that mean none.
import { shardgateError } from '../../errors/catalog.ts';
import { SqlError } from '../../errors/sql-error.ts';
import type { TableName } from '../../sql/ast.ts';
import type { Table, VSchema } from '../../vschema/model.ts';
import { resolveTable } from '../../vschema/resolve.ts';

const systemSchemas = new Set(['information_schema', 'performance_schema', 'mysql', 'sys']);

/** Schemas every server has for itself: statements over them are the session's. */
export function isSystemSchema(name: string): boolean {
  return systemSchemas.has(name.toLowerCase());
}

/** null for a table of a system schema. Throws 1046, 1049, 1146 worded as a server does, or SG2002. */
export function lookupTable(vschema: VSchema, name: TableName, database: string | null): Table | null {
  const schema = name.schema?.name ?? null;
  const table = name.name.name;
  if (isSystemSchema(schema ?? '') || (schema === null && database !== null && isSystemSchema(database)))
    return null;
  const found = resolveTable(vschema, database, schema, table);
  if (typeof found !== 'string') return found;
  switch (found) {
    case 'unknown':
      throw new SqlError(1146, '42S02', `Table '${schema ?? database}.${table}' doesn't exist`);
    case 'unknownDatabase':
      // MariaDB speaks of the table, MySQL of the database.
      if (vschema.flavour.kind === 'mariadb')
        throw new SqlError(1146, '42S02', `Table '${schema ?? database}.${table}' doesn't exist`);
      throw new SqlError(1049, '42000', `Unknown database '${schema ?? database}'`);
    case 'noDatabase':
      throw new SqlError(1046, '3D000', 'No database selected');
    case 'ambiguous': {
      const owners = [...vschema.keyspaces.values()].filter((keyspace) => keyspace.tables.has(table));
      throw shardgateError('SG2002', {
        table,
        keyspaces: owners.map((keyspace) => keyspace.name).join(', '),
      });
    }
  }
}
