// A statement's plan key: its text with the literals taken out. One pass, no tree.
import { K } from './keywords.ts';
import { lookUpKeyword } from './keywords-lookup.ts';
import { Lexer } from './lexer.ts';
import { C } from './lexer-class.ts';
import { scanQuoted, scanQuotedName } from './lexer-scan.ts';
import { defaultMode, type LexMode, type SqlText } from './mode.ts';
import { KeyBuilder } from './normalize-key.ts';
import { ListScanner, slotKindOf } from './normalize-list.ts';
import { type Normalized, S, type SlotItems, type SlotKind } from './normalize-slot.ts';
import {
  clauseEffect,
  E,
  type Effect,
  looksAhead,
  parenthesisFlags,
  typeAfterAs,
  typeAfterComma,
} from './normalize-word.ts';
import { T, type TokenKind } from './token.ts';

/*
 * The key is the text with cuts. What replaces a cut begins with a NUL byte, which no token may hold outside quotes,
 * so a client cannot write it:
 *   NUL tag           a literal: i integer, d decimal, f float, s string, n N'..', x 0x.., h x'..', y 0b.., b b'..',
 *                     t temporal
 *   NUL = tag n ;     a literal spelled like that of slot n (the equality pattern)
 *   NUL l tag         the members of a list
 *   NUL r width ;     rows
 * A comment that is no code, hint or directive is replaced by one blank.
 *
 * Kept in the key are literals that name columns or shape the tree rather than stand for a value: everything in a
 * select list at any depth, GROUP BY, ORDER BY and other BY lists, RETURNING, VALUES outside INSERT, types and
 * precisions, INTERVAL's amount, SEPARATOR, COLLATE, ESCAPE, JSON paths behind arrows, window definitions; and whole
 * statements that have executable comments or other verbs than SELECT, INSERT, REPLACE, UPDATE, DELETE, VALUES,
 * TABLE, WITH. Keeping is always safe, it only makes more plans.
 */

/** Bits of the state of a parenthesis level, beside those of `parenthesisFlags`. Up to the end of the clause: */
const keep = 1;
/** The whole level, because the place where it stands is kept. */
const keepAll = 2;
/** Between SELECT and its FROM. */
const selectList = 4;
const kept = keep | keepAll | selectList;

const blank = 0x20;
const singleQuote = 0x27;
const openParen = 0x28;
const closeParen = 0x29;
const comma = 0x2c;
const dot = 0x2e;
const questionMark = 0x3f;
const semicolon = 0x3b;
const underscore = 0x5f;
const openBrace = 0x7b;

const alikeTag = 0x3d;
const listTag = 0x6c;
const rowsTag = 0x72;

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

class Normalizer {
  private readonly lexer = new Lexer();
  private readonly scanner = new ListScanner(defaultMode());
  private text: SqlText = '';
  private mode: LexMode = defaultMode();
  private readonly key = new KeyBuilder();
  /** Up to here the text is in the key. */
  private copied = 0;
  private slots: number[] = [];
  private items: (SlotItems | null)[] | null = null;
  private readonly spellings = new Spellings();
  /** States of the levels around the current one. */
  private readonly levels: number[] = [];
  private depth = 0;
  private state = 0;
  private params = 0;
  /** The next literal stays in the key. */
  private keepNext = false;
  /** What the word just read makes of the parenthesis behind it. */
  private parenFlags = 0;
  private insert = false;

  run(text: SqlText, mode: LexMode): Normalized {
    this.text = text;
    this.mode = mode;
    this.key.reset();
    this.copied = 0;
    this.slots = [];
    this.items = null;
    this.spellings.reset();
    this.depth = 0;
    this.state = 0;
    this.params = 0;
    this.keepNext = false;
    this.parenFlags = 0;
    this.insert = false;
    this.lexer.reset(text, mode);
    if (!this.pass()) return { key: text, slots: [], items: null };
    if (this.copied === 0) return { key: text, slots: this.slots, items: this.items };
    this.key.copy(this.lexer.bytes, this.copied, text.length);
    return { key: this.key.take(), slots: this.slots, items: this.items };
  }

  /** False when the text is its own key. */
  private pass(): boolean {
    const { lexer } = this;
    let kind = this.next();
    while (kind === T.openParen) {
      this.openParenthesis();
      kind = this.next();
    }
    if (kind !== T.word || !this.begin(lexer.keyword)) return false;
    for (; kind !== T.end; kind = this.next()) {
      this.token(kind);
      // What a token said of the one behind it is for `token` to heed.
      if (!this.keepNext && this.parenFlags === 0) this.skim();
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

  private next(): TokenKind {
    const { lexer } = this;
    const gap = lexer.end;
    lexer.commentSeen = false;
    const kind = lexer.next();
    if (lexer.commentSeen) this.cutComment(gap);
    return kind;
  }

  /** Puts back the token that `next` has read. */
  private unread(): void {
    this.lexer.skipTo(this.lexer.start, T.comma, K.NONE);
  }

  /** Drops the comments between `gap` and the current token, unless they may name a column or are directives. */
  private cutComment(gap: number): void {
    if ((this.state & kept) !== 0 || this.lexer.directives !== null) return;
    this.key.copy(this.lexer.bytes, this.copied, gap);
    this.key.byte(blank);
    this.copied = this.lexer.start;
  }

  /**
   * Goes over the tokens that need no look at what follows them, byte by byte: the same as `next` and `token` in
   * turn, in half the time. Stops in front of any other token.
   */
  private skim(): void {
    const { lexer } = this;
    const { bytes, classes, words } = lexer;
    // Where the last token ended, its kind and keyword: what the lexer must know to go on.
    let done = lexer.end;
    let kind: TokenKind = lexer.kind;
    let keyword = lexer.keyword;
    let at = done;
    loop: for (;;) {
      const code = bytes[at] as number;
      switch (classes[code]) {
        case C.space:
          at += 1;
          continue;
        case C.prefix:
        case C.word: {
          if (code === underscore || bytes[at + 1] === singleQuote) break loop;
          let end = at + 1;
          while (words[bytes[end] as number] === 1) end += 1;
          if (bytes[end] === dot && words[bytes[end + 1] as number] === 1) {
            do {
              end += 1;
              while (words[bytes[end] as number] === 1) end += 1;
            } while (bytes[end] === dot && words[bytes[end + 1] as number] === 1);
            keyword = K.NONE;
          } else if (kind === T.dot && done === at) keyword = K.NONE;
          else {
            const found = lookUpKeyword(bytes, at, end);
            const effect = clauseEffect(found);
            if (effect >= looksAhead) break loop;
            if (effect !== E.none) this.apply(effect);
            keyword = found;
          }
          kind = T.word;
          at = end;
          break;
        }
        case C.digit: {
          if (kind === T.dot && done === at) break loop;
          let end = at + 1;
          while (isDigit(bytes[end] as number)) end += 1;
          if (words[bytes[end] as number] === 1 || bytes[end] === dot || end - at > 19) break loop;
          if ((this.state & kept) === 0) this.addScalar(S.integer, at, at, end);
          kind = T.integer;
          at = end;
          break;
        }
        case C.quote: {
          const end = scanQuoted(lexer, at, lexer.escapes);
          if (end < 0 || this.joinsString(end)) break loop;
          if ((this.state & kept) === 0) this.addScalar(S.string, at, at, end);
          kind = T.string;
          at = end;
          break;
        }
        case C.dot:
          if (words[bytes[at + 1] as number] !== 1 || isDigit(bytes[at + 1] as number)) break loop;
          kind = T.dot;
          at += 1;
          break;
        case C.backtick: {
          const end = scanQuotedName(this.text, at);
          if (end < 0) break loop;
          kind = T.quotedIdentifier;
          at = end;
          break;
        }
        case C.single:
          if (code === openBrace) break loop;
          if (code <= comma) this.punctuation(code);
          else if (code === questionMark) this.params += 1;
          kind = T.comma;
          at += 1;
          break;
        case C.less:
        case C.greater:
          kind = T.comma;
          at += 1;
          break;
        default:
          break loop;
      }
      done = at;
    }
    lexer.skipTo(done, kind, keyword);
  }

  /** Whether another part of a string, or a comment that might hide one, follows the string that ends at `end`. */
  private joinsString(end: number): boolean {
    const { bytes, classes } = this.lexer;
    let at = end;
    while (classes[bytes[at] as number] === C.space) at += 1;
    switch (classes[bytes[at] as number]) {
      case C.quote:
      case C.doubleQuote:
      case C.slash:
      case C.hash:
      case C.minus:
        return true;
      default:
        return false;
    }
  }

  /** What parentheses and commas do; other bytes do nothing. */
  private punctuation(code: number): void {
    if (code === openParen) this.openParenthesis();
    else if (code === closeParen) this.closeParenthesis();
    else if (code === comma && (this.state & typeAfterComma) !== 0) this.state |= keep;
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
        this.openParenthesis();
        break;
      case T.closeParen:
        this.punctuation(closeParen);
        break;
      case T.comma:
        this.punctuation(comma);
        break;
      case T.minus:
      case T.plus:
        return;
      case T.arrow:
      case T.arrowArrow:
        this.keepNext = true;
        return;
      case T.param:
        this.params += 1;
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
        this.apply(effect);
    }
  }

  /** The effects that only change the level's state. */
  private apply(effect: Effect): void {
    switch (effect) {
      case E.selectList:
        this.state = (this.state & ~keep) | selectList;
        return;
      case E.endsSelectList:
        this.state &= ~(keep | selectList);
        return;
      case E.endsKeep:
        this.state &= ~keep;
        return;
      case E.keep:
        this.state |= keep;
        return;
      case E.listFollows:
        this.state = (this.state & ~selectList) | keep;
        return;
      case E.type:
        if ((this.state & typeAfterAs) !== 0) this.state |= keep;
        return;
      default:
    }
  }

  private closeParenthesis(): void {
    // One too many is for the parser to refuse.
    this.state = this.depth > 0 ? (this.levels[this.depth - 1] ?? 0) : 0;
    if (this.depth > 0) this.depth -= 1;
  }

  private openParenthesis(): void {
    this.levels[this.depth] = this.state;
    this.depth += 1;
    const inherited = (this.state & kept) !== 0 || this.parenFlags === keepAll ? keepAll : 0;
    this.state = inherited | (this.parenFlags & (typeAfterAs | typeAfterComma));
  }

  /** ODBC's `{d '..'}` keeps its string. */
  private brace(): void {
    this.parenFlags = 0;
    this.keepNext = this.next() === T.word && this.lexer.end - this.lexer.start <= 2;
    if (!this.keepNext) this.unread();
  }

  /** The current token as a slot that begins at `start`, there or at the introducer in front. */
  private literal(kind: SlotKind, start: number): void {
    if ((this.state & kept) !== 0 || this.keepNext) return;
    this.addScalar(kind, start, this.lexer.start, this.lexer.end);
  }

  /** A string with its adjacent parts. */
  private string(kind: TokenKind, start: number): void {
    const { lexer } = this;
    const cut = lexer.start;
    let { end } = lexer;
    while (lexer.next() === T.string) end = lexer.end;
    if ((this.state & kept) === 0 && !this.keepNext) this.addScalar(slotKindOf(kind), start, cut, end);
    lexer.skipTo(end, T.string, K.NONE);
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
    const { lexer, scanner } = this;
    if (!this.insert || this.depth > 0) {
      if (keyword === K.VALUES) this.state |= keep;
      return;
    }
    if ((this.state & kept) !== 0 || !scanner.scanRows(lexer, lexer.end, this.mode)) return;
    const items = scanner.takeItems(this.params);
    this.params += scanner.params;
    this.addItems(S.rows, items, scanner.end);
    this.key.byte(rowsTag);
    this.key.number(items.width);
    this.key.byte(semicolon);
    lexer.skipTo(scanner.end, T.closeParen, K.NONE);
  }

  /** IN: a list of literals of one kind becomes one slot. */
  private list(): void {
    const { lexer, scanner } = this;
    const isList = this.next() === T.openParen && (this.state & kept) === 0;
    if (!isList || !scanner.scanList(lexer, lexer.end, this.mode)) {
      this.unread();
      return;
    }
    const tag = scanner.kind === 0 ? 0 : tagOf(scanner.kind, lexer.bytes[scanner.start]);
    const items = scanner.takeItems(this.params);
    const end = scanner.lastCellEnd;
    this.addItems(S.list, items, end);
    this.key.byte(listTag);
    this.key.byte(tag);
    this.levels[this.depth] = this.state;
    this.depth += 1;
    this.state = 0;
    lexer.skipTo(end, T.string, K.NONE);
  }

  private addItems(kind: SlotKind, items: SlotItems, end: number): void {
    const start = items.spans[0] ?? end;
    this.key.copy(this.lexer.bytes, this.copied, start);
    this.key.byte(0);
    this.copied = end;
    this.items ??= new Array<SlotItems | null>(this.slots.length / 3).fill(null);
    this.items.push(items);
    this.slots.push(kind, start, end);
  }

  /** A slot over `text[start, end)`, of which `[cut, end)` leaves the key (an introducer in front stays). */
  private addScalar(kind: SlotKind, start: number, cut: number, end: number): void {
    const { key } = this;
    const { bytes } = this.lexer;
    const alike = this.slots.length === 0 ? -1 : this.spellings.find(this.text, this.slots, kind, start, end);
    key.copy(bytes, this.copied, cut);
    key.byte(0);
    if (alike >= 0) key.byte(alikeTag);
    key.byte(tagOf(kind, bytes[cut]));
    if (alike >= 0) {
      key.number(alike);
      key.byte(semicolon);
    }
    this.copied = end;
    this.items?.push(null);
    this.slots.push(kind, start, end);
  }
}

const shared = new Normalizer();

/**
 * The plan key and the slots of one statement (a text or a prepared statement with `?`). Not re-entrant, which
 * synchronous callers cannot notice; nothing in the result is shared with later calls.
 * Throws SqlError 1064 where the text is no sequence of tokens (statements kept whole are not looked at further).
 */
export function normalize(text: SqlText, mode: LexMode): Normalized {
  return shared.run(text, mode);
}
