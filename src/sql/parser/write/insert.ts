// INSERT and REPLACE.
import type {
  Assignment,
  Insert,
  InsertColumns,
  InsertQuery,
  InsertSet,
  InsertValues,
  OnDuplicateKey,
  ReturningClause,
  RowAlias,
} from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { T } from '../../lexer/token.ts';
import type { Cursor } from '../cursor.ts';
import { parensStartQuery } from '../expression/paren.ts';
import { columnName, nameList, partitions, tableName } from '../names.ts';
import { rowItem, valuesRow } from '../query/query.ts';
import { hintsOption, selectItem } from '../query/select.ts';

/** The cursor is at INSERT or REPLACE. */
export function insert(c: Cursor): Insert {
  const start = c.start;
  const replace = c.word === K.REPLACE;
  c.advance();
  const hints = hintsOption(c);
  const priority = priorityOption(c);
  const ignore = c.accept(K.IGNORE);
  c.accept(K.INTO);
  const table = tableName(c);
  const parts = partitions(c);
  const columns = insertColumns(c);
  const source = insertSource(c);
  const rowAlias = source.kind === 'insertQuery' ? null : rowAliasOption(c);
  const onDuplicate = replace ? null : onDuplicateKey(c);
  const returning = returningClause(c);
  const tail = { columns, source, rowAlias, onDuplicate, returning, start, end: c.lastEnd };
  return { kind: 'insert', replace, hints, priority, ignore, table, partitions: parts, ...tail };
}

function priorityOption(c: Cursor): Insert['priority'] {
  if (c.accept(K.LOW_PRIORITY)) return 'low';
  if (c.accept(K.HIGH_PRIORITY)) return 'high';
  return c.accept(K.DELAYED) ? 'delayed' : null;
}

/** The column list, unless the parenthesis begins the query. */
function insertColumns(c: Cursor): InsertColumns | null {
  if (c.kind !== T.openParen || parensStartQuery(c)) return null;
  const start = c.start;
  c.advance();
  const columns = c.peekKind(0) === T.closeParen ? [] : c.commaList(columnName);
  c.expectKind(T.closeParen);
  return { kind: 'insertColumns', columns, start, end: c.lastEnd };
}

function insertSource(c: Cursor): InsertValues | InsertSet | InsertQuery {
  const start = c.start;
  if (c.word === K.SET) {
    c.advance();
    return { kind: 'insertSet', assignments: assignments(c), start, end: c.lastEnd };
  }
  const values = c.word === K.VALUES || c.word === K.VALUE;
  // VALUES ROW(...) is a query in MySQL's grammar and yet the same as a list of rows here.
  if (values) {
    c.advance();
    const rows = c.commaList(valuesRow);
    return { kind: 'insertValues', rows, start, end: c.lastEnd };
  }
  const query = c.grammar.query(c);
  return { kind: 'insertQuery', query, start, end: c.lastEnd };
}

/** MySQL: `AS new [(a, b)]`. */
function rowAliasOption(c: Cursor): RowAlias | null {
  if (c.word !== K.AS) return null;
  const start = c.start;
  c.advance();
  const name = c.identifier();
  const columns = c.kind === T.openParen ? nameList(c) : [];
  return { kind: 'rowAlias', name, columns, start, end: c.lastEnd };
}

function onDuplicateKey(c: Cursor): OnDuplicateKey | null {
  if (c.word !== K.ON) return null;
  const start = c.start;
  c.advance();
  c.expect(K.DUPLICATE);
  c.expect(K.KEY);
  c.expect(K.UPDATE);
  c.valuesIsFunction = true;
  const list = assignments(c);
  c.valuesIsFunction = false;
  return { kind: 'onDuplicateKey', assignments: list, start, end: c.lastEnd };
}

/** `a = 1, t.b = DEFAULT, ...`. */
export function assignments(c: Cursor): Assignment[] {
  return c.commaList(assignment);
}

function assignment(c: Cursor): Assignment {
  const start = c.start;
  const column = columnName(c);
  if (!c.acceptKind(T.assign)) c.expectKind(T.equal);
  const value = rowItem(c);
  return { kind: 'assignment', column, value, start, end: c.lastEnd };
}

/** RETURNING, when the cursor is at one. */
export function returningClause(c: Cursor): ReturningClause | null {
  if (c.word !== K.RETURNING) return null;
  const start = c.start;
  c.advance();
  const items = c.commaList(selectItem);
  return { kind: 'returning', items, start, end: c.lastEnd };
}
