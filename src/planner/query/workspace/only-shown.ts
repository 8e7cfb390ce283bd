// Columns of which the finish does nothing but send them on: they may travel as text of any type.
import { groupExpressions, hasWindow, selectOf } from '../../bind/clauses.ts';
import type { ColumnId } from '../../bind/model.ts';
import { sameColumn } from '../../facts/fact.ts';
import type { BoundStatement } from '../../statement.ts';
import { describeTemplate } from '../describe-template.ts';

/**
 * Every mention of the column is a whole item of the statement's own select list, of which no clause behind it makes use.
 * False where the answer's types come from the finish.
 */
export function isOnlyShown(column: ColumnId, statement: BoundStatement): boolean {
  const { binding } = statement;
  const { root } = binding;
  if (root.kind !== 'block' || column.source.block !== root || describeTemplate(statement) === null)
    return false;
  const select = selectOf(root);
  if (select === null || select.distinct || groupExpressions(root) !== null || hasWindow(root)) return false;
  // ORDER BY names and numbers may mean an item; those that are columns are looked at below.
  const isPlain = (select.orderBy?.items ?? []).every(
    ({ expression }) => expression.kind === 'column' && binding.columns.has(expression),
  );
  if (!isPlain || select.having !== null) return false;
  const shown = new Set(select.list.items.map((item) => item.expression));
  return [...binding.columns].every(([node, meant]) => !sameColumn(meant, column) || shown.has(node));
}
