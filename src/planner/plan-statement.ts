// The planner's one entry: a parsed statement and what it depends on, to a plan.
import { shardgateError } from '../errors/catalog.ts';
import type { Plan } from '../plan/nodes.ts';
import type { Statement } from '../sql/ast.ts';
import type { PlanContext } from './context.ts';
import { planQuery } from './query/plan-query.ts';

/**
 * Plans one statement. Pure and synchronous.
 *
 * Takes queries, INSERT/REPLACE/UPDATE/DELETE, DDL and table administration (`CREATE TABLE`, `ANALYZE TABLE` ...).
 * Session statements (SET, SHOW, USE, transactions, PREPARE ...) and statements over information_schema and its kin are
 * the session's business: the former are refused here, the latter go to any server.
 * Throws SqlError: a server's own error it can word exactly (1046, 1049, 1146), or a catalogue error naming the construct.
 */
export function planStatement(statement: Statement, context: PlanContext): Plan {
  switch (statement.kind) {
    case 'select':
    case 'setOperation':
    case 'parenQuery':
    case 'valuesQuery':
    case 'tableQuery':
      return planQuery(statement, context);
    default:
      throw shardgateError('SG2020', { kind: statement.kind });
  }
}
