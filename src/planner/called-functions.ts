// Which database's stored functions a statement calls: on a shard an unqualified name would mean those of the shard's.
import { shardgateError } from '../errors/catalog.ts';
import { SqlError } from '../errors/sql-error.ts';
import type { Call, Node } from '../sql/ast.ts';
import { walk } from '../sql/visitor.ts';
import type { PlanContext } from './context.ts';
import { isBuiltinFunction } from './query/builtin-functions.ts';

/** The keyspace whose function a statement without tables calls by its full name; null when it calls none. */
export function calledKeyspace(root: Node, { vschema }: PlanContext): string | null {
  let found: string | null = null;
  walk(root, (node) => {
    if (node.kind === 'call' && node.schema !== null && vschema.keyspaces.has(node.schema.name))
      found ??= node.schema.name;
    return found === null;
  });
  return found;
}

/**
 * A statement that runs in `keyspace` while the client is in another: functions are those of the client's database. Throws what
 * one server would say when that has none of the name, else a refusal.
 */
export function checkCalledFunctions(root: Node, keyspace: string, context: PlanContext): void {
  const { database, vschema } = context;
  if (database === null || database === keyspace) return;
  const current = vschema.keyspaces.get(database);
  if (current === undefined) return;
  walk(root, (node) => {
    if (node.kind !== 'call' || node.schema !== null || isBuiltinFunction(node.name)) return;
    if (current.functions.has(node.name)) throw ofAnotherKeyspace(node, database);
    if (vschema.keyspaces.get(keyspace)?.functions.has(node.name) !== true) return;
    throw new SqlError(1305, '42000', `FUNCTION ${database}.${node.ident.name} does not exist`);
  });
}

function ofAnotherKeyspace({ ident }: Call, database: string): SqlError {
  return shardgateError('SG2001', {
    construct: `function ${ident.name} of ${database} beside tables of another keyspace`,
    why: 'no single server has both',
    remedy: 'create it there and call it by its full name',
  });
}
