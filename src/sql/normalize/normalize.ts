// A statement's plan key: its text with the literals taken out. One pass, no tree.
import { K } from '../lexer/keywords.ts';
import { Lexer } from '../lexer/lexer.ts';
import { T, type TokenKind } from '../lexer/token.ts';
import { defaultMode, type LexMode, type SqlText } from '../mode.ts';
import { ClauseState } from './clause.ts';
import { ListScanner, slotKindOf } from './list.ts';
import { Skimmer } from './skim.ts';
import { type Normalized, S, type SlotKind } from './slot.ts';
import { clauseEffect, E, parenthesisFlags } from './word.ts';
import { SlotWriter } from './writer.ts';

/*
 * Kept in the key are literals that name columns or shape the tree rather than stand for a value: everything in a
 * select list at any depth, aliases, GROUP BY, ORDER BY and other BY lists, HAVING (its expressions are matched with
 * those of the lists), RETURNING, VALUES outside INSERT, types and precisions, INTERVAL's amount, SEPARATOR, COLLATE,
 * ESCAPE, JSON paths behind arrows, window definitions; and whole statements that have executable comments or other
 * verbs than SELECT, INSERT, REPLACE, UPDATE, DELETE, VALUES, TABLE, WITH. Keeping is always safe, it only makes more
 * plans.
 */

/**
 * Lists beyond so many are left to single slots: each collapsed one costs a microsecond of typed arrays, which a
 * text of nothing but short lists would turn against us. (Equal keys have equally many lists, so they agree here.)
 */
const listsMax = 64;

class Normalizer {
  private readonly lexer = new Lexer();
  private readonly clause = new ClauseState();
  private readonly writer = new SlotWriter();
  private readonly scanner = new ListScanner(defaultMode());
  private readonly skimmer = new Skimmer(this.lexer, this.clause, this.writer);
  private mode: LexMode = defaultMode();
  /** The next literal stays in the key. */
  private keepNext = false;
  /** What the word just read makes of the parenthesis behind it. */
  private parenFlags = 0;
  private insert = false;
  private lists = 0;

  run(text: SqlText, mode: LexMode, skims: boolean): Normalized {
    this.mode = mode;
    this.keepNext = false;
    this.parenFlags = 0;
    this.insert = false;
    this.lists = 0;
    this.clause.reset();
    this.skimmer.params = 0;
    this.lexer.reset(text, mode);
    this.writer.reset(text, this.lexer.bytes);
    const result = this.pass(skims) ? this.writer.finish() : { key: text, slots: [], items: null };
    this.lexer.release();
    this.scanner.release();
    return result;
  }

  /** False when the text is its own key. */
  private pass(skims: boolean): boolean {
    const { lexer, skimmer } = this;
    let kind = this.next();
    while (kind === T.openParen) {
      this.clause.open(0);
      kind = this.next();
    }
    if (kind !== T.word || !this.begin(lexer.keyword)) return false;
    for (; kind !== T.end; kind = this.next()) {
      this.token(kind);
      // What a token said of the one behind it is for `token` to heed.
      if (skims && !this.keepNext && this.parenFlags === 0) skimmer.skim();
    }
    return !lexer.executableComments;
  }

  private begin(verb: number): boolean {
    switch (verb) {
      case K.INSERT:
      case K.REPLACE:
        this.insert = true;
        return true;
      case K.SELECT:
      case K.UPDATE:
      case K.DELETE:
      case K.WITH:
      case K.VALUES:
      case K.TABLE:
        return true;
      default:
        return false;
    }
  }

  /** The next token; comments in front of it leave the key unless they may name a column or are directives. */
  private next(): TokenKind {
    const { lexer } = this;
    const gap = lexer.end;
    // A string behind AS is a name.
    if (lexer.keyword === K.AS) this.keepNext = true;
    lexer.commentSeen = false;
    const kind = lexer.next();
    const cuts = lexer.commentSeen && !this.clause.keeps && lexer.directives === null;
    if (cuts) this.writer.blank(gap, lexer.start);
    return kind;
  }

  /** Puts back the token that `next` has read. */
  private unread(): void {
    this.lexer.skipTo(this.lexer.start, T.comma, K.NONE);
  }

  /** Deals with the lexer's current token. */
  private token(kind: TokenKind): void {
    switch (kind) {
      case T.integer:
      case T.decimal:
      case T.float:
      case T.hex:
      case T.bit:
        this.literal(slotKindOf(kind), this.lexer.start);
        break;
      case T.string:
      case T.nString:
        this.string(kind, this.lexer.start);
        break;
      case T.introducer:
        this.introducer();
        break;
      case T.word:
        this.keepNext = false;
        this.parenFlags = 0;
        this.word(this.lexer.keyword);
        return;
      case T.openParen:
        this.clause.open(this.parenFlags);
        break;
      case T.closeParen:
        this.clause.close();
        break;
      case T.comma:
        this.clause.comma();
        break;
      case T.minus:
      case T.plus:
        return;
      case T.arrow:
      case T.arrowArrow:
        this.keepNext = true;
        return;
      case T.param:
        this.skimmer.params += 1;
        break;
      case T.openBrace:
        this.brace();
        return;
      case T.atAt:
        // A system variable's name is no keyword.
        if (this.next() !== T.word) this.unread();
        break;
      default:
        break;
    }
    this.keepNext = false;
    this.parenFlags = 0;
  }

  private word(keyword: number): void {
    const effect = clauseEffect(keyword);
    switch (effect) {
      case E.keepNext:
        this.keepNext = true;
        return;
      case E.values:
        this.values(keyword);
        return;
      case E.in:
        this.list();
        return;
      case E.temporal:
        this.temporal();
        return;
      case E.parenthesis:
        this.parenFlags = parenthesisFlags(keyword);
        return;
      case E.distinct:
        // `IS DISTINCT FROM`, where a server has it, ends no select list.
        if (this.next() !== T.word || this.lexer.keyword !== K.FROM) this.unread();
        return;
      default:
        this.clause.apply(effect);
    }
  }

  /** ODBC's `{d '..'}` keeps its string. */
  private brace(): void {
    this.parenFlags = 0;
    this.keepNext = this.next() === T.word && this.lexer.end - this.lexer.start <= 2;
    if (!this.keepNext) this.unread();
  }

  /** The current token as a slot that begins at `start`, there or at the introducer in front. */
  private literal(kind: SlotKind, start: number): void {
    if (this.clause.keeps || this.keepNext) return;
    this.writer.scalar(kind, start, this.lexer.start, this.lexer.end);
  }

  /** A string with its adjacent parts. */
  private string(kind: TokenKind, start: number): void {
    const { lexer } = this;
    const cut = lexer.start;
    let { end } = lexer;
    while (lexer.next() === T.string) end = lexer.end;
    if (!this.clause.keeps && !this.keepNext) this.writer.scalar(slotKindOf(kind), start, cut, end);
    lexer.rewindTo(end, T.string);
  }

  private introducer(): void {
    const { start } = this.lexer;
    const kind = this.next();
    if (kind === T.string) this.string(kind, start);
    else if (kind === T.hex || kind === T.bit) this.literal(slotKindOf(kind), start);
    else this.unread();
  }

  /** DATE, TIME or TIMESTAMP: with a string behind it a literal. */
  private temporal(): void {
    const { start } = this.lexer;
    if (this.next() === T.string) this.literal(S.temporal, start);
    else this.unread();
  }

  /** VALUES: the rows of an INSERT, or a table of its own whose columns may be named by its literals. */
  private values(keyword: number): void {
    const { lexer, scanner, skimmer } = this;
    if (!this.insert || !this.clause.isTop) {
      if (keyword === K.VALUES) this.clause.apply(E.keep);
      return;
    }
    if (this.clause.keeps || !scanner.scanRows(lexer, lexer.end, this.mode)) return;
    this.writer.rows(scanner.takeItems(skimmer.params), scanner.params, scanner.end);
    skimmer.params += scanner.params;
    lexer.skipTo(scanner.end, T.closeParen, K.NONE);
  }

  /** IN: a list of literals of one kind becomes one slot. */
  private list(): void {
    const { lexer, scanner } = this;
    const isList = this.next() === T.openParen && !this.clause.keeps && this.lists < listsMax;
    if (!isList || !scanner.scanList(lexer, lexer.end, this.mode)) {
      this.unread();
      return;
    }
    this.lists += 1;
    const end = scanner.lastCellEnd;
    this.writer.list(scanner.kind, scanner.takeItems(this.skimmer.params), end);
    this.clause.open(0);
    lexer.skipTo(end, T.string, K.NONE);
  }
}

const shared = new Normalizer();

/**
 * The plan key and the slots of one statement (a text or a prepared statement with `?`). Not re-entrant, which
 * synchronous callers cannot notice; nothing in the result is shared with later calls.
 * Throws SqlError 1064 where the text is no sequence of tokens (statements kept whole are not looked at further).
 */
export function normalize(text: SqlText, mode: LexMode): Normalized {
  return shared.run(text, mode, true);
}

/** The same without the fast path: what `normalize` must equal. For tests. */
export function normalizeByToken(text: SqlText, mode: LexMode): Normalized {
  return shared.run(text, mode, false);
}
