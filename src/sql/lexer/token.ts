// Token kinds and the token list the parser walks.

/**
 * Token kinds, small integers for dense `switch` tables.
 * A word is any unquoted identifier; its keyword number (`K`, 0 when none) travels beside its kind.
 */
export const T = {
  /** End of the text; its span is empty. */
  end: 0,
  /** Unquoted word: identifier, keyword, function name, `1abc`, `$$`; `\N` on MariaDB with keyword NULL. */
  word: 1,
  /** `` `x` `` or, under ANSI_QUOTES, `"x"`; the span includes the quotes. Spell it out with `identifierName`. */
  quotedIdentifier: 2,
  /** Decimal digits whose value fits 64 bits unsigned. */
  integer: 3,
  /** `1.5`, `.5`, `5.`, and integers beyond 64 bits. */
  decimal: 4,
  /** With an exponent: `1e3`, `.5E-2`. */
  float: 5,
  /** `'x'` or `"x"`: one part; adjacent parts are one literal, which the parser joins. */
  string: 6,
  /** `N'x'`. */
  nString: 7,
  /** `0x1F` or `x'1F'`. */
  hex: 8,
  /** `0b101` or `b'101'`. */
  bit: 9,
  /** `_utf8mb4` with a known charset's name; `_` words of no charset are plain words. */
  introducer: 10,
  /** `?` */
  param: 11,
  /** `@x`, `` @`x` ``, `@'x'`, `@"x"`, or a lone `@`; the host part of `user@host` arrives as one too. */
  userVariable: 12,
  /** `@@`; words (GLOBAL, SESSION, the name) and dots follow as tokens of their own. */
  atAt: 13,
  /** The contents of `/*+ ... *\/` right after SELECT, INSERT, REPLACE, UPDATE or DELETE, delimiters included. */
  hint: 14,
  /** MySQL 9's `$tag$ ... $tag$`, only in bodies of routines. */
  dollarString: 15,

  openParen: 16,
  closeParen: 17,
  comma: 18,
  semicolon: 19,
  dot: 20,
  star: 21,
  openBrace: 22,
  closeBrace: 23,
  colon: 24,

  /** `=` */
  equal: 30,
  /** `<=>` */
  nullSafeEqual: 31,
  /** `<>` and `!=` */
  notEqual: 32,
  less: 33,
  lessEqual: 34,
  greater: 35,
  greaterEqual: 36,
  plus: 37,
  minus: 38,
  slash: 39,
  percent: 40,
  /** `&&` */
  andAnd: 41,
  /** `||` */
  orOr: 42,
  /** `!` */
  bang: 43,
  ampersand: 44,
  pipe: 45,
  caret: 46,
  tilde: 47,
  shiftLeft: 48,
  shiftRight: 49,
  /** `:=` */
  assign: 50,
  /** `->` */
  arrow: 51,
  /** `->>` */
  arrowArrow: 52,
} as const;

/** A value of `T`. */
export type TokenKind = (typeof T)[keyof typeof T];

/** A stretch of the text, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * All tokens of a text, by index, comments and white space left out. Token `count - 1` is `T.end`; the arrays may be
 * longer than `count`. Read-only for everybody but the lexer.
 */
export interface TokenList {
  readonly count: number;
  /** `T` per token. */
  readonly kinds: Uint8Array;
  /** `K` per token: 0 except for words that are keywords. A word after a dot is never a keyword. */
  readonly keywords: Uint16Array;
  readonly starts: Int32Array;
  /** End offsets, exclusive. */
  readonly ends: Int32Array;
  /** The `/*vt+ ... *\/` comments, delimiters included, in order. */
  readonly directives: readonly Span[];
  /** Whether the text has executable comments (`/*! *\/`, `/*M! *\/`), whether they run or not. */
  readonly executableComments: boolean;
}
