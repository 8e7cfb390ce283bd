// Numbers that hold more digits than they show: quotients, products beyond the greatest scale, expressions of a FLOAT.
import type { Aggregate, Binary, Expression, Node } from '../../sql/ast.ts';
import { walk } from '../../sql/visitor.ts';
import { selectOf } from '../bind/clauses.ts';
import { lower, outputOf } from '../bind/columns-of.ts';
import type { Binding, Block, BoundQuery, ColumnId, OutputColumn } from '../bind/model.ts';
import { typeOf } from '../facts/column-type.ts';
import { columnOf } from '../facts/read-facts.ts';
import { isMerged } from './workspace/fragment-columns.ts';

/*
 * 1/3 shows 0.3333 and holds nine digits: the sum of three of them is 1.0000. What travels as text is what it shows, so a
 * sum of shards' sums, or of values read from them, would be another one.
 */

/** The least of the greatest scales servers have. */
const scaleMax = 30;
/** Taken for that of any decimal literal: the plan serves statements with other literals, too. */
const literalScale = 18;

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

/** Whether the block, above its WHERE, uses or shows a column of a derived table whose text does not say all of its value. */
export function readsHiddenDigits(block: Block, columns: Binding['columns']): boolean {
  const select = selectOf(block);
  if (select === null) return false;
  const used = (block.output ?? []).flatMap(({ column }) => (column === null ? [] : [column]));
  for (const clause of [select.list, select.groupBy, select.having, select.window, select.orderBy]) {
    if (clause === null) continue;
    for (const column of columnsIn(clause, columns)) used.push(column);
  }
  return used.some((column) => columnHidesDigits(column, columns) || isComputedFloat(column, columns));
}

function columnsIn(root: Node, columns: Binding['columns']): readonly ColumnId[] {
  const found: ColumnId[] = [];
  walk(root, (node) => {
    const column = node.kind === 'column' ? columns.get(node) : undefined;
    if (column !== undefined) found.push(column);
    // What is counted does not matter.
    return !(node.kind === 'aggregate' && node.name === 'count');
  });
  return found;
}

/** An expression of a FLOAT may be one, which shows six digits; a bare one is selected as the double it is. */
function isComputedFloat(column: ColumnId, columns: Binding['columns']): boolean {
  const { source, name } = column;
  if (source.kind !== 'query' || typeOf(column) !== 'computed') return false;
  const named =
    source.columns.length > 0 ? source.columns : (outputOf(source.query) ?? []).map((one) => one.name);
  const index = named.findIndex((one) => lower(one) === name);
  return shownAt(source.query, index).some((shown) => {
    const below = shown.expression === null ? [] : columnsIn(shown.expression, columns);
    return [...below, ...(shown.column === null ? [] : [shown.column])].some((one) => {
      const type = typeOf(one);
      return typeof type === 'string' ? isComputedFloat(one, columns) : type.dataType === 'float';
    });
  });
}

/** What every branch of a query shows in a column. */
function shownAt(query: BoundQuery, index: number): readonly OutputColumn[] {
  switch (query.kind) {
    case 'values':
      return [];
    case 'paren':
      return shownAt(query.query, index);
    case 'set':
      return [...shownAt(query.left, index), ...shownAt(query.right, index)];
    case 'block':
      return query.output?.slice(index, index + 1) ?? [];
  }
}

/** Digits behind the point, at most; of what is no exact number it says nothing of use. */
function scaleOf(expression: Expression, columns: Binding['columns']): number {
  switch (expression.kind) {
    case 'paren':
      return scaleOf(expression.expression, columns);
    case 'unary':
      return scaleOf(expression.operand, columns);
    case 'literal':
      return expression.type === 'decimal' ? literalScale : 0;
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
