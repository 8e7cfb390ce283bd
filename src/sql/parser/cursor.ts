// The parser's place in the token list, and the knot through which its files call one another recursively.
import type { Expression, Ident, Query, SqlText, Statement } from '../ast.ts';

import { isReserved } from '../lexer/keywords-reserved.ts';
import { T, type TokenList } from '../lexer/token.ts';
import type { LexMode } from '../mode.ts';
import { syntaxError } from '../syntax-error.ts';
import { identifierName, stringName } from './decode-name.ts';
import { wholeEnd, wholeStart } from './whole-text.ts';

/**
 * Nested expressions and queries, each right operand counted: some 400 parentheses or calls, 200 subqueries.
 * A level takes at most about 1 KB of stack, of which Node gives 984 KB.
 */
export const depthMax = 400;

/** Levels of a tree along one path, chains such as `a + b + c ...` and UNIONs counted link by link. */
export const heightMax = 1000;

/**
 * The productions that recurse across files. The files of the parser import only downwards; what lies above
 * they reach through `cursor.grammar`, which `parse.ts` fills in.
 */
export interface Grammar {
  /** An expression whose operators all bind at least as tightly as `level` (0: any). */
  expression(cursor: Cursor, level: number): Expression;
  /** Operators that follow an operand already read. */
  infix(cursor: Cursor, left: Expression, level: number): Expression;
  /** A query with WITH, set operations, ORDER BY, LIMIT, locking. */
  query(cursor: Cursor): Query;
  /** The rest of a query whose first operand has been read already. */
  queryAfter(cursor: Cursor, left: Query): Query;
  statement(cursor: Cursor): Statement;
}

/**
 * Reads tokens in order. `kind` and `word` describe the token under the cursor; nothing is consumed without
 * `advance`, and every `expect` throws the server's own syntax error, placed at the token that did not fit.
 */
export class Cursor {
  readonly text: SqlText;
  readonly mode: LexMode;
  readonly tokens: TokenList;
  readonly grammar: Grammar;
  /** `T` of the current token. */
  kind: number;
  /** `K` of the current token, 0 when it is no keyword. */
  word: number;
  /** Index of the current token. */
  at = 0;
  /** Nesting right now. */
  depth = 0;
  /** Height of the highest tree read since the enclosing expression began; see `expression.ts`. */
  height = 0;
  paramCount = 0;
  /** Inside ON DUPLICATE KEY UPDATE, where `VALUES(a)` is a function even after a parenthesis. */
  valuesIsFunction = false;

  constructor(text: SqlText, mode: LexMode, tokens: TokenList, grammar: Grammar) {
    this.text = text;
    this.mode = mode;
    this.tokens = tokens;
    this.grammar = grammar;
    this.kind = tokens.kinds[0] ?? T.end;
    this.word = tokens.keywords[0] ?? 0;
  }

  /** Byte offset of the current token. */
  get start(): number {
    return this.tokens.starts[this.at] ?? 0;
  }

  /** Byte offset after the current token. */
  get end(): number {
    return this.tokens.ends[this.at] ?? 0;
  }

  /** Byte offset after the token consumed last. */
  get lastEnd(): number {
    return this.tokens.ends[this.at - 1] ?? 0;
  }

  advance(): void {
    if (this.kind === T.end) this.fail();
    this.at += 1;
    this.kind = this.tokens.kinds[this.at] ?? T.end;
    this.word = this.tokens.keywords[this.at] ?? 0;
  }

  /** `T` of the token `distance` ahead. */
  peekKind(distance = 1): number {
    return this.tokens.kinds[this.at + distance] ?? T.end;
  }

  /** `K` of the token `distance` ahead. */
  peekWord(distance = 1): number {
    return this.tokens.keywords[this.at + distance] ?? 0;
  }

  /** Whether the next token follows the current one without anything between. */
  nextIsAdjacent(): boolean {
    return this.tokens.ends[this.at] === this.tokens.starts[this.at + 1];
  }

  /** Whether the current token is the keyword; unlike a comparison with `word` it narrows nothing. */
  is(word: number): boolean {
    return this.word === word;
  }

  accept(word: number): boolean {
    if (this.word !== word) return false;
    this.advance();
    return true;
  }

  /** Consumes two keywords in a row, or nothing. */
  acceptPair(first: number, second: number): boolean {
    if (this.word !== first || this.peekWord() !== second) return false;
    this.advance();
    this.advance();
    return true;
  }

  acceptKind(kind: number): boolean {
    if (this.kind !== kind) return false;
    this.advance();
    return true;
  }

  expect(word: number): void {
    if (this.word !== word) this.fail();
    this.advance();
  }

  expectKind(kind: number): void {
    if (this.kind !== kind) this.fail();
    this.advance();
  }

  /** Whether the current token is an unquoted word spelled so (upper case, ASCII); for words that are no keywords. */
  isSpelled(upper: string): boolean {
    return (
      this.kind === T.word && this.end - this.start === upper.length && this.source().toUpperCase() === upper
    );
  }

  acceptSpelled(upper: string): boolean {
    if (!this.isSpelled(upper)) return false;
    this.advance();
    return true;
  }

  /** The current token as written. */
  source(): SqlText {
    return this.text.slice(this.start, this.end);
  }

  /** The text from `start` to the token consumed last, with the executable comments that it cuts through. */
  since(start: number): SqlText {
    const { text, lastEnd: end } = this;
    if (!this.tokens.executableComments) return text.slice(start, end);
    return text.slice(wholeStart(text, start, end), wholeEnd(text, start, end));
  }

  /** The tokens from index `first` to the one consumed last, upper case, a blank between. */
  wordsSince(first: number): string {
    const words: string[] = [];
    for (let at = first; at < this.at; at += 1) {
      words.push(this.text.slice(this.tokens.starts[at], this.tokens.ends[at]).toUpperCase());
    }
    return words.join(' ');
  }

  /** The syntax error at a token that has been read already. */
  failAt(start: number): never {
    throw syntaxError(this.text, start, this.mode);
  }

  /** The syntax error at the current token. */
  fail(): never {
    // To the servers a comma begins behind itself.
    throw syntaxError(this.text, this.kind === T.comma ? this.end : this.start, this.mode);
  }

  enter(): void {
    this.depth += 1;
    if (this.depth > depthMax) this.fail();
  }

  leave(): void {
    this.depth -= 1;
  }

  /** Adds a level to the tree being read. */
  grow(): void {
    this.height += 1;
    if (this.height > heightMax) this.fail();
  }

  /** Whether the current token can be an identifier: quoted, or a word the flavour does not reserve. */
  isIdentifier(): boolean {
    if (this.kind === T.word) return this.word === 0 || !isReserved(this.word, this.mode.flavour);
    return this.kind === T.quotedIdentifier || this.kind === T.introducer;
  }

  identifier(): Ident {
    if (!this.isIdentifier()) this.fail();
    return this.anyIdentifier();
  }

  /** An identifier where reserved words are allowed: after a dot, in USE and the like. */
  anyIdentifier(): Ident {
    const { start, end, kind } = this;
    if (kind !== T.word && kind !== T.quotedIdentifier && kind !== T.introducer) this.fail();
    const node: Ident = {
      kind: 'ident',
      name: identifierName(this.text, start, end, kind, this.mode),
      quoted: kind === T.quotedIdentifier,
      start,
      end,
    };
    this.advance();
    return node;
  }

  /** A name written as a string or as an identifier: aliases, collations, character sets. */
  nameOrString(): Ident {
    if (this.kind !== T.string) return this.anyIdentifier();
    const { start, end } = this;
    const name = stringName(this.text, start, end, this.mode);
    this.advance();
    return { kind: 'ident', name, quoted: true, start, end };
  }

  /** Items separated by commas, at least one. */
  commaList<Item>(item: (cursor: Cursor) => Item): Item[] {
    const items = [item(this)];
    while (this.acceptKind(T.comma)) items.push(item(this));
    return items;
  }
}
