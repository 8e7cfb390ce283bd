// SET in all its forms.
import type {
  Expression,
  IsolationLevel,
  SetItem,
  SetStatement,
  SetStatementFor,
  SetTransaction,
  SetVariable,
  VariableScope,
} from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { T } from '../../lexer/token.ts';
import { anyExpression } from '../clause.ts';
import type { Cursor } from '../cursor.ts';
import { systemVariable, userVariable, variableScope } from '../expression/literal-node.ts';
import { skipToEnd } from '../skip.ts';
import { accessMode } from './transaction.ts';

/** The cursor is at SET. */
export function setStatement(c: Cursor): SetStatement | SetStatementFor {
  const start = c.start;
  c.advance();
  if (c.word === K.STATEMENT && c.peekKind() !== T.equal) return setStatementFor(c, start);
  // A scope counts for the variables after it, too, up to the next one.
  const scope: { current: VariableScope | null } = { current: null };
  const items = c.commaList((cursor) => item(cursor, scope));
  return { kind: 'set', items, start, end: c.lastEnd };
}

function setStatementFor(c: Cursor, start: number): SetStatementFor {
  c.advance();
  const items = c.commaList((cursor) => plainVariable(cursor, cursor.start, null));
  c.expect(K.FOR);
  c.enter();
  const statement = c.grammar.statement(c);
  c.leave();
  return { kind: 'setStatementFor', items, statement, start, end: c.lastEnd };
}

function item(c: Cursor, sticky: { current: VariableScope | null }): SetItem {
  const start = c.start;
  if (c.kind === T.userVariable) return userAssignment(c);
  if (c.kind === T.atAt) return atVariable(c);
  if (!isAssignment(c, 1) && c.peekKind() !== T.dot) {
    const special = specialItem(c, start);
    if (special !== null) return special;
    const scope = variableScope(c);
    if (scope !== null) {
      c.advance();
      if (c.word === K.TRANSACTION && !isAssignment(c, 1)) return transaction(c, start, scope);
      sticky.current = scope;
    }
  }
  return plainVariable(c, start, sticky.current);
}

function isAssignment(c: Cursor, ahead: number): boolean {
  return c.peekKind(ahead) === T.equal || c.peekKind(ahead) === T.assign;
}

function expectAssignment(c: Cursor): void {
  if (!c.acceptKind(T.assign)) c.expectKind(T.equal);
}

function userAssignment(c: Cursor): SetItem {
  const variable = userVariable(c);
  expectAssignment(c);
  const value = anyExpression(c);
  return { kind: 'setUserVariable', variable, value, start: variable.start, end: c.lastEnd };
}

function atVariable(c: Cursor): SetItem {
  const { scope, base, name, start } = systemVariable(c);
  expectAssignment(c);
  const value = variableValue(c);
  return { kind: 'setVariable', scope, base, name, value, start, end: c.lastEnd };
}

function plainVariable(c: Cursor, start: number, scope: VariableScope | null): SetVariable {
  const first = c.anyIdentifier();
  const second = c.acceptKind(T.dot) ? c.anyIdentifier() : null;
  expectAssignment(c);
  const value = variableValue(c);
  const [base, name] = second === null ? [null, first] : [first, second];
  return { kind: 'setVariable', scope, base, name, value, start, end: c.lastEnd };
}

/** An expression, DEFAULT, or a bare word: ON, ROW, utf8mb4. */
function variableValue(c: Cursor): Expression {
  if (c.kind !== T.word || !endsValue(c) || isLiteralWord(c.word)) return anyExpression(c);
  const { start, end } = c;
  if (c.accept(K.DEFAULT)) return { kind: 'default', column: null, start, end };
  const word = c.source();
  c.advance();
  return { kind: 'keyword', word, start, end };
}

function endsValue(c: Cursor): boolean {
  const next = c.peekKind();
  return next === T.end || next === T.comma || next === T.semicolon || c.peekWord() === K.FOR;
}

function isLiteralWord(word: number): boolean {
  return word === K.NULL || word === K.TRUE || word === K.FALSE;
}

function specialItem(c: Cursor, start: number): SetItem | null {
  switch (c.word) {
    case K.NAMES:
      return names(c, start);
    case K.CHARSET:
      c.advance();
      return { kind: 'setCharset', charset: charsetName(c), start, end: c.lastEnd };
    case K.CHARACTER:
    case K.CHAR:
      c.advance();
      c.expect(K.SET);
      return { kind: 'setCharset', charset: charsetName(c), start, end: c.lastEnd };
    case K.TRANSACTION:
      return transaction(c, start, null);
    case K.PASSWORD:
      return { kind: 'setPassword', text: skipToEnd(c, start), start, end: c.lastEnd };
    case K.ROLE:
    case K.DEFAULT:
    case K.RESOURCE:
      return { kind: 'setRole', text: skipToEnd(c, start), start, end: c.lastEnd };
    default:
      return null;
  }
}

/** A character set by word or string; null for DEFAULT. */
function charsetName(c: Cursor): string | null {
  if (c.accept(K.DEFAULT)) return null;
  return c.nameOrString().name.toLowerCase();
}

function names(c: Cursor, start: number): SetItem {
  c.advance();
  const charset = charsetName(c);
  const collation = c.accept(K.COLLATE) ? charsetName(c) : null;
  return { kind: 'setNames', charset, collation, start, end: c.lastEnd };
}

/** `[scope] TRANSACTION characteristic, ...`; the cursor is at TRANSACTION. */
function transaction(c: Cursor, start: number, scope: VariableScope | null): SetTransaction {
  if (scope === 'persist' || scope === 'persistOnly') c.fail();
  c.advance();
  let isolation: IsolationLevel | null = null;
  let access: SetTransaction['access'] = null;
  do {
    if (c.acceptPair(K.ISOLATION, K.LEVEL)) isolation = isolationLevel(c);
    else access = accessMode(c, access);
  } while (c.acceptKind(T.comma));
  return { kind: 'setTransaction', scope, isolation, access, start, end: c.lastEnd };
}

function isolationLevel(c: Cursor): IsolationLevel {
  if (c.acceptPair(K.READ, K.UNCOMMITTED)) return 'readUncommitted';
  if (c.acceptPair(K.READ, K.COMMITTED)) return 'readCommitted';
  if (c.acceptPair(K.REPEATABLE, K.READ)) return 'repeatableRead';
  c.expect(K.SERIALIZABLE);
  return 'serializable';
}
