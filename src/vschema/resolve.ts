// From the name a statement uses to a table: current database first, then the one keyspace that knows it.
import type { Keyspace, Table, VSchema } from './model.ts';

/**
 *  - unknown: no keyspace in question knows the table (MySQL: 1146)
 *  - ambiguous: several keyspaces other than the current one know it, and none was named
 *  - unknownDatabase: the named or current database is no keyspace (1049)
 *  - noDatabase: no database named or selected, and no keyspace knows the table (1046)
 */
export type Unresolved = 'unknown' | 'ambiguous' | 'unknownDatabase' | 'noDatabase';

/**
 * Finds the table of `schema.name`, or of `name` with `database` selected. Tables of unsharded keyspaces that nobody named are
 * taken to exist: the server knows better, and says 1146 itself.
 */
export function resolveTable(
  vschema: VSchema,
  database: string | null,
  schema: string | null,
  name: string,
): Table | Unresolved {
  if (schema !== null) {
    const keyspace = vschema.keyspaces.get(schema);
    return keyspace === undefined ? 'unknownDatabase' : (tableOf(keyspace, name) ?? 'unknown');
  }
  const current = database === null ? undefined : vschema.keyspaces.get(database);
  if (database !== null && current === undefined) return 'unknownDatabase';
  const local = current?.tables.get(name);
  if (local !== undefined) return local;
  const elsewhere = globalTables(vschema, current, name);
  if (elsewhere.length > 1) return 'ambiguous';
  const [only] = elsewhere;
  if (only !== undefined) return only;
  if (current === undefined) return 'noDatabase';
  return tableOf(current, name) ?? 'unknown';
}

function tableOf(keyspace: Keyspace, name: string): Table | null {
  return keyspace.tables.get(name) ?? (keyspace.sharded ? null : assumedTable(keyspace.name, name));
}

/** Tables of that name in the other keyspaces that allow use without a qualifier. */
function globalTables(vschema: VSchema, current: Keyspace | undefined, name: string): readonly Table[] {
  const found: Table[] = [];
  for (const keyspace of vschema.keyspaces.values()) {
    if (keyspace === current || keyspace.requireExplicitRouting) continue;
    const table = keyspace.tables.get(name);
    if (table !== undefined && table.kind !== 'unknown') found.push(table);
  }
  return found;
}

/** A table of an unsharded keyspace of which nothing is known. */
export function assumedTable(keyspace: string, name: string): Table {
  return {
    keyspace,
    name,
    kind: 'unsharded',
    columnVindexes: [],
    autoIncrement: null,
    source: null,
    pinnedShard: null,
    columns: null,
    keys: [],
    foreignKeys: [],
    drift: null,
    view: null,
  };
}
