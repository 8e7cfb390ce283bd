// Constants of derived tables that a server merges: inside expressions they are constants to it, and no columns.
import type { Expression, Node } from '../../../sql/ast.ts';
import type { Template } from '../../../text/template.ts';
import { lower, outputOf } from '../../bind/columns-of.ts';
import type { ColumnId } from '../../bind/model.ts';
import { join, splice, text } from '../../splice.ts';
import type { BoundStatement } from '../../statement.ts';
import { isMerged } from './fragment-columns.ts';

/*
 * TIME('2024-01-01 10:00:00') has no fraction, TIME(column of text) has six digits of it; ROUND(a, 1) has one digit, ROUND(a, b)
 * those of `a`; and a constant gives way to a column's collation, where two columns are an illegal mix.
 */

/** Around which a constant is another thing than a column. Alone it shows, groups and sorts the same. */
const parents: ReadonlySet<Node['kind']> = new Set([
  ...(['call', 'keywordCall', 'cast', 'binary', 'unary', 'comparison', 'interval'] as const),
  ...(['between', 'inList', 'like', 'regexp', 'case'] as const),
]);

/** The constant that `column` is below `parent`, in its own words; null: it is a column there. */
export function inlinedConstant(
  column: ColumnId,
  parent: Node | null,
  statement: BoundStatement,
): Template | null {
  return parent !== null && parents.has(parent.kind) ? constantOf(column, statement) : null;
}

function constantOf({ source, name }: ColumnId, statement: BoundStatement): Template | null {
  if (source.kind !== 'query' || source.origin === 'cte' || !isMerged(source.query)) return null;
  if (source.query.kind !== 'block' || !statement.flow.preserved.has(source.id)) return null;
  const output = outputOf(source.query) ?? [];
  const named = source.columns.length > 0 ? source.columns : output.map((one) => one.name);
  const shown = output[named.findIndex((one) => lower(one) === name)];
  if (shown === undefined) return null;
  if (shown.column !== null) return constantOf(shown.column, statement);
  const { expression } = shown;
  if (expression === null || !isConstant(expression)) return null;
  const { unit } = source.query;
  const words = splice(unit, expression.start, expression.end, []);
  return expression.kind === 'literal' ? words : join(text('('), words, text(')'));
}

function isConstant(expression: Expression): boolean {
  if (expression.kind === 'unary')
    return expression.operator === '-' && expression.operand.kind === 'literal';
  return expression.kind === 'literal';
}
