// Statements of a client that named its shard (USE `ks:-80`): they go there as they are, whatever the vschema says.
import { shardgateError } from '../errors/catalog.ts';
import type { Plan } from '../plan/nodes.ts';
import type { Statement } from '../sql/ast.ts';
import { isQuery } from './bind/bind.ts';
import type { PlanContext } from './context.ts';
import { keyspaceNamed } from './ddl/place-of-table.ts';
import { some } from './query/traits.ts';
import { refuse } from './refusals.ts';
import { statementUnit } from './statement-unit.ts';
import { routeNode, wholeText } from './write/route-node.ts';

/** Names of shards were checked by USE. */
export function planTargeted(statement: Statement, context: PlanContext): Plan {
  const shards = context.target.shards ?? [];
  const keyspace = keyspaceNamed(null, context);
  const several = refuse(shardgateError('SG2023', { shards: shards.join(', ') }));
  const unit = statementUnit(context.text, statement, context.normalized);
  const template = wholeText(statement, unit, context);
  const reads = isQuery(statement) && !some(statement, (node) => node.kind === 'locking');
  const root = routeNode(keyspace.name, { kind: 'shard', shards }, template, several);
  return {
    label: reads ? 'equal_unique' : 'ddl',
    keyspace: keyspace.name,
    reasons: [`the client named shard ${shards.join(', ')}`],
    root,
    readOnly: reads,
    locks: !reads,
  };
}
