// JSON_TABLE in FROM.
import type { Ident, JsonTable } from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { T } from '../../lexer/token.ts';
import { anyExpression } from '../clause.ts';
import type { Cursor } from '../cursor.ts';
import { dataType } from '../ddl/data-type.ts';
import { textLiteral } from '../expression/literal-node.ts';
import { tableAlias } from '../names.ts';

/** `JSON_TABLE(document, path COLUMNS (...)) alias`; the cursor is at JSON_TABLE. */
export function jsonTable(c: Cursor): JsonTable {
  const start = c.start;
  c.advance();
  c.expectKind(T.openParen);
  const document = anyExpression(c);
  c.expectKind(T.comma);
  const path = anyExpression(c);
  const columnNames: Ident[] = [];
  const columnsStart = columnList(c, columnNames);
  const columns = c.since(columnsStart);
  c.expectKind(T.closeParen);
  const alias = tableAlias(c);
  return { kind: 'jsonTable', document, path, columns, columnNames, alias, start, end: c.lastEnd };
}

/** `COLUMNS (...)`; gives the offset of the parenthesis. */
function columnList(c: Cursor, names: Ident[]): number {
  c.enter();
  c.expect(K.COLUMNS);
  const start = c.start;
  c.expectKind(T.openParen);
  do column(c, names);
  while (c.acceptKind(T.comma));
  c.expectKind(T.closeParen);
  c.leave();
  return start;
}

function column(c: Cursor, names: Ident[]): void {
  if (c.word === K.NESTED && (c.peekKind() === T.string || c.peekWord() === K.PATH)) {
    c.advance();
    c.accept(K.PATH);
    textLiteral(c);
    columnList(c, names);
    return;
  }
  names.push(c.identifier());
  if (c.accept(K.FOR)) {
    c.expect(K.ORDINALITY);
    return;
  }
  dataType(c);
  c.accept(K.EXISTS);
  c.expect(K.PATH);
  textLiteral(c);
  while (c.word === K.NULL || c.word === K.ERROR || c.word === K.DEFAULT) onEvent(c);
}

/** `NULL|ERROR|DEFAULT literal ON EMPTY|ERROR`. */
function onEvent(c: Cursor): void {
  const isDefault = c.word === K.DEFAULT;
  c.advance();
  if (isDefault) anyExpression(c);
  c.expect(K.ON);
  if (!c.accept(K.EMPTY)) c.expect(K.ERROR);
}
