// SQL text to tokens: MySQL's lexical rules, byte by byte, in linear time.

import { defaultMode, type LexMode, type SqlText } from '../mode.ts';
import { syntaxError } from '../syntax-error.ts';
import { TextBytes } from './bytes.ts';
import { byteClasses, C, wordBytes } from './char-class.ts';
import { isCharset } from './charsets.ts';
import { commentEnd, executableBodyStart, isDirective, isExecutableComment, isHint } from './comment.ts';
import { K } from './keywords.ts';
import { lookUpKeyword } from './keywords-lookup.ts';
import { scanDollarQuoted, scanNumber, scanPrefixed, scanQuoted, scanQuotedName } from './scan.ts';
import { type Span, T, type TokenKind, type TokenList } from './token.ts';

const none: readonly Span[] = [];

const singleKinds = singles();

function singles(): Uint8Array {
  const table = new Uint8Array(256);
  const kinds: Readonly<Record<string, number>> = {
    '(': T.openParen,
    ')': T.closeParen,
    ',': T.comma,
    ';': T.semicolon,
    '{': T.openBrace,
    '}': T.closeBrace,
    '+': T.plus,
    '%': T.percent,
    '^': T.caret,
    '~': T.tilde,
    '?': T.param,
    '=': T.equal,
  };
  for (const [char, kind] of Object.entries(kinds)) table[char.charCodeAt(0)] = kind;
  return table;
}

/**
 * Reads one token after another. Call `reset`, then `next` until it returns `T.end`; after each call the fields
 * describe the token read. A lexer may be reset any number of times, also after an error.
 * Throws SqlError 1064 for what is no token: an unterminated string, name or comment, a stray byte.
 */
export class Lexer {
  kind: TokenKind = T.end;
  /** `K` of a word, else 0. */
  keyword = 0;
  start = 0;
  /** Exclusive; the next token is looked for from here. */
  end = 0;
  /** Directive comments met so far. */
  directives: Span[] | null = null;
  /** Whether an executable comment, live or skipped, was met so far. */
  executableComments = false;
  /** Whether a comment of any form was met since `reset`; the caller may clear it. */
  commentSeen = false;

  text: SqlText = '';
  length = 0;
  /** The text's bytes, zero bytes behind them. */
  bytes: Uint8Array;
  private readonly copy = new TextBytes();
  /** By mode: whether strings have escapes, the class of each byte, which bytes go on with a word. */
  escapes = true;
  classes: Uint8Array = byteClasses('utf8mb4');
  words: Uint8Array = wordBytes(this.classes);
  private mode: LexMode = defaultMode();
  /** Inside the code of an executable comment; the same before the last `next`. */
  private inExecutable = false;
  private wasInExecutable = false;

  constructor() {
    this.bytes = this.copy.bytes;
  }

  reset(text: SqlText, mode: LexMode): void {
    this.copy.load(text);
    this.bytes = this.copy.bytes;
    this.text = text;
    this.length = text.length;
    if (mode !== this.mode) {
      this.mode = mode;
      this.escapes = !mode.noBackslashEscapes;
      this.classes = byteClasses(mode.charset);
      this.words = wordBytes(this.classes);
    }
    this.kind = T.end;
    this.keyword = 0;
    this.start = 0;
    this.end = 0;
    this.directives = null;
    this.executableComments = false;
    this.commentSeen = false;
    this.inExecutable = false;
  }

  /** Lets go of the text; the lexer is then at the end of an empty one. */
  release(): void {
    this.copy.release();
    this.bytes = this.copy.bytes;
    this.text = '';
    this.length = 0;
    this.end = 0;
  }

  /** Goes on at `offset` as if a token of the kind (a keyword perhaps) had ended there. */
  skipTo(offset: number, kind: TokenKind, keyword: number): void {
    this.end = offset;
    this.kind = kind;
    this.keyword = keyword;
  }

  /** Undoes the last `next`, in front of which a token of the kind had ended at `offset`. */
  rewindTo(offset: number, kind: TokenKind): void {
    this.skipTo(offset, kind, K.NONE);
    this.inExecutable = this.wasInExecutable;
  }

  /** Reads the next token and returns its kind. At the end of the text again and again `T.end`. */
  next(): TokenKind {
    const { bytes, length, classes } = this;
    this.wasInExecutable = this.inExecutable;
    let at = this.end;
    while (at < length) {
      const code = bytes[at] as number;
      switch (classes[code]) {
        case C.space:
          at += 1;
          continue;
        case C.word:
          return this.readWord(at);
        case C.digit:
          return this.kind === T.dot && this.end === at ? this.readWord(at) : this.readNumber(at);
        case C.single:
          return this.take(singleKinds[code] as TokenKind, at, at + 1);
        case C.quote:
          return this.take(T.string, at, this.ended(at, scanQuoted(this, at, this.escapes)));
        default: {
          const skipped = this.readOther(code, at);
          if (skipped < 0) return this.kind;
          at = skipped;
        }
      }
    }
    if (this.inExecutable) throw syntaxError(this.text, length, this.mode);
    return this.take(T.end, length, length);
  }

  private take(kind: TokenKind, start: number, end: number): TokenKind {
    this.kind = kind;
    this.keyword = 0;
    this.start = start;
    this.end = end;
    return kind;
  }

  /** The end a scanner found, or the syntax error of what never ends. */
  private ended(at: number, end: number): number {
    if (end < 0) throw syntaxError(this.text, at, this.mode);
    return end;
  }

  /**
   * A word is no keyword behind the dot of a name, nor where such a dot and more of a name follow it; behind `@@` it
   * may be one even then.
   */
  private readWord(start: number): TokenKind {
    const { bytes, words } = this;
    let end = start + 1;
    while (words[bytes[end] as number] === 1) end += 1;
    const before = this.end === start ? this.kind : T.end;
    this.kind = T.word;
    this.start = start;
    this.end = end;
    if (before === T.dot) this.keyword = 0;
    else if (bytes[end] === 0x2e && words[bytes[end + 1] as number] === 1 && before !== T.atAt)
      this.keyword = 0;
    else this.keyword = lookUpKeyword(bytes, start, end);
    if (bytes[start] === 0x5f && before !== T.dot && before !== T.atAt) {
      if (isCharset(this.text.slice(start + 1, end).toLowerCase())) this.kind = T.introducer;
    }
    return this.kind;
  }

  private readNumber(start: number): TokenKind {
    const { bytes } = this;
    // The common literal, plain digits, is read here; everything else by the general rules.
    let end = start + 1;
    let code = bytes[end] as number;
    while (code >= 0x30 && code <= 0x39) {
      end += 1;
      code = bytes[end] as number;
    }
    if (code !== 0x2e && this.words[code] !== 1 && end - start < 20) return this.take(T.integer, start, end);
    return this.readAnyNumber(start);
  }

  private readAnyNumber(start: number): TokenKind {
    const number = scanNumber(this, start, this.words);
    if (number === null) return this.readWord(start);
    if (number.kind === T.end) throw syntaxError(this.text, start, this.mode);
    return this.take(number.kind, start, number.end);
  }

  /** The rarer tokens, and comments. Returns where to go on when it only skipped, or -1 when it took a token. */
  private readOther(code: number, at: number): number {
    const { text, bytes, mode } = this;
    const following = bytes[at + 1] as number;
    switch (this.classes[code]) {
      case C.prefix:
        this.readPrefix(code, at, following);
        return -1;
      case C.dollar:
        this.readDollar(at);
        return -1;
      case C.dot:
        this.readDot(at, following);
        return -1;
      case C.doubleQuote:
        if (mode.ansiQuotes) this.take(T.quotedIdentifier, at, this.ended(at, scanQuotedName(text, at)));
        else this.take(T.string, at, this.ended(at, scanQuoted(this, at, this.escapes)));
        return -1;
      case C.backtick:
        this.take(T.quotedIdentifier, at, this.ended(at, scanQuotedName(text, at)));
        return -1;
      case C.at:
        this.readVariable(at, following);
        return -1;
      case C.hash:
        return this.skipLine(at);
      case C.minus:
        return this.readMinus(at, following);
      case C.slash:
        if (following === 0x2a) return this.readBlockComment(at);
        this.take(T.slash, at, at + 1);
        return -1;
      case C.star:
        if (following === 0x2f && this.inExecutable) {
          this.inExecutable = false;
          return at + 2;
        }
        this.take(T.star, at, at + 1);
        return -1;
      case C.backslash:
        return this.readBackslash(at, following);
      default:
        this.readOperator(code, at, following);
        return -1;
    }
  }

  private readPrefix(code: number, at: number, following: number): void {
    const inName = this.kind === T.dot && this.end === at;
    if (following !== 0x27 || inName) {
      this.readWord(at);
      return;
    }
    const folded = code | 0x20;
    if (folded === 0x6e) this.take(T.nString, at, this.ended(at, scanQuoted(this, at + 1, this.escapes)));
    else this.take(folded === 0x78 ? T.hex : T.bit, at, this.ended(at, scanPrefixed(this.bytes, at)));
  }

  private readDollar(at: number): void {
    const inName = this.kind === T.dot && this.end === at;
    const end = inName ? 0 : this.ended(at, scanDollarQuoted(this.text, at, this.mode));
    if (end > 0) this.take(T.dollarString, at, end);
    else this.readWord(at);
  }

  /** Right behind a word a dot joins names, even where a digit follows (`a.1b`); elsewhere it may begin a number. */
  private readDot(at: number, following: number): void {
    const joins = this.end === at && (this.kind === T.word || this.kind === T.introducer);
    if (!joins && following >= 0x30 && following <= 0x39) this.readAnyNumber(at);
    else this.take(T.dot, at, at + 1);
  }

  private readVariable(at: number, following: number): void {
    const { text, mode, bytes, words } = this;
    if (following === 0x40) {
      this.take(T.atAt, at, at + 2);
    } else if (following === 0x60 || (following === 0x22 && mode.ansiQuotes)) {
      this.take(T.userVariable, at, this.ended(at, scanQuotedName(text, at + 1)));
    } else if (following === 0x27 || following === 0x22) {
      this.take(T.userVariable, at, this.ended(at, scanQuoted(this, at + 1, this.escapes)));
    } else {
      let end = at + 1;
      while (bytes[end] === 0x2e || words[bytes[end] as number] === 1) end += 1;
      this.take(T.userVariable, at, end);
    }
  }

  /** `#` and `--` comments end with their line. A NUL byte inside ends the statement on the server: refused. */
  private skipLine(at: number): number {
    this.commentSeen = true;
    const found = this.text.indexOf('\n', at);
    const end = found < 0 ? this.length : found;
    const nul = this.text.slice(at, end).indexOf('\0');
    if (nul >= 0) throw syntaxError(this.text, at + nul, this.mode);
    return end;
  }

  private readMinus(at: number, following: number): number {
    const third = this.bytes[at + 2] as number;
    // A blank, a control character or the end must follow: `2--1` is 3.
    if (following === 0x2d && (third <= 0x20 || third === 0x7f)) return this.skipLine(at);
    if (following !== 0x3e) this.take(T.minus, at, at + 1);
    else if (third === 0x3e) this.take(T.arrowArrow, at, at + 3);
    else this.take(T.arrow, at, at + 2);
    return -1;
  }

  private readBlockComment(at: number): number {
    const { text, mode } = this;
    this.commentSeen = true;
    if (isExecutableComment(text, at, mode)) {
      this.executableComments = true;
      const body = executableBodyStart(text, at, mode);
      if (body < 0) return this.ended(at, commentEnd(text, at + 3, true));
      // One level only: the first end that follows ends the code, as on the servers.
      this.inExecutable = true;
      return body;
    }
    const end = this.ended(at, commentEnd(text, at + 2, false));
    if (isDirective(text, at)) {
      this.directives ??= [];
      this.directives.push({ start: at, end });
    } else if (isHint(text, at) && this.kind === T.word && takesHint(this.keyword)) {
      this.take(T.hint, at, end);
      return -1;
    }
    return end;
  }

  /** MariaDB still reads `\N` as NULL. */
  private readBackslash(at: number, following: number): number {
    if (following !== 0x4e || this.mode.flavour !== 'mariadb') throw syntaxError(this.text, at, this.mode);
    this.take(T.word, at, at + 2);
    this.keyword = K.NULL;
    return -1;
  }

  private readOperator(code: number, at: number, following: number): void {
    const third = this.bytes[at + 2];
    switch (this.classes[code]) {
      case C.less:
        if (following === 0x3d && third === 0x3e) this.take(T.nullSafeEqual, at, at + 3);
        else if (following === 0x3d) this.take(T.lessEqual, at, at + 2);
        else if (following === 0x3e) this.take(T.notEqual, at, at + 2);
        else if (following === 0x3c) this.take(T.shiftLeft, at, at + 2);
        else this.take(T.less, at, at + 1);
        return;
      case C.greater:
        if (following === 0x3d) this.take(T.greaterEqual, at, at + 2);
        else if (following === 0x3e) this.take(T.shiftRight, at, at + 2);
        else this.take(T.greater, at, at + 1);
        return;
      case C.bang:
        if (following === 0x3d) this.take(T.notEqual, at, at + 2);
        else this.take(T.bang, at, at + 1);
        return;
      case C.ampersand:
        if (following === 0x26) this.take(T.andAnd, at, at + 2);
        else this.take(T.ampersand, at, at + 1);
        return;
      case C.pipe:
        if (following === 0x7c) this.take(T.orOr, at, at + 2);
        else this.take(T.pipe, at, at + 1);
        return;
      case C.colon:
        if (following === 0x3d) this.take(T.assign, at, at + 2);
        else this.take(T.colon, at, at + 1);
        return;
      default:
        throw syntaxError(this.text, at, this.mode);
    }
  }
}

function takesHint(keyword: number): boolean {
  switch (keyword) {
    case K.SELECT:
    case K.INSERT:
    case K.REPLACE:
    case K.UPDATE:
    case K.DELETE:
      return true;
    default:
      return false;
  }
}

const shared = new Lexer();

/** All tokens of a text (one statement or many). Throws SqlError 1064. Linear time. */
export function tokenize(text: SqlText, mode: LexMode): TokenList {
  shared.reset(text, mode);
  let capacity = 32 + (text.length >> 2);
  let kinds = new Uint8Array(capacity);
  let keywords = new Uint16Array(capacity);
  let starts = new Int32Array(capacity);
  let ends = new Int32Array(capacity);
  let count = 0;
  for (;;) {
    const kind = shared.next();
    if (count === capacity) {
      capacity *= 2;
      kinds = grown(kinds, new Uint8Array(capacity));
      keywords = grown(keywords, new Uint16Array(capacity));
      starts = grown(starts, new Int32Array(capacity));
      ends = grown(ends, new Int32Array(capacity));
    }
    kinds[count] = kind;
    keywords[count] = shared.keyword;
    starts[count] = shared.start;
    ends[count] = shared.end;
    count += 1;
    if (kind === T.end) break;
  }
  const { directives, executableComments } = shared;
  shared.release();
  return { count, kinds, keywords, starts, ends, directives: directives ?? none, executableComments };
}

function grown<A extends Uint8Array | Uint16Array | Int32Array>(old: A, larger: A): A {
  larger.set(old);
  return larger;
}
