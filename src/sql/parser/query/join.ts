// Joins: which operands belong together, by MySQL's rules for joins without a condition.
import type { Join, OnClause, TableReference, UsingClause } from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { anyExpression } from '../clause.ts';
import type { Cursor } from '../cursor.ts';
import { nameList } from '../names.ts';

interface Operator {
  readonly type: Join['type'];
  readonly natural: boolean;
}

/*
 * `a JOIN b JOIN c ON x ON y` is `a JOIN (b JOIN c ON x) ON y`, but `a JOIN b JOIN c ON x` is
 * `(a JOIN b) JOIN c ON x`: a condition closes the innermost open join, and a join that never gets one
 * takes the leftmost operand of what stands to its right. Operands and open joins wait on two stacks.
 */

/** The joins that follow `first`; `factor` reads one operand. */
export function joins(
  c: Cursor,
  first: TableReference,
  factor: (c: Cursor) => TableReference,
): TableReference {
  let operator = joinOperator(c);
  if (operator === null) return first;
  const operands = [first];
  const open: Operator[] = [];
  do {
    const right = factor(c);
    c.grow();
    if (operator.natural) {
      operands.push(join(operator, pop(c, operands), right, null, null));
    } else {
      open.push(operator);
      operands.push(right);
    }
    close(c, operands, open);
    operator = joinOperator(c);
  } while (operator !== null);
  return graftAll(c, operands, open);
}

/** Joins that never got a condition, from left to right. */
function graftAll(c: Cursor, operands: readonly TableReference[], open: readonly Operator[]): TableReference {
  const [head, ...others] = operands;
  let result = head ?? c.fail();
  for (const [index, right] of others.entries()) {
    const operator = open[index] ?? c.fail();
    if (operator.type === 'left' || operator.type === 'right') c.fail();
    result = graft(operator, result, right);
  }
  return result;
}

function pop(c: Cursor, operands: TableReference[]): TableReference {
  return operands.pop() ?? c.fail();
}

/** Conditions at the cursor, each for the innermost open join. */
function close(c: Cursor, operands: TableReference[], open: Operator[]): void {
  while (startsCondition(c) && open.length > 0) {
    const on = c.word === K.ON ? onClause(c) : null;
    const using = on === null ? usingClause(c) : null;
    const right = pop(c, operands);
    const left = pop(c, operands);
    operands.push(join(open.pop() ?? c.fail(), left, right, on, using));
  }
}

/** ON DUPLICATE KEY UPDATE after INSERT ... SELECT ... JOIN is no condition. */
function startsCondition(c: Cursor): boolean {
  if (c.word === K.ON) return c.peekWord() !== K.DUPLICATE || c.peekWord(2) !== K.KEY;
  return c.word === K.USING;
}

function onClause(c: Cursor): OnClause {
  const start = c.start;
  c.advance();
  const expression = anyExpression(c);
  return { kind: 'on', expression, start, end: c.lastEnd };
}

function usingClause(c: Cursor): UsingClause {
  const start = c.start;
  c.advance();
  const columns = nameList(c);
  if (columns.length === 0) c.failAt(c.lastEnd - 1);
  return { kind: 'using', columns, start, end: c.lastEnd };
}

function join(
  operator: Operator,
  left: TableReference,
  right: TableReference,
  on: OnClause | null,
  using: UsingClause | null,
): Join {
  const { type, natural } = operator;
  const end = (on ?? using ?? right).end;
  return { kind: 'join', type, natural, left, right, on, using, start: left.start, end };
}

/** Joins `left` with the leftmost operand of `tree`. */
function graft(operator: Operator, left: TableReference, tree: TableReference): TableReference {
  if (tree.kind !== 'join') return join(operator, left, tree, null, null);
  return { ...tree, left: graft(operator, left, tree.left), start: left.start };
}

/** Consumes the words of a join operator. */
function joinOperator(c: Cursor): Operator | null {
  switch (c.word) {
    case K.JOIN:
      c.advance();
      return { type: 'inner', natural: false };
    case K.INNER:
      c.advance();
      c.expect(K.JOIN);
      return { type: 'inner', natural: false };
    case K.CROSS:
      c.advance();
      c.expect(K.JOIN);
      return { type: 'cross', natural: false };
    case K.STRAIGHT_JOIN:
      c.advance();
      return { type: 'straight', natural: false };
    case K.LEFT:
    case K.RIGHT:
      return { type: side(c), natural: false };
    case K.NATURAL:
      c.advance();
      if (c.accept(K.STRAIGHT_JOIN)) return { type: 'straight', natural: true };
      if (c.is(K.LEFT) || c.is(K.RIGHT)) return { type: side(c), natural: true };
      c.accept(K.INNER);
      c.expect(K.JOIN);
      return { type: 'inner', natural: true };
    default:
      return null;
  }
}

function side(c: Cursor): 'left' | 'right' {
  const type = c.word === K.LEFT ? 'left' : 'right';
  c.advance();
  c.accept(K.OUTER);
  c.expect(K.JOIN);
  return type;
}
