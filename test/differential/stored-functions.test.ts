// Stored functions in statements over several shards: those that only compute are called wherever it suits, others are refused.
import { describe, expect, test } from 'vitest';
import { summary } from '../support/compare-answers.ts';
import { fileWorld } from '../support/file-world.ts';
import { Pair, same } from '../support/pair.ts';
import type { World } from '../support/stage.ts';
import { hasOuterOrderBy } from './support/case.ts';

const byK = { column_vindexes: [{ column: 'k', name: 'hash' }] };

const stage = fileWorld(
  {
    shards: ['-40', '40-80', '80-c0', 'c0-'],
    vschema: { sharded: true, vindexes: { hash: { type: 'hash' } }, tables: { t: byK, u: byK } },
    schema: `CREATE TABLE t (k BIGINT PRIMARY KEY, n INT, price DECIMAL(10,3), v VARCHAR(20), d DATE);
CREATE TABLE u (k BIGINT, id INT, n INT, PRIMARY KEY (k, id));
`,
    mainSchema: '',
  },
  fill,
);
let pair: Pair;

async function fill(world: World): Promise<void> {
  pair = await Pair.open(world, {}, { coreColumns: true, withParams: true });
  await pair.do(
    "INSERT INTO t VALUES (1, 3, 1.250, 'b', '2024-01-01'), (2, NULL, 2.500, 'a', NULL), (3, 1, NULL, 'ä', '2023-05-05'), (5, 2, 9.999, 'A', '2024-02-29'), (8, 7, 0.001, NULL, '2020-12-31')",
  );
  await pair.do('INSERT INTO u VALUES (1, 1, 1), (1, 2, 3), (3, 1, 7), (8, 1, 2), (9, 4, NULL)');
  for (const sql of [
    'CREATE FUNCTION twice(x INT) RETURNS INT DETERMINISTIC RETURN x * 2',
    `CREATE FUNCTION grade(x DECIMAL(10,3)) RETURNS VARCHAR(10) CHARSET utf8mb4 NO SQL
     BEGIN
       DECLARE r VARCHAR(10) DEFAULT 'none';
       IF (x IS NULL) THEN RETURN NULL; ELSEIF x > 2 THEN SET r = CONCAT('big', ROUND(x, 1)); ELSE SET r = 'small'; END IF;
       RETURN r;
     END`,
    `CREATE FUNCTION steps(x INT) RETURNS INT DETERMINISTIC
     BEGIN DECLARE i INT DEFAULT 0; WHILE x > 1 DO SET x = x DIV 2; SET i = i + 1; END WHILE; RETURN i; END`,
  ])
    await pair.do(sql);
  const { shardAdmin, shardDatabases, oracleAdmin } = world;
  for (const sql of [
    'CREATE FUNCTION rows_of_t() RETURNS INT READS SQL DATA RETURN (SELECT COUNT(*) FROM t)',
    'CREATE FUNCTION liar() RETURNS INT NO SQL DETERMINISTIC RETURN (SELECT COUNT(*) FROM t)',
    'CREATE FUNCTION caller(x INT) RETURNS INT DETERMINISTIC RETURN twice(x) + 1',
    'CREATE FUNCTION today() RETURNS DATE RETURN CURRENT_DATE',
    'CREATE FUNCTION seen() RETURNS INT RETURN @seen',
  ]) {
    for (const database of shardDatabases) {
      await shardAdmin.query(`USE ${database}`);
      await shardAdmin.query(sql);
    }
    await oracleAdmin.query('USE shop');
    await oracleAdmin.query(sql);
  }
  await pair.do('ALTER TABLE u COMMENT = "looked at"');
}

function answer(sql: string): Promise<string> {
  return pair.ask(sql, { ordered: hasOuterOrderBy(sql) });
}

describe('a function that only computes', () => {
  test.each([
    'SELECT k, twice(n), grade(price) FROM t ORDER BY k',
    'SELECT SUM(twice(n)), MAX(grade(price)), COUNT(DISTINCT grade(price)) FROM t',
    'SELECT grade(price) AS g, COUNT(*), AVG(n) FROM t GROUP BY g ORDER BY g',
    'SELECT t.k, u.id FROM t JOIN u ON u.n = twice(t.n) - 5 ORDER BY t.k, u.id',
    'SELECT k FROM t WHERE twice(n) > (SELECT AVG(n) FROM u) ORDER BY twice(k) DESC',
    'SELECT k, RANK() OVER (ORDER BY grade(price), k) AS r FROM t ORDER BY k',
    'SELECT steps(k * 100) AS s, GROUP_CONCAT(k ORDER BY k) FROM t GROUP BY s ORDER BY s',
    'SELECT DISTINCT grade(price) FROM t ORDER BY 1 LIMIT 3',
    "SELECT k FROM t WHERE twice(n) = 6 OR grade(n) = 'small' ORDER BY k",
    'SELECT twice(k, k) FROM t',
    'SELECT nothing_like_it(k) FROM t',
  ])('%s', async (sql) => {
    expect(await answer(sql)).toBe(same);
  });

  test('changes rows of several shards', async () => {
    await pair.do('UPDATE t SET n = twice(n) WHERE grade(price) IS NOT NULL');
    await pair.do('INSERT INTO t (k, n, v) VALUES (twice(10), twice(4), grade(3)), (21, twice(NULL), NULL)');
    await pair.do('INSERT INTO u SELECT twice(k), 50, twice(n) FROM t');
    await pair.do('DELETE FROM u WHERE twice(n) > 12');
    for (const sql of ['SELECT k, n FROM t ORDER BY k', 'SELECT * FROM u ORDER BY k, id']) {
      expect(await answer(sql)).toBe(same);
    }
  });
});

describe('a function that may look at rows, at the session or at the clock is refused over several shards', () => {
  test.each(['rows_of_t()', 'liar()', 'caller(n)', 'today()', 'seen()'])('%s', async (call) => {
    const refused = await pair.proxy.query(`SELECT k, ${call} FROM t`);
    expect(summary(refused)).toContain('SG2012');
    expect(summary(await pair.proxy.query(`CREATE FUNCTION other() RETURNS INT RETURN ${call}`))).toContain(
      'SG6016',
    );
    const one = await pair.proxy.query(`SELECT ${call} IS NULL AS x FROM t WHERE k = 1`);
    expect(one.kind).toBe('rows');
  });
});

test('a function that is another one on one shard is refused until it is the same again', async () => {
  const admin = stage.world.shardAdmin;
  await admin.query(`USE ${stage.world.shardDatabases[0]}`);
  await admin.query('DROP FUNCTION twice');
  await admin.query('CREATE FUNCTION twice(x INT) RETURNS INT DETERMINISTIC RETURN x + x + 1');
  await pair.proxy.query('ALTER TABLE u COMMENT = "looked at again"');
  expect(summary(await pair.proxy.query('SELECT SUM(twice(n)) FROM t'))).toContain('SG2012');
});
