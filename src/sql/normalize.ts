// A statement's plan key: its text with the literals taken out. One pass, no tree.
import { K } from './keywords.ts';
import { Lexer } from './lexer.ts';
import { defaultMode, type LexMode, type SqlText } from './mode.ts';
import { ListScanner, slotKindOf } from './normalize-list.ts';
import { type Normalized, S, type SlotItems, type SlotKind } from './normalize-slot.ts';
import { clauseEffect, E, parenthesisFlags, typeAfterAs, typeAfterComma } from './normalize-word.ts';
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

/** Up to so many slots equal spellings are found by comparing pairs, beyond through a map: linear time. */
const pairwiseSlotsMax = 8;

const minus = 0x2d;

class Normalizer {
  private readonly lexer = new Lexer();
  private readonly scanner = new ListScanner(defaultMode());
  private text: SqlText = '';
  private mode: LexMode = defaultMode();
  private key = '';
  /** Up to here the text is in the key. */
  private copied = 0;
  private slots: number[] = [];
  private items: (SlotItems | null)[] | null = null;
  private spellings: Map<string, number> | null = null;
  /** States of the levels around the current one. */
  private readonly levels: number[] = [];
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
    this.key = '';
    this.copied = 0;
    this.slots = [];
    this.items = null;
    this.spellings = null;
    this.levels.length = 0;
    this.state = 0;
    this.params = 0;
    this.keepNext = false;
    this.parenFlags = 0;
    this.insert = false;
    this.lexer.reset(text, mode);
    if (!this.pass()) return { key: text, slots: [], items: null };
    if (this.copied < text.length) this.key += text.slice(this.copied);
    return { key: this.key, slots: this.slots, items: this.items };
  }

  /** False when the text is its own key. */
  private pass(): boolean {
    let kind = this.next();
    while (kind === T.openParen) kind = this.openParenthesis();
    if (kind !== T.word || !this.begin(this.lexer.keyword)) return false;
    while (kind !== T.end) kind = this.token(kind);
    return !this.lexer.executableComments;
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

  /** Deals with the lexer's current token and returns the kind of the next. */
  private token(kind: TokenKind): TokenKind {
    switch (kind) {
      case T.word:
        return this.word(this.lexer.keyword);
      case T.integer:
      case T.decimal:
      case T.float:
      case T.hex:
      case T.bit:
        return this.number(kind);
      case T.string:
      case T.nString:
        return this.string(kind, this.lexer.start);
      case T.introducer:
        return this.introducer();
      case T.openParen:
        return this.openParenthesis();
      case T.closeParen:
        this.state = this.levels.pop() ?? 0;
        break;
      case T.comma:
        if ((this.state & typeAfterComma) !== 0) this.state |= keep;
        break;
      case T.minus:
      case T.plus:
        return this.next();
      case T.arrow:
      case T.arrowArrow:
        this.keepNext = true;
        return this.next();
      case T.param:
        this.params += 1;
        break;
      case T.openBrace:
        return this.brace();
      case T.atAt:
        // A system variable's name is no keyword.
        this.next();
        break;
      default:
        break;
    }
    this.keepNext = false;
    this.parenFlags = 0;
    return this.next();
  }

  private next(): TokenKind {
    const { lexer } = this;
    const gap = lexer.end;
    lexer.commentSeen = false;
    const kind = lexer.next();
    if (lexer.commentSeen) this.cutComment(gap);
    return kind;
  }

  /** Drops the comments between `gap` and the current token, unless they may be part of a column's name or a directive. */
  private cutComment(gap: number): void {
    if ((this.state & kept) !== 0 || this.lexer.directives !== null) return;
    this.key += `${this.text.slice(this.copied, gap)} `;
    this.copied = this.lexer.start;
  }

  private word(keyword: number): TokenKind {
    this.keepNext = false;
    this.parenFlags = 0;
    switch (clauseEffect(keyword)) {
      case E.none:
        break;
      case E.selectList:
        this.state = (this.state & ~keep) | selectList;
        break;
      case E.endsSelectList:
        this.state &= ~(keep | selectList);
        break;
      case E.endsKeep:
        this.state &= ~keep;
        break;
      case E.keep:
        this.state |= keep;
        break;
      case E.listFollows:
        this.state = (this.state & ~selectList) | keep;
        break;
      case E.keepNext:
        this.keepNext = true;
        break;
      case E.type:
        if ((this.state & typeAfterAs) !== 0) this.state |= keep;
        break;
      case E.values:
        return this.values(keyword);
      case E.in:
        return this.list();
      case E.temporal:
        return this.temporal();
      case E.parenthesis:
        this.parenFlags = parenthesisFlags(keyword);
        break;
      case E.distinct: {
        // `IS DISTINCT FROM`, where a server has it, ends no select list.
        const kind = this.next();
        return kind === T.word && this.lexer.keyword === K.FROM ? this.next() : kind;
      }
    }
    return this.next();
  }

  private openParenthesis(): TokenKind {
    this.levels.push(this.state);
    const inherited = (this.state & kept) !== 0 || this.parenFlags === keepAll ? keepAll : 0;
    this.state = inherited | (this.parenFlags & (typeAfterAs | typeAfterComma));
    this.parenFlags = 0;
    this.keepNext = false;
    return this.next();
  }

  /** ODBC's `{d '..'}` keeps its string. */
  private brace(): TokenKind {
    const kind = this.next();
    if (kind !== T.word || this.lexer.end - this.lexer.start > 2) return kind;
    this.keepNext = true;
    return this.next();
  }

  private number(kind: TokenKind): TokenKind {
    const { start, end } = this.lexer;
    if ((this.state & kept) === 0 && !this.keepNext) this.addScalar(slotKindOf(kind), start, start, end);
    this.keepNext = false;
    return this.next();
  }

  /** A string with its adjacent parts; `start` is where the literal begins: there or at its introducer. */
  private string(kind: TokenKind, start: number): TokenKind {
    const { lexer } = this;
    const cut = lexer.start;
    let { end } = lexer;
    lexer.commentSeen = false;
    let following = lexer.next();
    while (following === T.string) {
      end = lexer.end;
      lexer.commentSeen = false;
      following = lexer.next();
    }
    if ((this.state & kept) === 0 && !this.keepNext) this.addScalar(slotKindOf(kind), start, cut, end);
    this.keepNext = false;
    if (lexer.commentSeen) this.cutComment(end);
    return following;
  }

  private introducer(): TokenKind {
    const { start } = this.lexer;
    const kind = this.next();
    if (kind === T.string) return this.string(kind, start);
    if (kind !== T.hex && kind !== T.bit) return kind;
    if ((this.state & kept) === 0 && !this.keepNext) {
      this.addScalar(slotKindOf(kind), start, this.lexer.start, this.lexer.end);
    }
    this.keepNext = false;
    return this.next();
  }

  /** DATE, TIME or TIMESTAMP: with a string behind it a literal. */
  private temporal(): TokenKind {
    const { start } = this.lexer;
    const kind = this.next();
    if (kind !== T.string || (this.state & kept) !== 0) return kind;
    this.addScalar(S.temporal, start, this.lexer.start, this.lexer.end);
    return this.next();
  }

  /** VALUES: the rows of an INSERT, or a table of its own whose columns may be named by its literals. */
  private values(keyword: number): TokenKind {
    const { lexer, scanner } = this;
    if (!this.insert || this.levels.length > 0) {
      if (keyword === K.VALUES) this.state |= keep;
      return this.next();
    }
    if ((this.state & kept) !== 0 || !scanner.scanRows(lexer, lexer.end, this.mode)) return this.next();
    const items = scanner.takeItems(this.params);
    this.params += scanner.params;
    this.addItems(S.rows, `\0r${items.width};`, items, scanner.end);
    lexer.skipTo(scanner.end);
    return this.next();
  }

  /** IN: a list of literals of one kind becomes one slot. */
  private list(): TokenKind {
    const { lexer, scanner } = this;
    const kind = this.next();
    if (kind !== T.openParen || (this.state & kept) !== 0) return kind;
    if (!scanner.scanList(lexer, lexer.end, this.mode)) return kind;
    const first = scanner.start;
    const tag = scanner.kind === 0 ? '' : tagOf(scanner.kind, this.text, first);
    const items = scanner.takeItems(this.params);
    this.addItems(S.list, `\0l${tag}`, items, scanner.lastCellEnd);
    this.levels.push(this.state);
    this.state = 0;
    lexer.skipTo(scanner.lastCellEnd);
    return this.next();
  }

  private addItems(kind: SlotKind, marker: string, items: SlotItems, end: number): void {
    const start = items.spans[0] ?? end;
    this.key += this.text.slice(this.copied, start) + marker;
    this.copied = end;
    this.items ??= new Array<SlotItems | null>(this.slots.length / 3).fill(null);
    this.items.push(items);
    this.slots.push(kind, start, end);
  }

  /** A slot over `text[start, end)`, of which `[cut, end)` leaves the key (an introducer in front stays). */
  private addScalar(kind: SlotKind, start: number, cut: number, end: number): void {
    const { text } = this;
    const tag = tagOf(kind, text, cut);
    const alike = this.slots.length === 0 ? -1 : this.alike(kind, start, end);
    const marker = alike < 0 ? `\0${tag}` : `\0=${tag}${alike};`;
    this.key += text.slice(this.copied, cut) + marker;
    this.copied = end;
    this.remember(start, end);
    this.items?.push(null);
    this.slots.push(kind, start, end);
  }

  /** The first scalar slot of the same kind and spelling, or -1. */
  private alike(kind: SlotKind, start: number, end: number): number {
    const { slots, text, spellings } = this;
    if (spellings !== null) return spellings.get(text.slice(start, end)) ?? -1;
    const length = end - start;
    for (let i = 0; i < slots.length; i += 3) {
      if (slots[i] !== kind) continue;
      const other = slots[i + 1] as number;
      if ((slots[i + 2] as number) - other !== length) continue;
      let n = 0;
      while (n < length && text.charCodeAt(other + n) === text.charCodeAt(start + n)) n += 1;
      if (n === length) return i / 3;
    }
    return -1;
  }

  /** Enters the spelling of the slot about to be added where spellings are looked up by map. Spelling implies kind. */
  private remember(start: number, end: number): void {
    const { slots, text } = this;
    if (slots.length < 3 * pairwiseSlotsMax) return;
    if (this.spellings === null) {
      this.spellings = new Map();
      for (let i = 0; i < slots.length; i += 3) {
        if (slots[i] === S.list || slots[i] === S.rows) continue;
        const spelling = text.slice(slots[i + 1], slots[i + 2]);
        if (!this.spellings.has(spelling)) this.spellings.set(spelling, i / 3);
      }
    }
    const spelling = text.slice(start, end);
    if (!this.spellings.has(spelling)) this.spellings.set(spelling, slots.length / 3);
  }
}

const tags = ['', 'i', 'd', 'f', 's', 'n', 'x', 'y', 't'];

/** The letter of the kind of the literal at `start`; the two spellings of hex and bit literals differ in type. */
function tagOf(kind: SlotKind, text: SqlText, start: number): string {
  if (kind !== S.hex && kind !== S.bit) return tags[kind] ?? '';
  const first = text.charCodeAt(start);
  const plain = first === 0x30 || first === minus;
  if (kind === S.hex) return plain ? 'x' : 'h';
  return plain ? 'y' : 'b';
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
