// Values of an INSERT that need rows of tables: computed by one SELECT before anything is written.
import type { Plan } from '../../plan/nodes.ts';
import type { Expression } from '../../sql/ast.ts';
import { checkUsable } from '../query/plan-query.ts';
import { hasSubquery } from '../query/traits.ts';
import type { BoundStatement } from '../statement.ts';
import { boundQuery, type DerivedQuery, derivedQuery, readPlan } from '../write/read-plan.ts';
import type { InsertPlanning } from './insert-planning.ts';

export interface SubqueryCells {
  /** Column of the SELECT by expression. */
  readonly columns: ReadonlyMap<Expression, number>;
  readonly statement: BoundStatement;
  plan(): Plan;
}

/** null: no value needs a table. */
export function subqueryCells({ node, unit, context }: InsertPlanning): SubqueryCells | null {
  const values = valuesOf(node.source).filter((value) => hasSubquery(value));
  if (values.length === 0) return null;
  const pieces = values.flatMap((value, index) => [index === 0 ? 'SELECT (' : '), (', value]);
  const query: DerivedQuery = derivedQuery(unit, [...pieces, ')'], context);
  const statement = boundQuery(query);
  checkUsable(statement.binding.tables);
  return {
    columns: new Map(values.map((value, index) => [value, index])),
    statement,
    plan: () => readPlan(query),
  };
}

function valuesOf(source: InsertPlanning['node']['source']): readonly Expression[] {
  if (source.kind === 'insertValues') return source.rows.flatMap((row) => row.items);
  return source.kind === 'insertSet' ? source.assignments.map((assignment) => assignment.value) : [];
}
