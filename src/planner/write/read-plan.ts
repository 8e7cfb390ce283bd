// A SELECT that goes before a write, made of stretches of the client's statement.
import { SqlError } from '../../errors/sql-error.ts';
import type { Plan } from '../../plan/nodes.ts';
import type { Query } from '../../sql/ast.ts';
import { parseStatement } from '../../sql/parser/parse.ts';
import { isQuery } from '../bind/bind.ts';
import type { PlanContext } from '../context.ts';
import { derivedUnit, type Piece } from '../derived-unit.ts';
import { withLookupDestinations } from '../lookup-destinations.ts';
import { planQuery } from '../query/plan-query.ts';
import { splice } from '../splice.ts';
import { type BoundStatement, bound } from '../statement.ts';
import type { TextUnit } from '../text-unit.ts';

export interface DerivedQuery {
  readonly node: Query;
  readonly unit: TextUnit;
  readonly context: PlanContext;
}

/** The text of the pieces, read as a query. */
export function derivedQuery(unit: TextUnit, pieces: readonly Piece[], context: PlanContext): DerivedQuery {
  const derived = derivedUnit(unit, pieces);
  const node = parseStatement(derived.text, context.mode);
  if (!isQuery(node)) throw new Error('assertion failed: a query');
  return { node, unit: derived, context: { ...context, text: derived.text, normalized: null } };
}

export function boundQuery({ node, unit, context }: DerivedQuery): BoundStatement {
  return bound(node, context, unit);
}

/** Its plan, which says its own text everywhere: the client's packet is another statement. Throws what refuses it. */
export function readPlan({ node, unit, context }: DerivedQuery): Plan {
  const plan = planQuery(node, context, unit);
  const { root } = plan;
  if (root.kind === 'refuse') throw new SqlError(root.errno, root.sqlState, root.message, root.id);
  const spelled =
    root.kind === 'route' && root.template === null
      ? { ...root, template: splice(unit, 0, unit.text.length, []) }
      : root;
  return withLookupDestinations({ ...plan, root: spelled });
}
