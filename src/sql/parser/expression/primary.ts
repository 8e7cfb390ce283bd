// Operands: literals, names, calls, and what begins with a keyword of its own.
import type { CaseWhen, Expression, Ident } from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { isReserved } from '../../lexer/keywords-reserved.ts';
import { T } from '../../lexer/token.ts';
import type { Cursor } from '../cursor.ts';
import { columnAfter, columnName, tableName } from '../names.ts';
import { call, isFunctionWord, niladic, qualifiedCall } from './call.ts';
import { level } from './level.ts';
import {
  introducesLiteral,
  literal,
  literalType,
  odbcEscape,
  param,
  stringLiteral,
  systemVariable,
  temporalLiteral,
  userVariable,
} from './literal-node.ts';
import { parenthesised, subquery } from './paren.ts';

/** One operand, without prefix operators. */
export function primary(c: Cursor): Expression {
  switch (c.kind) {
    case T.word:
      return c.word === 0 ? name(c) : keyword(c);
    case T.quotedIdentifier:
      return name(c);
    case T.string:
    case T.nString:
      return stringLiteral(c);
    case T.introducer:
      return introducesLiteral(c) ? stringLiteral(c) : name(c);
    case T.param:
      return param(c);
    case T.userVariable:
      return variable(c);
    case T.atAt:
      return systemVariable(c);
    case T.openParen:
      return parenthesised(c);
    case T.openBrace:
      return odbcEscape(c);
    case T.dot:
      return dottedName(c);
    default: {
      const type = literalType(c.kind);
      return type === null ? c.fail() : literal(c, type);
    }
  }
}

/** A column reference or a function call. */
function name(c: Cursor): Expression {
  if (c.peekKind() === T.openParen) return call(c);
  return afterName(c, c.identifier());
}

/** ODBC's `.table.column`. */
function dottedName(c: Cursor): Expression {
  const start = c.start;
  c.advance();
  const column = columnName(c);
  return { ...column, start };
}

function afterName(c: Cursor, first: Ident): Expression {
  if (c.kind === T.dot && c.peekKind(2) === T.openParen) return qualifiedCall(c, first);
  const column = columnAfter(c, first);
  if (c.kind !== T.arrow && c.kind !== T.arrowArrow) return column;
  const operator = c.kind === T.arrow ? '->' : '->>';
  c.advance();
  const right = stringLiteral(c);
  return { kind: 'binary', operator, left: column, right, start: column.start, end: c.lastEnd };
}

function variable(c: Cursor): Expression {
  const target = userVariable(c);
  if (c.kind !== T.assign) return target;
  c.advance();
  const value = c.grammar.expression(c, level.any);
  return { kind: 'assign', target, value, start: target.start, end: c.lastEnd };
}

function keyword(c: Cursor): Expression {
  switch (c.word) {
    case K.NULL:
      return literal(c, 'null');
    case K.TRUE:
      return literal(c, 'true');
    case K.FALSE:
      return literal(c, 'false');
    case K.CASE:
      return caseExpression(c);
    case K.EXISTS:
      return exists(c);
    case K.INTERVAL:
      return interval(c);
    case K.MATCH:
      return match(c);
    case K.DEFAULT:
      return defaultValue(c);
    case K.VALUES:
    case K.VALUE:
      return values(c);
    case K.ROW:
      return c.peekKind() === T.openParen ? row(c) : name(c);
    case K.DATE:
    case K.TIME:
    case K.TIMESTAMP:
      return c.peekKind() === T.string ? temporalLiteral(c) : name(c);
    case K.NEXT:
    case K.PREVIOUS:
      return sequence(c);
    default:
      return otherKeyword(c);
  }
}

function otherKeyword(c: Cursor): Expression {
  if (c.peekKind() !== T.openParen) return niladic(c) ?? afterName(c, c.identifier());
  if (isReserved(c.word, c.mode.flavour) && !isFunctionWord(c.word)) c.fail();
  return call(c);
}

function caseExpression(c: Cursor): Expression {
  const start = c.start;
  c.advance();
  const operand = c.word === K.WHEN ? null : c.grammar.expression(c, level.any);
  const whens: CaseWhen[] = [];
  do whens.push(caseWhen(c));
  while (c.word === K.WHEN);
  const otherwise = c.accept(K.ELSE) ? c.grammar.expression(c, level.any) : null;
  c.expect(K.END);
  return { kind: 'case', operand, whens, otherwise, start, end: c.lastEnd };
}

function caseWhen(c: Cursor): CaseWhen {
  const start = c.start;
  c.expect(K.WHEN);
  const condition = c.grammar.expression(c, level.any);
  c.expect(K.THEN);
  const result = c.grammar.expression(c, level.any);
  return { kind: 'caseWhen', condition, result, start, end: c.lastEnd };
}

function exists(c: Cursor): Expression {
  const start = c.start;
  c.advance();
  const node = subquery(c);
  return { kind: 'exists', subquery: node, start, end: c.lastEnd };
}

function row(c: Cursor): Expression {
  const start = c.start;
  c.advance();
  const content = parenthesised(c);
  if (content.kind === 'subquery') c.fail();
  const items = content.kind === 'row' ? content.items : [content.expression];
  return { kind: 'row', keyword: true, items, start, end: c.lastEnd };
}

/** `INTERVAL value unit`, or the function `INTERVAL(n, a, b ...)`. */
function interval(c: Cursor): Expression {
  const start = c.start;
  const ident: Ident = { kind: 'ident', name: c.source(), quoted: false, start, end: c.end };
  c.advance();
  let value: Expression;
  if (c.kind === T.openParen) {
    const first = parenthesised(c);
    if (first.kind === 'row') {
      return {
        kind: 'call',
        schema: null,
        ident,
        name: 'interval',
        args: first.items,
        parens: true,
        start,
        end: c.lastEnd,
      };
    }
    value = c.grammar.infix(c, first, level.any);
  } else {
    value = c.grammar.expression(c, level.any);
  }
  return { kind: 'interval', value, unit: intervalUnit(c), start, end: c.lastEnd };
}

/** A unit word of INTERVAL, EXTRACT and TIMESTAMPADD, upper case. */
function intervalUnit(c: Cursor): string {
  if (c.kind !== T.word || c.word === 0) c.fail();
  const unit = c.source().toUpperCase();
  if (!units.has(unit)) c.fail();
  c.advance();
  return unit;
}

const plainUnits = ['MICROSECOND', 'SECOND', 'MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'];
const units = new Set([
  ...plainUnits,
  ...plainUnits.map((unit) => `SQL_TSI_${unit}`),
  'SECOND_MICROSECOND',
  'MINUTE_MICROSECOND',
  'MINUTE_SECOND',
  'HOUR_MICROSECOND',
  'HOUR_SECOND',
  'HOUR_MINUTE',
  'DAY_MICROSECOND',
  'DAY_SECOND',
  'DAY_MINUTE',
  'DAY_HOUR',
  'YEAR_MONTH',
]);

function match(c: Cursor): Expression {
  const start = c.start;
  c.advance();
  const parens = c.acceptKind(T.openParen);
  const columns = c.commaList((cursor) => columnName(cursor));
  if (parens) c.expectKind(T.closeParen);
  c.expect(K.AGAINST);
  c.expectKind(T.openParen);
  // IN BOOLEAN MODE is no predicate on the searched words.
  const against = c.grammar.expression(c, level.bitOr);
  const modifier = matchModifier(c);
  c.expectKind(T.closeParen);
  return { kind: 'match', columns, against, modifier, start, end: c.lastEnd };
}

function matchModifier(c: Cursor): 'natural' | 'naturalExpansion' | 'boolean' | 'expansion' | null {
  if (c.acceptPair(K.IN, K.BOOLEAN)) {
    c.expect(K.MODE);
    return 'boolean';
  }
  let natural = false;
  if (c.acceptPair(K.IN, K.NATURAL)) {
    c.expect(K.LANGUAGE);
    c.expect(K.MODE);
    natural = true;
  }
  if (!c.acceptPair(K.WITH, K.QUERY)) return natural ? 'natural' : null;
  c.expect(K.EXPANSION);
  return natural ? 'naturalExpansion' : 'expansion';
}

function defaultValue(c: Cursor): Expression {
  const start = c.start;
  c.advance();
  if (c.kind !== T.openParen) return { kind: 'default', column: null, start, end: c.lastEnd };
  c.advance();
  const column = columnName(c);
  c.expectKind(T.closeParen);
  return { kind: 'default', column, start, end: c.lastEnd };
}

function values(c: Cursor): Expression {
  if (c.peekKind() !== T.openParen) return name(c);
  const start = c.start;
  const singular = c.word === K.VALUE;
  c.advance();
  c.expectKind(T.openParen);
  const column = columnName(c);
  c.expectKind(T.closeParen);
  return { kind: 'valuesFunction', singular, column, start, end: c.lastEnd };
}

/** `NEXT VALUE FOR s`, `PREVIOUS VALUE FOR s`; else a name. */
function sequence(c: Cursor): Expression {
  if (c.peekWord() !== K.VALUE || c.peekWord(2) !== K.FOR) return name(c);
  const start = c.start;
  const which = c.word === K.NEXT ? 'next' : 'previous';
  c.advance();
  c.advance();
  c.advance();
  const node = tableName(c);
  return { kind: 'sequenceValue', function: which, sequence: node, args: [], start, end: c.lastEnd };
}
