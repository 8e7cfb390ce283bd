// Windows: OVER, the WINDOW clause, frames.
import type {
  Expression,
  FrameBound,
  Ident,
  NamedWindow,
  WindowClause,
  WindowFrame,
  WindowSpec,
} from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { T } from '../../lexer/token.ts';
import { anyExpression, orderByOption } from '../clause.ts';
import type { Cursor } from '../cursor.ts';
import { level } from './level.ts';

/** `OVER name` or `OVER (...)`; the cursor is at OVER. */
export function overClause(c: Cursor): WindowSpec | Ident {
  c.advance();
  return c.kind === T.openParen ? windowSpec(c) : c.identifier();
}

function windowSpec(c: Cursor): WindowSpec {
  const start = c.start;
  c.expectKind(T.openParen);
  const base = startsSpecPart(c) ? null : c.identifier();
  const partitionBy = c.acceptPair(K.PARTITION, K.BY) ? c.commaList(anyExpression) : [];
  const orderBy = orderByOption(c);
  const frame = frameClause(c);
  c.expectKind(T.closeParen);
  return { kind: 'windowSpec', base, partitionBy, orderBy, frame, start, end: c.lastEnd };
}

function startsSpecPart(c: Cursor): boolean {
  if (c.kind === T.closeParen) return true;
  return c.word === K.PARTITION || c.word === K.ORDER || frameUnit(c) !== null;
}

function frameUnit(c: Cursor): WindowFrame['unit'] | null {
  if (c.word === K.ROWS) return 'rows';
  if (c.word === K.RANGE) return 'range';
  if (c.word !== K.GROUPS) return null;
  // GROUPS is a plain name on MariaDB: a window called so is followed by what a frame cannot start with.
  return c.peekKind() === T.closeParen || c.peekWord() === K.ORDER || c.peekWord() === K.PARTITION
    ? null
    : 'groups';
}

function frameClause(c: Cursor): WindowFrame | null {
  const unit = frameUnit(c);
  if (unit === null) return null;
  const start = c.start;
  c.advance();
  const between = c.accept(K.BETWEEN);
  const from = frameBound(c);
  let to: FrameBound | null = null;
  if (between) {
    c.expect(K.AND);
    to = frameBound(c);
  }
  const exclude = c.accept(K.EXCLUDE) ? exclusion(c) : null;
  return { kind: 'windowFrame', unit, from, to, exclude, start, end: c.lastEnd };
}

function frameBound(c: Cursor): FrameBound {
  const start = c.start;
  if (c.acceptPair(K.CURRENT, K.ROW)) return bound(c, start, 'currentRow', null);
  if (c.accept(K.UNBOUNDED)) {
    if (c.accept(K.PRECEDING)) return bound(c, start, 'unboundedPreceding', null);
    c.expect(K.FOLLOWING);
    return bound(c, start, 'unboundedFollowing', null);
  }
  const value = c.grammar.expression(c, level.bitOr);
  if (c.accept(K.PRECEDING)) return bound(c, start, 'preceding', value);
  c.expect(K.FOLLOWING);
  return bound(c, start, 'following', value);
}

function bound(c: Cursor, start: number, kind: FrameBound['bound'], value: Expression | null): FrameBound {
  return { kind: 'frameBound', bound: kind, value, start, end: c.lastEnd };
}

function exclusion(c: Cursor): WindowFrame['exclude'] {
  if (c.acceptPair(K.CURRENT, K.ROW)) return 'currentRow';
  if (c.accept(K.GROUP)) return 'group';
  if (c.accept(K.TIES)) return 'ties';
  c.expect(K.NO);
  c.expect(K.OTHERS);
  return 'noOthers';
}

/** `WINDOW name AS (...), ...`, when the cursor is at one. */
export function windowClause(c: Cursor): WindowClause | null {
  if (c.word !== K.WINDOW || c.peekWord(2) !== K.AS) return null;
  const start = c.start;
  c.advance();
  const windows = c.commaList(namedWindow);
  return { kind: 'window', windows, start, end: c.lastEnd };
}

function namedWindow(c: Cursor): NamedWindow {
  const start = c.start;
  const name = c.identifier();
  c.expect(K.AS);
  const spec = windowSpec(c);
  return { kind: 'namedWindow', name, spec, start, end: c.lastEnd };
}
