// Passing over parts of statements that matter only as text.
import { T } from '../lexer/token.ts';
import type { Cursor } from './cursor.ts';

/** Consumes everything to the end of the statement; gives the text from `start`. */
export function skipToEnd(c: Cursor, start: number): string {
  while (c.kind !== T.end && c.kind !== T.semicolon) c.advance();
  return c.since(start);
}

/**
 * Consumes everything to the end of the text, semicolons included: bodies of stored programs hold statements.
 * A last semicolon stays.
 */
export function skipBody(c: Cursor, start: number): string {
  while (c.kind !== T.end && !(c.kind === T.semicolon && c.peekKind() === T.end)) c.advance();
  return c.since(start);
}

/** Consumes a balanced `( ... )`, when the cursor is at one. */
export function skipParens(c: Cursor): boolean {
  if (c.kind !== T.openParen) return false;
  let open = 0;
  do {
    if (c.kind === T.openParen) open += 1;
    else if (c.kind === T.closeParen) open -= 1;
    c.advance();
  } while (open > 0);
  return true;
}
