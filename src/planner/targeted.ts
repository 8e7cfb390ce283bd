// Statements of a client that named its shard (USE `ks:-80`): they go there as they are, whatever the vschema says.
import { shardgateError } from '../errors/catalog.ts';
import type { Plan } from '../plan/nodes.ts';
import type { Statement } from '../sql/ast.ts';
import { isQuery } from './bind/bind.ts';
import type { PlanContext } from './context.ts';
import { keyspaceNamed } from './ddl/place-of-table.ts';
import { joinsOf } from './ddl/plan-other.ts';
import { some } from './query/traits.ts';
import { refuse } from './refusals.ts';
import { statementUnit } from './statement-unit.ts';
import { routeNode, wholeText } from './write/route-node.ts';

/** Shards that USE or a directive SHARD=name names; null: the vschema decides. Throws SG5006 for one there is not. */
export function namedShards(context: PlanContext): readonly string[] | null {
  const named = context.directives.get('SHARD');
  if (named === undefined) return context.target.shards;
  const keyspace = keyspaceNamed(null, context);
  const names = keyspace.shardMap.shards.map(({ name }) => name);
  if (!names.includes(named)) {
    throw shardgateError('SG5006', { shard: named, keyspace: keyspace.name, known: names.join(', ') });
  }
  return [named];
}

export function planTargeted(statement: Statement, shards: readonly string[], context: PlanContext): Plan {
  const keyspace = keyspaceNamed(null, context);
  const several = refuse(shardgateError('SG2023', { shards: shards.join(', ') }));
  const unit = statementUnit(context.text, statement, context.normalized);
  const template = wholeText(statement, unit, context);
  const reads = isQuery(statement) && !some(statement, (node) => node.kind === 'locking');
  const root = routeNode(keyspace.name, { kind: 'shard', shards }, template, several);
  return {
    ...natureOf(statement),
    keyspace: keyspace.name,
    reasons: [`the client named shard ${shards.join(', ')}`],
    root,
    readOnly: reads,
    locks: !reads,
  };
}

/** What it is to the session's transaction, which only DDL ends. */
function natureOf(statement: Statement): Pick<Plan, 'label' | 'joins'> {
  switch (statement.kind) {
    case 'insert':
    case 'update':
    case 'delete':
      return { label: statement.kind };
    case 'loadData':
      return { label: 'insert' };
    case 'callProcedure':
      return { label: 'ddl', joins: 'call' };
    case 'createTable':
      return statement.temporary ? { label: 'ddl', joins: 'kept' } : { label: 'ddl' };
    case 'dropTable':
      return statement.temporary ? { label: 'ddl', joins: 'plainly' } : { label: 'ddl' };
    case 'admin': {
      const joins = joinsOf(statement.verb);
      return joins === undefined ? { label: 'ddl' } : { label: 'ddl', joins };
    }
    default:
      return { label: isQuery(statement) || statement.kind === 'do' ? 'equal_unique' : 'ddl' };
  }
}
