// Predicates on a left operand: [NOT] IN, LIKE, BETWEEN, REGEXP, and SOUNDS LIKE, MEMBER OF.
import type { Expression, ExpressionList } from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { T } from '../../lexer/token.ts';
import type { Cursor } from '../cursor.ts';
import { level } from './level.ts';
import { parenthesised } from './paren.ts';

/** The predicate that begins at the cursor, or null when none does (NOT before something else). */
export function predicate(c: Cursor, operand: Expression): Expression | null {
  const negated = c.word === K.NOT;
  const word = negated ? c.peekWord() : c.word;
  if (negated) {
    if (!isNegatable(word)) return null;
    c.advance();
  }
  switch (word) {
    case K.IN:
      return inPredicate(c, operand, negated);
    case K.LIKE:
      return like(c, operand, negated);
    case K.BETWEEN:
      return between(c, operand, negated);
    case K.REGEXP:
    case K.RLIKE:
      return regexp(c, operand, negated);
    case K.SOUNDS:
      return soundsLike(c, operand);
    case K.MEMBER:
      return memberOf(c, operand);
    default:
      return null;
  }
}

function isNegatable(word: number): boolean {
  return word === K.IN || word === K.LIKE || word === K.BETWEEN || word === K.REGEXP || word === K.RLIKE;
}

function inPredicate(c: Cursor, operand: Expression, negated: boolean): Expression {
  c.advance();
  const start = c.start;
  const list = parenthesised(c);
  c.grow();
  const span = { start: operand.start, end: c.lastEnd };
  if (list.kind === 'subquery') return { kind: 'inSubquery', negated, operand, subquery: list, ...span };
  const items = list.kind === 'row' ? list.items : list.kind === 'paren' ? [list.expression] : c.fail();
  const node: ExpressionList = { kind: 'expressionList', items, start, end: c.lastEnd };
  return { kind: 'inList', negated, operand, list: node, ...span };
}

/**
 * What follows LIKE, REGEXP, SOUNDS LIKE. MariaDB chains predicates: to the left (`a LIKE b LIKE c`), but a NOT
 * belongs to the operand before it (`a LIKE b NOT IN (c)` is `a LIKE (b NOT IN (c))`). MySQL allows neither.
 */
function rightOperand(c: Cursor): Expression {
  let right = c.grammar.expression(c, level.bitOr);
  while (c.word === K.NOT && isNegatable(c.peekWord())) right = predicate(c, right) ?? c.fail();
  return right;
}

function like(c: Cursor, operand: Expression, negated: boolean): Expression {
  c.advance();
  const pattern = rightOperand(c);
  const escaped = c.accept(K.ESCAPE) ? rightOperand(c) : null;
  c.grow();
  return { kind: 'like', negated, operand, pattern, escape: escaped, start: operand.start, end: c.lastEnd };
}

function between(c: Cursor, operand: Expression, negated: boolean): Expression {
  c.advance();
  const low = c.grammar.expression(c, level.predicate);
  c.expect(K.AND);
  const high = c.grammar.expression(c, level.predicate);
  c.grow();
  return { kind: 'between', negated, operand, low, high, start: operand.start, end: c.lastEnd };
}

function regexp(c: Cursor, operand: Expression, negated: boolean): Expression {
  c.advance();
  const pattern = rightOperand(c);
  c.grow();
  return { kind: 'regexp', negated, operand, pattern, start: operand.start, end: c.lastEnd };
}

function soundsLike(c: Cursor, left: Expression): Expression | null {
  if (c.peekWord() !== K.LIKE) return null;
  c.advance();
  c.advance();
  const right = rightOperand(c);
  c.grow();
  return { kind: 'binary', operator: 'soundsLike', left, right, start: left.start, end: c.lastEnd };
}

function memberOf(c: Cursor, left: Expression): Expression | null {
  if (c.peekWord() !== K.OF && c.peekKind() !== T.openParen) return null;
  c.advance();
  c.accept(K.OF);
  const right = parenthesised(c);
  c.grow();
  return { kind: 'binary', operator: 'memberOf', left, right, start: left.start, end: c.lastEnd };
}
