// ALTER, DROP, RENAME, TRUNCATE.
import type { DropIndex, DropTable, RenamePair, RenameTable, Statement, TruncateTable } from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { T } from '../../lexer/token.ts';
import type { Cursor } from '../cursor.ts';
import { tableName } from '../names.ts';
import { admin } from '../session/admin.ts';
import { deallocate } from '../session/session.ts';
import { skipToEnd } from '../skip.ts';
import { alterTable } from './alter-table.ts';
import { createView, objectStatement, security } from './create.ts';
import { ifExists } from './key.ts';

/** The cursor is at ALTER. */
export function alter(c: Cursor): Statement {
  const start = c.start;
  c.advance();
  c.accept(K.ONLINE);
  c.accept(K.IGNORE);
  security(c);
  switch (c.word) {
    case K.TABLE:
      return alterTable(c, start);
    case K.VIEW:
      return createView(c, start, false, true);
    case K.DATABASE:
    case K.SCHEMA:
      return alterDatabase(c, start);
    case K.VSCHEMA:
      return { kind: 'alterVschema', text: skipToEnd(c, start), start, end: c.lastEnd };
    case K.USER:
    case K.ROLE:
    case K.INSTANCE:
      return admin(c, start, `ALTER ${c.source().toUpperCase()}`);
    default:
      return objectStatement(c, start, 'alter');
  }
}

function alterDatabase(c: Cursor, start: number): Statement {
  c.advance();
  const options = c.kind === T.word && !c.isIdentifier();
  const named = !options && !isDatabaseOption(c) && c.isIdentifier();
  const name = named ? c.identifier() : null;
  return { kind: 'alterDatabase', name, text: skipToEnd(c, start), start, end: c.lastEnd };
}

function isDatabaseOption(c: Cursor): boolean {
  if (c.word === K.CHARSET || c.word === K.COMMENT) return c.peekKind() !== T.word || c.peekKind(2) === T.end;
  return c.isSpelled('ENCRYPTION') && c.peekKind() !== T.word;
}

/** The cursor is at DROP. */
export function drop(c: Cursor): Statement {
  const start = c.start;
  if (c.peekWord() === K.PREPARE) return deallocate(c);
  c.advance();
  const temporary = c.accept(K.TEMPORARY);
  switch (c.word) {
    case K.TABLE:
    case K.TABLES:
      return dropTable(c, start, 'table', temporary);
    case K.VIEW:
      return dropTable(c, start, 'view', temporary);
    case K.SEQUENCE:
      return dropTable(c, start, 'sequence', temporary);
    case K.DATABASE:
    case K.SCHEMA:
      return dropDatabase(c, start);
    case K.INDEX:
    case K.ONLINE:
      return dropIndex(c, start);
    case K.USER:
    case K.ROLE:
      return admin(c, start, `DROP ${c.source().toUpperCase()}`);
    default:
      return objectStatement(c, start, 'drop');
  }
}

function dropTable(c: Cursor, start: number, what: DropTable['what'], temporary: boolean): DropTable {
  c.advance();
  const exists = ifExists(c);
  const tables = c.commaList(tableName);
  if (c.accept(K.WAIT)) c.expectKind(T.integer);
  else c.accept(K.NOWAIT);
  if (!c.accept(K.RESTRICT)) c.accept(K.CASCADE);
  return {
    kind: 'dropTable',
    what,
    temporary,
    ifExists: exists,
    tables,
    text: c.since(start),
    start,
    end: c.lastEnd,
  };
}

function dropDatabase(c: Cursor, start: number): Statement {
  c.advance();
  const exists = ifExists(c);
  const name = c.identifier();
  return { kind: 'dropDatabase', ifExists: exists, name, text: c.since(start), start, end: c.lastEnd };
}

/** `DROP INDEX name ON t`. */
function dropIndex(c: Cursor, start: number): DropIndex {
  c.accept(K.ONLINE);
  c.expect(K.INDEX);
  ifExists(c);
  const name = c.anyIdentifier();
  c.expect(K.ON);
  const table = tableName(c);
  return { kind: 'dropIndex', name, table, text: skipToEnd(c, start), start, end: c.lastEnd };
}

/** `RENAME TABLE a TO b, ...`, RENAME USER. */
export function rename(c: Cursor): RenameTable | Statement {
  const start = c.start;
  c.advance();
  if (c.word === K.USER) return admin(c, start, 'RENAME USER');
  if (!c.accept(K.TABLE)) c.expect(K.TABLES);
  ifExists(c);
  const pairs = c.commaList(renamePair);
  return { kind: 'renameTable', pairs, text: c.since(start), start, end: c.lastEnd };
}

function renamePair(c: Cursor): RenamePair {
  const start = c.start;
  const from = tableName(c);
  if (c.accept(K.WAIT)) c.expectKind(T.integer);
  else c.accept(K.NOWAIT);
  c.expect(K.TO);
  const to = tableName(c);
  return { kind: 'renamePair', from, to, start, end: c.lastEnd };
}

/** `TRUNCATE [TABLE] t`. */
export function truncate(c: Cursor): TruncateTable {
  const start = c.start;
  c.advance();
  c.accept(K.TABLE);
  const table = tableName(c);
  return { kind: 'truncateTable', table, text: skipToEnd(c, start), start, end: c.lastEnd };
}
