// Reads facts off a predicate: only `column op literal-or-parameter` and `column = column`, everything else says nothing.
import type { Comparison, Expression, InList } from '../../sql/ast.ts';
import type { ValueRef } from '../../text/template.ts';
import type { Binding, ColumnId } from '../bind/model.ts';
import { listSlotOf, type TextUnit, valueRefOf } from '../text-unit.ts';
import { type Fact, sameColumn } from './fact.ts';

type Columns = Binding['columns'];

/** AND-operands of a predicate, parentheses looked through. */
export function conjuncts(expression: Expression): readonly Expression[] {
  if (expression.kind === 'paren') {
    const inner = conjuncts(expression.expression);
    return inner.length > 1 ? inner : [expression];
  }
  if (expression.kind === 'logical' && expression.operator === 'and')
    return expression.operands.flatMap(conjuncts);
  return [expression];
}

/** Facts that hold wherever the predicate is true. An empty list is always right. */
export function readFacts(expression: Expression, unit: TextUnit, columns: Columns): readonly Fact[] {
  switch (expression.kind) {
    case 'paren':
      return readFacts(expression.expression, unit, columns);
    case 'logical':
      if (expression.operator === 'and')
        return expression.operands.flatMap((part) => readFacts(part, unit, columns));
      if (expression.operator === 'or') return alternatives(expression.operands, unit, columns);
      return [];
    case 'comparison':
      return comparison(expression, unit, columns);
    case 'inList':
      return expression.negated ? [] : inList(expression, unit, columns);
    case 'between': {
      const column = columnOf(expression.operand, columns);
      if (expression.negated || column === null) return [];
      const low = valueRefOf(expression.low, unit);
      const high = valueRefOf(expression.high, unit);
      if (low === null && high === null) return [];
      return [{ kind: 'range', column, low: inclusive(low), high: inclusive(high) }];
    }
    case 'like': {
      const column = columnOf(expression.operand, columns);
      const pattern = valueRefOf(expression.pattern, unit);
      if (expression.negated || expression.escape !== null || column === null || pattern === null) return [];
      return [{ kind: 'prefix', column, pattern }];
    }
    default:
      return [];
  }
}

function inclusive(value: ValueRef | null): { value: ValueRef; inclusive: boolean } | null {
  return value === null ? null : { value, inclusive: true };
}

export function columnOf(expression: Expression, columns: Columns): ColumnId | null {
  if (expression.kind === 'paren') return columnOf(expression.expression, columns);
  return expression.kind === 'column' ? (columns.get(expression) ?? null) : null;
}

/** An alternative that says nothing makes the whole OR say nothing; an equality that all of them say holds by itself. */
function alternatives(operands: readonly Expression[], unit: TextUnit, columns: Columns): readonly Fact[] {
  const facts = operands.map((operand) => readFacts(operand, unit, columns));
  if (facts.some((part) => part.length === 0)) return [];
  const [first = [], ...others] = facts;
  const common = first.filter((fact) =>
    others.every((part) => part.some((other) => isSameFact(fact, other))),
  );
  return [...common, { kind: 'any', alternatives: facts }];
}

function isSameFact(a: Fact, b: Fact): boolean {
  return a.kind === 'same' && b.kind === 'same' && sameColumn(a.left, b.left) && sameColumn(a.right, b.right);
}

function comparison(node: Comparison, unit: TextUnit, columns: Columns): readonly Fact[] {
  const { operator } = node;
  if (operator === '<>') return [];
  if (node.left.kind === 'row' && node.right.kind === 'row') {
    const right = node.right.items;
    if (operator !== '=' || node.left.items.length !== right.length) return [];
    return node.left.items.flatMap((item, index) => {
      const other = right[index];
      return other === undefined ? [] : equality(item, other, unit, columns);
    });
  }
  if (operator === '=') return equality(node.left, node.right, unit, columns);
  if (operator === '<=>') return nullSafe(node, unit, columns);
  const left = columnOf(node.left, columns);
  const right = columnOf(node.right, columns);
  const value = valueRefOf(left === null ? node.left : node.right, unit);
  const column = left ?? right;
  if (column === null || value === null) return [];
  const below = left !== null ? operator === '<' || operator === '<=' : operator === '>' || operator === '>=';
  const bound = { value, inclusive: operator === '<=' || operator === '>=' };
  return [{ kind: 'range', column, low: below ? null : bound, high: below ? bound : null }];
}

function equality(a: Expression, b: Expression, unit: TextUnit, columns: Columns): readonly Fact[] {
  const left = columnOf(a, columns);
  const right = columnOf(b, columns);
  if (left !== null && right !== null) return [{ kind: 'same', left, right }];
  const column = left ?? right;
  const value = valueRefOf(left === null ? a : b, unit);
  if (column === null || value === null) return [];
  return [{ kind: 'values', columns: [column], tuples: [[value]], listSlot: null }];
}

/** `x <=> 5` is `x = 5`; with NULL or a parameter, which may be NULL, it is not null-rejecting and says nothing. */
function nullSafe(node: Comparison, unit: TextUnit, columns: Columns): readonly Fact[] {
  const facts = equality(node.left, node.right, unit, columns);
  return facts.filter((fact) => {
    const ref = fact.kind === 'values' ? fact.tuples[0]?.[0] : undefined;
    if (ref === undefined) return false;
    return ref.kind === 'slot' || (ref.kind === 'constant' && ref.valueKind !== 'null');
  });
}

function inList(node: InList, unit: TextUnit, columns: Columns): readonly Fact[] {
  const operands = node.operand.kind === 'row' ? node.operand.items : [node.operand];
  const named = operands.map((operand) => columnOf(operand, columns));
  const bound = named.filter((column) => column !== null);
  if (bound.length !== named.length) return [];
  const listSlot = listSlotOf(node.list.items, unit);
  if (listSlot !== null) return [{ kind: 'values', columns: bound, tuples: [], listSlot }];
  const tuples: ValueRef[][] = [];
  for (const item of node.list.items) {
    const cells = node.operand.kind === 'row' ? (item.kind === 'row' ? item.items : []) : [item];
    const refs = cells.map((cell) => valueRefOf(cell, unit)).filter((ref) => ref !== null);
    if (refs.length !== bound.length) return [];
    tuples.push(refs);
  }
  return [{ kind: 'values', columns: bound, tuples, listSlot: null }];
}
