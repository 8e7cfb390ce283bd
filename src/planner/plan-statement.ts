// The planner's one entry: a parsed statement and what it depends on, to a plan.
import type { Plan } from '../plan/nodes.ts';
import type { Statement } from '../sql/ast.ts';
import type { PlanContext } from './context.ts';

/**
 * Plans one statement. Pure and synchronous.
 *
 * Takes queries, INSERT/REPLACE/UPDATE/DELETE, DDL and table administration (`CREATE TABLE`, `ANALYZE TABLE` ...).
 * Session statements (SET, SHOW, USE, transactions, PREPARE ...) and statements over information_schema and its kin are
 * the session's business; here they come back as a refusal.
 * Throws SqlError: a server's own error it can word exactly (1046, 1146), or a catalogue error naming the construct.
 */
export function planStatement(statement: Statement, context: PlanContext): Plan {
  throw new Error(`not planned: ${statement.kind} ${context.text}`);
}
