// Clauses that queries, writes and window definitions share: WHERE, ORDER BY, LIMIT.
import type { Expression, LimitClause, OrderByClause, OrderItem, WhereClause } from '../ast.ts';
import { K } from '../lexer/keywords.ts';
import { T } from '../lexer/token.ts';
import type { Cursor } from './cursor.ts';
import { level } from './expression/level.ts';

export function anyExpression(c: Cursor): Expression {
  return c.grammar.expression(c, level.any);
}

/** WHERE, when the cursor is at one. */
export function whereClause(c: Cursor): WhereClause | null {
  if (c.word !== K.WHERE) return null;
  const start = c.start;
  c.advance();
  const expression = anyExpression(c);
  return { kind: 'where', expression, start, end: c.lastEnd };
}

export function orderItem(c: Cursor): OrderItem {
  const start = c.start;
  const expression = anyExpression(c);
  const direction = c.accept(K.ASC) ? 'asc' : c.accept(K.DESC) ? 'desc' : null;
  return { kind: 'orderItem', expression, direction, start, end: c.lastEnd };
}

/** `ORDER BY items`; the cursor is at ORDER. */
export function orderByClause(c: Cursor): OrderByClause {
  const start = c.start;
  c.expect(K.ORDER);
  c.expect(K.BY);
  const items = c.commaList(orderItem);
  return { kind: 'orderBy', items, start, end: c.lastEnd };
}

/** ORDER BY, when the cursor is at one. */
export function orderByOption(c: Cursor): OrderByClause | null {
  return c.word === K.ORDER ? orderByClause(c) : null;
}

/** LIMIT, OFFSET ... FETCH or FETCH, when the cursor is at one. */
export function limitOption(c: Cursor): LimitClause | null {
  if (c.word === K.LIMIT) return limitClause(c);
  if (c.word === K.FETCH || (c.word === K.OFFSET && c.mode.flavour === 'mariadb')) return fetchClause(c);
  return null;
}

/** `LIMIT ...`; the cursor is at LIMIT. */
export function limitClause(c: Cursor): LimitClause {
  const start = c.start;
  c.advance();
  let form: LimitClause['form'] = 'limit';
  let count: Expression | null = null;
  let offset: Expression | null = null;
  if (c.word !== K.ROWS) {
    count = limitNumber(c);
    if (c.acceptKind(T.comma)) {
      form = 'comma';
      offset = count;
      count = limitNumber(c);
    } else if (c.accept(K.OFFSET)) {
      offset = limitNumber(c);
    }
  }
  const rowsExamined = c.acceptPair(K.ROWS, K.EXAMINED) ? limitNumber(c) : null;
  if (count === null && rowsExamined === null) c.fail();
  return { kind: 'limit', form, count, offset, withTies: false, rowsExamined, start, end: c.lastEnd };
}

/** A number, a parameter, a variable of a stored program; servers accept no expression here. */
function limitNumber(c: Cursor): Expression {
  if (c.kind !== T.integer && c.kind !== T.param && !c.isIdentifier()) c.fail();
  return c.grammar.expression(c, level.primary);
}

/** `LIMIT n` of UPDATE and DELETE, when the cursor is at one. */
export function rowLimitOption(c: Cursor): LimitClause | null {
  if (c.word !== K.LIMIT) return null;
  const start = c.start;
  c.advance();
  const count = limitNumber(c);
  const span = { start, end: c.lastEnd };
  return { kind: 'limit', form: 'limit', count, offset: null, withTies: false, rowsExamined: null, ...span };
}

/** MariaDB: `[OFFSET n ROWS] [FETCH FIRST|NEXT [n] ROWS ONLY|WITH TIES]`. */
function fetchClause(c: Cursor): LimitClause {
  const start = c.start;
  let offset: Expression | null = null;
  let count: Expression | null = null;
  let withTies = false;
  if (c.accept(K.OFFSET)) {
    offset = limitNumber(c);
    if (!c.accept(K.ROW)) c.expect(K.ROWS);
  }
  if (c.accept(K.FETCH)) {
    if (!c.accept(K.FIRST)) c.expect(K.NEXT);
    if (c.word !== K.ROW && c.word !== K.ROWS) count = limitNumber(c);
    else count = { kind: 'literal', type: 'integer', text: '1', introducer: null, start: -1, end: -1 };
    if (!c.accept(K.ROW)) c.expect(K.ROWS);
    withTies = c.acceptPair(K.WITH, K.TIES);
    if (!withTies) c.expect(K.ONLY);
  }
  return { kind: 'limit', form: 'fetch', count, offset, withTies, rowsExamined: null, start, end: c.lastEnd };
}
