// Options of tables and databases: ENGINE, CHARSET, COMMENT and all the others.
import type { TableOption } from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { T } from '../../lexer/token.ts';
import type { Cursor } from '../cursor.ts';
import { startsQuery } from '../expression/paren.ts';
import { skipParens } from '../skip.ts';

/** The options at the cursor; of CREATE TABLE they may have commas between them. */
export function tableOptions(c: Cursor, commas: boolean): TableOption[] {
  const options: TableOption[] = [];
  while (startsOption(c)) {
    options.push(tableOption(c));
    if (commas) c.acceptKind(T.comma);
  }
  return options;
}

function startsOption(c: Cursor): boolean {
  if (c.kind !== T.word || startsQuery(c))
    return c.kind === T.word && c.word === K.WITH && c.peekWord() === K.SYSTEM;
  switch (c.word) {
    case K.PARTITION:
    case K.AS:
    case K.IGNORE:
    case K.REPLACE:
      return false;
    default:
      return true;
  }
}

export function tableOption(c: Cursor): TableOption {
  const start = c.start;
  if (c.accept(K.WITH)) {
    c.expect(K.SYSTEM);
    c.expect(K.VERSIONING);
    return { kind: 'tableOption', name: 'WITH SYSTEM VERSIONING', value: '', start, end: c.lastEnd };
  }
  if (c.acceptPair(K.START, K.TRANSACTION)) {
    return { kind: 'tableOption', name: 'START TRANSACTION', value: '', start, end: c.lastEnd };
  }
  c.accept(K.DEFAULT);
  const name = optionName(c);
  c.acceptKind(T.equal);
  const from = c.start;
  if (!skipParens(c)) optionValue(c);
  return { kind: 'tableOption', name, value: c.since(from), start, end: c.lastEnd };
}

function optionName(c: Cursor): string {
  if (c.acceptPair(K.CHARACTER, K.SET) || c.acceptPair(K.CHAR, K.SET) || c.accept(K.CHARSET))
    return 'CHARSET';
  const first = c.source().toUpperCase();
  if (c.kind !== T.word) c.fail();
  c.advance();
  return c.accept(K.DIRECTORY) ? `${first} DIRECTORY` : first;
}

function optionValue(c: Cursor): void {
  if (c.kind === T.minus || c.kind === T.plus) c.advance();
  if (c.kind === T.comma || c.kind === T.closeParen || c.kind === T.equal) c.fail();
  c.advance();
  if (c.accept(K.STORAGE)) c.advance();
}
