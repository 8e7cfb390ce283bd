// One text a tree points into: the statement's own, or a view's.
import type { Expression, Literal, Node, SqlText } from '../sql/ast.ts';
import { walk } from '../sql/visitor.ts';
import type { ValueRef } from '../text/template.ts';

/** A stretch of text whose content differs between statements that share the plan. */
export interface Hole {
  readonly start: number;
  readonly end: number;
  readonly ref: ValueRef;
  /** A parameter that is a whole ORDER BY or GROUP BY item, where its value must not be taken for a position. */
  readonly noPosition?: true;
}

export interface TextUnit {
  readonly text: SqlText;
  /** Slots and parameters in the order of the text; they never overlap. */
  readonly holes: readonly Hole[];
  /** Slot whose span covers the offset; `inList` when it is one member of a collapsed list or of collapsed rows. */
  slotAt(offset: number): SlotHit | null;
  /** Number of the parameter at an offset in the client's statement, where this text is made of parts of it. */
  paramAt?(offset: number): number | null;
}

export interface SlotHit {
  readonly slot: number;
  readonly inList: boolean;
}

/**
 * Spans of the parameters below `root`, as holes. `guardPositions`: `ORDER BY ?` sorts by a constant, as on MySQL; on MariaDB
 * an integer is a position there, as it is when it stands in the text.
 */
export function paramHoles(root: Node, guardPositions = false): Hole[] {
  const holes: Hole[] = [];
  const items = new Set<Node>();
  walk(root, (node) => {
    if (node.kind === 'orderItem') items.add(withoutParens(node.expression));
    if (node.kind !== 'param') return;
    const { start, end, index } = node;
    const guard = guardPositions && items.has(node) ? ({ noPosition: true } as const) : {};
    holes.push({ start, end, ref: { kind: 'param', index }, ...guard });
  });
  return holes;
}

function withoutParens(expression: Expression): Expression {
  return expression.kind === 'paren' ? withoutParens(expression.expression) : expression;
}

/**
 * The value an operand stands for, null when it is no literal or parameter, or a kind of literal that never routes.
 * A member of a collapsed list has no ref of its own: `listSlotOf` tells those.
 */
export function valueRefOf(expression: Expression, unit: TextUnit): ValueRef | null {
  if (expression.kind === 'paren') return valueRefOf(expression.expression, unit);
  if (expression.kind === 'param') {
    return { kind: 'param', index: unit.paramAt?.(expression.start) ?? expression.index };
  }
  if (expression.kind === 'literal') return literalRef(expression, false, unit);
  if (expression.kind === 'unary' && expression.operator === '-') {
    const operand = expression.operand;
    if (operand.kind !== 'literal' || !isNumber(operand)) return null;
    return literalRef(operand, true, unit);
  }
  return null;
}

function isNumber(literal: Literal): boolean {
  return literal.type === 'integer' || literal.type === 'decimal' || literal.type === 'float';
}

function literalRef(literal: Literal, negative: boolean, unit: TextUnit): ValueRef | null {
  if (literal.introducer !== null || literal.type === 'nString') return null;
  const hit = unit.slotAt(literal.start);
  if (hit !== null) return hit.inList ? null : { kind: 'slot', slot: hit.slot, negative };
  const sql = negative ? `-${literal.text}` : literal.text;
  if (literal.type === 'integer') return { kind: 'constant', sql, valueKind: 'integer' };
  if (literal.type === 'null') return { kind: 'constant', sql, valueKind: 'null' };
  if (literal.type === 'string') return { kind: 'constant', sql, valueKind: 'string' };
  return null;
}

/** The slot that holds a whole IN list, null when the list was not collapsed into one. */
export function listSlotOf(items: readonly Expression[], unit: TextUnit): number | null {
  const first = items[0];
  if (first === undefined) return null;
  const hit = unit.slotAt(first.start);
  return hit?.inList ? hit.slot : null;
}

/** Two refs that stand for the same value in every statement of the plan. */
export function sameRef(left: ValueRef, right: ValueRef): boolean {
  switch (left.kind) {
    case 'slot':
      return right.kind === 'slot' && left.slot === right.slot && left.negative === right.negative;
    case 'item':
      return right.kind === 'item' && left.slot === right.slot && left.item === right.item;
    case 'param':
      return right.kind === 'param' && left.index === right.index;
    case 'constant':
      return right.kind === 'constant' && left.sql === right.sql;
  }
}
