// One statement of any kind: the first words decide who reads it.
import type { Query, Statement } from '../ast.ts';
import { K } from '../lexer/keywords.ts';
import { T } from '../lexer/token.ts';
import type { Cursor } from './cursor.ts';
import { alter, drop, rename, truncate } from './ddl/alter-drop.ts';
import { create } from './ddl/create.ts';
import { query, queryWith, withOption } from './query/query.ts';
import {
  admin,
  compound,
  deleteHistory,
  flush,
  grant,
  otherAdmin,
  tableMaintenance,
} from './session/admin.ts';
import { analyzeStatement, explain, vexplain } from './session/explain.ts';
import {
  callProcedure,
  deallocate,
  doStatement,
  execute,
  handler,
  kill,
  lockTables,
  prepare,
  unlockTables,
  use,
} from './session/session.ts';
import { setStatement } from './session/set.ts';
import { show } from './session/show.ts';
import {
  begin,
  commit,
  releaseSavepoint,
  rollback,
  savepoint,
  startTransaction,
  xa,
} from './session/transaction.ts';
import { deleteStatement } from './write/delete.ts';
import { insert } from './write/insert.ts';
import { loadData } from './write/load-data.ts';
import { update } from './write/update.ts';

/** The statement at the cursor. */
export function statement(c: Cursor): Statement {
  if (c.kind === T.openParen) return query(c);
  if (c.kind === T.end || c.kind === T.semicolon) {
    return { kind: 'empty', start: c.start, end: c.start };
  }
  if (c.kind !== T.word) c.fail();
  return data(c) ?? session(c) ?? definition(c) ?? otherAdmin(c) ?? c.fail();
}

/** Queries and writes. */
function data(c: Cursor): Statement | null {
  switch (c.word) {
    case K.SELECT:
    case K.VALUES:
    case K.TABLE:
      return query(c);
    case K.WITH:
      return afterWith(c);
    case K.INSERT:
    case K.REPLACE:
      return insert(c);
    case K.UPDATE:
      return update(c, null);
    case K.DELETE:
      return c.peekWord() === K.HISTORY && c.peekWord(2) === K.FROM
        ? deleteHistory(c)
        : deleteStatement(c, null);
    default:
      return null;
  }
}

/** WITH may precede UPDATE and DELETE as well. */
function afterWith(c: Cursor): Query | Statement {
  const withClause = withOption(c);
  if (c.word === K.UPDATE) return update(c, withClause);
  if (c.word === K.DELETE) return deleteStatement(c, withClause);
  return queryWith(c, withClause);
}

/** Session, transactions, and what looks at statements. */
function session(c: Cursor): Statement | null {
  switch (c.word) {
    case K.SET:
      return setStatement(c);
    case K.SHOW:
      return show(c);
    case K.USE:
      return use(c);
    case K.COMMIT:
      return commit(c);
    case K.ROLLBACK:
      return rollback(c);
    case K.SAVEPOINT:
      return savepoint(c);
    case K.RELEASE:
      return releaseSavepoint(c);
    case K.BEGIN:
      return beginOrBlock(c);
    case K.START:
      return c.peekWord() === K.TRANSACTION ? startTransaction(c) : admin(c, c.start, 'START');
    case K.XA:
      return xa(c);
    case K.PREPARE:
      return prepare(c);
    case K.EXECUTE:
      return execute(c);
    case K.DEALLOCATE:
      return deallocate(c);
    case K.EXPLAIN:
    case K.DESCRIBE:
    case K.DESC:
      return explain(c);
    case K.VEXPLAIN:
      return vexplain(c);
    default:
      return rare(c);
  }
}

/** `BEGIN [WORK]`, or MariaDB's `BEGIN NOT ATOMIC ... END`. */
function beginOrBlock(c: Cursor): Statement {
  return c.peekWord() === K.NOT ? compound(c, 'BEGIN NOT ATOMIC') : begin(c);
}

function rare(c: Cursor): Statement | null {
  switch (c.word) {
    case K.LOCK:
      return c.peekWord() === K.TABLES || c.peekWord() === K.TABLE
        ? lockTables(c)
        : admin(c, c.start, 'LOCK');
    case K.UNLOCK:
      return c.peekWord() === K.INSTANCE ? admin(c, c.start, 'UNLOCK') : unlockTables(c);
    case K.KILL:
      return kill(c);
    case K.CALL:
      return callProcedure(c);
    case K.DO:
      return doStatement(c);
    case K.HANDLER:
      return handler(c);
    case K.LOAD:
      return c.peekWord() === K.INDEX ? admin(c, c.start, 'LOAD INDEX') : loadData(c);
    default:
      return null;
  }
}

/** Definitions and maintenance. */
function definition(c: Cursor): Statement | null {
  switch (c.word) {
    case K.CREATE:
      return create(c);
    case K.ALTER:
      return alter(c);
    case K.DROP:
      return drop(c);
    case K.RENAME:
      return rename(c);
    case K.TRUNCATE:
      return truncate(c);
    case K.ANALYZE:
      return isAnalyzedStatement(c) ? analyzeStatement(c) : tableMaintenance(c);
    case K.CHECK:
    case K.OPTIMIZE:
    case K.REPAIR:
    case K.CHECKSUM:
      return tableMaintenance(c);
    case K.FLUSH:
      return flush(c);
    case K.GRANT:
    case K.REVOKE:
      return grant(c);
    default:
      return null;
  }
}

/** MariaDB: `ANALYZE [FORMAT=JSON] SELECT ...`. */
function isAnalyzedStatement(c: Cursor): boolean {
  const next = c.peekWord();
  if (next === K.FORMAT || c.peekKind() === T.openParen) return true;
  return (
    next === K.SELECT ||
    next === K.UPDATE ||
    next === K.DELETE ||
    next === K.INSERT ||
    next === K.WITH ||
    next === K.VALUES ||
    next === K.REPLACE
  );
}
