// The normaliser: what leaves the key and what stays, and that one key means one plan.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SqlError } from '../../../src/errors/sql-error.ts';
import { tokenize } from '../../../src/sql/lexer/lexer.ts';
import { defaultMode, type LexMode, withSqlMode } from '../../../src/sql/mode.ts';
import { normalize, normalizeByToken } from '../../../src/sql/normalize/normalize.ts';
import {
  type Normalized,
  S,
  slotAt,
  slotCount,
  slotEnd,
  slotItems,
  slotKind,
  slotStart,
  spellingOf,
} from '../../../src/sql/normalize/slot.ts';
import { parseStatement } from '../../../src/sql/parser/parse.ts';
import { timeRatio } from './linear-time.ts';
import { literalFreeTree, respelled } from './normalize-support.ts';

const mode = defaultMode('mariadb', 101106);
const kindNames = new Map<number, string>(Object.entries(S).map(([name, kind]) => [kind, name]));

/** The key with NUL shown as `~`. */
const key = (sql: string, lexMode: LexMode = mode) => normalize(sql, lexMode).key.replaceAll('\0', '~');

function slots(sql: string): string[] {
  const normalized = normalize(sql, mode);
  return Array.from(
    { length: slotCount(normalized) },
    (_, i) =>
      `${kindNames.get(slotKind(normalized, i))}:${sql.slice(slotStart(normalized, i), slotEnd(normalized, i))}`,
  );
}

describe('scalars', () => {
  test.each([
    ['SELECT c FROM t WHERE id=7', 'SELECT c FROM t WHERE id=~i', ['integer:7']],
    ['SELECT c FROM t WHERE id = -7', 'SELECT c FROM t WHERE id = -~i', ['integer:7']],
    [
      'UPDATE t SET a=1.5, b=.5e3 WHERE c="x"',
      'UPDATE t SET a=~d, b=~f WHERE c=~s',
      ['decimal:1.5', 'float:.5e3', 'string:"x"'],
    ],
    [
      "DELETE FROM t WHERE a=x'41' OR a=0x41 OR a=b'1' OR a=0b1",
      'DELETE FROM t WHERE a=~h OR a=~x OR a=~b OR a=~y',
      ["hex:x'41'", 'hex:0x41', "bit:b'1'", 'bit:0b1'],
    ],
    [
      "SELECT c FROM t WHERE a='x' 'y'  AND b=_utf8mb4 'z' AND d=N'q'",
      'SELECT c FROM t WHERE a=~s  AND b=_utf8mb4 ~s AND d=~n',
      ["string:'x' 'y'", "string:_utf8mb4 'z'", "nString:N'q'"],
    ],
    [
      "SELECT c FROM t WHERE d=DATE '2024-01-01' AND date='x'",
      'SELECT c FROM t WHERE d=DATE ~t AND date=~s',
      ["temporal:DATE '2024-01-01'", "string:'x'"],
    ],
    ['SELECT c FROM t LIMIT 5, 10', 'SELECT c FROM t LIMIT ~i, ~i', ['integer:5', 'integer:10']],
    ['SELECT c FROM t WHERE a=? AND b=1', 'SELECT c FROM t WHERE a=? AND b=~i', ['integer:1']],
    ['SELECT c FROM t WHERE a=TRUE AND b IS NULL', 'SELECT c FROM t WHERE a=TRUE AND b IS NULL', []],
    ['SELECT a.1b FROM t WHERE t.5=5', 'SELECT a.1b FROM t WHERE t.5=~i', ['integer:5']],
    ['SELECT `1` FROM `t 1` WHERE `a 1`=1', 'SELECT `1` FROM `t 1` WHERE `a 1`=~i', ['integer:1']],
    ['SELECT a FROM t WHERE x IN (7)', 'SELECT a FROM t WHERE x IN (~i)', ['integer:7']],
    ["INSERT INTO t SET a=1, b='x'", 'INSERT INTO t SET a=~i, b=~s', ['integer:1', "string:'x'"]],
    [
      'SELECT a FROM t WHERE @@global.where = 1 AND @a = 1',
      'SELECT a FROM t WHERE @@global.where = ~i AND @a = ~=i0;',
      ['integer:1', 'integer:1'],
    ],
  ])('%s', (sql, expectedKey, expectedSlots) => {
    expect(key(sql)).toBe(expectedKey);
    expect(slots(sql)).toEqual(expectedSlots);
  });

  test('trap 27: the equality pattern is in the key', () => {
    const of = (a: string, b: string) => key(`SELECT x FROM a, b WHERE a.id=${a} AND b.id=${b}`);
    expect(of('5', '5')).toBe(of('6', '6'));
    expect(of('5', '6')).toBe(of('7', '8'));
    expect(of('5', '5')).not.toBe(of('5', '6'));
    expect(of("'5'", '5')).toBe(of("'6'", '6'));
    expect(of('5', '5')).not.toBe(of('5', '05'));
    const sql = 'SELECT x FROM a WHERE a=5 AND b=5 AND c=6';
    const normalized = normalize(sql, mode);
    expect(spellingOf(normalized, sql, 0)).toBe(spellingOf(normalized, sql, 1));
    expect(spellingOf(normalized, sql, 0)).not.toBe(spellingOf(normalized, sql, 2));
  });

  test('trap 27: also among many slots', () => {
    const many = (values: readonly number[]) =>
      key(`SELECT x FROM a WHERE ${values.map((v) => `a=${v}`).join(' OR ')}`);
    const values = Array.from({ length: 40 }, (_, i) => i + 100);
    expect(many(values)).toBe(many(values.map((v) => v + 1000)));
    expect(many([...values, 100])).toContain('~=i0;');
    expect(many([...values, 139])).toContain('~=i39;');
    expect(many([...values, 139])).not.toBe(many([...values, 138]));
  });
});

describe('kept in the key', () => {
  test.each([
    'SELECT 1, a+2 AS x, (SELECT b FROM u WHERE c=3) FROM t',
    'SELECT a FROM t GROUP BY a+1',
    'SELECT a+1 FROM t GROUP BY a+1 HAVING a+1 > 5',
    'SELECT a FROM t ORDER BY 2, FIELD(a, 3, 4)',
    "SELECT a FROM t ORDER BY a COLLATE 'utf8mb4_bin'",
    'SELECT a FROM t WHERE b > NOW(6) - INTERVAL 5 DAY',
    'SELECT a FROM t WHERE b > c - INTERVAL -5 DAY',
    'SELECT a FROM t WHERE CAST(b AS DECIMAL(10,2)) = c',
    'SELECT a FROM t WHERE CONVERT(b, CHAR(3)) = c',
    "SELECT a FROM t WHERE b->'$.x' = c AND b->>'$.y' = d",
    "SELECT a FROM t WHERE b LIKE c ESCAPE '|'",
    "SELECT a FROM t HAVING GROUP_CONCAT(b SEPARATOR ';') = c",
    "SELECT a FROM t WHERE b = {d '2024-01-01'}",
    "SELECT a FROM t AS 'x' 'y', u AS 'z'",
    "SELECT a FROM t, JSON_TABLE(t.b, '$[*]' COLUMNS (c INT PATH '$.c')) j",
    'SELECT a FROM t WINDOW w AS (PARTITION BY b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)',
    'SELECT a FROM t FOR UPDATE WAIT 5',
    'SELECT * FROM (VALUES (1,2),(3,4)) v',
    'VALUES ROW(1,2)',
    'DELETE FROM t RETURNING a, 5',
    'SET a = 5',
    "SHOW TABLES LIKE 'x'",
    'CREATE TABLE t (a INT DEFAULT 5)',
    'EXPLAIN SELECT a FROM t WHERE b=1',
    'SELECT 1 UNION SELECT 2',
    'SELECT 1',
  ])('%s', (sql) => {
    expect(key(sql)).toBe(sql);
    expect(slots(sql)).toEqual([]);
  });

  test.each([
    ['SELECT 1 FROM t WHERE a=1', 'SELECT 1 FROM t WHERE a=~i'],
    [
      'SELECT x FROM (SELECT 5 AS x FROM u WHERE q=7) d WHERE x=8',
      'SELECT x FROM (SELECT 5 AS x FROM u WHERE q=~i) d WHERE x=~i',
    ],
    [
      "SELECT a FROM t WHERE b=CAST('5' AS DECIMAL(10,2)) AND c=6",
      'SELECT a FROM t WHERE b=CAST(~s AS DECIMAL(10,2)) AND c=~i',
    ],
    [
      'SELECT a FROM t WHERE b=CONVERT(5, CHAR(3)) AND c=6',
      'SELECT a FROM t WHERE b=CONVERT(~i, CHAR(3)) AND c=~i',
    ],
    ['SELECT a FROM t WHERE a=1 ORDER BY 1 LIMIT 2', 'SELECT a FROM t WHERE a=~i ORDER BY 1 LIMIT ~i'],
    [
      'SELECT a FROM t WHERE a=1 GROUP BY b+1 HAVING c=2',
      'SELECT a FROM t WHERE a=~i GROUP BY b+1 HAVING c=2',
    ],
    ['SELECT 1 WHERE 2=2', 'SELECT 1 WHERE ~i=~=i0;'],
    [
      '(SELECT 1 FROM t LIMIT 1) UNION ALL (SELECT 2 FROM t WHERE a=2) LIMIT 3',
      '(SELECT 1 FROM t LIMIT ~i) UNION ALL (SELECT 2 FROM t WHERE a=~i) LIMIT ~i',
    ],
    [
      'WITH c AS (SELECT 1 FROM t WHERE a=2) SELECT * FROM c WHERE b=3',
      'WITH c AS (SELECT 1 FROM t WHERE a=~i) SELECT * FROM c WHERE b=~i',
    ],
    ['INSERT INTO t SELECT a, 5 FROM u WHERE b=6', 'INSERT INTO t SELECT a, 5 FROM u WHERE b=~i'],
    [
      'SELECT EXTRACT(YEAR FROM d), 5 FROM t WHERE SUBSTRING(a FROM 2)=3',
      'SELECT EXTRACT(YEAR FROM d), 5 FROM t WHERE SUBSTRING(a FROM ~i)=~i',
    ],
    ['UPDATE t SET value=5 WHERE window=1', 'UPDATE t SET value=~i WHERE window=1'],
  ])('%s', (sql, expected) => {
    expect(key(sql)).toBe(expected);
  });
});

describe('comments', () => {
  test('comments leave the key, except in a select list', () => {
    expect(key('/* ping */ SELECT a /* b */ FROM t /* c */ WHERE d=1 -- e')).toBe(
      ' SELECT a /* b */ FROM t WHERE d=~i ',
    );
    expect(key('SELECT a FROM t/* trace=1 */WHERE b=1')).toBe(key('SELECT a FROM t/* trace=2 */WHERE b=2'));
  });

  test('hints, directives and executable comments stay', () => {
    expect(key('SELECT /*+ BKA(t) */ a FROM t WHERE b=1')).toBe('SELECT /*+ BKA(t) */ a FROM t WHERE b=~i');
    expect(key('SELECT /*vt+ SHARD=-80 */ a FROM t WHERE b=1')).toBe(
      'SELECT /*vt+ SHARD=-80 */ a FROM t WHERE b=~i',
    );
    const closing = "SELECT a FROM t WHERE b=1 /*!50000 + 'y'*/* 2";
    expect(key(closing)).toBe(closing);
    expect(key('/*vt+ A=1 */ SELECT a FROM t WHERE b=1 /* c */')).toBe(
      '/*vt+ A=1 */ SELECT a FROM t WHERE b=~i /* c */',
    );
    for (const sql of [
      'SELECT a FROM t WHERE b=1 /*!50000 OR 1=1 */',
      'SELECT a FROM t WHERE b=1 /*!99999 OR 1=1 */',
      '/*!50000 SELECT */ a FROM t WHERE b=1',
    ]) {
      expect(key(sql)).toBe(sql);
      expect(slots(sql)).toEqual([]);
    }
  });
});

describe('IN lists', () => {
  test('two or more of one kind are one slot', () => {
    expect(key('SELECT a FROM t WHERE b IN (1, 2,-3 )')).toBe('SELECT a FROM t WHERE b IN (~li )');
    expect(key("SELECT a FROM t WHERE b IN ('x','y')")).toBe('SELECT a FROM t WHERE b IN (~ls)');
    expect(key('SELECT a FROM t WHERE b IN (1,2)')).toBe(key('SELECT a FROM t WHERE b IN (3,4,5,6)'));
    expect(key("SELECT a FROM t WHERE b IN (x'01',x'02') AND c=1")).toBe(
      'SELECT a FROM t WHERE b IN (~lh) AND c=~i',
    );
    const sql = 'SELECT a FROM t WHERE c=1 AND b NOT IN ( 1, -2 , 3) AND d=4';
    const normalized = normalize(sql, mode);
    const items = slotItems(normalized, 1);
    expect(slots(sql)).toEqual(['integer:1', 'list:1, -2 , 3', 'integer:4']);
    expect(items === null ? [] : [items.count, items.width]).toEqual([3, 1]);
  });

  test.each([
    ["IN (1,'x')", 'IN (~i,~s)'],
    ["IN (x'01',0x02)", 'IN (~h,~x)'],
    ['IN (1,a)', 'IN (~i,a)'],
    ['IN (1,NULL)', 'IN (~i,NULL)'],
    ['IN (NULL,NULL)', 'IN (NULL,NULL)'],
    ['IN (?,?)', 'IN (?,?)'],
    ['IN ((1,2),(3,4))', 'IN ((~i,~i),(~i,~i))'],
    ["IN ('a' 'b','c')", 'IN (~s,~s)'],
    ['IN (1,/* x */2)', 'IN (~i, ~i)'],
    ['IN (SELECT 1 FROM u WHERE a=2)', 'IN (SELECT 1 FROM u WHERE a=~i)'],
  ])('%s is no list', (list, expected) => {
    expect(key(`SELECT a FROM t WHERE b ${list}`)).toBe(`SELECT a FROM t WHERE b ${expected}`);
  });
});

test('more lists than are collapsed', () => {
  const lists = (n: number) => Array.from({ length: n }, () => 'b IN (1,2)').join(' AND ');
  const collapsed = key(`SELECT a FROM t WHERE ${lists(70)}`).split('~li').length - 1;
  expect(collapsed).toBe(64);
});

describe('VALUES', () => {
  test('rows are one slot, whatever their number', () => {
    expect(key("INSERT INTO t (a,b) VALUES (1,'x')")).toBe('INSERT INTO t (a,b) VALUES ~r2;');
    expect(key("INSERT INTO t (a,b) VALUES (1,'x'), (-2 , NULL),\n(DEFAULT,?)")).toBe(
      'INSERT INTO t (a,b) VALUES ~r2;p1;',
    );
    expect(key('REPLACE t VALUES(),()')).toBe('REPLACE t VALUES~r0;');
    expect(key("INSERT t VALUE (1.5,TRUE,_binary'x',x'01') ON DUPLICATE KEY UPDATE a=VALUES(a)+5")).toBe(
      'INSERT t VALUE ~r4; ON DUPLICATE KEY UPDATE a=VALUES(a)+~i',
    );
  });

  test('spans and kinds of rows and cells', () => {
    const text = "INSERT INTO t VALUES (1,'a''b'),( -2 ,?), (-2, DEFAULT )";
    const items = slotItems(normalize(text, mode), 0);
    if (items === null) throw new Error('no rows');
    const at = (spans: Int32Array, i: number) => text.slice(spans[2 * i], spans[2 * i + 1]);
    expect([items.count, items.width, items.firstParam]).toEqual([3, 2, 0]);
    expect([0, 1, 2].map((i) => at(items.spans, i))).toEqual(["(1,'a''b')", '( -2 ,?)', '(-2, DEFAULT )']);
    expect([0, 1, 2, 3, 4, 5].map((i) => at(items.cellSpans, i))).toEqual([
      '1',
      "'a''b'",
      '-2',
      '?',
      '-2',
      'DEFAULT',
    ]);
    expect([...items.cellKinds]).toEqual([S.integer, S.string, S.integer, S.param, S.integer, S.default]);
  });

  test.each([
    ['VALUES (1,NOW())', 'VALUES (~i,NOW())'],
    ['VALUES (1),(2,3)', 'VALUES (~i),(~i,~i)'],
    ['VALUES (1, 1+1)', 'VALUES (~i, ~=i0;+~=i0;)'],
    ['VALUES ROW(1),ROW(2)', 'VALUES ROW(~i),ROW(~i)'],
    ['VALUES (1)/* x */,(2)', 'VALUES ~r1; ,(~i)'],
  ])('%s', (rows, expected) => {
    expect(key(`INSERT INTO t ${rows}`)).toBe(`INSERT INTO t ${expected}`);
  });

  test('more rows than the buffers hold', () => {
    const rows = (n: number) => Array.from({ length: n }, (_, i) => `(${i},'v${i}')`).join(',');
    const sql = `INSERT INTO t VALUES ${rows(20000)}`;
    const items = slotItems(normalize(sql, mode), 0);
    expect(items?.count).toBe(20000);
    expect(sql.slice(items?.cellSpans[79998], items?.cellSpans[79999])).toBe("'v19999'");
    expect(key(sql)).toBe('INSERT INTO t VALUES ~r2;');
    expect(slotItems(normalize(`INSERT INTO t VALUES ${rows(2)}`, mode), 0)?.count).toBe(2);
  });
});

test('keys are right however many there are', () => {
  for (let round = 0; round < 2; round += 1) {
    for (let i = 0; i < 3000; i += 1) {
      const columns = `c${i}`.repeat(1 + (i % 5) * 120);
      expect(key(`SELECT ${columns} FROM t WHERE a=${i}`)).toBe(`SELECT ${columns} FROM t WHERE a=~i`);
    }
  }
});

test('slotAt finds the slot, item and cell of a literal', () => {
  const sql = "SELECT 9 FROM t WHERE a=1 AND b IN (2,-3) AND c=DATE'2024-01-01' LIMIT 4";
  const normalized = normalize(sql, mode);
  const at = (part: string) => slotAt(normalized, sql.indexOf(part));
  expect(at('9')).toBeNull();
  expect(at('1 AND')).toEqual({ slot: 0, item: 0, cell: 0 });
  expect(at('2,')).toEqual({ slot: 1, item: 0, cell: 0 });
  expect(at('3)')).toEqual({ slot: 1, item: 1, cell: 0 });
  expect(at(',-3')).toBeNull();
  expect(at('DATE')).toEqual({ slot: 2, item: 0, cell: 0 });
  expect(at('LIMIT')).toBeNull();
  const insert = "INSERT INTO t VALUES (1,'x'),(2,'y')";
  expect(slotAt(normalize(insert, mode), insert.indexOf("'y'"))).toEqual({ slot: 0, item: 1, cell: 1 });
});

test('sql_mode decides what a literal is', () => {
  const sql = 'SELECT a FROM t WHERE b="c"';
  expect(key(sql, withSqlMode(mode, 'ANSI_QUOTES'))).toBe(sql);
  expect(key(sql)).toBe('SELECT a FROM t WHERE b=~s');
  const escaped = "SELECT a FROM t WHERE b='a\\' AND c='d'";
  expect(key(escaped, withSqlMode(mode, 'NO_BACKSLASH_ESCAPES'))).toBe('SELECT a FROM t WHERE b=~s AND c=~s');
  expect(() => normalize(escaped, mode)).toThrow(SqlError);
});

// ------------------------------------------------------------------------------------------- properties

const literal = fc.constantFrom(
  '1',
  '1',
  '7',
  '42',
  '1.5',
  '.5',
  '1e3',
  "'x'",
  "'y'",
  '"z"',
  "'a' 'b'",
  "_utf8mb4'q'",
  "N'n'",
  "x'41'",
  '0x41',
  "b'1'",
  '0b1',
  "DATE '2024-01-01'",
  'NULL',
  'TRUE',
  '?',
);
const operand = fc.oneof(
  { weight: 3, arbitrary: literal },
  fc.constantFrom(
    'a',
    't.b',
    '`c d`',
    '@v',
    '-5',
    '(1)',
    'NOW(6)',
    "CAST('1' AS DECIMAL(5,2))",
    "CONVERT('1', CHAR(3))",
    '(SELECT 1 FROM u WHERE k=2 LIMIT 3)',
    'COALESCE(a, 1)',
    "j->'$.k'",
  ),
);
const list = fc.array(literal, { minLength: 1, maxLength: 4 }).map((items) => items.join(', '));
const condition = fc.oneof(
  fc.tuple(operand, fc.constantFrom('=', '<=>', '<', '>='), operand).map((parts) => parts.join(' ')),
  list.map((items) => `a IN (${items})`),
  fc.tuple(operand, operand).map(([low, high]) => `a BETWEEN ${low} AND ${high}`),
  operand.map((value) => `a > b - INTERVAL ${value} DAY`),
  fc.constant("a LIKE 'x%' ESCAPE '|'"),
);
const where = fc.array(condition, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(' AND '));
const comment = fc.constantFrom('', '', ' /* c */ ', ' -- c\n', ' # c\n', ' /*vt+ A=1 */ ');
const statement = fc.oneof(
  fc
    .tuple(operand, where, comment, operand, operand)
    .map(
      ([item, filter, gap, group, order]) =>
        `SELECT ${item} AS x, a FROM t${gap} WHERE ${filter} GROUP BY ${group} HAVING ${filter} ORDER BY ${order} LIMIT 5`,
    ),
  fc
    .tuple(operand, where, comment)
    .map(([value, filter, gap]) => `UPDATE t SET a = ${value}${gap} WHERE ${filter} LIMIT 1`),
  fc.tuple(where, comment).map(([filter, gap]) => `DELETE FROM t WHERE${gap} ${filter}`),
  fc
    .tuple(list, list, operand)
    .map(([a, b, c]) => `INSERT INTO t VALUES (${a}), (${b}) ON DUPLICATE KEY UPDATE a = ${c}`),
  fc
    .tuple(where, where)
    .map(([a, b]) => `SELECT a FROM (SELECT 1 AS a FROM u WHERE ${a}) d WHERE ${b} UNION ALL SELECT 2`),
);

/** Null for a text that is no statement. */
function parsed(sql: string): ReturnType<typeof parseStatement> | null {
  try {
    return parseStatement(sql, mode);
  } catch (error) {
    if (error instanceof SqlError) return null;
    throw error;
  }
}

test('the key is stable under a change of literals, and the tree is the same except for them', () => {
  let compared = 0;
  fc.assert(
    fc.property(statement, fc.integer({ min: 1, max: 1000 }), (sql, seed) => {
      const one = normalize(sql, mode);
      const other = respelled(sql, one, seed);
      const two = normalize(other, mode);
      expect(two.key).toBe(one.key);
      const left = parsed(sql);
      if (left === null) return;
      compared += 1;
      expect(literalFreeTree(parseStatement(other, mode), two)).toEqual(literalFreeTree(left, one));
    }),
    { numRuns: 2000 },
  );
  expect(compared).toBeGreaterThan(1000);
});

test('equal keys only of equal tokens', () => {
  const byKey = new Map<string, string>();
  fc.assert(
    fc.property(statement, (sql) => {
      const normalized = normalize(sql, mode);
      const tokens = tokensOutsideSlots(sql, normalized);
      expect(byKey.get(normalized.key) ?? tokens).toBe(tokens);
      byKey.set(normalized.key, tokens);
    }),
    { numRuns: 2000 },
  );
});

/** Kinds and texts of the tokens, a slot's as its kind. */
function tokensOutsideSlots(sql: string, normalized: Normalized): string {
  const { count, kinds, starts, ends } = tokenize(sql, mode);
  const parts: string[] = [];
  let slot = 0;
  for (let i = 0; i < count; i += 1) {
    const start = starts[i] ?? 0;
    while (slot < slotCount(normalized) && start >= slotEnd(normalized, slot)) slot += 1;
    const inside = slot < slotCount(normalized) && start >= slotStart(normalized, slot);
    if (!inside) parts.push(`${kinds[i]}${sql.slice(start, ends[i])}`);
    else if (start === slotStart(normalized, slot)) parts.push(`slot${slotKind(normalized, slot)}`);
  }
  return parts.join(' ');
}

test('the fast path does what the lexer and the normaliser do', () => {
  fc.assert(
    fc.property(fc.oneof(statement, soup), (sql) => {
      expect(outcome(() => normalize(sql, mode))).toEqual(outcome(() => normalizeByToken(sql, mode)));
    }),
    { numRuns: 4000 },
  );
});

const soup = fc
  .array(
    fc.constantFrom(
      'SELECT',
      'FROM',
      'WHERE',
      'IN',
      'VALUES',
      'INSERT',
      'BY',
      'AS',
      'CAST',
      'CONVERT',
      'DATE',
      'DISTINCT',
      'INTERVAL',
      ' ',
      ' ',
      ' ',
      'a',
      '_a',
      '_utf8',
      'x',
      'N',
      '.',
      ',',
      '(',
      ')',
      '1',
      '12.5',
      '1a',
      "'s'",
      '"d"',
      '`q`',
      '-',
      '--',
      '-- \n',
      '/*c*/',
      '/*!1*/',
      '#',
      '\n',
      '?',
      '{',
      '}',
      '@',
      '@@',
      '=',
      '<',
      '>',
      '*',
      '/',
      ':',
      '|',
      '\\',
      '\0',
      '\xe4',
      "'",
      '`',
    ),
    { maxLength: 30 },
  )
  .map((parts) => `SELECT ${parts.join('')}`);

function outcome(run: () => Normalized): Normalized | string {
  try {
    return run();
  } catch (error) {
    if (error instanceof SqlError) return error.message;
    throw error;
  }
}

test.each(['1+', '(', '(1),', "'x'+", 'IN (1,2) ', '/**/ ', 'DATE ', '_utf8 ', '? '])(
  'fault 43: linear time of %j',
  (unit) => {
    const build = (bytes: number) => `INSERT t VALUES ${unit.repeat(bytes / unit.length)}`;
    const ratio = timeRatio(build(1 << 18), build(1 << 19), (text) => normalize(text, mode));
    expect(ratio).toBeLessThan(3);
  },
);
