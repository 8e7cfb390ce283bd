// The lexer: every token form, comments that are code, modes, and what must hold for any bytes.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SqlError } from '../../../src/errors/sql-error.ts';
import { K } from '../../../src/sql/lexer/keywords.ts';
import { keywordName, keywordOf } from '../../../src/sql/lexer/keywords-lookup.ts';
import { isReserved } from '../../../src/sql/lexer/keywords-reserved.ts';
import { tokenize } from '../../../src/sql/lexer/lexer.ts';
import { T } from '../../../src/sql/lexer/token.ts';
import { defaultMode, type LexMode, withSqlMode } from '../../../src/sql/mode.ts';
import { syntaxError } from '../../../src/sql/syntax-error.ts';
import { timeRatio } from './linear-time.ts';

const mariadb = defaultMode('mariadb', 101106);
const mysql = defaultMode('mysql', 90700);
const kindNames = new Map<number, string>(Object.entries(T).map(([name, kind]) => [kind, name]));

/** `kind:text` per token without the end; keywords as `KEYWORD`. */
function lex(sql: string, mode: LexMode = mariadb): string[] {
  const text = Buffer.from(sql, 'utf8').toString('latin1');
  const { count, kinds, keywords, starts, ends } = tokenize(text, mode);
  return Array.from({ length: count - 1 }, (_, i) => {
    const keyword = keywordName(keywords[i] ?? 0);
    const spelling = Buffer.from(text.slice(starts[i], ends[i]), 'latin1').toString('utf8');
    return keyword === '' ? `${kindNames.get(kinds[i] ?? 0)}:${spelling}` : keyword;
  });
}

function errorOf(sql: string, mode: LexMode = mariadb): string {
  try {
    lex(sql, mode);
  } catch (error) {
    if (error instanceof SqlError && error.errno === 1064) return error.message;
    throw error;
  }
  return '';
}

describe('literals', () => {
  test.each([
    ['7', 'integer:7'],
    ['18446744073709551615', 'integer:18446744073709551615'],
    ['00000000000000000000000000007', 'integer:00000000000000000000000000007'],
    ['18446744073709551616', 'decimal:18446744073709551616'],
    ['.5', 'decimal:.5'],
    ['5.', 'decimal:5.'],
    ['1e3', 'float:1e3'],
    ['1E+3', 'float:1E+3'],
    ['.5e-2', 'float:.5e-2'],
    ['0x1fA', 'hex:0x1fA'],
    ["X'1F'", "hex:X'1F'"],
    ['0b01', 'bit:0b01'],
    ["b'01'", "bit:b'01'"],
    ["N'x'", "nString:N'x'"],
    ["'it''s'", "string:'it''s'"],
    ["'it\\'s'", "string:'it\\'s'"],
    ['"x\'y"', 'string:"x\'y"'],
    ["''", "string:''"],
    [`'${'x'.repeat(500)}\\'${"''".repeat(300)}'`, `string:'${'x'.repeat(500)}\\'${"''".repeat(300)}'`],
  ])('%s', (sql, token) => {
    expect(lex(sql)).toEqual([token]);
  });

  test('parts of a string stay apart, an introducer is a token', () => {
    expect(lex('_utf8mb4\'x\' "y"')).toEqual(['introducer:_utf8mb4', "string:'x'", 'string:"y"']);
    expect(lex("_nosuch'x'")).toEqual(['word:_nosuch', "string:'x'"]);
  });

  test('what looks like a number and is a name', () => {
    expect(lex('1abc 0X37 0x 0b2 1e 1é')).toEqual([
      'word:1abc',
      'word:0X37',
      'word:0x',
      'word:0b2',
      'word:1e',
      'word:1é',
    ]);
    expect(lex('1e+')).toEqual(['word:1e', 'plus:+']);
    expect(lex('1..2')).toEqual(['decimal:1.', 'decimal:.2']);
  });
});

describe('names', () => {
  test('a word joined to a dot is no keyword, behind the dot neither', () => {
    expect(lex('select.from')).toEqual(['word:select', 'dot:.', 'word:from']);
    expect(lex('a. from')).toEqual(['word:a', 'dot:.', 'FROM']);
    expect(lex('a .from')).toEqual(['word:a', 'dot:.', 'word:from']);
    expect(lex('t.*')).toEqual(['word:t', 'dot:.', 'star:*']);
  });

  test('digits behind a dot', () => {
    expect(lex('a.1b.c t.5')).toEqual([
      'word:a',
      'dot:.',
      'word:1b',
      'dot:.',
      'word:c',
      'word:t',
      'dot:.',
      'word:5',
    ]);
    expect(lex('a .1b')).toEqual(['word:a', 'decimal:.1', 'word:b']);
    expect(lex('`a`.1b')).toEqual(['quotedIdentifier:`a`', 'decimal:.1', 'word:b']);
  });

  test('quoted', () => {
    expect(lex('`a``b` "c"')).toEqual(['quotedIdentifier:`a``b`', 'string:"c"']);
    expect(lex('"a""b"', withSqlMode(mariadb, 'ANSI_QUOTES'))).toEqual(['quotedIdentifier:"a""b"']);
  });

  test('variables', () => {
    expect(lex('@a.b @`x y` @\'q\' @"r" @@sql_mode @@global.sql_mode')).toEqual([
      'userVariable:@a.b',
      'userVariable:@`x y`',
      "userVariable:@'q'",
      'userVariable:@"r"',
      'atAt:@@',
      'word:sql_mode',
      'atAt:@@',
      'GLOBAL',
      'dot:.',
      'word:sql_mode',
    ]);
    expect(lex("'u'@'%' root@localhost")).toEqual([
      "string:'u'",
      "userVariable:@'%'",
      'word:root',
      'userVariable:@localhost',
    ]);
  });

  test('dollars', () => {
    expect(lex('$$ a$b')).toEqual(['word:$$', 'word:a$b']);
    expect(lex('$$ x; y $$ a$b $t$ $$ $t$', mysql)).toEqual([
      'dollarString:$$ x; y $$',
      'word:a$b',
      'dollarString:$t$ $$ $t$',
    ]);
    expect(errorOf('select $$', mysql)).toContain("near '$$' at line 1");
  });

  test('\\N is NULL on MariaDB', () => {
    expect(lex('\\N')).toEqual(['NULL']);
    expect(errorOf('\\N', mysql)).toContain("near '\\N'");
  });
});

test('operators', () => {
  expect(
    lex('<=> <= <> < << >= >> > != ! := : && & || | -> ->> - -- \n+ % ^ ~ = / * ?').map(
      (t) => t.split(':')[0],
    ),
  ).toEqual([
    'nullSafeEqual',
    'lessEqual',
    'notEqual',
    'less',
    'shiftLeft',
    'greaterEqual',
    'shiftRight',
    'greater',
    'notEqual',
    'bang',
    'assign',
    'colon',
    'andAnd',
    'ampersand',
    'orOr',
    'pipe',
    'arrow',
    'arrowArrow',
    'minus',
    'plus',
    'percent',
    'caret',
    'tilde',
    'equal',
    'slash',
    'star',
    'param',
  ]);
});

describe('comments', () => {
  test('2--1 has none', () => {
    expect(lex('2--1')).toEqual(['integer:2', 'minus:-', 'minus:-', 'integer:1']);
    expect(lex('2--\t1\n+3 --')).toEqual(['integer:2', 'plus:+', 'integer:3']);
    expect(lex('1 # x\n+2/* y */+3/**/')).toEqual([
      'integer:1',
      'plus:+',
      'integer:2',
      'plus:+',
      'integer:3',
    ]);
  });

  /** Each as the server answered it; `x` is code when the comment runs. */
  test.each([
    ['/*! x */', true, true],
    ['/*!50000 x */', true, true],
    ['/*!50699 x */', true, true],
    ['/*!50700 x */', false, true],
    ['/*!80000 x */', false, true],
    ['/*!99999 x */', false, false],
    ['/*!100000 x */', true, false],
    ['/*!101106 x */', true, false],
    ['/*!101107 x */', false, false],
    ['/*!080000 x */', false, true],
    ['/*!090800 x */', false, false],
    ['/*M! x */', true, false],
    ['/*M!100000 x */', true, false],
    ['/*M!080000 x */', true, false],
    ['/*M!999999 x */', false, false],
    ['/*!40101x*/', true, true],
    ['/* x */', false, false],
    ['/*+ x */', false, false],
  ])('fault 51: %s runs on MariaDB: %s, on MySQL: %s', (sql, onMariadb, onMysql) => {
    expect(lex(sql, mariadb).includes('word:x')).toBe(onMariadb);
    expect(lex(sql, mysql).includes('word:x')).toBe(onMysql);
  });

  test('a version of six digits needs white space behind it on MySQL', () => {
    expect(lex('/*!0800000*/', mysql)).toEqual(['integer:00']);
    expect(lex('/*!050700x*/', defaultMode('mysql', 80033))).toEqual(['word:0x']);
  });

  test('fault 52: nested comments', () => {
    expect(lex('1 /*! +2 /* x */ +3 */ +4').length).toBe(7);
    expect(lex('1 /*!99999 /* x */ +3 */ +4')).toEqual(['integer:1', 'plus:+', 'integer:4']);
    expect(lex('1 /*!50000 +2 /*!99999 +3 */ +4 */').length).toBe(5);
    // The end of the inner one ends the outer one too: the server refuses the second.
    expect(lex('1 /*!50000 +1 /*!40000 +1 */ */').slice(-2)).toEqual(['star:*', 'slash:/']);
  });

  test('hints stand behind the verb', () => {
    expect(lex('SELECT /*+ BKA(t) */ 1 /*+ x */')).toEqual(['SELECT', 'hint:/*+ BKA(t) */', 'integer:1']);
    expect(lex('a /*+ x */')).toEqual(['word:a']);
  });

  test('directives are collected', () => {
    const text = 'SELECT /*vt+ A=1 */ 1 /*vt+ B=2 */';
    const { directives, executableComments } = tokenize(text, mariadb);
    expect(directives.map((d) => text.slice(d.start, d.end))).toEqual(['/*vt+ A=1 */', '/*vt+ B=2 */']);
    expect(executableComments).toBe(false);
    expect(tokenize('SELECT /*!99999 1 */', mariadb).executableComments).toBe(true);
  });
});

describe('fault 54: sql_mode', () => {
  test('NO_BACKSLASH_ESCAPES', () => {
    const plain = withSqlMode(mariadb, 'no_backslash_escapes');
    const sql = "'a\\' UNION SELECT 42 -- '";
    expect(lex(sql)).toEqual([`string:${sql}`]);
    expect(lex(sql, plain)).toEqual(["string:'a\\'", 'UNION', 'SELECT', 'integer:42']);
  });

  test('combination modes', () => {
    const ansi = withSqlMode(mariadb, 'STRICT_TRANS_TABLES,ANSI');
    expect([ansi.ansiQuotes, ansi.pipesAsConcat, ansi.ignoreSpace, ansi.realAsFloat]).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(withSqlMode(mariadb, 'STRICT_TRANS_TABLES')).toEqual(mariadb);
  });
});

describe('fault 53: charsets', () => {
  test('the no-break space of latin1 is white space there only', () => {
    const text = 'a\xa0b';
    const count = (charset: string) => tokenize(text, { ...mariadb, charset }).count - 1;
    expect(count('utf8mb4')).toBe(1);
    expect(count('latin1')).toBe(2);
    expect(() => count('cp1251')).toThrow(SqlError);
  });
});

describe('fault 52: errors', () => {
  test.each([
    ["SELECT 'abc", "''abc' at line 1"],
    ['SELECT `abc', "'`abc' at line 1"],
    ['SELECT\n\n1 /* x', "'/* x' at line 3"],
    ['SELECT 1 /*!50000 +1', "'' at line 1"],
    ["x'1'", "'x'1'' at line 1"],
    ["b'12'", "'b'12'' at line 1"],
    ['1.5ex', "'1.5ex' at line 1"],
    ['SELECT [', "'[' at line 1"],
    ['SELECT 1 # a\0b', "'' at line 1"],
    ['SELECT \x01', "'\x01' at line 1"],
    ["SELECT '\\", "''\\' at line 1"],
  ])('%s', (sql, near) => {
    expect(errorOf(sql)).toContain(`MariaDB server version for the right syntax to use near ${near}`);
    expect(errorOf(sql, mysql)).toContain(`MySQL server version for the right syntax to use near ${near}`);
  });

  test('the near text ends after 80 bytes, between characters', () => {
    const near = (sql: string, mode: LexMode) =>
      /near '(.*)' at/s.exec(syntaxError(Buffer.from(sql).toString('latin1'), 0, mode).message)?.[1];
    const ascii = 'from '.concat('abcdefghij'.repeat(12));
    expect(near(ascii, mariadb)).toBe(`${ascii.slice(0, 77)}...`);
    expect(near(ascii, mysql)).toBe(ascii.slice(0, 80));
    expect(near(`from x${'äöü'.repeat(50)}`, mariadb)).toBe(`from x${'äöü'.repeat(50).slice(0, 35)}...`);
    expect(near('a'.repeat(80), mariadb)).toBe('a'.repeat(80));
  });
});

describe('keywords', () => {
  test('every keyword is found in any case, and nothing else', () => {
    for (const [name, keyword] of Object.entries(K)) {
      if (keyword === K.NONE) continue;
      const word = keywordName(keyword);
      expect(word === name || name === 'NONE_').toBe(true);
      expect(keywordOf(word)).toBe(keyword);
      expect(keywordOf(word.toLowerCase())).toBe(keyword);
      expect(keywordOf(`${word}_`)).not.toBe(keyword);
    }
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz_0'), minLength: 1 }),
        (word) => {
          const known = Object.hasOwn(K, word.toUpperCase()) ? keywordName(keywordOf(word)) : '';
          expect(keywordName(keywordOf(word))).toBe(known);
        },
      ),
    );
  });

  test('reserved words by flavour', () => {
    expect([isReserved(K.SELECT, 'mysql'), isReserved(K.SELECT, 'mariadb')]).toEqual([true, true]);
    expect([isReserved(K.RANK, 'mysql'), isReserved(K.RANK, 'mariadb')]).toEqual([true, false]);
    expect([isReserved(K.OFFSET, 'mysql'), isReserved(K.OFFSET, 'mariadb')]).toEqual([false, true]);
    expect([isReserved(K.MANUAL, 'mysql'), isReserved(K.LIBRARY, 'mysql')]).toEqual([false, false]);
    expect([isReserved(K.NONE, 'mysql'), isReserved(K.NONE_, 'mariadb')]).toEqual([false, false]);
  });
});

// ------------------------------------------------------------------------------------------- properties

const pieces = [
  'SELECT',
  ' ',
  'a',
  '.',
  '1',
  '0x1f',
  'e',
  '+',
  '-',
  '--',
  '-- ',
  '\n',
  '#',
  '/*',
  '*/',
  '/*!',
  '/*!50000',
  '/*M!',
  '/*+',
  '/*vt+',
  "'",
  '"',
  '`',
  '\\',
  '@',
  '@@',
  '$',
  '$$',
  '(',
  ')',
  ',',
  ';',
  '?',
  '<',
  '=',
  '>',
  '!',
  ':',
  '|',
  '&',
  '_utf8',
  'x',
  'N',
  '\0',
  '\x80',
  'ä',
  '{',
  '}',
  '[',
  '99999',
];
const sqlLike = fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((parts) => parts.join(''));
const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array).toString('latin1'));
const modes = fc
  .record({
    base: fc.constantFrom(mariadb, mysql),
    ansiQuotes: fc.boolean(),
    noBackslashEscapes: fc.boolean(),
    charset: fc.constantFrom('utf8mb4', 'latin1', 'cp1251'),
  })
  .map(({ base, ...rest }): LexMode => ({ ...base, ...rest }));

test('any bytes: tokens and what stands between them tile the text, or it is error 1064', () => {
  fc.assert(
    fc.property(fc.oneof(sqlLike, bytes), modes, (text, mode) => {
      try {
        const { count, kinds, starts, ends } = tokenize(text, mode);
        let at = 0;
        for (let i = 0; i < count; i += 1) {
          const start = starts[i] ?? -1;
          const end = ends[i] ?? -1;
          expect(start).toBeGreaterThanOrEqual(at);
          expect(end > start || kinds[i] === T.end).toBe(true);
          expect(isTrivia(text.slice(at, start))).toBe(true);
          at = end;
        }
        expect(at).toBe(text.length);
      } catch (error) {
        if (!(error instanceof SqlError)) throw error;
        expect(error.errno).toBe(1064);
      }
    }),
    { numRuns: 3000 },
  );
});

/** White space and comments; of executable comments the delimiters, versions and skipped ones. */
function isTrivia(gap: string): boolean {
  let rest = gap;
  while (rest !== '') {
    const found = /^(\s|#[^\n]*|--[^\n]*|\/\*[\s\S]*?\*\/|\/\*M?!\d*|\*\/|[\s\S]*\*\/)/.exec(rest);
    if (found === null) return false;
    rest = rest.slice(found[0].length);
  }
  return true;
}

describe('fault 43: linear time', () => {
  const half = 1 << 19;
  const build = (unit: string, size: number) => unit.repeat(Math.ceil(size / unit.length)).slice(0, size);
  test.each([
    '/*',
    "'",
    '"',
    '`',
    ' ',
    '--',
    '-- \n',
    '#\n',
    '(',
    '/*! */',
    '/*!99999 /* */ */',
    '/*!99999*/',
    "'\\'",
    "''",
    'a ',
    '\\',
    '/**/',
    '.',
    '1',
    '@',
    '0x',
    '$$',
    `'${'x'.repeat(70)}' `,
    `'${'\\n'.repeat(70)}' `,
    '/*vt+*/',
    '_',
  ])('of %j', (unit) => {
    expect(timeRatio(build(unit, half), build(unit, 2 * half), lexAnything)).toBeLessThan(2.5);
  });
});

function lexAnything(text: string): void {
  try {
    tokenize(text, mariadb);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
  }
}
