// Filters a fragment may apply itself: predicates over its own table that only drop rows no one would miss.
import type { Expression, Node } from '../../sql/ast.ts';
import { walk } from '../../sql/visitor.ts';
import type { Template } from '../../text/template.ts';
import type { TableSource } from '../bind/model.ts';
import type { Conjunct } from '../facts/held.ts';
import { qualifierEdits } from '../names.ts';
import { join, splice, text } from '../splice.ts';
import type { BoundStatement } from '../statement.ts';
import { hasSubquery, isDeterministic } from './traits.ts';

/*
 * Proof obligation: the finish applies every predicate again, so a pushed filter must only not drop a row that matters.
 *  - ON predicates that flow to the source restrict it (facts/flow.ts).
 *  - WHERE predicates restrict sources that no outer join fills with NULLs; for others the absence of a row could matter.
 *  - The text is the client's own, so that literals compare as written (a = 7.4 depends on the access path, trap 12).
 */

/** The predicates, each in parentheses. */
export function pushedFilters(source: TableSource, statement: BoundStatement): readonly Template[] {
  const { flow } = statement;
  const conjuncts = flow.held.get(source.id)?.conjuncts ?? [];
  const pushed = conjuncts.filter((one) => isPushable(one, source, statement));
  const distinct = pushed.filter(
    (one, index) => pushed.findIndex((other) => other.expression === one.expression) === index,
  );
  return distinct.map(({ expression, block }) => {
    const edits = qualifierEdits(expression, statement.context);
    return join(text('('), splice(block.unit, expression.start, expression.end, edits), text(')'));
  });
}

function isPushable(conjunct: Conjunct, source: TableSource, statement: BoundStatement): boolean {
  const { expression, block, clause } = conjunct;
  if (block !== source.block) return false;
  if (clause === 'where' && !statement.flow.preserved.has(source.id)) return false;
  return !hasSubquery(expression) && isDeterministic(expression) && onlyOf(expression, source, statement);
}

function onlyOf(expression: Expression, source: TableSource, statement: BoundStatement): boolean {
  let own = true;
  let any = false;
  walk(expression, (node: Node) => {
    if (node.kind !== 'column') return;
    any = true;
    if (statement.binding.columns.get(node)?.source !== source) own = false;
  });
  return own && any;
}
