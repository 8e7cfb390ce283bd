// Filters a fragment may apply itself: predicates over its own table that only drop rows no one would miss.
import type { Expression, Node } from '../../../sql/ast.ts';
import { walk } from '../../../sql/visitor.ts';
import type { Template } from '../../../text/template.ts';
import type { Block, TableSource } from '../../bind/model.ts';
import type { Conjunct } from '../../facts/held.ts';
import { conjuncts } from '../../facts/read-facts.ts';
import { qualifierEdits } from '../../names.ts';
import { join, joinWith, splice, text } from '../../splice.ts';
import type { BoundStatement } from '../../statement.ts';
import { hasSubquery, isDeterministic } from '../traits.ts';

/*
 * Proof obligation: the finish applies every predicate again, so a pushed filter must only not drop a row that matters.
 *  - ON predicates that flow to the source restrict it (facts/flow.ts).
 *  - WHERE predicates restrict sources that no outer join fills with NULLs; for others the absence of a row could matter.
 *  - An OR is true only where one of its branches is: what each branch says of the source, in an OR, holds wherever it does.
 *  - The text is the client's own, so that literals compare as written (a = 7.4 depends on the access path, trap 12).
 */

/** The predicates, each in parentheses. */
export function pushedFilters(source: TableSource, statement: BoundStatement): readonly Template[] {
  const held = statement.flow.held.get(source.id)?.conjuncts ?? [];
  const distinct = held.filter(
    (one, index) => held.findIndex((other) => other.expression === one.expression) === index,
  );
  return distinct.flatMap((one) => {
    if (!restricts(one, source, statement)) return [];
    const predicate = ownPart(one.expression, one.block, source, statement);
    return predicate === null ? [] : [predicate];
  });
}

function restricts({ block, clause }: Conjunct, source: TableSource, statement: BoundStatement): boolean {
  return block === source.block && (clause === 'on' || statement.flow.preserved.has(source.id));
}

/** What the predicate says of the source alone: all of it, or of an OR what each of its branches says; else null. */
function ownPart(
  expression: Expression,
  block: Block,
  source: TableSource,
  statement: BoundStatement,
): Template | null {
  if (!hasSubquery(expression) && isDeterministic(expression) && onlyOf(expression, source, statement)) {
    const edits = qualifierEdits(expression, statement.context);
    return join(text('('), splice(block.unit, expression.start, expression.end, edits), text(')'));
  }
  if (expression.kind === 'paren') return ownPart(expression.expression, block, source, statement);
  if (expression.kind !== 'logical' || expression.operator !== 'or') return null;
  const known = expression.operands.map((branch) =>
    conjuncts(branch)
      .map((part) => ownPart(part, block, source, statement))
      .filter((part) => part !== null),
  );
  if (known.some((parts) => parts.length === 0)) return null;
  return join(
    text('('),
    joinWith(
      ' OR ',
      known.map((parts) => joinWith(' AND ', parts)),
    ),
    text(')'),
  );
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
