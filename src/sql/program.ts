// Takes the body of a trigger or event apart: the statements and expressions in it, and which columns of NEW it assigns.
import { SqlError } from '../errors/sql-error.ts';
import { K } from './lexer/keywords.ts';
import { tokenize } from './lexer/lexer.ts';
import { T, type TokenList } from './lexer/token.ts';
import type { LexMode, SqlText } from './mode.ts';
import { identifierName } from './parser/decode-name.ts';

export interface Program {
  /** Statements over tables as written; expressions as `SELECT expression`. In the order of the text. */
  readonly parts: readonly SqlText[];
  /** Lower-case columns that `SET NEW.column` assigns. */
  readonly assigned: readonly string[];
  /** Lower-case names of the variables it declares: they go before columns of the same name. */
  readonly locals: ReadonlySet<string>;
  /** The first variable of the session it names, as written; null when there is none. */
  readonly sessionVariable: string | null;
}

/** Why a body could not be taken apart, for people: `it has a CALL`. */
export interface UnreadProgram {
  readonly unread: string;
}

class Unread extends Error {}

/** A body in a mode of its own; `sqlMode` tells only whether it is in Oracle's language, which is not read. */
export function readProgram(text: SqlText, mode: LexMode, sqlMode = ''): Program | UnreadProgram {
  if (/\bORACLE\b/i.test(sqlMode)) return { unread: 'it is written in sql_mode ORACLE' };
  try {
    const tokens = tokenize(text, mode);
    if (tokens.executableComments) return { unread: 'it has executable comments' };
    const reader = new ProgramReader(text, tokens, mode);
    reader.whole();
    const { parts, assigned, locals } = reader;
    return { parts, assigned, locals, sessionVariable: sessionVariableOf(text, tokens) };
  } catch (error) {
    if (error instanceof Unread) return { unread: error.message };
    if (error instanceof SqlError) return { unread: `its body is not understood (${error.message})` };
    throw error;
  }
}

function sessionVariableOf(text: SqlText, tokens: TokenList): string | null {
  for (let at = 0; at < tokens.count; at++) {
    const kind = tokens.kinds[at];
    if (kind === T.userVariable) return text.slice(tokens.starts[at], tokens.ends[at]);
    if (kind === T.atAt) return text.slice(tokens.starts[at], tokens.ends[at + 1]);
  }
  return null;
}

/** Statements that are handed on as they are. */
const overTables: ReadonlySet<number> = new Set([
  K.SELECT,
  K.WITH,
  K.INSERT,
  K.REPLACE,
  K.UPDATE,
  K.DELETE,
  K.VALUES,
]);

/** Statements over cursors, conditions and labels: they touch no table themselves. */
const plain: ReadonlySet<number> = new Set([
  K.OPEN,
  K.CLOSE,
  K.FETCH,
  K.LEAVE,
  K.ITERATE,
  K.SIGNAL,
  K.RESIGNAL,
  K.GET,
]);

const noWords: readonly number[] = [];

/** One pass over the tokens. Throws `Unread` for what it does not know: nothing may be missed. */
class ProgramReader {
  readonly parts: SqlText[] = [];
  readonly assigned: string[] = [];
  readonly locals = new Set<string>();
  readonly #text: SqlText;
  readonly #tokens: TokenList;
  readonly #mode: LexMode;
  /** Variables of the open blocks, innermost last. */
  readonly #scopes: Set<string>[] = [];
  #at = 0;

  constructor(text: SqlText, tokens: TokenList, mode: LexMode) {
    this.#text = text;
    this.#tokens = tokens;
    this.#mode = mode;
  }

  whole(): void {
    this.#statement();
    while (this.#kind === T.semicolon) this.#at += 1;
    if (this.#kind !== T.end) throw this.#unknown();
  }

  get #kind(): number {
    return this.#tokens.kinds[this.#at] ?? T.end;
  }

  #is(kind: number): boolean {
    return this.#kind === kind;
  }

  get #word(): number {
    return this.#tokens.keywords[this.#at] ?? K.NONE;
  }

  #source(at = this.#at): string {
    return this.#text.slice(this.#tokens.starts[at], this.#tokens.ends[at]);
  }

  #unknown(): Unread {
    return new Unread(`what its body says at '${this.#source()}' is not understood`);
  }

  #expect(word: number): void {
    if (this.#word !== word) throw this.#unknown();
    this.#at += 1;
  }

  #statement(): void {
    if (this.#tokens.kinds[this.#at + 1] === T.colon) this.#at += 2;
    const word = this.#word;
    if (overTables.has(word) || this.#kind === T.openParen) this.#overTables();
    else if (plain.has(word)) this.#plain();
    else this.#compound(word);
  }

  #compound(word: number): void {
    this.#at += 1;
    switch (word) {
      case K.BEGIN:
        this.#block();
        break;
      case K.IF:
        this.#if();
        break;
      case K.CASE:
        this.#case();
        break;
      case K.WHILE:
        this.#expression([K.DO]);
        this.#loop(K.WHILE, K.END);
        break;
      case K.LOOP:
        this.#loop(K.LOOP, K.END);
        break;
      case K.REPEAT:
        this.#loop(K.REPEAT, K.UNTIL);
        break;
      case K.DECLARE:
        this.#declare();
        break;
      case K.SET:
        this.#set();
        break;
      case K.DO:
        this.#expressionBefore(noWords);
        break;
      default:
        this.#at -= 1;
        throw new Unread(`it has a statement that is not looked into, ${this.#source().toUpperCase()}`);
    }
  }

  /** Statements, each with its semicolon, up to one of these words. */
  #list(stops: readonly number[]): void {
    while (!stops.includes(this.#word)) {
      this.#statement();
      if (this.#kind !== T.semicolon) throw this.#unknown();
      this.#at += 1;
    }
  }

  #block(): void {
    if (this.#word === K.NOT) this.#at += 2;
    this.#scopes.push(new Set());
    this.#list([K.END]);
    this.#scopes.pop();
    this.#at += 1;
    this.#label();
  }

  #label(): void {
    if (this.#kind === T.word || this.#kind === T.quotedIdentifier) this.#at += 1;
  }

  #if(): void {
    this.#expression([K.THEN]);
    this.#list([K.ELSEIF, K.ELSE, K.END]);
    while (this.#word === K.ELSEIF) {
      this.#at += 1;
      this.#expression([K.THEN]);
      this.#list([K.ELSEIF, K.ELSE, K.END]);
    }
    this.#else(K.IF);
  }

  #else(of: number): void {
    if (this.#word === K.ELSE) {
      this.#at += 1;
      this.#list([K.END]);
    }
    this.#expect(K.END);
    this.#expect(of);
  }

  #case(): void {
    if (this.#word !== K.WHEN) this.#expressionBefore([K.WHEN]);
    while (this.#word === K.WHEN) {
      this.#at += 1;
      this.#expression([K.THEN]);
      this.#list([K.WHEN, K.ELSE, K.END]);
    }
    this.#else(K.CASE);
  }

  #loop(of: number, stop: number): void {
    this.#list([stop]);
    this.#at += 1;
    if (stop === K.UNTIL) {
      this.#expressionBefore([K.END]);
      this.#at += 1;
    }
    this.#expect(of);
    this.#label();
  }

  /** The expression up to one of these words, which is taken as well. */
  #expression(stops: readonly number[]): void {
    this.#expressionBefore(stops);
    this.#at += 1;
  }

  /** Words inside parentheses and inside CASE ... END are the expression's own. */
  #expressionBefore(stops: readonly number[], stopsAtComma = false): void {
    const from = this.#at;
    const open: number[] = [];
    for (; ; this.#at += 1) {
      const kind = this.#kind;
      const word = this.#word;
      if (kind === T.end && stops.length > 0) throw this.#unknown();
      if (kind === T.end || kind === T.semicolon) break;
      if (open.length === 0 && (stops.includes(word) || (stopsAtComma && kind === T.comma))) break;
      if (kind === T.openParen) open.push(T.closeParen);
      if (word === K.CASE) open.push(T.word);
      if (kind === T.closeParen && open.pop() !== T.closeParen) throw this.#unknown();
      // Columns may be called END, where no CASE is open.
      if (word === K.END && open.at(-1) === T.word) open.pop();
    }
    if (this.#at === from || open.length > 0) throw this.#unknown();
    this.parts.push(`SELECT ${this.#between(from, this.#at)}`);
  }

  #between(from: number, to: number): SqlText {
    return this.#text.slice(this.#tokens.starts[from], this.#tokens.ends[to - 1]);
  }

  #overTables(): void {
    const from = this.#at;
    this.#toSemicolon();
    this.parts.push(this.#between(from, this.#at));
  }

  #toSemicolon(): void {
    while (this.#kind !== T.semicolon && this.#kind !== T.end) this.#at += 1;
  }

  /** Where such a statement takes values, NEW.column may be where it puts them. */
  #plain(): void {
    const from = this.#at;
    const puts = this.#word === K.FETCH || this.#word === K.GET;
    this.#toSemicolon();
    for (let at = from; puts && at < this.#at; at++) if (this.#isNew(at)) throw this.#unknown();
  }

  #isNew(at: number): boolean {
    return this.#tokens.kinds[at + 1] === T.dot && this.#name(at) === 'new';
  }

  #name(at: number): string {
    const { kinds, starts, ends } = this.#tokens;
    const kind = kinds[at] ?? T.end;
    if (kind !== T.word && kind !== T.quotedIdentifier) {
      this.#at = at;
      throw this.#unknown();
    }
    return identifierName(this.#text, starts[at] ?? 0, ends[at] ?? 0, kind, this.#mode).toLowerCase();
  }

  #declare(): void {
    const second = this.#tokens.keywords[this.#at + 1];
    if (second === K.HANDLER) this.#handler();
    else if (second === K.CONDITION) this.#toSemicolon();
    else if (second === K.CURSOR) this.#cursor();
    else this.#variables();
  }

  #variables(): void {
    this.#newLocal(this.#at);
    this.#at += 1;
    while (this.#is(T.comma)) {
      this.#newLocal(this.#at + 1);
      this.#at += 2;
    }
    while (!this.#is(T.semicolon) && !this.#is(T.end) && !this.#isDefault) this.#at += 1;
    if (!this.#isDefault) return;
    this.#at += 1;
    this.#expressionBefore(noWords);
  }

  get #isDefault(): boolean {
    return this.#word === K.DEFAULT || this.#is(T.assign);
  }

  /** A variable may be a row with fields: one of these names would hide the row that fires the trigger. */
  #newLocal(at: number): void {
    const name = this.#name(at);
    if (name === 'new' || name === 'old') throw new Unread(`it declares a variable ${name}`);
    this.locals.add(name);
    this.#scopes.at(-1)?.add(name);
  }

  #cursor(): void {
    this.#at += 2;
    this.#expect(K.FOR);
    this.#overTables();
  }

  /** `CONTINUE HANDLER FOR condition, condition statement`: every condition is a word or two, or a value. */
  #handler(): void {
    this.#at += 2;
    this.#expect(K.FOR);
    for (;;) {
      const first = this.#source().toLowerCase();
      this.#at += 1;
      if (first === 'not') this.#at += 1;
      if (first === 'sqlstate') {
        if (this.#source().toLowerCase() === 'value') this.#at += 1;
        this.#at += 1;
      }
      if (this.#kind !== T.comma) break;
      this.#at += 1;
    }
    this.#statement();
  }

  #set(): void {
    for (;;) {
      if (this.#isNew(this.#at)) {
        this.assigned.push(this.#name(this.#at + 2));
        this.#at += 3;
      } else if (this.#is(T.userVariable)) {
        this.#at += 1;
      } else {
        this.#local();
      }
      if (!this.#is(T.equal) && !this.#is(T.assign)) throw this.#unknown();
      this.#at += 1;
      this.#expressionBefore(noWords, true);
      if (!this.#is(T.comma)) return;
      this.#at += 1;
    }
  }

  /** What is no variable of the program is a setting of the session. */
  #local(): void {
    const name = this.#name(this.#at);
    if (!this.#scopes.some((names) => names.has(name))) throw new Unread(`it sets ${name} of the session`);
    this.#at += 1;
  }
}
