// Which keys and constraints hold over several shards, when each server sees only its own rows.
import { type Problem, warningAt } from '../util/problem.ts';
import type { RoutingKey } from '../vindex/routing-key.ts';
import { provesUnique } from '../vindex/routing-key.ts';
import type { ForeignKey, Key, Keyspace, Table, VSchema } from './model.ts';

/*
 * A server proves uniqueness among the rows it has. That is proof for all rows when rows that could collide are always on one
 * shard: the key contains every column of the primary vindex, and values that are equal to the key are equal to the vindex (trap:
 * 'A' = 'a' under a case-insensitive collation, but they hash to different shards). A unique lookup vindex proves it as well.
 * A foreign key is checked by the server that has the child row: its parent must be on that shard.
 * All functions give the reason why not, to put behind the name of the key, or null when the constraint holds.
 */

/** UNIQUE and PRIMARY keys; other keys always hold. The caller checks `Keyspace.constraints`. */
export function keyProblem(table: Table, key: Key): string | null {
  if (!key.unique || table.kind !== 'sharded') return null;
  const [primary, ...others] = table.columnVindexes;
  if (primary === undefined) return null;
  const proves = (routing: RoutingKey): boolean =>
    routing.columns.every((column) => hasColumn(key, column.name));
  const byLookup = others.some((other) => isUniqueLookup(other) && proves(other));
  if (byLookup && !key.partial) return null;
  const columns = primary.columns.map((column) => column.name).join(', ');
  if (!proves(primary)) {
    return `does not contain the sharding column ${columns}, and no unique lookup vindex proves it`;
  }
  // Rows that differ only behind the prefix, or outside the expression, may live on two shards.
  if (key.partial) return 'is over a prefix or an expression, which two shards can hold twice';
  if (!primary.exact) return `equals values of ${columns} that live on different shards, by its collation`;
  return null;
}

/** Duplicates of its columns' values meet in the lookup table, whichever shards the rows are on. */
export function isUniqueLookup({ vindex, lookup }: RoutingKey): boolean {
  return (
    vindex.kind === 'lookup' &&
    vindex.unique &&
    !vindex.writeOnly &&
    vindex.owner !== null &&
    lookup !== undefined &&
    provesUnique(lookup)
  );
}

function hasColumn(key: Key, name: string): boolean {
  return key.columns.some((column) => column.toLowerCase() === name.toLowerCase());
}

export function foreignKeyProblem(vschema: VSchema, table: Table, foreignKey: ForeignKey): string | null {
  const { referencedKeyspace, referencedTable } = foreignKey;
  const name = `${referencedKeyspace}.${referencedTable}`;
  if (referencedKeyspace !== table.keyspace) return `references ${name}, which is in another keyspace`;
  if (vschema.keyspaces.get(table.keyspace)?.sharded !== true) return null;
  const isSelf = referencedTable === table.name;
  const parent = isSelf ? table : vschema.keyspaces.get(referencedKeyspace)?.tables.get(referencedTable);
  // The server refuses a parent that does not exist, or takes it with foreign_key_checks off: no rows to lose yet.
  if (parent === undefined || parent.kind === 'reference') return null;
  if (table.kind === 'pinned' && parent.kind === 'pinned' && table.pinnedShard === parent.pinnedShard)
    return null;
  if (table.kind !== 'sharded' || parent.kind !== 'sharded') {
    return `references ${name}, whose rows are not on every shard that has rows of ${table.name}`;
  }
  return coLocated(table, parent, foreignKey)
    ? null
    : `references ${name}, whose rows live on other shards: both need the same vindex over the columns of the key`;
}

/** The key pairs the sharding columns of child and parent, which go through one vindex. */
function coLocated(child: Table, parent: Table, foreignKey: ForeignKey): boolean {
  const from = child.columnVindexes[0];
  const to = parent.columnVindexes[0];
  if (from === undefined || to === undefined || from.vindex !== to.vindex || !from.exact || !to.exact)
    return false;
  if (from.columns.length !== to.columns.length) return false;
  return from.columns.every((column, index) => {
    const at = foreignKey.columns.findIndex((name) => name.toLowerCase() === column.name.toLowerCase());
    const referenced = at < 0 ? undefined : foreignKey.referencedColumns[at];
    return referenced?.toLowerCase() === to.columns[index]?.name.toLowerCase();
  });
}

/** Name of an AUTO_INCREMENT column whose numbers the shards would give out independently; null when there is none. */
export function looseAutoIncrement(table: Table): string | null {
  if (table.kind !== 'sharded') return null;
  const column = table.columns?.find((candidate) => candidate.autoIncrement);
  if (column === undefined) return null;
  return table.autoIncrement?.column.toLowerCase() === column.name.toLowerCase() ? null : column.name;
}

/** The first key of a table that cannot be trusted across shards: REPLACE, ON DUPLICATE KEY and IGNORE are then refused. */
export function looseKey(table: Table): { readonly key: Key; readonly reason: string } | null {
  for (const key of table.keys) {
    const reason = keyProblem(table, key);
    if (reason !== null) return { key, reason };
  }
  return null;
}

/** Everything in sharded keyspaces that `constraints: check` would not let in today. */
export function constraintWarnings(vschema: VSchema): readonly Problem[] {
  return [...vschema.keyspaces.values()].flatMap((keyspace) =>
    keyspace.sharded && keyspace.constraints === 'check' ? keyspaceWarnings(vschema, keyspace) : [],
  );
}

function keyspaceWarnings(vschema: VSchema, keyspace: Keyspace): readonly Problem[] {
  const warnings: Problem[] = [];
  for (const table of keyspace.tables.values()) {
    const path = `${keyspace.name}.${table.name}`;
    for (const key of table.keys) {
      const reason = keyProblem(table, key);
      if (reason !== null) warnings.push(warningAt(path, `unique key ${key.name} ${reason}`));
    }
    for (const foreignKey of table.foreignKeys) {
      const reason = foreignKeyProblem(vschema, table, foreignKey);
      if (reason !== null) warnings.push(warningAt(path, `foreign key ${foreignKey.name} ${reason}`));
    }
    const loose = looseAutoIncrement(table);
    if (loose !== null) {
      warnings.push(
        warningAt(path, `AUTO_INCREMENT column ${loose} has no sequence: inserts must give its value`),
      );
    }
  }
  return warnings;
}
