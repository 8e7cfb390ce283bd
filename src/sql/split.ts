// One text, many statements: where each begins and ends, and what it begins with.
import { K } from './keywords.ts';
import { Lexer } from './lexer.ts';
import type { LexMode, SqlText } from './mode.ts';
import { type Span, T } from './token.ts';

const lexer = new Lexer();

/**
 * The statements of a text, separated by `;` outside strings and comments; the separators belong to none. A
 * statement without a token is dropped; a live executable comment is code and makes one. Spans run from the end of
 * the last separator (so a comment in front, a directive say, belongs to its statement) to the next separator.
 * Bodies of stored programs (BEGIN ... END) are not recognised: clients send those one by one.
 *
 * Throws SqlError 1064 for what is no token, also when only a later statement has it: nothing has run then.
 */
export function splitStatements(text: SqlText, mode: LexMode): Span[] {
  const spans: Span[] = [];
  lexer.reset(text, mode);
  let start = 0;
  let tokens = 0;
  for (;;) {
    const kind = lexer.next();
    if (kind !== T.end && kind !== T.semicolon) {
      tokens += 1;
      continue;
    }
    if (tokens > 0) spans.push({ start, end: lexer.start });
    if (kind === T.end) {
      lexer.release();
      return spans;
    }
    start = lexer.end;
    tokens = 0;
  }
}

/** Whether the text is one statement, with or without `;` behind it: the test before `splitStatements`. */
export function isSingleStatement(text: SqlText, mode: LexMode): boolean {
  // Without any semicolon byte there is nothing to look at more closely; V8 searches at memory speed.
  const first = text.indexOf(';');
  if (first < 0 || first === text.length - 1) return true;
  return splitStatements(text, mode).length <= 1;
}

/**
 * The keyword a statement begins with, looking through comments, live executable comments and parentheses: `SELECT`
 * for `((SELECT 1))`. 0 when it begins with anything else or has no token. Throws SqlError 1064 only for a bad byte
 * up to there.
 */
export function firstKeyword(text: SqlText, mode: LexMode): number {
  lexer.reset(text, mode);
  for (;;) {
    const kind = lexer.next();
    if (kind === T.openParen) continue;
    const keyword = kind === T.word ? lexer.keyword : K.NONE;
    lexer.release();
    return keyword;
  }
}

/** Whether the text holds no token at all: white space and comments only. The server answers 1065. */
export function isEmptyStatement(text: SqlText, mode: LexMode): boolean {
  lexer.reset(text, mode);
  const empty = lexer.next() === T.end;
  lexer.release();
  return empty;
}
