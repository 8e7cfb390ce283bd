// Administration: what is only recognised by its verb and by the tables it names.
import type { Admin, TableName } from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { T } from '../../lexer/token.ts';
import type { Cursor } from '../cursor.ts';
import { tableName } from '../names.ts';
import { skipBody, skipToEnd } from '../skip.ts';

/** A statement of which only the verb is known; everything up to its end belongs to it. */
export function admin(c: Cursor, start: number, verb: string, tables: readonly TableName[] = []): Admin {
  const text = skipToEnd(c, start);
  return { kind: 'admin', verb, tables, text, start, end: c.lastEnd };
}

/** A compound statement, as MariaDB runs them outside of stored programs: semicolons belong to it. */
export function compound(c: Cursor, verb: string): Admin {
  const start = c.start;
  return { kind: 'admin', verb, tables: [], text: skipBody(c, start), start, end: c.lastEnd };
}

/** `ANALYZE|CHECK|OPTIMIZE|REPAIR|CHECKSUM [LOCAL|NO_WRITE_TO_BINLOG] TABLE t, ... options`. */
export function tableMaintenance(c: Cursor): Admin {
  const start = c.start;
  const verb = `${c.source().toUpperCase()} TABLE`;
  c.advance();
  if (!c.accept(K.LOCAL)) c.accept(K.NO_WRITE_TO_BINLOG);
  if (c.word === K.VIEW) return admin(c, start, verb);
  if (!c.accept(K.TABLE)) c.expect(K.TABLES);
  return admin(c, start, verb, c.commaList(tableName));
}

/** FLUSH; of FLUSH TABLES the tables. */
export function flush(c: Cursor): Admin {
  const start = c.start;
  c.advance();
  if (!c.accept(K.LOCAL)) c.accept(K.NO_WRITE_TO_BINLOG);
  const isTables = c.accept(K.TABLES) || c.accept(K.TABLE);
  const named = isTables && c.isIdentifier() && c.word !== K.WITH;
  return admin(c, start, isTables ? 'FLUSH TABLES' : 'FLUSH', named ? c.commaList(tableName) : []);
}

/** GRANT and REVOKE; the table after ON, when one is named. */
export function grant(c: Cursor): Admin {
  const start = c.start;
  const verb = c.source().toUpperCase();
  c.advance();
  while (c.kind !== T.end && c.kind !== T.semicolon && c.word !== K.ON && c.word !== K.TO) c.advance();
  let tables: TableName[] = [];
  if (c.accept(K.ON)) {
    c.accept(K.TABLE);
    const qualified = c.peekKind() === T.dot && c.peekKind(2) !== T.star;
    const single =
      c.isIdentifier() && c.peekKind() !== T.dot && c.word !== K.PROCEDURE && c.word !== K.FUNCTION;
    if (c.isIdentifier() && (qualified || single) && c.peekKind() !== T.word) tables = [tableName(c)];
  }
  return admin(c, start, verb, tables);
}

/** `DELETE HISTORY FROM t ...` (MariaDB). */
export function deleteHistory(c: Cursor): Admin {
  const start = c.start;
  c.advance();
  c.advance();
  c.expect(K.FROM);
  const table = tableName(c);
  return {
    kind: 'admin',
    verb: 'DELETE HISTORY',
    tables: [table],
    text: skipToEnd(c, start),
    start,
    end: c.lastEnd,
  };
}

/** Verbs that begin nothing else; the words up to the first that is no keyword are not looked at. */
export function otherAdmin(c: Cursor): Admin | null {
  if (compounds.has(c.word)) return compound(c, c.source().toUpperCase());
  return verbs.has(c.word) || c.isSpelled('REVERT') ? admin(c, c.start, c.source().toUpperCase()) : null;
}

const verbs = new Set<number>([
  K.RESET,
  K.INSTALL,
  K.UNINSTALL,
  K.PURGE,
  K.CHANGE,
  K.STOP,
  K.SHUTDOWN,
  K.RESTART,
  K.CACHE,
  K.BINLOG,
  K.HELP,
  K.GET,
  K.SIGNAL,
  K.RESIGNAL,
  K.BACKUP,
  K.CLONE,
  K.IMPORT,
  K.REVERSE,
]);

const compounds = new Set<number>([K.IF, K.CASE, K.LOOP, K.WHILE, K.REPEAT, K.FOR, K.DECLARE, K.RETURN]);
