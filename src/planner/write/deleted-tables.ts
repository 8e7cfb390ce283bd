// Which tables of its FROM a DELETE of several tables means: by alias, or by name and database as servers compare them.
import { SqlError } from '../../errors/sql-error.ts';
import type { Delete, TableName } from '../../sql/ast.ts';
import type { BoundQuery, TableSource } from '../bind/model.ts';
import type { PlanContext } from '../context.ts';

/** Throws what a server says of a name that is none of its FROM's tables: with the databases' own names it might find one. */
export function checkDeleted(node: Delete, root: BoundQuery, context: PlanContext): void {
  if (root.kind !== 'block') return;
  for (const target of node.targets) {
    const found = root.sources.some((source) =>
      source.kind === 'table' ? isDeleted(target, source, context) : source.alias === target.name.name,
    );
    if (!found) throw new SqlError(1109, '42S02', `Unknown table '${target.name.name}' in MULTI DELETE`);
  }
}

/** A qualified name means no alias; an unqualified one no table of another database that is written with it. */
export function isDeleted(
  target: TableName,
  { alias, node, table }: TableSource,
  context: PlanContext,
): boolean {
  if (alias !== target.name.name) return false;
  if (node.kind === 'table' && node.alias !== null) return target.schema === null;
  if (target.schema !== null) return target.schema.name === table.keyspace;
  const written = node.kind === 'table' ? node.name.schema : null;
  return written === null || written.name === context.database;
}
