// Expressions: operator precedence. Operands are read by primary.ts.
import type { BinaryOperator, ComparisonOperator, Expression, Logical } from '../ast.ts';
import { K } from '../keywords.ts';
import { T } from '../token.ts';
import type { Cursor } from './cursor.ts';
import { level } from './level.ts';
import { parenthesised } from './paren.ts';
import { predicate } from './predicate.ts';
import { primary } from './primary.ts';

/*
 * Heights: `cursor.height` is the height of the highest expression read since the expression around began. Each
 * expression starts at 0, adds a level for itself and one per link of a left-deep chain, and hands the maximum
 * back, so that a path through the tree never exceeds `heightMax` and whoever walks trees may recurse.
 */

/** An expression whose operators all bind at least as tightly as `minimum`. */
export function expression(c: Cursor, minimum: number): Expression {
  const outer = c.height;
  c.height = 0;
  c.enter();
  const left = prefix(c, minimum);
  c.grow();
  const result = infix(c, left, minimum);
  c.leave();
  if (outer > c.height) c.height = outer;
  return result;
}

function prefix(c: Cursor, minimum: number): Expression {
  switch (c.kind) {
    case T.minus:
      return unary(c, '-', level.sign);
    case T.plus:
      return unary(c, '+', level.sign);
    case T.tilde:
      return unary(c, '~', level.sign);
    case T.bang:
      return unary(c, '!', level.bang);
    case T.word:
      if (c.word === K.BINARY) return unary(c, 'binary', level.bang);
      if (c.word === K.NOT) return not(c, minimum);
      return primary(c);
    default:
      return primary(c);
  }
}

function unary(c: Cursor, operator: '-' | '+' | '~' | '!' | 'binary', minimum: number): Expression {
  const start = c.start;
  c.advance();
  const operand = expression(c, minimum);
  return { kind: 'unary', operator, operand, start, end: c.lastEnd };
}

function not(c: Cursor, minimum: number): Expression {
  const own = c.mode.highNotPrecedence ? level.bang : level.not;
  if (minimum > own) c.fail();
  const start = c.start;
  c.advance();
  const operand = expression(c, own);
  return { kind: 'not', operand, start, end: c.lastEnd };
}

/** Continues an expression after its first operand; also used where that operand was read by other means. */
export function infix(c: Cursor, first: Expression, minimum: number): Expression {
  let left = first;
  for (;;) {
    const next = c.kind === T.word ? byWord(c, left, minimum) : bySymbol(c, left, minimum);
    if (next === null) return left;
    left = next;
  }
}

function byWord(c: Cursor, left: Expression, minimum: number): Expression | null {
  switch (c.word) {
    case 0:
      return null;
    case K.AND:
      return minimum <= level.and ? logical(c, left, 'and', level.and) : null;
    case K.OR:
      return minimum <= level.or ? logical(c, left, 'or', level.or) : null;
    case K.XOR:
      return minimum <= level.xor ? logical(c, left, 'xor', level.xor) : null;
    case K.IS:
      return minimum <= level.comparison ? is(c, left) : null;
    case K.DIV:
      return minimum <= level.product ? binary(c, left, 'div', level.product) : null;
    case K.MOD:
      return minimum <= level.product ? binary(c, left, 'mod', level.product) : null;
    case K.COLLATE:
      return minimum <= level.collate ? collate(c, left) : null;
    case K.NOT:
    case K.IN:
    case K.LIKE:
    case K.BETWEEN:
    case K.REGEXP:
    case K.RLIKE:
    case K.SOUNDS:
    case K.MEMBER:
      return minimum <= level.predicate ? predicate(c, left) : null;
    default:
      return null;
  }
}

function bySymbol(c: Cursor, left: Expression, minimum: number): Expression | null {
  switch (c.kind) {
    case T.equal:
      return minimum <= level.comparison ? comparison(c, left, '=') : null;
    case T.nullSafeEqual:
      return minimum <= level.comparison ? comparison(c, left, '<=>') : null;
    case T.notEqual:
      return minimum <= level.comparison ? comparison(c, left, '<>') : null;
    case T.less:
      return minimum <= level.comparison ? comparison(c, left, '<') : null;
    case T.lessEqual:
      return minimum <= level.comparison ? comparison(c, left, '<=') : null;
    case T.greater:
      return minimum <= level.comparison ? comparison(c, left, '>') : null;
    case T.greaterEqual:
      return minimum <= level.comparison ? comparison(c, left, '>=') : null;
    case T.andAnd:
      return minimum <= level.and ? logical(c, left, 'and', level.and) : null;
    case T.orOr:
      if (c.mode.pipesAsConcat) return minimum <= level.concat ? binary(c, left, '||', level.concat) : null;
      return minimum <= level.or ? logical(c, left, 'or', level.or) : null;
    default:
      return arithmetic(c, left, minimum);
  }
}

function arithmetic(c: Cursor, left: Expression, minimum: number): Expression | null {
  switch (c.kind) {
    case T.plus:
      return minimum <= level.sum ? binary(c, left, '+', level.sum) : null;
    case T.minus:
      return minimum <= level.sum ? binary(c, left, '-', level.sum) : null;
    case T.star:
      return minimum <= level.product ? binary(c, left, '*', level.product) : null;
    case T.slash:
      return minimum <= level.product ? binary(c, left, '/', level.product) : null;
    case T.percent:
      return minimum <= level.product ? binary(c, left, '%', level.product) : null;
    case T.pipe:
      return minimum <= level.bitOr ? binary(c, left, '|', level.bitOr) : null;
    case T.ampersand:
      return minimum <= level.bitAnd ? binary(c, left, '&', level.bitAnd) : null;
    case T.shiftLeft:
      return minimum <= level.shift ? binary(c, left, '<<', level.shift) : null;
    case T.shiftRight:
      return minimum <= level.shift ? binary(c, left, '>>', level.shift) : null;
    case T.caret:
      return minimum <= level.bitXor ? binary(c, left, '^', level.bitXor) : null;
    default:
      return null;
  }
}

function binary(c: Cursor, left: Expression, operator: BinaryOperator, own: number): Expression {
  c.advance();
  const right = expression(c, own + 1);
  c.grow();
  return { kind: 'binary', operator, left, right, start: left.start, end: c.lastEnd };
}

function isLogical(c: Cursor, operator: Logical['operator']): boolean {
  if (operator === 'and') return c.word === K.AND || c.kind === T.andAnd;
  if (operator === 'xor') return c.word === K.XOR;
  return c.word === K.OR || (c.kind === T.orOr && !c.mode.pipesAsConcat);
}

function logical(c: Cursor, left: Expression, operator: Logical['operator'], own: number): Expression {
  const operands = [left];
  while (isLogical(c, operator)) {
    c.advance();
    operands.push(expression(c, own + 1));
  }
  c.grow();
  return { kind: 'logical', operator, operands, start: left.start, end: c.lastEnd };
}

function comparison(c: Cursor, left: Expression, operator: ComparisonOperator): Expression {
  c.advance();
  if ((c.word === K.ALL || c.word === K.ANY || c.word === K.SOME) && c.peekKind() === T.openParen) {
    const quantifier = c.word === K.ALL ? 'all' : 'any';
    c.advance();
    const subquery = parenthesised(c);
    if (subquery.kind !== 'subquery') c.fail();
    c.grow();
    return {
      kind: 'quantified',
      operator,
      quantifier,
      operand: left,
      subquery,
      start: left.start,
      end: c.lastEnd,
    };
  }
  const right = expression(c, level.predicate);
  c.grow();
  return { kind: 'comparison', operator, left, right, start: left.start, end: c.lastEnd };
}

function is(c: Cursor, operand: Expression): Expression {
  c.advance();
  const negated = c.accept(K.NOT);
  const start = operand.start;
  const word = c.word;
  if (word !== K.NULL && word !== K.TRUE && word !== K.FALSE && word !== K.UNKNOWN) c.fail();
  c.advance();
  c.grow();
  if (word === K.NULL) return { kind: 'isNull', negated, operand, start, end: c.lastEnd };
  const truth = word === K.TRUE ? 'true' : word === K.FALSE ? 'false' : 'unknown';
  return { kind: 'isTruth', negated, operand, truth, start, end: c.lastEnd };
}

function collate(c: Cursor, operand: Expression): Expression {
  c.advance();
  // A collation may be written as a string, and `binary` is a reserved word that names one.
  const collation = c.nameOrString();
  c.grow();
  return { kind: 'collate', operand, collation, start: operand.start, end: c.lastEnd };
}
