// Queries: WITH, set operations, parentheses, VALUES, TABLE, and the clauses that end them.
import { SqlError } from '../../../errors/sql-error.ts';
import type {
  CommonTableExpression,
  Expression,
  ParenQuery,
  Query,
  SetOperation,
  TableQuery,
  ValuesQuery,
  ValuesRow,
  With,
} from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { T } from '../../lexer/token.ts';
import { limitOption, orderByOption } from '../clause.ts';
import type { Cursor } from '../cursor.ts';
import { level } from '../expression/level.ts';
import { parenQuery, subquery } from '../expression/paren.ts';
import { nameList, tableName } from '../names.ts';
import { intoClause, lockingClauses } from './locking.ts';
import { select } from './select.ts';

/** A whole query. The cursor is at WITH, SELECT, VALUES, TABLE or a parenthesis. */
export function query(c: Cursor): Query {
  c.enter();
  const withClause = c.word === K.WITH ? withOption(c) : null;
  const result = rest(c, operand(c, true), withClause);
  c.leave();
  return result;
}

/** The rest of a query whose first operand is `left`. */
export function queryAfter(c: Cursor, left: Query): Query {
  return rest(c, left, null);
}

/** The query after a WITH that a statement has read already. */
export function queryWith(c: Cursor, withClause: With | null): Query {
  return rest(c, operand(c, true), withClause);
}

function rest(c: Cursor, first: Query, withClause: With | null): Query {
  const body = setOperations(c, first);
  // A SELECT that stands alone has read its own tail.
  if (body.kind === 'select') {
    return withClause === null ? body : { ...body, with: withClause, start: withClause.start };
  }
  const orderBy = orderByOption(c);
  const limit = limitOption(c);
  let into = intoClause(c);
  const locking = lockingClauses(c);
  if (locking.length > 0 && c.mode.flavour === 'mariadb' && body.kind === 'setOperation')
    refuseLockBehindParentheses(body);
  into ??= intoClause(c);
  if (orderBy === null && limit === null && into === null && locking.length === 0) {
    return withClause === null ? body : { ...body, with: withClause, start: withClause.start };
  }
  const start = withClause === null ? body.start : withClause.start;
  into ??= body.into;
  return { ...body, with: withClause, orderBy, limit, into, locking, start, end: c.lastEnd };
}

/**
 * MariaDB takes a lock behind a set operation for its last operand's, and has no place for it behind the parentheses of one
 * SELECT. An operand that is a set operation itself, INTERSECT behind UNION included, takes it.
 */
function refuseLockBehindParentheses({ right }: SetOperation): void {
  let last: Query = right;
  while (last.kind === 'parenQuery') last = last.query;
  if (right.kind === 'parenQuery' && last.kind !== 'setOperation')
    throw new SqlError(1221, 'HY000', 'Incorrect usage of lock options and SELECT in brackets');
}

/** UNION and EXCEPT, from left to right. */
function setOperations(c: Cursor, first: Query): Query {
  let left = intersections(c, first);
  while (c.word === K.UNION || c.word === K.EXCEPT) {
    refuseTail(c, left);
    const operator = c.word === K.UNION ? 'union' : 'except';
    c.advance();
    const quantifier = setQuantifier(c);
    left = setOperation(c, operator, quantifier, left, intersections(c, operand(c, false)));
  }
  return left;
}

/** INTERSECT binds tighter. */
function intersections(c: Cursor, first: Query): Query {
  let left = first;
  while (c.word === K.INTERSECT) {
    refuseTail(c, left);
    c.advance();
    const quantifier = setQuantifier(c);
    left = setOperation(c, 'intersect', quantifier, left, operand(c, false));
  }
  return left;
}

function setQuantifier(c: Cursor): 'all' | 'distinct' | null {
  return c.accept(K.ALL) ? 'all' : c.accept(K.DISTINCT) ? 'distinct' : null;
}

/** ORDER BY, LIMIT and what else may end a query need parentheses when an operand has them. */
function refuseTail(c: Cursor, left: Query): void {
  const { orderBy, limit, into, locking } = left;
  if (left.kind === 'parenQuery') return;
  if (orderBy !== null || limit !== null || into !== null || locking.length > 0) c.fail();
}

function setOperation(
  c: Cursor,
  operator: SetOperation['operator'],
  quantifier: 'all' | 'distinct' | null,
  left: Query,
  right: Query,
): SetOperation {
  c.grow();
  return {
    kind: 'setOperation',
    with: null,
    operator,
    all: quantifier === 'all',
    distinct: quantifier === 'distinct',
    left,
    right,
    orderBy: null,
    limit: null,
    locking: [],
    into: null,
    start: left.start,
    end: right.end,
  };
}

function operand(c: Cursor, first: boolean): Query {
  switch (c.word) {
    case K.SELECT:
      return select(c, first);
    case K.VALUES:
      return valuesQuery(c);
    case K.TABLE:
      return tableQuery(c);
    default:
      return nested(c);
  }
}

function nested(c: Cursor): ParenQuery {
  if (c.kind !== T.openParen) c.fail();
  return parenQuery(subquery(c));
}

function valuesQuery(c: Cursor): ValuesQuery {
  const start = c.start;
  c.advance();
  const rows = c.commaList(valuesRow);
  return {
    kind: 'valuesQuery',
    with: null,
    rows,
    orderBy: null,
    limit: null,
    locking: [],
    into: null,
    start,
    end: c.lastEnd,
  };
}

/** `ROW(1, 2)` or `(1, 2)`; DEFAULT and, in INSERT, an empty row are allowed. */
export function valuesRow(c: Cursor): ValuesRow {
  const start = c.start;
  const keyword = c.accept(K.ROW);
  c.expectKind(T.openParen);
  const items = c.kind === T.closeParen ? [] : c.commaList(rowItem);
  c.expectKind(T.closeParen);
  return { kind: 'valuesRow', keyword, items, start, end: c.lastEnd };
}

/** A value to be stored: an expression, DEFAULT, or MariaDB's IGNORE. */
export function rowItem(c: Cursor): Expression {
  if (c.word !== K.IGNORE) return c.grammar.expression(c, level.any);
  const { start, end } = c;
  const word = c.source();
  c.advance();
  return { kind: 'keyword', word, start, end };
}

function tableQuery(c: Cursor): TableQuery {
  const start = c.start;
  c.advance();
  const table = tableName(c);
  return {
    kind: 'tableQuery',
    with: null,
    table,
    orderBy: null,
    limit: null,
    locking: [],
    into: null,
    start,
    end: c.lastEnd,
  };
}

/** WITH, when the cursor is at one. */
export function withOption(c: Cursor): With | null {
  if (c.word !== K.WITH) return null;
  const start = c.start;
  c.advance();
  const recursive = c.accept(K.RECURSIVE);
  const expressions = c.commaList(commonTableExpression);
  return { kind: 'with', recursive, expressions, start, end: c.lastEnd };
}

function commonTableExpression(c: Cursor): CommonTableExpression {
  const start = c.start;
  const name = c.identifier();
  const columns = c.kind === T.openParen ? nameList(c) : [];
  c.expect(K.AS);
  const { query: body } = subquery(c);
  const cycle = c.accept(K.CYCLE) ? cycleColumns(c) : [];
  return { kind: 'commonTableExpression', name, columns, query: body, cycle, start, end: c.lastEnd };
}

/** MariaDB: `CYCLE a, b RESTRICT`. */
function cycleColumns(c: Cursor) {
  const parens = c.acceptKind(T.openParen);
  const columns = c.commaList((cursor) => cursor.identifier());
  c.expect(K.RESTRICT);
  if (parens) c.expectKind(T.closeParen);
  return columns;
}
