// What RETURNING may ask for where several shards write the rows, or rows are read first.
import { shardgateError } from '../../errors/catalog.ts';
import type { SqlError } from '../../errors/sql-error.ts';
import type { Plan } from '../../plan/nodes.ts';
import type { ReturningClause, Statement } from '../../sql/ast.ts';
import type { Template } from '../../text/template.ts';
import type { PlanContext } from '../context.ts';
import { nameEdits, qualifierEdits } from '../names.ts';
import { hasSeededRandom, hasSubquery, setsInsertId } from '../query/traits.ts';
import { splice } from '../splice.ts';
import type { TextUnit } from '../text-unit.ts';
import { wholeTextAlways } from './route-node.ts';

/** The clause of a statement that has one. */
export function returningOf(node: Statement): ReturningClause | null {
  return node.kind === 'insert' || node.kind === 'update' || node.kind === 'delete' ? node.returning : null;
}

/** Each item is computed by the shard that has the row: what needs more than the row is refused. null: nothing does. */
export function returningRefusal(node: Statement): SqlError | null {
  const returning = returningOf(node);
  if (returning === null) return null;
  const why = reasonAgainst(node, returning);
  return why === null ? null : shardgateError('SG6011', { why });
}

function reasonAgainst(node: Statement, returning: ReturningClause): string | null {
  if (node.kind === 'update') return 'no server has UPDATE ... RETURNING';
  if (hasSubquery(returning)) return 'its subquery would see the rows of one shard';
  if (hasSeededRandom(returning)) return 'RAND(seed) follows the rows of one server';
  if (setsInsertId(node)) return 'no OK tells which number LAST_INSERT_ID(x) leaves behind';
  return null;
}

/** The whole text for several shards: its items keep their names where parameters become values. */
export function wholeReturning(root: Statement, unit: TextUnit, context: PlanContext): Template {
  if (returningOf(root) === null) return wholeTextAlways(root, unit, context);
  const qualifiers = qualifierEdits(root, context);
  return splice(unit, 0, unit.text.length, [...qualifiers, ...nameEdits(root, qualifiers)]);
}

/** The plan of a write, which may answer rows. */
export function withReturning(node: Statement, plan: Plan): Plan {
  return returningOf(node) === null ? plan : { ...plan, returns: true };
}
