// Function calls: plain ones, aggregates, window functions. Forms with keywords inside are in keyword-call.ts.
import type { Aggregate, Expression, Ident, LimitClause, Literal, OrderByClause } from '../../ast.ts';
import { isAggregateName, isBlankSensitive, isWindowFunctionName } from '../../function-names.ts';
import { K } from '../../lexer/keywords.ts';
import { T } from '../../lexer/token.ts';
import { limitClause, orderByClause } from '../clause.ts';
import type { Cursor } from '../cursor.ts';
import { tableName } from '../names.ts';
import { keywordCall } from './keyword-call.ts';
import { level } from './level.ts';
import { literal, literalType, stringLiteral } from './literal-node.ts';
import { overClause } from './window.ts';

/** Reserved words that are also names of functions. */
export function isFunctionWord(word: number): boolean {
  return functionWords.has(word);
}

const functionWords = new Set<number>([
  K.IF,
  K.INSERT,
  K.REPLACE,
  K.LEFT,
  K.RIGHT,
  K.REPEAT,
  K.MOD,
  K.CHAR,
  K.CONVERT,
  K.DATABASE,
  K.SCHEMA,
  K.GROUPING,
  K.CURRENT_DATE,
  K.CURRENT_TIME,
  K.CURRENT_TIMESTAMP,
  K.CURRENT_USER,
  K.CURRENT_ROLE,
  K.LOCALTIME,
  K.LOCALTIMESTAMP,
  K.UTC_DATE,
  K.UTC_TIME,
  K.UTC_TIMESTAMP,
  K.CUME_DIST,
  K.DENSE_RANK,
  K.FIRST_VALUE,
  K.LAG,
  K.LAST_VALUE,
  K.LEAD,
  K.NTH_VALUE,
  K.NTILE,
  K.PERCENT_RANK,
  K.RANK,
  K.ROW_NUMBER,
]);

/** CURRENT_TIMESTAMP and its kin without parentheses; null when the word is none of them. */
export function niladic(c: Cursor): Expression | null {
  switch (c.word) {
    case K.CURRENT_DATE:
    case K.CURRENT_TIME:
    case K.CURRENT_TIMESTAMP:
    case K.CURRENT_USER:
    case K.CURRENT_ROLE:
    case K.LOCALTIME:
    case K.LOCALTIMESTAMP:
    case K.UTC_DATE:
    case K.UTC_TIME:
    case K.UTC_TIMESTAMP:
      break;
    default:
      return null;
  }
  if (c.word === K.CURRENT_ROLE && c.mode.flavour === 'mysql') return null;
  const ident = c.anyIdentifier();
  const { start, end } = ident;
  return {
    kind: 'call',
    schema: null,
    ident,
    name: ident.name.toLowerCase(),
    args: [],
    parens: false,
    start,
    end,
  };
}

/** `name(...)`; the cursor is at the name, a parenthesis follows it. */
export function call(c: Cursor): Expression {
  const adjacent = c.mode.ignoreSpace || c.nextIsAdjacent();
  const ident = c.anyIdentifier();
  const name = ident.name.toLowerCase();
  if (ident.quoted) return plain(c, null, ident, name);
  if (!adjacent && isBlankSensitive(name)) return plain(c, null, { ...ident, quoted: true }, name);
  if (isAggregateName(name)) return aggregate(c, ident, name);
  if (isWindowFunctionName(name)) return windowCall(c, ident, name);
  return sequenceCall(c, ident, name) ?? keywordCall(c, ident, name) ?? plain(c, null, ident, name);
}

/** `schema.name(...)`; the cursor is at the dot. */
export function qualifiedCall(c: Cursor, schema: Ident): Expression {
  c.advance();
  const ident = c.anyIdentifier();
  return plain(c, schema, ident, ident.name.toLowerCase());
}

function argument(c: Cursor): Expression {
  return c.grammar.expression(c, level.any);
}

function plain(c: Cursor, schema: Ident | null, ident: Ident, name: string): Expression {
  c.expectKind(T.openParen);
  const args = c.kind === T.closeParen ? [] : c.commaList(argument);
  c.expectKind(T.closeParen);
  return {
    kind: 'call',
    schema,
    ident,
    name,
    args,
    parens: true,
    start: (schema ?? ident).start,
    end: c.lastEnd,
  };
}

function aggregate(c: Cursor, ident: Ident, name: string): Aggregate {
  c.expectKind(T.openParen);
  const distinct = c.accept(K.DISTINCT);
  if (!distinct) c.accept(K.ALL);
  const star = name === 'count' && !distinct && c.kind === T.star && c.peekKind() === T.closeParen;
  if (star) c.advance();
  const args = star ? [] : takesSeveral(name, distinct) ? c.commaList(argument) : [argument(c)];
  let orderBy: OrderByClause | null = null;
  let separator: Literal | null = null;
  let limit: LimitClause | null = null;
  const onMariadb = c.mode.flavour === 'mariadb';
  if (name === 'group_concat' || (name === 'json_arrayagg' && onMariadb)) {
    if (c.word === K.ORDER) orderBy = orderByClause(c);
    if (c.accept(K.SEPARATOR)) separator = separatorLiteral(c);
    if (c.word === K.LIMIT && onMariadb) limit = limitClause(c);
  }
  c.expectKind(T.closeParen);
  const over = c.word === K.OVER ? overClause(c) : null;
  const { start } = ident;
  return {
    kind: 'aggregate',
    name,
    ident,
    distinct,
    star,
    args,
    orderBy,
    separator,
    limit,
    over,
    start,
    end: c.lastEnd,
  };
}

/** Aggregates of more than one argument. */
function takesSeveral(name: string, distinct: boolean): boolean {
  return name === 'count' ? distinct : name === 'group_concat' || name.startsWith('json_');
}

function separatorLiteral(c: Cursor): Literal {
  const type = literalType(c.kind);
  return type === 'hex' || type === 'bit' ? literal(c, type) : stringLiteral(c);
}

function windowCall(c: Cursor, ident: Ident, name: string): Expression {
  c.expectKind(T.openParen);
  const args = c.kind === T.closeParen ? [] : c.commaList(argument);
  c.expectKind(T.closeParen);
  const { start } = ident;
  const withinGroup = c.acceptPair(K.WITHIN, K.GROUP) ? withinGroupOrder(c) : null;
  const fromLast = c.acceptPair(K.FROM, K.FIRST) ? false : c.acceptPair(K.FROM, K.LAST) ? true : null;
  const nulls = c.acceptPair(K.RESPECT, K.NULLS)
    ? 'respect'
    : c.acceptPair(K.IGNORE, K.NULLS)
      ? 'ignore'
      : null;
  if (c.word !== K.OVER) {
    if (withinGroup !== null || fromLast !== null || nulls !== null) c.fail();
    return { kind: 'call', schema: null, ident, name, args, parens: true, start, end: c.lastEnd };
  }
  const over = overClause(c);
  return { kind: 'windowCall', name, ident, args, fromLast, nulls, withinGroup, over, start, end: c.lastEnd };
}

function withinGroupOrder(c: Cursor): OrderByClause {
  c.expectKind(T.openParen);
  const orderBy = orderByClause(c);
  c.expectKind(T.closeParen);
  return orderBy;
}

/** MariaDB's NEXTVAL(s), LASTVAL(s), SETVAL(s, ...). */
function sequenceCall(c: Cursor, ident: Ident, name: string): Expression | null {
  const which =
    name === 'nextval' ? 'next' : name === 'lastval' ? 'previous' : name === 'setval' ? 'set' : null;
  if (which === null || c.mode.flavour !== 'mariadb') return null;
  c.expectKind(T.openParen);
  const sequence = tableName(c);
  const args = c.acceptKind(T.comma) ? c.commaList(argument) : [];
  c.expectKind(T.closeParen);
  return { kind: 'sequenceValue', function: which, sequence, args, start: ident.start, end: c.lastEnd };
}
