// FROM: tables, derived tables, joins.
import type {
  Derived,
  FromClause,
  Ident,
  IndexHint,
  SystemTime,
  Table,
  TableName,
  TableReference,
} from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { T } from '../../lexer/token.ts';
import type { Cursor } from '../cursor.ts';
import { level } from '../expression/level.ts';
import { continuesQuery, parenQuery, parensStartQuery, startsQuery } from '../expression/paren.ts';
import { nameList, partitions, tableAlias, tableName } from '../names.ts';
import { joins } from './join.ts';
import { jsonTable } from './json-table.ts';

/** `FROM ...`, when the cursor is at one. */
export function fromClause(c: Cursor): FromClause | null {
  if (c.word !== K.FROM) return null;
  const start = c.start;
  c.advance();
  const dual = c.is(K.DUAL) && c.peekKind() !== T.dot;
  if (dual) c.advance();
  const tables = dual ? [] : tableReferences(c);
  return { kind: 'from', tables, start, end: c.lastEnd };
}

/** Comma-separated table references. */
export function tableReferences(c: Cursor): TableReference[] {
  return c.commaList(tableReference);
}

function tableReference(c: Cursor): TableReference {
  if (c.kind === T.openBrace) return odbcJoin(c);
  return joins(c, factor(c), factor);
}

function odbcJoin(c: Cursor): TableReference {
  const start = c.start;
  c.advance();
  if (c.kind !== T.word) c.fail();
  c.advance();
  c.enter();
  const table = tableReference(c);
  c.leave();
  c.expectKind(T.closeBrace);
  const node: TableReference = { kind: 'odbcJoin', table, start, end: c.lastEnd };
  return joins(c, node, factor);
}

function factor(c: Cursor): TableReference {
  if (c.kind === T.openParen) return parenthesised(c);
  if (c.kind === T.openBrace) return odbcJoin(c);
  if (c.word === K.LATERAL && c.peekKind() === T.openParen) return lateral(c);
  if (c.word === K.JSON_TABLE && c.peekKind() === T.openParen) return jsonTable(c);
  return table(c);
}

/** A table with everything that may follow its name. */
export function table(c: Cursor): Table {
  return tableAfter(c, tableName(c));
}

function tableAfter(c: Cursor, name: TableName): Table {
  const parts = partitions(c);
  const systemTime = c.word === K.FOR ? systemTimeClause(c) : null;
  const alias = tableAlias(c);
  const indexHints = indexHintList(c);
  return {
    kind: 'table',
    name,
    partitions: parts,
    systemTime,
    alias,
    indexHints,
    start: name.start,
    end: c.lastEnd,
  };
}

/** `FOR SYSTEM_TIME ...` or `FOR PORTION OF ...` (MariaDB); null when FOR begins something else. */
function systemTimeClause(c: Cursor): SystemTime | null {
  const start = c.start;
  if (c.acceptPair(K.FOR, K.PORTION)) {
    c.expect(K.OF);
    const period = c.identifier();
    c.expect(K.FROM);
    return systemTimePoints(c, start, 'portion', K.TO, period);
  }
  if (!c.acceptPair(K.FOR, K.SYSTEM_TIME)) return null;
  if (c.accept(K.ALL))
    return { kind: 'systemTime', form: 'all', period: null, points: [], units: [], start, end: c.lastEnd };
  if (c.acceptPair(K.AS, K.OF)) return systemTimePoints(c, start, 'asOf', 0, null);
  if (c.accept(K.BEFORE)) return systemTimePoints(c, start, 'before', 0, null);
  if (c.accept(K.BETWEEN)) return systemTimePoints(c, start, 'between', K.AND, null);
  c.expect(K.FROM);
  return systemTimePoints(c, start, 'fromTo', K.TO, null);
}

function systemTimePoints(
  c: Cursor,
  start: number,
  form: SystemTime['form'],
  separator: number,
  period: Ident | null,
): SystemTime {
  const units: SystemTime['units'][number][] = [];
  const points = [systemTimePoint(c, units)];
  if (separator !== 0) {
    c.expect(separator);
    points.push(systemTimePoint(c, units));
  }
  return { kind: 'systemTime', form, period, points, units, start, end: c.lastEnd };
}

function systemTimePoint(c: Cursor, units: SystemTime['units'][number][]) {
  const literal = c.peekKind() === T.string;
  const unit = literal
    ? null
    : c.word === K.TIMESTAMP
      ? 'timestamp'
      : c.word === K.TRANSACTION
        ? 'transaction'
        : null;
  if (unit !== null && c.peekKind() !== T.openParen) {
    c.advance();
    units.push(unit);
  } else {
    units.push(null);
  }
  return c.grammar.expression(c, level.bitOr);
}

function indexHintList(c: Cursor): IndexHint[] {
  const hints: IndexHint[] = [];
  for (;;) {
    const action =
      c.word === K.USE ? 'use' : c.word === K.FORCE ? 'force' : c.word === K.IGNORE ? 'ignore' : null;
    const index = c.peekWord();
    if (action === null || (index !== K.INDEX && index !== K.KEY && index !== K.VINDEX)) return hints;
    const start = c.start;
    const vindex = index === K.VINDEX;
    c.advance();
    c.advance();
    const scope = c.accept(K.FOR) ? indexHintScope(c) : null;
    const indexes = indexNames(c);
    hints.push({ kind: 'indexHint', action, vindex, scope, indexes, start, end: c.lastEnd });
  }
}

function indexHintScope(c: Cursor): IndexHint['scope'] {
  if (c.accept(K.JOIN)) return 'join';
  if (c.acceptPair(K.ORDER, K.BY)) return 'orderBy';
  c.expect(K.GROUP);
  c.expect(K.BY);
  return 'groupBy';
}

/** Index names; PRIMARY is a reserved word and yet a name here. */
function indexNames(c: Cursor): Ident[] {
  c.expectKind(T.openParen);
  if (c.acceptKind(T.closeParen)) return [];
  const names = c.commaList((cursor) => cursor.anyIdentifier());
  c.expectKind(T.closeParen);
  return names;
}

function lateral(c: Cursor): TableReference {
  const start = c.start;
  c.advance();
  c.enter();
  const open = c.start;
  c.advance();
  const query = c.grammar.query(c);
  c.expectKind(T.closeParen);
  c.leave();
  return alias(c, { kind: 'subquery', query, start: open, end: c.lastEnd }, start, true);
}

function alias(c: Cursor, subquery: Derived['subquery'], start: number, isLateral: boolean): Derived {
  const systemTime = c.word === K.FOR ? systemTimeClause(c) : null;
  const name = tableAlias(c);
  const columns = name !== null && c.kind === T.openParen ? nameList(c) : [];
  return {
    kind: 'derived',
    lateral: isLateral,
    subquery,
    systemTime,
    alias: name,
    columns,
    start,
    end: c.lastEnd,
  };
}

/** `(query) alias` or `(references)`. */
function parenthesised(c: Cursor): TableReference {
  c.enter();
  const start = c.start;
  c.advance();
  let tables: TableReference[] = [];
  let query = startsQuery(c) ? c.grammar.query(c) : null;
  if (query === null && c.kind === T.openParen && parensStartQuery(c)) {
    const inner = parenthesised(c);
    if (inner.kind === 'derived' && inner.alias === null && inner.systemTime === null && continuesQuery(c)) {
      query = c.grammar.queryAfter(c, parenQuery(inner.subquery));
    } else {
      tables = [joins(c, inner, factor)];
    }
  } else if (query === null) {
    tables = [tableReference(c)];
  }
  while (query === null && c.acceptKind(T.comma)) tables.push(tableReference(c));
  c.expectKind(T.closeParen);
  c.leave();
  const end = c.lastEnd;
  if (query !== null) return alias(c, { kind: 'subquery', query, start, end }, start, false);
  c.grow();
  return { kind: 'tableList', tables, start, end };
}
