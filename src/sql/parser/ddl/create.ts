// CREATE of everything but tables: views, indexes, databases, stored programs, users.
import type { CreateIndex, CreateView, Ident, KeyDefinition, Statement, TableName } from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { T } from '../../lexer/token.ts';
import type { Cursor } from '../cursor.ts';
import { nameList, tableName } from '../names.ts';
import { admin } from '../session/admin.ts';
import { skipBody, skipToEnd } from '../skip.ts';
import { createTable } from './create-table.ts';
import { ifNotExists, indexOptions, keyParts } from './key.ts';

/** The cursor is at CREATE. */
export function create(c: Cursor): Statement {
  const start = c.start;
  c.advance();
  const orReplace = c.acceptPair(K.OR, K.REPLACE);
  const temporary = c.accept(K.TEMPORARY);
  security(c);
  switch (c.word) {
    case K.TABLE:
      return createTable(c, start, orReplace, temporary);
    case K.VIEW:
      return createView(c, start, orReplace, false);
    case K.DATABASE:
    case K.SCHEMA:
      return createDatabase(c, start, orReplace);
    case K.UNIQUE:
    case K.FULLTEXT:
    case K.SPATIAL:
    case K.VECTOR:
    case K.INDEX:
    case K.ONLINE:
      return c.acceptPair(K.SPATIAL, K.REFERENCE)
        ? objectStatement(c, start, 'create')
        : createIndex(c, start);
    case K.USER:
    case K.ROLE:
      return admin(c, start, `CREATE ${c.source().toUpperCase()}`);
    default:
      return objectStatement(c, start, 'create');
  }
}

/** ALGORITHM, DEFINER and SQL SECURITY, which may stand before VIEW, TRIGGER and the like. */
export function security(c: Cursor): void {
  for (;;) {
    if (c.accept(K.ALGORITHM)) {
      c.expectKind(T.equal);
      c.advance();
    } else if (c.accept(K.DEFINER)) {
      c.expectKind(T.equal);
      while (c.kind !== T.end && !afterDefiner(c.word)) c.advance();
    } else if (c.accept(K.SQL)) {
      c.accept(K.SECURITY);
      c.advance();
    } else {
      if (c.word === K.AGGREGATE) c.advance();
      return;
    }
  }
}

function afterDefiner(word: number): boolean {
  switch (word) {
    case K.SQL:
    case K.VIEW:
    case K.TRIGGER:
    case K.PROCEDURE:
    case K.FUNCTION:
    case K.AGGREGATE:
    case K.EVENT:
    case K.PACKAGE:
      return true;
    default:
      return false;
  }
}

/** The cursor is at VIEW. */
export function createView(c: Cursor, start: number, orReplace: boolean, alter: boolean): CreateView {
  c.advance();
  ifNotExists(c);
  const name = tableName(c);
  const columns = c.kind === T.openParen ? nameList(c) : [];
  c.expect(K.AS);
  const query = c.grammar.query(c);
  if (c.accept(K.WITH)) {
    if (!c.accept(K.CASCADED)) c.accept(K.LOCAL);
    c.expect(K.CHECK);
    c.expect(K.OPTION);
  }
  return {
    kind: 'createView',
    alter,
    orReplace,
    name,
    columns,
    query,
    text: c.since(start),
    start,
    end: c.lastEnd,
  };
}

function createDatabase(c: Cursor, start: number, orReplace: boolean): Statement {
  c.advance();
  const exists = ifNotExists(c);
  const name = c.identifier();
  const text = skipToEnd(c, start);
  return { kind: 'createDatabase', orReplace, ifNotExists: exists, name, text, start, end: c.lastEnd };
}

/** `[UNIQUE|FULLTEXT|SPATIAL|VECTOR] INDEX name ON t (parts)`. */
function createIndex(c: Cursor, start: number): CreateIndex {
  const keyStart = c.start;
  c.accept(K.ONLINE);
  const type = indexType(c);
  c.expect(K.INDEX);
  ifNotExists(c);
  const name = c.identifier();
  indexOptions(c);
  c.expect(K.ON);
  const table = tableName(c);
  const parts = keyParts(c);
  if (c.accept(K.WAIT)) c.expectKind(T.integer);
  else c.accept(K.NOWAIT);
  indexOptions(c);
  const span = { start: keyStart, end: c.lastEnd };
  const key: KeyDefinition = {
    kind: 'keyDefinition',
    type,
    name,
    parts,
    references: null,
    check: null,
    ...span,
  };
  return { kind: 'createIndex', table, key, text: c.since(start), start, end: c.lastEnd };
}

function indexType(c: Cursor): KeyDefinition['type'] {
  if (c.accept(K.UNIQUE)) return 'unique';
  if (c.accept(K.FULLTEXT)) return 'fulltext';
  if (c.accept(K.SPATIAL)) return 'spatial';
  return c.accept(K.VECTOR) ? 'vector' : 'index';
}

/** Objects beside tables: what they are, their name, and the table of a trigger. */
export function objectStatement(c: Cursor, start: number, verb: 'create' | 'alter' | 'drop'): Statement {
  if (c.kind !== T.word) c.fail();
  const what = objectType(c);
  const conditional = c.accept(K.IF);
  if (conditional && !c.accept(K.EXISTS)) {
    c.expect(K.NOT);
    c.expect(K.EXISTS);
  }
  let schema: Ident | null = null;
  let name: Ident | null = null;
  const tables: TableName[] = [];
  if (c.isIdentifier()) {
    const qualified = tableName(c);
    schema = qualified.schema;
    name = qualified.name;
    if (what === 'SEQUENCE') tables.push(qualified);
  }
  if (what === 'TRIGGER' && verb === 'create') tables.push(triggerTable(c));
  // Bodies of stored programs hold semicolons.
  const text = verb === 'drop' ? skipToEnd(c, start) : skipBody(c, start);
  return { kind: 'objectStatement', verb, what, schema, name, tables, text, start, end: c.lastEnd };
}

function objectType(c: Cursor): string {
  const what = c.source().toUpperCase();
  const twoWords = c.word === K.PACKAGE || c.word === K.LOGFILE || c.word === K.RESOURCE || c.word === K.UNDO;
  c.advance();
  if (!twoWords || c.kind !== T.word || (what === 'PACKAGE' && c.word !== K.BODY)) return what;
  const second = c.source().toUpperCase();
  c.advance();
  return `${what} ${second}`;
}

/** `BEFORE|AFTER event ON table`. */
function triggerTable(c: Cursor): TableName {
  while (c.word !== K.ON) c.advance();
  c.advance();
  return tableName(c);
}
