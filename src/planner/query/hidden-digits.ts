// Exact numbers that hold more digits than they show: quotients, and products beyond the greatest scale.
import type { Aggregate, Binary, Expression, Node } from '../../sql/ast.ts';
import { walk } from '../../sql/visitor.ts';
import { selectOf } from '../bind/clauses.ts';
import { lower, outputOf } from '../bind/columns-of.ts';
import type { Binding, Block, ColumnId } from '../bind/model.ts';
import { typeOf } from '../facts/column-type.ts';
import { columnOf } from '../facts/read-facts.ts';
import { isMerged } from './fragment-columns.ts';

/*
 * 1/3 shows 0.3333 and holds nine digits: the sum of three of them is 1.0000. What travels as text is what it shows, so a
 * sum of shards' sums, or of values read from them, would be another one.
 */

/** The least of the greatest scales servers have. */
const scaleMax = 30;

/** Whether the value of some part of the expression may hold digits that its text does not show. */
export function mayHideDigits(root: Node, columns: Binding['columns']): boolean {
  let found = false;
  walk(root, (node) => {
    found ||= hides(node, columns);
    return !found;
  });
  return found;
}

function hides(node: Node, columns: Binding['columns']): boolean {
  if (node.kind === 'binary') return node.operator === '/' || scaleOf(node, columns) > scaleMax;
  if (node.kind === 'aggregate') return isMean(node);
  if (node.kind !== 'column') return false;
  const shown = columns.get(node);
  return shown !== undefined && columnHidesDigits(shown, columns);
}

function isMean({ name }: Aggregate): boolean {
  return name === 'avg';
}

/** Of a derived table that a server merges into the query around it; others are stored, and rounded, on one server too. */
function columnHidesDigits(column: ColumnId, columns: Binding['columns']): boolean {
  const expression = expressionOf(column);
  return expression !== null && mayHideDigits(expression, columns);
}

function expressionOf({ source, name }: ColumnId): Expression | null {
  if (source.kind !== 'query' || !isMerged(source.query)) return null;
  const output = outputOf(source.query) ?? [];
  const named = source.columns.length > 0 ? source.columns : output.map((one) => one.name);
  return output[named.findIndex((one) => lower(one) === name)]?.expression ?? null;
}

/** Whether the block, above its WHERE, uses or shows such a column of a derived table. */
export function readsHiddenDigits(block: Block, columns: Binding['columns']): boolean {
  const select = selectOf(block);
  if (select === null) return false;
  const shown = (block.output ?? []).some(
    ({ column }) => column !== null && columnHidesDigits(column, columns),
  );
  const clauses = [select.list, select.groupBy, select.having, select.window, select.orderBy];
  return shown || clauses.some((clause) => clause !== null && usesHidden(clause, columns));
}

function usesHidden(root: Node, columns: Binding['columns']): boolean {
  let found = false;
  walk(root, (node) => {
    found ||= node.kind === 'column' && hides(node, columns);
    return !found;
  });
  return found;
}

/** Digits behind the point, at most; of what is no exact number it says nothing of use. */
function scaleOf(expression: Expression, columns: Binding['columns']): number {
  switch (expression.kind) {
    case 'paren':
      return scaleOf(expression.expression, columns);
    case 'unary':
      return scaleOf(expression.operand, columns);
    case 'literal':
      return expression.type === 'decimal' ? expression.text.length : 0;
    case 'column': {
      const column = columnOf(expression, columns);
      const type = column === null ? 'unknown' : typeOf(column);
      return typeof type === 'string' ? 0 : (type.scale ?? 0);
    }
    case 'binary':
      return binaryScale(expression, columns);
    default:
      return 0;
  }
}

function binaryScale({ operator, left, right }: Binary, columns: Binding['columns']): number {
  const [a, b] = [scaleOf(left, columns), scaleOf(right, columns)];
  return operator === '*' ? a + b : Math.max(a, b);
}
