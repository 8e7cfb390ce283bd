// What an opening parenthesis begins: an expression, a row, or a query.
import type { Expression, Paren, ParenQuery, Query, Row, Subquery } from '../../ast.ts';
import { K } from '../../lexer/keywords.ts';
import { T } from '../../lexer/token.ts';
import { type Cursor, depthMax } from '../cursor.ts';
import { level } from './level.ts';

/** Whether a query begins at the cursor (without parentheses). */
export function startsQuery(c: Cursor, ahead = 0): boolean {
  if (c.peekKind(ahead) !== T.word) return false;
  const word = c.peekWord(ahead);
  if (word === K.SELECT || word === K.WITH) return true;
  if (word === K.TABLE)
    return c.peekKind(ahead + 1) === T.word || c.peekKind(ahead + 1) === T.quotedIdentifier;
  if (word !== K.VALUES || c.valuesIsFunction) return false;
  return c.peekKind(ahead + 1) === T.openParen || c.peekWord(ahead + 1) === K.ROW;
}

/** Whether the parentheses that open at the cursor lead straight to a query: `((SELECT`. */
export function parensStartQuery(c: Cursor): boolean {
  let ahead = 0;
  while (c.peekKind(ahead) === T.openParen && ahead <= depthMax) ahead += 1;
  return startsQuery(c, ahead);
}

/** Whether the token after a parenthesised query makes the parentheses the operand of a larger query. */
export function continuesQuery(c: Cursor): boolean {
  if (c.kind === T.closeParen) return true;
  switch (c.word) {
    case K.UNION:
    case K.EXCEPT:
    case K.INTERSECT:
    case K.ORDER:
    case K.LIMIT:
    case K.OFFSET:
    case K.FETCH:
    case K.FOR:
    case K.LOCK:
      return true;
    default:
      return false;
  }
}

/** A parenthesised query as the operand of another. */
export function parenQuery(subquery: Subquery): ParenQuery {
  const { start, end, query } = subquery;
  return {
    kind: 'parenQuery',
    with: null,
    query,
    orderBy: null,
    limit: null,
    locking: [],
    into: null,
    start,
    end,
  };
}

/** A parenthesised query; the cursor is at the parenthesis. */
export function subquery(c: Cursor): Subquery {
  const node = parenthesised(c);
  if (node.kind !== 'subquery') c.fail();
  return node;
}

/** `(query)`, `(expression)` or `(expression, ...)`. */
export function parenthesised(c: Cursor): Paren | Row | Subquery {
  const start = c.start;
  c.expectKind(T.openParen);
  const content = inside(c);
  let items: Expression[] | null = null;
  if (content.query === null && c.kind === T.comma) {
    items = [content.expression];
    while (c.acceptKind(T.comma)) items.push(c.grammar.expression(c, level.any));
  }
  c.expectKind(T.closeParen);
  const end = c.lastEnd;
  if (content.query !== null) return { kind: 'subquery', query: content.query, start, end };
  if (items !== null) return { kind: 'row', keyword: false, items, start, end };
  return { kind: 'paren', expression: content.expression, start, end };
}

type Content =
  | { readonly query: Query; readonly expression: null }
  | { readonly query: null; readonly expression: Expression };

function inside(c: Cursor): Content {
  if (startsQuery(c)) return { query: c.grammar.query(c), expression: null };
  if (c.kind !== T.openParen || !parensStartQuery(c)) {
    return { query: null, expression: c.grammar.expression(c, level.any) };
  }
  c.enter();
  const inner = parenthesised(c);
  c.leave();
  if (inner.kind === 'subquery' && continuesQuery(c)) {
    return { query: c.grammar.queryAfter(c, parenQuery(inner)), expression: null };
  }
  return { query: null, expression: c.grammar.infix(c, inner, level.any) };
}
