// What the lexer must know about a session: the server's flavour and version, sql_mode, charset.

/**
 * SQL text as a binary string: the client's bytes decoded as latin1, so one char is one byte and every offset is a
 * byte offset. Made by `buffer.latin1Slice()`, turned back by `Buffer.from(text, 'latin1')`.
 */
export type SqlText = string;

export type Flavour = 'mariadb' | 'mysql';

/** The facts on which reading a text depends. Two sessions with equal modes read every text alike. */
export interface LexMode {
  /** Whose grammar: executable comments, reserved words, wording of errors. */
  readonly flavour: Flavour;
  /** The server's version as major * 10000 + minor * 100 + patch: 101106, 90700. */
  readonly version: number;
  /** `"x"` is an identifier, not a string. */
  readonly ansiQuotes: boolean;
  /** A backslash in a string is a plain character. */
  readonly noBackslashEscapes: boolean;
  /** `||` concatenates instead of being OR (parser). */
  readonly pipesAsConcat: boolean;
  /** Space may stand between a function's name and its parenthesis (parser). */
  readonly ignoreSpace: boolean;
  /** NOT binds as tightly as `!` (parser). */
  readonly highNotPrecedence: boolean;
  /** REAL is FLOAT (parser). */
  readonly realAsFloat: boolean;
  /** A string literal without a character is NULL (MariaDB). */
  readonly emptyStringIsNull: boolean;
  /** character_set_client by MySQL's name: `utf8mb4`, `latin1` ... Decides how identifiers are decoded. */
  readonly charset: string;
}

/** MySQL's and MariaDB's default settings. For offline tools and tests. */
export function defaultMode(flavour: Flavour = 'mariadb', version?: number): LexMode {
  return {
    flavour,
    version: version ?? (flavour === 'mariadb' ? 101106 : 90700),
    ansiQuotes: false,
    noBackslashEscapes: false,
    pipesAsConcat: false,
    ignoreSpace: false,
    highNotPrecedence: false,
    realAsFloat: false,
    emptyStringIsNull: false,
    charset: 'utf8mb4',
  };
}

/**
 * The mode with its sql_mode flags taken from the value of `@@sql_mode` (comma list, any case). Combination modes
 * (`ANSI`, `ORACLE`, ...) imply flags even where the server did not spell them out.
 */
export function withSqlMode(mode: LexMode, sqlMode: string): LexMode {
  const set = new Set(
    sqlMode
      .toUpperCase()
      .split(',')
      .map((name) => name.trim()),
  );
  const combined = ansiLike.some((name) => set.has(name));
  return {
    ...mode,
    ansiQuotes: combined || set.has('ANSI_QUOTES'),
    noBackslashEscapes: set.has('NO_BACKSLASH_ESCAPES'),
    pipesAsConcat: combined || set.has('PIPES_AS_CONCAT'),
    ignoreSpace: combined || set.has('IGNORE_SPACE'),
    highNotPrecedence: set.has('HIGH_NOT_PRECEDENCE'),
    realAsFloat: set.has('ANSI') || set.has('REAL_AS_FLOAT'),
    emptyStringIsNull: mode.flavour === 'mariadb' && set.has('EMPTY_STRING_IS_NULL'),
  };
}

/** Modes that switch on ANSI_QUOTES, PIPES_AS_CONCAT and IGNORE_SPACE on MariaDB; on MySQL only ANSI is left of them. */
const ansiLike = ['ANSI', 'ORACLE', 'MSSQL', 'POSTGRESQL', 'DB2', 'MAXDB'];

/**
 * Charsets in which a byte below 0x80 may be the tail of a character, so that a byte-wise lexer would see quotes
 * and backslashes that are none, or is another character (swe7). Also those no client may use at all. Sessions must refuse
 * them.
 */
const unsafeCharsets = new Set([
  'big5',
  'cp932',
  'gbk',
  'gb18030',
  'sjis',
  'swe7',
  'ucs2',
  'utf16',
  'utf16le',
  'utf32',
]);

/** Whether texts in the charset may be read byte by byte (every byte below 0x80 is that ASCII character). */
export function isAsciiSafeCharset(charset: string): boolean {
  return !unsafeCharsets.has(charset.toLowerCase());
}
