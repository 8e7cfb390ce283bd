// Expressions: operator precedence. Operands are read by primary.ts.
import type { BinaryOperator, ComparisonOperator, Expression, Logical } from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { T } from '../../lexer/token.ts';
import type { Cursor } from '../cursor.ts';
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
  const isNot = left.kind === 'not' && !c.mode.highNotPrecedence;
  const result = infix(c, left, minimum, isNot ? level.not : level.primary);
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

/**
 * Continues an expression after its first operand; also used where that operand was read by other means. What an
 * operator has made is no operand of one that binds tighter: `a IN (1) + 2` and `a IS NULL * 2` want parentheses.
 */
export function infix(c: Cursor, first: Expression, minimum: number, bindsLike = maximumLevel): Expression {
  let left = first;
  let maximum = bindsLike;
  for (;;) {
    const own = operatorLevel(c);
    if (own < minimum || own > maximum) return left;
    const next = c.kind === T.word ? byWord(c, left) : bySymbol(c, left, own);
    if (next === null) return left;
    left = next;
    maximum = own;
  }
}

const maximumLevel: number = level.primary;
const noOperator = -1;

/** How tightly the operator at the cursor binds; `noOperator` when none is there. */
function operatorLevel(c: Cursor): number {
  if (c.kind === T.word) return c.word === 0 ? noOperator : wordLevel(c.word);
  if (c.kind === T.orOr && c.mode.pipesAsConcat) return level.concat;
  return symbolLevels[c.kind] ?? noOperator;
}

const symbolLevels: readonly (number | undefined)[] = byIndex([
  [T.equal, level.comparison],
  [T.nullSafeEqual, level.comparison],
  [T.notEqual, level.comparison],
  [T.less, level.comparison],
  [T.lessEqual, level.comparison],
  [T.greater, level.comparison],
  [T.greaterEqual, level.comparison],
  [T.andAnd, level.and],
  [T.orOr, level.or],
  [T.plus, level.sum],
  [T.minus, level.sum],
  [T.star, level.product],
  [T.slash, level.product],
  [T.percent, level.product],
  [T.pipe, level.bitOr],
  [T.ampersand, level.bitAnd],
  [T.shiftLeft, level.shift],
  [T.shiftRight, level.shift],
  [T.caret, level.bitXor],
]);

function byIndex(entries: readonly (readonly [number, number])[]): (number | undefined)[] {
  const found: (number | undefined)[] = Array.from({
    length: 1 + Math.max(...entries.map(([kind]) => kind)),
  });
  for (const [kind, own] of entries) found[kind] = own;
  return found;
}

function wordLevel(word: number): number {
  switch (word) {
    case K.AND:
      return level.and;
    case K.OR:
      return level.or;
    case K.XOR:
      return level.xor;
    case K.IS:
      return level.comparison;
    case K.DIV:
    case K.MOD:
      return level.product;
    case K.COLLATE:
      return level.collate;
    case K.NOT:
    case K.IN:
    case K.LIKE:
    case K.BETWEEN:
    case K.REGEXP:
    case K.RLIKE:
    case K.SOUNDS:
    case K.MEMBER:
      return level.predicate;
    default:
      return noOperator;
  }
}

function byWord(c: Cursor, left: Expression): Expression | null {
  switch (c.word) {
    case K.AND:
      return logical(c, left, 'and', level.and);
    case K.OR:
      return logical(c, left, 'or', level.or);
    case K.XOR:
      return logical(c, left, 'xor', level.xor);
    case K.IS:
      return is(c, left);
    case K.DIV:
      return binary(c, left, 'div', level.product);
    case K.MOD:
      return binary(c, left, 'mod', level.product);
    case K.COLLATE:
      return collate(c, left);
    default:
      return predicate(c, left);
  }
}

function bySymbol(c: Cursor, left: Expression, own: number): Expression | null {
  switch (c.kind) {
    case T.equal:
      return comparison(c, left, '=');
    case T.nullSafeEqual:
      return comparison(c, left, '<=>');
    case T.notEqual:
      return comparison(c, left, '<>');
    case T.less:
      return comparison(c, left, '<');
    case T.lessEqual:
      return comparison(c, left, '<=');
    case T.greater:
      return comparison(c, left, '>');
    case T.greaterEqual:
      return comparison(c, left, '>=');
    case T.andAnd:
      return logical(c, left, 'and', own);
    case T.orOr:
      return c.mode.pipesAsConcat ? binary(c, left, '||', own) : logical(c, left, 'or', own);
    default:
      return arithmetic(c, left, own);
  }
}

function arithmetic(c: Cursor, left: Expression, own: number): Expression | null {
  switch (c.kind) {
    case T.plus:
      return binary(c, left, '+', own);
    case T.minus:
      return binary(c, left, '-', own);
    case T.star:
      return binary(c, left, '*', own);
    case T.slash:
      return binary(c, left, '/', own);
    case T.percent:
      return binary(c, left, '%', own);
    case T.pipe:
      return binary(c, left, '|', own);
    case T.ampersand:
      return binary(c, left, '&', own);
    case T.shiftLeft:
      return binary(c, left, '<<', own);
    case T.shiftRight:
      return binary(c, left, '>>', own);
    case T.caret:
      return binary(c, left, '^', own);
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
