// CREATE TABLE.
import type {
  ColumnDefinition,
  CreateTable,
  KeyDefinition,
  Query,
  TableName,
  TableOption,
} from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { T } from '../../lexer/token.ts';
import type { Cursor } from '../cursor.ts';
import { parensStartQuery, startsQuery } from '../expression/paren.ts';
import { nameList, tableName } from '../names.ts';
import { skipParens } from '../skip.ts';
import { columnDefinition } from './column-definition.ts';
import { ifNotExists, keyDefinition, startsKey } from './key.ts';
import { tableOptions } from './table-option.ts';

/** The cursor is at TABLE; `start` is CREATE's offset. */
export function createTable(c: Cursor, start: number, orReplace: boolean, temporary: boolean): CreateTable {
  c.advance();
  const exists = ifNotExists(c);
  const table = tableName(c);
  const like = likeTable(c);
  const columns: ColumnDefinition[] = [];
  const keys: KeyDefinition[] = [];
  let options: TableOption[] = [];
  let partitioning = '';
  let query: Query | null = null;
  if (like === null) {
    if (c.kind === T.openParen && !parensStartQuery(c)) definitions(c, columns, keys);
    options = tableOptions(c, true);
    partitioning = partitionClause(c);
    query = asQuery(c);
  }
  const flags = { orReplace, temporary, ifNotExists: exists };
  const content = { columns, keys, options, partitioning, like, query };
  return { kind: 'createTable', ...flags, table, ...content, text: c.since(start), start, end: c.lastEnd };
}

/** `LIKE t` or `(LIKE t)`. */
function likeTable(c: Cursor): TableName | null {
  const parens = c.kind === T.openParen && c.peekWord() === K.LIKE;
  if (!parens && c.word !== K.LIKE) return null;
  if (parens) c.advance();
  c.advance();
  const name = tableName(c);
  if (parens) c.expectKind(T.closeParen);
  return name;
}

function definitions(c: Cursor, columns: ColumnDefinition[], keys: KeyDefinition[]): void {
  c.expectKind(T.openParen);
  do definition(c, columns, keys);
  while (c.acceptKind(T.comma));
  c.expectKind(T.closeParen);
}

function definition(c: Cursor, columns: ColumnDefinition[], keys: KeyDefinition[]): void {
  if (startsKey(c)) keys.push(keyDefinition(c));
  else if (c.acceptPair(K.PERIOD, K.FOR)) {
    c.identifier();
    nameList(c);
  } else columns.push(columnDefinition(c));
}

/** `PARTITION BY ...` as written, empty without. */
export function partitionClause(c: Cursor): string {
  if (c.word !== K.PARTITION || c.peekWord() !== K.BY) return '';
  const start = c.start;
  while (c.kind !== T.end && c.kind !== T.semicolon && !startsTableQuery(c)) {
    if (!skipParens(c)) c.advance();
  }
  return c.since(start);
}

function startsTableQuery(c: Cursor): boolean {
  return startsQuery(c) || c.word === K.AS || c.word === K.IGNORE || c.word === K.REPLACE;
}

/** `[IGNORE|REPLACE] [AS] query`. */
function asQuery(c: Cursor): Query | null {
  if (!startsTableQuery(c) && c.kind !== T.openParen) return null;
  if (!c.accept(K.IGNORE)) c.accept(K.REPLACE);
  c.accept(K.AS);
  return c.grammar.query(c);
}
