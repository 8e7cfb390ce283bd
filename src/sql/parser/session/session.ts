// Statements about the session and the server: USE, PREPARE, LOCK TABLES, KILL, CALL, DO, HANDLER.
import type {
  CallProcedure,
  Deallocate,
  Do,
  Execute,
  ExecuteImmediate,
  Handler,
  Kill,
  LockTables,
  Prepare,
  TableLock,
  UnlockTables,
  Use,
} from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { T } from '../../lexer/token.ts';
import { anyExpression } from '../clause.ts';
import type { Cursor } from '../cursor.ts';
import { tableAlias, tableName } from '../names.ts';
import { rowItem } from '../query/query.ts';
import { skipToEnd } from '../skip.ts';

/** `USE name`; also Vitess's bare `ks:-80@replica`. */
export function use(c: Cursor): Use {
  const start = c.start;
  c.advance();
  const from = c.start;
  if (c.kind === T.end || c.kind === T.semicolon) c.fail();
  const whole = c.peekKind() === T.end || c.peekKind() === T.semicolon;
  if (!whole && !c.nextIsAdjacent()) {
    c.advance();
    c.fail();
  }
  const target = whole && c.kind !== T.userVariable ? c.anyIdentifier().name : skipToEnd(c, from);
  return { kind: 'use', target, text: c.since(start), start, end: c.lastEnd };
}

/** `PREPARE name FROM 'text'|@variable`. */
export function prepare(c: Cursor): Prepare {
  const start = c.start;
  c.advance();
  const name = c.identifier();
  c.expect(K.FROM);
  const source = anyExpression(c);
  return { kind: 'prepare', name, source, start, end: c.lastEnd };
}

/** `EXECUTE name [USING ...]` and MariaDB's EXECUTE IMMEDIATE. */
export function execute(c: Cursor): Execute | ExecuteImmediate {
  const start = c.start;
  c.advance();
  if (c.word === K.IMMEDIATE && c.peekWord() !== K.USING && c.peekKind() !== T.end) {
    c.advance();
    const source = anyExpression(c);
    const using = c.accept(K.USING) ? c.commaList(rowItem) : [];
    return { kind: 'executeImmediate', source, using, start, end: c.lastEnd };
  }
  const name = c.identifier();
  const using = c.accept(K.USING) ? c.commaList(rowItem) : [];
  return { kind: 'execute', name, using, start, end: c.lastEnd };
}

/** `DEALLOCATE|DROP PREPARE name`. */
export function deallocate(c: Cursor): Deallocate {
  const start = c.start;
  c.advance();
  c.expect(K.PREPARE);
  const name = c.identifier();
  return { kind: 'deallocate', name, start, end: c.lastEnd };
}

/** `LOCK TABLES t [alias] mode, ...`. */
export function lockTables(c: Cursor): LockTables {
  const start = c.start;
  c.advance();
  c.advance();
  const locks = c.commaList(tableLock);
  if (c.word === K.WAIT || c.word === K.NOWAIT) skipToEnd(c, start);
  return { kind: 'lockTables', locks, text: c.since(start), start, end: c.lastEnd };
}

function tableLock(c: Cursor): TableLock {
  const start = c.start;
  const table = tableName(c);
  const alias = c.word === K.READ || c.word === K.WRITE || c.word === K.LOW_PRIORITY ? null : tableAlias(c);
  return { kind: 'tableLock', table, alias, mode: lockMode(c), start, end: c.lastEnd };
}

function lockMode(c: Cursor): TableLock['mode'] {
  if (c.accept(K.READ)) return c.accept(K.LOCAL) ? 'readLocal' : 'read';
  if (c.acceptPair(K.LOW_PRIORITY, K.WRITE)) return 'lowPriorityWrite';
  c.expect(K.WRITE);
  return c.accept(K.CONCURRENT) ? 'writeConcurrent' : 'write';
}

/** `UNLOCK TABLES`. */
export function unlockTables(c: Cursor): UnlockTables {
  const start = c.start;
  c.advance();
  if (!c.accept(K.TABLES)) c.expect(K.TABLE);
  return { kind: 'unlockTables', start, end: c.lastEnd };
}

/** `KILL [HARD|SOFT] [CONNECTION|QUERY [ID]] id` and `KILL ... USER name`. */
export function kill(c: Cursor): Kill {
  const start = c.start;
  c.advance();
  if (!c.accept(K.HARD)) c.accept(K.SOFT);
  let target: Kill['target'] = 'connection';
  if (c.accept(K.QUERY)) target = c.accept(K.ID) ? 'queryId' : 'query';
  else c.accept(K.CONNECTION);
  if (c.word === K.USER && c.peekKind() !== T.openParen) {
    return { kind: 'kill', target: 'user', id: null, text: skipToEnd(c, start), start, end: c.lastEnd };
  }
  const id = anyExpression(c);
  return { kind: 'kill', target, id, text: c.since(start), start, end: c.lastEnd };
}

/** `CALL [schema.]name[(args)]`. */
export function callProcedure(c: Cursor): CallProcedure {
  const start = c.start;
  c.advance();
  const { schema, name } = tableName(c);
  const hasArgs = c.acceptKind(T.openParen);
  const args = hasArgs && c.kind !== T.closeParen ? c.commaList(anyExpression) : [];
  if (hasArgs) c.expectKind(T.closeParen);
  return { kind: 'callProcedure', schema, name, args, start, end: c.lastEnd };
}

/** `DO expression, ...`. */
export function doStatement(c: Cursor): Do {
  const start = c.start;
  c.advance();
  const expressions = c.commaList(anyExpression);
  return { kind: 'do', expressions, start, end: c.lastEnd };
}

/** `HANDLER table OPEN|READ|CLOSE ...`. */
export function handler(c: Cursor): Handler {
  const start = c.start;
  c.advance();
  const table = tableName(c);
  const verb =
    c.word === K.OPEN ? 'open' : c.word === K.READ ? 'read' : c.word === K.CLOSE ? 'close' : c.fail();
  return { kind: 'handler', verb, table, text: skipToEnd(c, start), start, end: c.lastEnd };
}
