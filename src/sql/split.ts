// One text, many statements: where each begins and ends.
import { K } from './lexer/keywords.ts';
import { Lexer } from './lexer/lexer.ts';
import { type Span, T } from './lexer/token.ts';
import type { LexMode, SqlText } from './mode.ts';

const lexer = new Lexer();

const programs: ReadonlySet<number> = new Set([K.PROCEDURE, K.FUNCTION, K.TRIGGER, K.EVENT, K.PACKAGE]);
const openers: ReadonlySet<number> = new Set([K.BEGIN, K.CASE, K.LOOP, K.WHILE, K.REPEAT]);
/** Followed by one of these, END ends what was never counted: IF and FOR have other uses too. */
const uncounted: ReadonlySet<number> = new Set([K.IF, K.FOR]);
const compoundStarts: ReadonlySet<number> = new Set([K.CASE, K.LOOP, K.WHILE, K.REPEAT]);
/** OR REPLACE, DEFINER = user@host, AGGREGATE and the like stand between CREATE and the word. */
const programWithin = 12;

/** Tells whether a semicolon stands in the body of a stored program, or of a compound statement of MariaDB's. */
class ProgramWatch {
  #count = 0;
  #creates = false;
  #isProgram = false;
  #depth = 0;
  #previous: number = K.NONE;

  restart(): void {
    this.#count = 0;
    this.#creates = false;
    this.#isProgram = false;
    this.#depth = 0;
    this.#previous = K.NONE;
  }

  get insideBody(): boolean {
    return this.#depth > 0;
  }

  see(kind: number, keyword: number): void {
    this.#count += 1;
    if (this.#count <= programWithin) this.#recognise(keyword);
    if (!this.#isProgram) {
      this.#previous = keyword;
      return;
    }
    const ends = this.#previous === K.END;
    if (ends && !uncounted.has(keyword)) this.#depth -= 1;
    if (this.#previous === K.REPEAT && kind === T.openParen) this.#depth -= 1;
    const opens = openers.has(keyword) && !ends;
    if (opens) this.#depth += 1;
    this.#previous = keyword;
  }

  #recognise(keyword: number): void {
    if (this.#count === 1) {
      this.#creates = keyword === K.CREATE || keyword === K.ALTER;
      this.#isProgram = compoundStarts.has(keyword);
    }
    if (this.#creates && programs.has(keyword)) this.#isProgram = true;
    if (this.#count === 2 && this.#previous === K.BEGIN && keyword === K.NOT) {
      this.#isProgram = true;
      this.#depth = 1;
    }
  }
}

/**
 * The statements of a text, separated by `;` outside strings and comments; the separators belong to none. A
 * statement without a token is dropped; a live executable comment is code and makes one. Spans run from the end of
 * the last separator (so a comment in front, a directive say, belongs to its statement) to the next separator.
 * Semicolons between BEGIN and END of a stored program separate nothing.
 *
 * Throws SqlError 1064 for what is no token, also when only a later statement has it: nothing has run then.
 */
export function splitStatements(text: SqlText, mode: LexMode): Span[] {
  const spans: Span[] = [];
  lexer.reset(text, mode);
  const program = new ProgramWatch();
  let start = 0;
  let tokens = 0;
  for (;;) {
    const kind = lexer.next();
    program.see(kind, kind === T.word ? lexer.keyword : K.NONE);
    if (kind !== T.end && (kind !== T.semicolon || program.insideBody)) {
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
    program.restart();
  }
}

/** Whether the text is one statement, with or without `;` behind it: the test before `splitStatements`. */
export function isSingleStatement(text: SqlText, mode: LexMode): boolean {
  // Without any semicolon byte there is nothing to look at more closely; V8 searches at memory speed.
  const first = text.indexOf(';');
  if (first < 0 || first === text.length - 1) return true;
  return splitStatements(text, mode).length <= 1;
}
