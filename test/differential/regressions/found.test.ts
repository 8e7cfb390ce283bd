// What generated statements once found, in the least form: Shardgate's answer equals one plain server's.
import { describe, expect, test } from 'vitest';
import { summary } from '../../support/compare-answers.ts';
import type { Answer, ParamValue } from '../../support/exact-client.ts';
import { fileWorld } from '../../support/file-world.ts';
import { Pair, same } from '../../support/pair.ts';
import type { WorldSchema } from '../../support/stage.ts';
import { testFlavour } from '../../support/test-servers.ts';
import { hasOuterOrderBy } from '../support/case.ts';

const columns = `
  k BIGINT NOT NULL, id INT NOT NULL, n INT, v VARCHAR(20), ts TIMESTAMP NULL, dt DATETIME,
  b BIT(12) NOT NULL DEFAULT b'101', f FLOAT NOT NULL DEFAULT 0.1, y YEAR DEFAULT 2001,
  PRIMARY KEY (k, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
`;

const schema: WorldSchema = {
  shards: ['-40', '40-80', '80-c0', 'c0-'],
  vschema: {
    sharded: true,
    vindexes: { hash: { type: 'hash' } },
    tables: {
      t: { column_vindexes: [{ column: 'k', name: 'hash' }] },
      u: { column_vindexes: [{ column: 'k', name: 'hash' }] },
      r: { type: 'reference' },
    },
  },
  schema: `CREATE TABLE t (${columns}CREATE TABLE u (${columns}CREATE TABLE r (id INT NOT NULL, c VARCHAR(20), e DECIMAL(30,10), y YEAR NULL DEFAULT 0, PRIMARY KEY (id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;\n`,
  mainSchema:
    'CREATE TABLE m (id INT NOT NULL, d DATE NOT NULL, PRIMARY KEY (id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;\n',
  views: [
    "CREATE VIEW vc AS SELECT 2 AS n, 'x' AS s",
    'CREATE VIEW vb AS SELECT SQL_BUFFER_RESULT id, v FROM t',
    'CREATE VIEW vg AS SELECT MAX(dt) AS x FROM t GROUP BY id DIV 3',
    "CREATE VIEW vk AS SELECT f, v, '2024-01-01 10:00:00' AS x, 1 AS p FROM t",
    'CREATE VIEW vd AS SELECT HIGH_PRIORITY DISTINCT v FROM t',
  ],
};

const rows = [
  "INSERT INTO t (k, id, n, v, ts, dt) VALUES (1, 1, 3, 'b', '0000-00-00 00:00:00', NULL), (2, 2, NULL, 'a', NULL, '2024-05-05 05:05:05'), (3, 3, 1, 'c', '2024-01-01 01:01:01', NULL), (5, 4, 2, 'a', '2024-01-01 01:01:01', '2024-01-01'), (8, 5, 2, NULL, NULL, NULL)",
  "INSERT INTO u (k, id, n, v, ts, dt) VALUES (1, 1, 1, 'x', NULL, NULL), (3, 7, 5, 'y', '2023-03-03 03:03:03', NULL), (9, 9, 9, 'z', NULL, '2024-01-01'), (5, 2, NULL, 'x', NULL, NULL)",
  "INSERT INTO r (id, c) VALUES (1, 'one'), (2, 'two'), (7, NULL)",
  "INSERT INTO main.m VALUES (1, '0000-00-00'), (2, '2024-01-01')",
];

fileWorld(schema, async (world) => {
  const filling = await Pair.open(world);
  await filling.do("SET sql_mode = ''", ...rows);
  pair = await Pair.open(world, {}, { coreColumns: true, withParams: true });
});
let pair: Pair;

function asText(sql: string): Promise<string> {
  return pair.ask(sql, { ordered: hasOuterOrderBy(sql) });
}

async function prepared(sql: string, params: readonly ParamValue[]): Promise<string> {
  const answers: Answer[] = [];
  for (const client of [pair.oracle, pair.proxy]) {
    const statement = await client.prepare(sql);
    answers.push('kind' in statement ? statement : await client.execute(statement, params));
  }
  const [left, right] = answers;
  if (left === undefined || right === undefined) return 'no answers';
  return pair.compare(left, right, { ordered: hasOuterOrderBy(sql) });
}

describe('reads', () => {
  test.each([
    [
      'a computed YEAR of a fragment may be 0000',
      'SELECT DISTINCT d.y FROM t LEFT JOIN (SELECT COALESCE(r.y) AS y FROM r GROUP BY r.y) AS d ON t.id IN (t.id, 3)',
    ],
    [
      'ORDER BY an item that is a constant with a sign sorts by nothing, on shards too',
      'SELECT -1 AS x, +2 AS y, id, n FROM t ORDER BY x, y, UPPER(v), id LIMIT 3',
    ],
    [
      'ORDER BY the name of a constant without an alias sorts by nothing',
      "SELECT RANK() OVER (ORDER BY k DESC) AS x, 'v' FROM t ORDER BY v, k DESC, 1, 2",
    ],
    ['the same on shards', "SELECT k, 'v' FROM t ORDER BY v, k DESC LIMIT 3"],
    ['and of an expression', 'SELECT k DIV 2 + 1, k FROM t ORDER BY `k DIV 2 + 1` DESC, k'],
    ['and of an aggregate', 'SELECT v, COUNT(*) FROM t GROUP BY v ORDER BY `COUNT(*)`, v'],
    [
      'a view without tables is known in its own keyspace only',
      'SELECT m.id, vc.s FROM main.m JOIN vc ON vc.n = m.id',
    ],
    [
      'a constant of a derived table is a constant inside an expression',
      "SELECT DISTINCT TIME(d.x), ROUND(d.f, d.p), CONCAT(d.x, d.v) FROM (SELECT f, v, '2024-01-01 10:00:00' AS x, 1 AS p FROM t) AS d",
    ],
    [
      'a constant of a view is a constant inside an expression',
      'SELECT UPPER(vk.v), TIME(vk.x), MAX(ROUND(vk.f, vk.p)), vk.x FROM vk GROUP BY UPPER(vk.v), TIME(vk.x), vk.x ORDER BY 1',
    ],
    [
      'a constant that an outer join may leave out is none',
      'SELECT u.id, ROUND(u.f, d.p), IFNULL(d.p, 9) FROM u LEFT JOIN (SELECT k, n, 1 AS p FROM t) AS d ON d.n = u.n ORDER BY UPPER(u.id), u.id, d.p',
    ],
    [
      'what a view may say behind SELECT and a derived table may not',
      'SELECT u.id, vb.v, vd.v AS d FROM u JOIN vb ON vb.id = u.n LEFT JOIN vd ON vd.v = vb.v ORDER BY 1, 2',
    ],
    ['a view without tables alone', 'SELECT s, n + 1 FROM vc'],
    [
      'a view without tables beside rows of all shards',
      'SELECT t.id, vc.* FROM t LEFT JOIN vc ON vc.n = t.n ORDER BY t.id',
    ],
    [
      'a CTE that nobody refers to names a table of another keyspace',
      'WITH x AS (SELECT id FROM main.m) SELECT id FROM t',
    ],
    [
      'nobody looks up what a CTE reads that nobody refers to, on MySQL',
      'WITH x AS (SELECT nosuch FROM nowhere), y AS (SELECT * FROM x) SELECT t.id FROM t JOIN u ON u.n = t.n',
    ],
    [
      'BETWEEN takes a date on MySQL that operators do not',
      "SELECT t.id, u.id FROM t JOIN u ON u.dt = t.dt WHERE t.dt BETWEEN '2024-07-01' AND '0000-00-00'",
    ],
    [
      'only MariaDB sorts JSON_ARRAYAGG, over several keyspaces too',
      'SELECT JSON_ARRAYAGG(t.id ORDER BY t.id) FROM t JOIN main.m ON m.id = t.id',
    ],
    [
      'a zero TIMESTAMP of a derived table stays what it is',
      'SELECT DISTINCT y.ts FROM (SELECT k, ts FROM t) AS y',
    ],
    [
      'NULL and the zero date of a derived TIMESTAMP sort apart',
      'SELECT y.ts, y.id FROM (SELECT id, ts FROM t) AS y ORDER BY y.ts, y.id',
    ],
    [
      'SELECT * shows the right side of RIGHT JOIN ... USING first, and is sorted by its own columns',
      'SELECT * FROM r AS x0 LEFT JOIN t AS x1 ON x1.id = x0.id RIGHT JOIN u AS x2 USING (k) ORDER BY x0.id, x1.k, x1.id, x2.k, x2.id',
    ],
    [
      'IS NULL in the ON of an inner join is no filter of what an outer join below fills with NULLs',
      'SELECT x0.k FROM t AS x0 LEFT JOIN u AS x1 ON x1.k = x0.k JOIN (SELECT MAX(n) AS n FROM u) AS x2 ON x1.id IS NULL',
    ],
    [
      'a constant that a SELECT only warns of is no error where FROM shapes a workspace table',
      "SELECT x0.id, x1.c FROM t AS x0 LEFT JOIN r AS x1 ON (('0000-00-00' + INTERVAL 1 DAY) < '2023-12-31' OR x1.c <> 'one') ORDER BY HEX(x0.v), x0.id, x1.c",
    ],
    [
      'columns of NULLs are untyped on shards without rows',
      'SELECT MAX(NULL) FROM t JOIN u ON u.k = t.k GROUP BY u.k',
    ],
    [
      'ORDER BY of a window takes an alias before a column',
      "SELECT DENSE_RANK() OVER (ORDER BY v) AS place, 'x' AS v FROM t",
    ],
    [
      'the workspace has no index that finds NULLs for a constant column',
      "SELECT x2.id FROM (SELECT id AS i, '2024-01-01' AS d FROM r WHERE id > 100) AS x0 RIGHT JOIN t AS x1 ON x1.k = x0.i LEFT JOIN u AS x2 ON x2.dt = x0.d",
    ],
    [
      'a NOT NULL DATE of another keyspace IS NULL where it is zero',
      'SELECT m.id, r.c FROM main.m JOIN r ON r.id = m.id WHERE m.d IS NULL',
    ],
    [
      'rows by a GROUP BY over a derived table keep their TIMESTAMP',
      'SELECT y.ts, COUNT(*) FROM (SELECT ts FROM t) AS y GROUP BY y.ts',
    ],
    [
      'a quotient holds more digits than it shows, so sums of sums would be others',
      'SELECT SUM(k / 7), AVG(k / 7), SUM(COALESCE(k / 9, 0)) FROM t',
    ],
    ['and so in groups', 'SELECT v, SUM(k / 7), SUM(k * (id / 13)) FROM t GROUP BY v ORDER BY v'],
    [
      'and so where a derived table shows the quotient',
      'SELECT SUM(q), MAX(q * 1000000), GROUP_CONCAT(q * 1000000 ORDER BY q) FROM (SELECT k / 7 AS q FROM t) AS x',
    ],
    [
      'a rounded double shows its digits behind the point, from a derived table as well',
      'SELECT x.g, COUNT(*) OVER () FROM (SELECT ROUND(f, 2) AS g FROM t) AS x ORDER BY x.g',
    ],
    [
      'an expression of a FLOAT has more than six digits',
      'SELECT SUM(x.c), MAX(x.c) * 3 FROM (SELECT MAX(f) AS c FROM t GROUP BY k) AS x',
    ],
    [
      'and so in a union',
      'SELECT x.f * 3, COUNT(*) OVER () FROM (SELECT f FROM t UNION ALL SELECT k FROM u) AS x ORDER BY x.f',
    ],
    [
      'sums of more than thirty digits behind the point',
      'SELECT v, SUM(k * 0.333333333333333333333333333333333333) FROM t GROUP BY v ORDER BY v',
    ],
    [
      'means of sorted groups are rounded before they are computed with',
      'SELECT n, AVG(k) + AVG(id) AS b FROM t GROUP BY n ORDER BY b, n',
    ],
    ['what differs from call to call counts once per row', 'SELECT COUNT(DISTINCT UUID()) FROM t'],
    ['sort keys are no part of what DISTINCT compares', 'SELECT DISTINCT k FROM t ORDER BY v, k'],
    ['nor of the names that ORDER BY means', 'SELECT n AS id FROM t ORDER BY id, t.id'],
    [
      'a subquery may aggregate the rows of the block around it',
      'SELECT (SELECT MAX(t.id)), (SELECT SUM(t.k) + COUNT(*) FROM r) FROM t',
    ],
    [
      'a subquery in a subquery in a subquery keeps its name once',
      'SELECT id, (SELECT (SELECT MAX(r.id) FROM r WHERE r.id > u.id) FROM u WHERE u.k = t.k LIMIT 1) AS g FROM t ORDER BY id',
    ],
    [
      'columns named with their keyspace, prepared over several shards',
      'SELECT shop.t.id FROM shop.t WHERE shop.t.id < 4 ORDER BY shop.t.n, shop.t.id',
    ],
    ['a BIT is a number behind a temporary table, and said to be one', 'SELECT DISTINCT b FROM t ORDER BY b'],
  ])('%s', async (_, sql) => {
    expect(await asText(sql)).toBe(same);
    expect(await prepared(sql, [])).toBe(same);
  });

  test('an ON of quoted names means names under ANSI_QUOTES, also on the workspace', async () => {
    await pair.do("SET SESSION sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')");
    const sql =
      'SELECT x0."v", COUNT(DISTINCT x1."id") FROM t AS x0 LEFT JOIN u AS x1 ON x1."k" = x0."k" GROUP BY x0."v" ORDER BY 1';
    const found = await asText(sql);
    const grouped = await asText('SELECT "v", COUNT(*) FROM "t" GROUP BY "v" ORDER BY 1');
    await pair.do('SET SESSION sql_mode = DEFAULT');
    expect([found, grouped]).toEqual([same, same]);
  });

  test("errors of the workspace name the client's columns", async () => {
    expect(await asText('SELECT MAX(CAST(x.k AS UNSIGNED) - 100) FROM t AS x')).toBe(same);
  });

  test.each([
    'SELECT k, ? FROM t',
    'SELECT k FROM t WHERE k = ?',
    'SELECT v, COUNT(*) AS c FROM t GROUP BY v HAVING c > ?',
    'WITH x AS (SELECT k FROM t WHERE k > ?) SELECT COUNT(*) FROM x JOIN u ON u.k = x.k + 1 WHERE x.k = ?',
    'SELECT t.id FROM t JOIN u ON u.id = t.id + ? WHERE t.k = ?',
    "INSERT INTO t (k, id, v) VALUES (701, 1, ?), (702, 1, 'x')",
  ])('a question mark in a text that was not prepared is no syntax: %s', async (sql) => {
    expect(await asText(sql)).toBe(same);
    expect(await asText('SELECT COUNT(*), SUM(k) FROM t')).toBe(same);
  });

  test('a timestamp that the client set is the instant on every shard', async () => {
    await pair.do('SET timestamp = 1700000000.25');
    const found = [
      await asText('SELECT k, NOW(3) FROM t ORDER BY k'),
      await asText('SELECT v, CURDATE(), COUNT(*), UNIX_TIMESTAMP() FROM t GROUP BY v ORDER BY v'),
      await asText('SELECT v, UTC_TIMESTAMP(), BIT_XOR(k) FROM t GROUP BY v ORDER BY v'),
    ];
    await pair.do('SET timestamp = DEFAULT');
    expect(found).toEqual([same, same, same]);
    const instants = await pair.proxy.query('SELECT k, NOW(6) FROM t');
    if (instants.kind !== 'rows') throw new Error(summary(instants));
    expect(new Set(instants.rows.map((row) => row.subarray(-26).toString('latin1'))).size).toBe(1);
  });

  test('user variables keep the digits of a quotient, and bytes are bytes', async () => {
    await pair.do("SET @q = 1/3, @m = (SELECT AVG(k / 7) FROM t), @b = x'41', @n = x'35'");
    await pair.do('SET @a = (SELECT AVG(k) FROM u WHERE k < 6), @e = (SELECT AVG(k) + 0 FROM u WHERE k < 6)');
    await pair.do('SELECT SUM(k) / 7, MAX(id) INTO @s, @i FROM t');
    for (const sql of [
      'SELECT @q, @m, @s, @i, @a, @e',
      'SELECT k, @q * 3, @m * 1000000 FROM t ORDER BY k',
      'SELECT k FROM t WHERE k > @s * 7 - 18 ORDER BY k',
      'SELECT k FROM t WHERE v = @b OR k = @n ORDER BY k',
    ])
      expect(await asText(sql)).toBe(same);
  });
});

describe.runIf(testFlavour() === 'mariadb')('a lock behind a set operation', () => {
  test.each([
    '(SELECT id FROM t) UNION ALL ((SELECT id FROM u) UNION ALL (SELECT k FROM u)) FOR UPDATE',
    '(SELECT id FROM t) UNION ALL ((SELECT id FROM u) UNION ALL (SELECT k FROM u)) ORDER BY 1 FOR UPDATE',
    '(SELECT id FROM t) EXCEPT (SELECT id FROM u) UNION ((SELECT k FROM t) INTERSECT (SELECT k FROM u)) FOR UPDATE',
    '(SELECT id FROM t) UNION ALL SELECT id FROM u INTERSECT (SELECT k FROM u) LOCK IN SHARE MODE',
    '(SELECT id FROM t) UNION ALL ((SELECT id FROM u ORDER BY id LIMIT 1)) FOR UPDATE',
    '(SELECT id FROM t) INTERSECT SELECT id FROM u INTERSECT (SELECT k FROM u) FOR UPDATE',
  ])('is taken or refused by what its last operand is: %s', async (sql) => {
    expect(await asText(sql)).toBe(same);
  });
});

describe('parameters', () => {
  test.each<[string, string, ParamValue[]]>([
    ['names of columns show the question mark', 'SELECT n + ?, CONCAT(v, ?) FROM t', [1n, 'x']],
    [
      'ORDER BY ? is a position on MariaDB, a constant on MySQL',
      'SELECT n, id FROM t WHERE n IS NOT NULL ORDER BY ?, id DESC',
      [1n],
    ],
    ['a number beside a parameter has its digits', 'SELECT DISTINCT (0.0 + ?), n + ? FROM t', [2n, '1.5']],
    ['and behind a join', 'SELECT t.n * 1.5 + ? FROM t JOIN u ON u.n < t.n', [2n]],
    [
      'a computed YEAR of a temporary table has zeros in front',
      'SELECT DISTINCT COALESCE(t.y, u.y) AS y FROM t JOIN u ON u.n = t.n WHERE t.id > ?',
      [0n],
    ],
    ['so has a time', 'SELECT SEC_TO_TIME(?) FROM t', [3600n]],
    ['parameters of one shard too', 'SELECT SEC_TO_TIME(?), n + ? FROM shop.t WHERE k = ?', [3600n, 1n, 1n]],
    [
      'a parameter is no wrong date, on MySQL',
      'SELECT t.id FROM t JOIN u ON u.n < t.n WHERE t.dt <= ?',
      ['0000-00-00'],
    ],
    [
      'two parameters are two things to ONLY_FULL_GROUP_BY',
      'SELECT (m.id + ?) AS a, COUNT(*) FROM main.m JOIN t ON t.id = m.id GROUP BY (m.id + ?)',
      [1n, 1n],
    ],
    [
      'a limit of parameters',
      'SELECT t.id, ? AS p FROM t JOIN u ON u.n <> t.id WHERE t.id IN (?, ?, 4) ORDER BY t.id, u.id LIMIT ? OFFSET ?',
      ['x', 1n, 3n, 4n, 1n],
    ],
    [
      'a limit of parameters over shards',
      'SELECT id, ? AS p FROM t ORDER BY id LIMIT ? OFFSET ?',
      [1n, 2n, 1n],
    ],
    [
      'a subquery without FROM finds the columns of a view',
      'SELECT t.id, vg.x FROM t STRAIGHT_JOIN vg ON t.id > (SELECT MICROSECOND(vg.x)) WHERE t.id <> ?',
      [3n],
    ],
    ['and so is GROUP BY ?', 'SELECT COUNT(*), MAX(id) FROM t GROUP BY ?', [2n]],
    [
      'rows of parameters are split over shards',
      'INSERT INTO t (k, id, n, v) VALUES (?, ?, ?, ?), (?, ?, NULL, ?), (?, ?, ?, DEFAULT)',
      [101n, 1n, 7n, "it's", 102n, 1n, 'ü', 103n, 1n, null],
    ],
    ['and are there', 'SELECT k, id, n, v FROM t WHERE k > ? ORDER BY k', [100n]],
    ['a list of parameters beside literals', 'DELETE FROM t WHERE k IN (?, 102, ?)', [101n, 103n]],
  ])('%s', async (_, sql, params) => {
    expect(await prepared(sql, params)).toBe(same);
  });
});

describe('writes', () => {
  test('INSERT ... SELECT adds its records up', async () => {
    expect(await asText('INSERT INTO t SELECT k, id + 50, n, v, NULL, dt, b, f FROM t')).toBe(same);
    expect(await asText('DELETE FROM t WHERE id > 50')).toBe(same);
  });

  test('quotients are written with the digits that they do not show', async () => {
    const readBack = 'SELECT id, e FROM r WHERE id > 20 ORDER BY id';
    const found = [
      await asText('INSERT INTO r (id, e) SELECT k + 20, k / 7 FROM t'),
      await asText('INSERT INTO r (id, e) SELECT 40, AVG(k) / 3 FROM t'),
      await asText(readBack),
      await asText('UPDATE r SET e = (SELECT SUM(k) FROM t) / 9 WHERE id > 25'),
      await asText(readBack),
      await asText('DELETE FROM r WHERE id > 20'),
    ];
    expect(found).toEqual(found.map(() => same));
  });

  test('a write may read tables of another keyspace', async () => {
    expect(await asText('DELETE FROM u WHERE EXISTS (SELECT 1 FROM main.m WHERE id = 77)')).toBe(same);
    expect(await asText('UPDATE main.m SET d = d WHERE id = (SELECT COUNT(*) FROM t WHERE k = 77)')).toBe(
      same,
    );
  });

  test('a READ ONLY transaction refuses a write before anything else', async () => {
    await pair.do('START TRANSACTION READ ONLY');
    const found = await asText("INSERT INTO t SET k = '12', n = 1");
    await pair.do('ROLLBACK');
    expect(found).toBe(same);
  });

  test('BEGIN in a READ ONLY transaction begins another one on MySQL', async () => {
    await pair.do('START TRANSACTION READ ONLY');
    expect(await asText('BEGIN')).toBe(same);
    const found = await asText('UPDATE t SET v = v WHERE k = 1');
    await pair.do('COMMIT');
    expect(found).toBe(same);
    expect(await asText('BEGIN')).toBe(same);
    await pair.do('ROLLBACK');
  });

  test('names of savepoints are compared without regard to case', async () => {
    await pair.do('BEGIN');
    await pair.do('SAVEPOINT `One`');
    await pair.do('ROLLBACK TO one');
    await pair.do('RELEASE SAVEPOINT ONE');
    expect(await asText('ROLLBACK TO SAVEPOINT `o``ne`')).toBe(same);
    await pair.do('ROLLBACK');
  });
});

describe('warnings of a finish on the workspace', () => {
  test.each([
    ['of conversions', 'SELECT DISTINCT CAST(v AS SIGNED) AS n FROM t ORDER BY n'],
    ['that name columns of a group', 'SELECT DISTINCT t.id + INTERVAL 1 DAY FROM t WHERE t.id = 2'],
    [
      'that name columns of a join',
      'SELECT t.id + INTERVAL 1 DAY FROM t JOIN u ON u.n = t.id WHERE t.id = 1',
    ],
    ['of a GROUP_CONCAT that was cut', 'SELECT GROUP_CONCAT(v, id ORDER BY id DESC) FROM t'],
    ['of a join over shards', 'SELECT t.id FROM t JOIN u ON u.n = t.v + 0 ORDER BY t.id'],
  ])('%s', async (_, sql) => {
    const told: string[] = [];
    for (const client of [pair.oracle, pair.proxy]) {
      await client.query('SET group_concat_max_len = 4');
      const answer = await client.query(sql);
      const shown = await client.query('SHOW WARNINGS');
      await client.query('SET group_concat_max_len = DEFAULT');
      if (answer.kind !== 'rows' || shown.kind !== 'rows')
        throw new Error(`${summary(answer)} ${summary(shown)}`);
      expect(answer.warnings).toBeGreaterThan(0);
      // How often one warns, and of which row, is the path's.
      told.push(
        [...new Set(shown.rows.map((row) => row.toString('latin1').replace(/ at row \d+$/, '')))]
          .sort()
          .join('\n'),
      );
    }
    expect(told[1]).toBe(told[0]);
    expect(told[0]).not.toBe('');
  });
});

describe.runIf(testFlavour() === 'mariadb')('what MariaDB keeps of warnings', () => {
  test('not those of the statement before, however late they come', async () => {
    for (let round = 0; round < 40; round++) {
      await pair.askAll("SELECT CAST('q' AS SIGNED); SELECT CAST('x' AS SIGNED)");
      expect(await pair.ask('SHOW WARNINGS')).toBe(same);
    }
  });

  test.each([
    'SELECT 1',
    'SELECT 1 UNION SELECT 2',
    'SELECT * FROM (SELECT 1) AS d',
    'SELECT t.id FROM t WHERE t.k = 1',
    'SET @q = 1',
    'DO 1',
    'BEGIN',
    'COMMIT',
    "SHOW VARIABLES LIKE 'sql_mode'",
    'SHOW TABLES',
    'SELECT nosuch',
    "SELECT CAST('x' AS SIGNED)",
  ])('behind %s', async (sql) => {
    await pair.askAll("SELECT CAST('q' AS SIGNED)");
    await pair.askAll(sql);
    expect(await pair.ask('SHOW WARNINGS')).toBe(same);
    expect(await pair.ask('SELECT @@warning_count')).toBe(same);
  });
});

describe('what the workspace adds to tables is not seen', () => {
  test.each([
    // A fragment of no columns has one of ours, which an unqualified name must not mean.
    "WITH x (c0) AS (SELECT v FROM t) SELECT COUNT(*) FROM u LEFT JOIN x ON x.c0 LIKE 'a%' WHERE c0 IS NULL",
    // An index on a column compared with itself: MariaDB finds 0 by it where 0.001 is asked for.
    'SELECT r.id, x.n0 FROM r LEFT JOIN (SELECT n - n AS n0, n, id FROM t WHERE n = n) AS x ON x.id = r.id WHERE x.n = 3.4',
    'SELECT r.id FROM r LEFT JOIN (SELECT id, n FROM u WHERE n = n) AS x ON x.id = r.id LEFT JOIN t ON t.v = r.c WHERE x.n = 1.4',
  ])('%s', async (sql) => {
    expect(await asText(sql)).toBe(same);
  });
});
