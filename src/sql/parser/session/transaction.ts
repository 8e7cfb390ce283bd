// Transactions: BEGIN, COMMIT, ROLLBACK, savepoints, XA.
import type {
  Begin,
  Commit,
  Literal,
  ReleaseSavepoint,
  Rollback,
  RollbackTo,
  Savepoint,
  Xa,
} from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { T } from '../../lexer/token.ts';
import type { Cursor } from '../cursor.ts';
import { literal, stringLiteral } from '../expression/literal-node.ts';
import { skipToEnd } from '../skip.ts';

/** `BEGIN [WORK]`. */
export function begin(c: Cursor): Begin {
  const start = c.start;
  c.advance();
  c.accept(K.WORK);
  return { kind: 'begin', form: 'begin', access: null, consistentSnapshot: false, start, end: c.lastEnd };
}

/** `START TRANSACTION [options]`. */
export function startTransaction(c: Cursor): Begin {
  const start = c.start;
  c.advance();
  c.expect(K.TRANSACTION);
  let access: Begin['access'] = null;
  let consistentSnapshot = false;
  do {
    if (c.acceptPair(K.WITH, K.CONSISTENT)) {
      c.expect(K.SNAPSHOT);
      consistentSnapshot = true;
    } else if (c.word === K.READ) access = accessMode(c, access);
    else break;
  } while (c.acceptKind(T.comma));
  return { kind: 'begin', form: 'start', access, consistentSnapshot, start, end: c.lastEnd };
}

/** `READ ONLY` or `READ WRITE`, one of them and once; `before` is what was read already. */
export function accessMode(c: Cursor, before: 'readOnly' | 'readWrite' | null): 'readOnly' | 'readWrite' {
  if (before !== null) c.fail();
  c.expect(K.READ);
  if (c.accept(K.ONLY)) return 'readOnly';
  c.expect(K.WRITE);
  return 'readWrite';
}

interface Completion {
  readonly chain: boolean | null;
  readonly release: boolean | null;
}

/** `[WORK] [AND [NO] CHAIN] [[NO] RELEASE]`. */
function completion(c: Cursor): Completion {
  c.accept(K.WORK);
  let chain: boolean | null = null;
  if (c.accept(K.AND)) {
    chain = !c.accept(K.NO);
    c.expect(K.CHAIN);
  }
  if (chain === true && c.word === K.RELEASE) c.fail();
  const release = c.accept(K.RELEASE) ? true : c.acceptPair(K.NO, K.RELEASE) ? false : null;
  return { chain, release };
}

export function commit(c: Cursor): Commit {
  const start = c.start;
  c.advance();
  const { chain, release } = completion(c);
  return { kind: 'commit', chain, release, start, end: c.lastEnd };
}

/** `ROLLBACK` or `ROLLBACK TO [SAVEPOINT] name`. */
export function rollback(c: Cursor): Rollback | RollbackTo {
  const start = c.start;
  c.advance();
  if (c.word === K.TO || c.peekWord() === K.TO) {
    c.accept(K.WORK);
    c.expect(K.TO);
    if (c.word === K.SAVEPOINT && c.peekKind() !== T.end && c.peekKind() !== T.semicolon) c.advance();
    const name = c.identifier();
    return { kind: 'rollbackTo', name, start, end: c.lastEnd };
  }
  const { chain, release } = completion(c);
  return { kind: 'rollback', chain, release, start, end: c.lastEnd };
}

export function savepoint(c: Cursor): Savepoint {
  const start = c.start;
  c.advance();
  const name = c.identifier();
  return { kind: 'savepoint', name, start, end: c.lastEnd };
}

/** `RELEASE SAVEPOINT name`. */
export function releaseSavepoint(c: Cursor): ReleaseSavepoint {
  const start = c.start;
  c.advance();
  c.expect(K.SAVEPOINT);
  const name = c.identifier();
  return { kind: 'releaseSavepoint', name, start, end: c.lastEnd };
}

function xaVerb(c: Cursor): Xa['verb'] {
  switch (c.word) {
    case K.START:
    case K.BEGIN:
      return 'start';
    case K.END:
      return 'end';
    case K.PREPARE:
      return 'prepare';
    case K.COMMIT:
      return 'commit';
    case K.ROLLBACK:
      return 'rollback';
    case K.RECOVER:
      return 'recover';
    default:
      return c.fail();
  }
}

/** `XA verb xid [options]`. */
export function xa(c: Cursor): Xa {
  const start = c.start;
  c.advance();
  const verb = xaVerb(c);
  c.advance();
  const xid: Literal[] = verb === 'recover' ? [] : c.commaList(xidPart);
  const onePhase = c.acceptPair(K.ONE, K.PHASE);
  const text = skipToEnd(c, start);
  return { kind: 'xa', verb, xid, onePhase, text, start, end: c.lastEnd };
}

function xidPart(c: Cursor): Literal {
  if (c.kind === T.integer) return literal(c, 'integer');
  if (c.kind === T.hex) return literal(c, 'hex');
  return c.kind === T.bit ? literal(c, 'bit') : stringLiteral(c);
}
