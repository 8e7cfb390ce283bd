// Literals and parameters as nodes, and the variables `@x`, `@@x`.
import type {
  Expression,
  Ident,
  Literal,
  LiteralType,
  SystemVariable,
  UserVariable,
  VariableScope,
} from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { T } from '../../lexer/token.ts';
import type { Cursor } from '../cursor.ts';
import { userVariableName } from '../decode-name.ts';
import { level } from './level.ts';

/** A literal of one token. */
export function literal(c: Cursor, type: LiteralType): Literal {
  const { start, end } = c;
  c.advance();
  return { kind: 'literal', type, text: c.text.slice(start, end), introducer: null, start, end };
}

/** Literal types of the tokens that are whole literals. */
export function literalType(kind: number): LiteralType | null {
  switch (kind) {
    case T.integer:
      return 'integer';
    case T.decimal:
      return 'decimal';
    case T.float:
      return 'float';
    case T.hex:
      return 'hex';
    case T.bit:
      return 'bit';
    default:
      return null;
  }
}

function from(c: Cursor, start: number, type: LiteralType, introducer: string | null): Literal {
  return { kind: 'literal', type, text: c.since(start), introducer, start, end: c.lastEnd };
}

/** `'a'`, `N'a'`, `_utf8mb4'a'`, with the adjacent strings that continue it. */
export function stringLiteral(c: Cursor): Literal {
  const start = c.start;
  let type: LiteralType = c.kind === T.nString ? 'nString' : 'string';
  let introducer: string | null = null;
  if (c.kind === T.introducer) {
    introducer = c.source().slice(1).toLowerCase();
    c.advance();
    const whole = literalType(c.kind);
    if (whole !== null) {
      c.advance();
      return from(c, start, whole, introducer);
    }
    type = 'string';
  }
  if (c.kind !== T.string && c.kind !== T.nString) c.fail();
  c.advance();
  while (c.kind === T.string) c.advance();
  return from(c, start, type, introducer);
}

/** Whether an introducer token stands before a literal (else it is a plain word). */
export function introducesLiteral(c: Cursor): boolean {
  const next = c.peekKind();
  return next === T.string || next === T.hex || next === T.bit;
}

/** A plain string where the grammar wants exactly that: LIKE patterns of SHOW, file names, comments. */
export function textLiteral(c: Cursor): Literal {
  if (c.kind !== T.string && c.kind !== T.nString && c.kind !== T.introducer) c.fail();
  return stringLiteral(c);
}

/** `DATE '...'`, `TIME '...'`, `TIMESTAMP '...'`; the cursor is at the word. */
export function temporalLiteral(c: Cursor): Literal {
  const start = c.start;
  const type = c.word === K.DATE ? 'date' : c.word === K.TIME ? 'time' : 'timestamp';
  c.advance();
  c.expectKind(T.string);
  return from(c, start, type, null);
}

/** ODBC escapes: `{d '...'}`, `{t '...'}`, `{ts '...'}` are temporal; `{word expr}` is the expression. */
export function odbcEscape(c: Cursor): Expression {
  const start = c.start;
  c.expectKind(T.openBrace);
  const word = c.kind === T.word ? c.source().toLowerCase() : c.fail();
  c.advance();
  const type = word === 'd' ? 'date' : word === 't' ? 'time' : word === 'ts' ? 'timestamp' : null;
  if (type !== null && c.kind === T.string && c.peekKind() === T.closeBrace) {
    c.advance();
    c.advance();
    return from(c, start, type, null);
  }
  const inner = c.grammar.expression(c, level.any);
  c.expectKind(T.closeBrace);
  return { kind: 'paren', expression: inner, start, end: c.lastEnd };
}

export function param(c: Cursor): Expression {
  const { start, end } = c;
  c.advance();
  const index = c.paramCount;
  c.paramCount += 1;
  return { kind: 'param', index, start, end };
}

export function userVariable(c: Cursor): UserVariable {
  const { start, end } = c;
  if (c.kind !== T.userVariable) c.fail();
  const name = userVariableName(c.text, start, end, c.mode);
  c.advance();
  return { kind: 'userVariable', name, start, end };
}

/** GLOBAL, SESSION, LOCAL, PERSIST, PERSIST_ONLY at the cursor, as a scope. */
export function variableScope(c: Cursor): VariableScope | null {
  switch (c.word) {
    case K.GLOBAL:
      return 'global';
    case K.SESSION:
    case K.LOCAL:
      return 'session';
    case K.PERSIST:
      return 'persist';
    case K.PERSIST_ONLY:
      return 'persistOnly';
    default:
      return null;
  }
}

/** `@@[scope.][base.]name`; the cursor is at `@@`. */
export function systemVariable(c: Cursor): SystemVariable {
  const start = c.start;
  c.expectKind(T.atAt);
  let scope: VariableScope | null = null;
  if (c.peekKind() === T.dot) {
    scope = variableScope(c);
    if (scope !== null) {
      c.advance();
      c.advance();
    }
  }
  let name = c.nameOrString();
  let base: Ident | null = null;
  if (c.acceptKind(T.dot)) {
    base = name;
    name = c.anyIdentifier();
  }
  return { kind: 'systemVariable', scope, base, name, start, end: c.lastEnd };
}
