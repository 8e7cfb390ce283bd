// Names of tables and columns, aliases, and lists of names.
import type { Column, Ident, TableName } from '../ast.ts';
import { K } from '../lexer/keywords.ts';
import { T } from '../lexer/token.ts';
import type { Cursor } from './cursor.ts';

/** `[schema.]name`. */
export function tableName(c: Cursor): TableName {
  const start = c.start;
  // ODBC writes `.t` for the current database.
  if (c.kind === T.dot) c.advance();
  const first = c.identifier();
  if (c.kind !== T.dot || c.peekKind() === T.star) {
    return { kind: 'tableName', schema: null, name: first, start, end: first.end };
  }
  c.advance();
  const name = c.anyIdentifier();
  return { kind: 'tableName', schema: first, name, start, end: name.end };
}

/** `[[schema.]table.]name`. */
export function columnName(c: Cursor): Column {
  return columnAfter(c, c.identifier());
}

/** The rest of a column reference whose first name has been read. */
export function columnAfter(c: Cursor, first: Ident): Column {
  const start = first.start;
  if (c.kind !== T.dot)
    return { kind: 'column', schema: null, table: null, name: first, start, end: first.end };
  c.advance();
  const second = c.anyIdentifier();
  if (c.kind !== T.dot)
    return { kind: 'column', schema: null, table: first, name: second, start, end: second.end };
  c.advance();
  const third = c.anyIdentifier();
  return { kind: 'column', schema: first, table: second, name: third, start, end: third.end };
}

export function identifier(c: Cursor): Ident {
  return c.identifier();
}

/** `(a, b, ...)`; an empty list is allowed. */
export function nameList(c: Cursor): Ident[] {
  c.expectKind(T.openParen);
  if (c.acceptKind(T.closeParen)) return [];
  const names = c.commaList(identifier);
  c.expectKind(T.closeParen);
  return names;
}

/** `[AS] alias` of a table. */
export function tableAlias(c: Cursor): Ident | null {
  if (c.accept(K.AS)) return c.identifier();
  if (c.kind === T.word && c.word !== 0 && isNoAlias(c)) return null;
  return c.isIdentifier() ? c.anyIdentifier() : null;
}

/** Words that are no reserved words but begin a clause after a table. */
function isNoAlias(c: Cursor): boolean {
  switch (c.word) {
    case K.WINDOW:
      return c.peekKind(2) !== T.end && c.peekWord(2) === K.AS;
    case K.PARTITION:
    case K.LATERAL:
      return true;
    case K.QUALIFY:
      return false;
    default:
      return false;
  }
}

/** `PARTITION (p0, p1)`, empty when absent. */
export function partitions(c: Cursor): Ident[] {
  if (c.word !== K.PARTITION || c.peekKind() !== T.openParen) return [];
  c.advance();
  const names = nameList(c);
  if (names.length === 0) c.failAt(c.lastEnd - 1);
  return names;
}
