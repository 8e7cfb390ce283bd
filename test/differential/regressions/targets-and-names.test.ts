// What a statement writes and calls is what one server says it is, and no client sees a shard's own name for its database.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TextRow } from '../../../src/value/text-row.ts';
import { differenceOf } from '../../support/compare-answers.ts';
import type { Answer, ExactClient } from '../../support/exact-client.ts';
import { Stage, type World } from '../../support/stage.ts';
import { testFlavour, testServers } from '../../support/test-servers.ts';

const flavour = testFlavour();
const same = 'the same answer';
const columns = 'k BIGINT NOT NULL, id INT NOT NULL, n INT, v VARCHAR(20), PRIMARY KEY (k, id)';

let stage: Stage;
let world: World;
let oracle: ExactClient;
let proxy: ExactClient;

beforeAll(async () => {
  stage = await Stage.open(await testServers());
  world = await stage.world({
    shards: ['-40', '40-80', '80-c0', 'c0-'],
    vschema: {
      sharded: true,
      vindexes: { hash: { type: 'hash' } },
      tables: {
        t: { column_vindexes: [{ column: 'k', name: 'hash' }] },
        u: { column_vindexes: [{ column: 'k', name: 'hash' }] },
      },
    },
    schema: `CREATE TABLE t (${columns});\nCREATE TABLE u (${columns});\n`,
    mainSchema:
      'CREATE TABLE m (id INT PRIMARY KEY, n INT);\nCREATE TABLE settings (name VARCHAR(20) PRIMARY KEY);\n',
  });
  [oracle, proxy] = [await world.oracle(), await world.proxy()];
  for (const sql of [
    "INSERT INTO t VALUES (1, 1, 3, 'b'), (2, 2, NULL, 'a'), (3, 3, 1, 'c'), (5, 4, 2, 'a'), (8, 5, 2, NULL)",
    "INSERT INTO u VALUES (1, 1, 1, 'x'), (3, 7, 5, 'y'), (9, 9, 9, 'z')",
    'INSERT INTO main.m VALUES (1, 1), (2, NULL)',
    "INSERT INTO main.settings VALUES ('a'), ('main_0')",
    'CREATE FUNCTION main.f (x INT) RETURNS INT DETERMINISTIC RETURN x + 1',
    'CREATE FUNCTION g (x INT) RETURNS INT DETERMINISTIC RETURN x + 2',
    'CREATE TRIGGER main.tr BEFORE INSERT ON main.m FOR EACH ROW BEGIN END',
  ])
    await agree(sql);
});
afterAll(async () => {
  await world?.close();
  await stage?.close();
});
beforeEach(async () => {
  [oracle, proxy] = [await world.oracle(), await world.proxy()];
});

async function ask(sql: string): Promise<string> {
  const options = { ordered: false, coreColumns: true, withParams: true, flavour };
  return differenceOf(await oracle.query(sql), await proxy.query(sql), options) ?? same;
}

async function agree(sql: string): Promise<void> {
  expect(await ask(sql), sql).toBe(same);
}

/** Messages, headers and cells of an answer. */
function shown(answer: Answer): string {
  if (answer.kind === 'error') return answer.message;
  if (answer.kind === 'ok') return answer.info;
  const view = new TextRow(answer.columns.length);
  const cells = answer.rows.flatMap((row) => {
    view.load(row);
    return answer.columns.map((_column, index) => view.text(index) ?? 'NULL');
  });
  return [...answer.columns.flatMap(({ schema, name }) => [schema, name]), ...cells].join('\n');
}

describe('a write that reads its own table', () => {
  test.each([
    'UPDATE t SET n = (SELECT MAX(n) FROM t)',
    'UPDATE t SET n = (SELECT MAX(n) FROM t) WHERE k = 3',
    'UPDATE t SET k = k + 100 WHERE n = (SELECT MAX(n) FROM t)',
    'UPDATE t SET n = n + 1 WHERE id > (SELECT AVG(id) FROM (SELECT id FROM t) AS y)',
    'UPDATE t SET n = n + 1 WHERE id > (SELECT y.a FROM (SELECT AVG(id) AS a FROM t) AS y)',
    'UPDATE t JOIN t AS y ON y.k < t.k SET t.n = 8',
    'UPDATE t JOIN u ON u.k = t.k SET t.n = (SELECT MAX(id) FROM t AS z)',
    'UPDATE t, (SELECT MAX(n) AS x FROM t) AS y SET t.n = y.x WHERE t.id = 4',
    'WITH y AS (SELECT MAX(id) AS a FROM t) UPDATE t SET n = n + 1 WHERE id < (SELECT a FROM y)',
    'DELETE FROM t WHERE n = (SELECT MAX(n) + 50 FROM t)',
    'DELETE FROM t WHERE n IN (SELECT id FROM u WHERE k IN (SELECT k + 50 FROM t))',
    'DELETE t FROM t JOIN u ON u.n = t.n WHERE t.id > (SELECT MAX(id) FROM t AS z)',
    'DELETE FROM t WHERE n = (SELECT MAX(y.n) + 50 FROM t AS y JOIN main.m ON m.id = y.id)',
    'INSERT INTO t (k, id, n) VALUES (500, 1, (SELECT MAX(n) FROM t))',
    'REPLACE INTO t (k, id, n) VALUES (500, 1, (SELECT MAX(n) FROM t)), (501, 1, 1)',
    'INSERT INTO t (k, id) SELECT k + 1000, id FROM t WHERE n = (SELECT MAX(n) FROM t)',
  ])('%s', async (sql) => {
    await agree(sql);
    await agree('SELECT * FROM t');
  });
});

describe('prepared writes over several shards keep their parameters', () => {
  test.each([
    ['UPDATE t SET v = LEFT(SEC_TO_TIME(?), 20) WHERE k IN (1, 2, 3)', [10n]],
    ['UPDATE t SET v = LEFT(? / 3, 20) WHERE k > ?', ['10', 1n]],
    ["UPDATE t SET n = 3 WHERE ? IN (DATE '2024-02-29', ?)", ['2024-01-01', '0000-00-00']],
    ['INSERT INTO t (k, id, v) SELECT k, id + 100, LEFT(SEC_TO_TIME(?), 20) FROM t WHERE n < ?', [10n, 3n]],
    ['DELETE FROM t WHERE v = ? OR n = ?', ['x', 77n]],
  ] as const)('%s', async (sql, params) => {
    const answers: Answer[] = [];
    for (const client of [oracle, proxy]) {
      const statement = await client.prepare(sql);
      answers.push('kind' in statement ? statement : await client.execute(statement, params));
    }
    const [left, right] = answers;
    if (left === undefined || right === undefined) throw new Error('no answers');
    expect(differenceOf(left, right, { ordered: false, flavour })).toBeNull();
    await agree('SELECT * FROM t');
  });
});

describe('what a write is told of its constants', () => {
  test.each([
    "UPDATE t SET n = 1 WHERE n = 1 AND '2024-02-31' < DATE '2024-02-29' ORDER BY k LIMIT 1",
    "DELETE FROM t WHERE '0000-00-00' IN (DATE '2024-02-29', '2024-07-01') ORDER BY k LIMIT 1",
    "UPDATE t SET k = k + 1 WHERE DATE '2024-02-29' < '0000-00-00' AND id = 0",
  ])('%s', (sql) => agree(sql));
});

describe('tables that a DELETE names', () => {
  test.each([
    'DELETE m FROM main.m JOIN main.settings',
    'DELETE m FROM t JOIN main.m ON t.id = m.id',
    'DELETE FROM m USING t JOIN main.m ON t.id = m.id',
    'DELETE main.x FROM t JOIN main.m AS x ON t.id = x.id',
    'DELETE shop.x FROM t AS x JOIN u ON x.id = u.n',
    'DELETE t FROM t AS x JOIN u ON x.id = u.n',
    'DELETE main.t FROM t JOIN main.m ON t.id = m.id',
    'DELETE u FROM t JOIN main.m ON t.id = m.id',
    "DELETE shop.t FROM t JOIN u ON t.id = u.n WHERE t.v = 'nothing'",
    'DELETE x FROM t JOIN main.m AS x ON t.id = x.id WHERE t.id = 70',
    'DELETE main.m FROM t JOIN main.m ON t.id = m.id WHERE t.id = 70',
  ])('%s', async (sql) => {
    await agree(sql);
    for (const table of ['t', 'main.m']) await agree(`SELECT * FROM ${table}`);
  });
});

describe('functions', () => {
  test.each([
    'SELECT main.f(1)',
    'SELECT main.f(1, 2)',
    'SELECT main.nothing(1)',
    'DO main.f(1)',
    'SELECT f(1)',
    'SELECT f(id) FROM main.m',
    'UPDATE main.m SET n = f(id)',
    'INSERT INTO main.m VALUES (55, f(1))',
    'SHOW CREATE FUNCTION main.f',
    'SHOW CREATE FUNCTION shop.g',
    'SHOW CREATE FUNCTION main.g',
    'SHOW CREATE PROCEDURE main.p',
  ])('%s', (sql) => agree(sql));

  test.each(['SELECT g(id) FROM main.m', 'SELECT main.f(1), g(1)'])(
    "those of the client's database are not looked for in another: %s",
    async (sql) => {
      expect(shown(await proxy.query(sql))).toMatch(/^SG2001: function g of shop /);
    },
  );
});

test('what is deprecated is told once, not once per shard', async () => {
  for (const sql of [
    'INSERT INTO u (k, id) VALUES (1, 1), (3, 7), (9, 9) ON DUPLICATE KEY UPDATE n = VALUES(n), v = VALUES(v)',
    'INSERT INTO u (k, id) SELECT k, id FROM t ON DUPLICATE KEY UPDATE n = VALUES(n)',
    'SELECT BINARY v FROM t',
  ]) {
    for (const client of [oracle, proxy]) await client.query(sql);
    await agree('SHOW WARNINGS');
  }
});

describe('warnings of a session that keeps a connection', () => {
  test.each([
    'DROP VIEW IF EXISTS main.nothing',
    "SELECT 'x' + id FROM main.m",
    'INSERT IGNORE INTO main.m (id) VALUES (1)',
  ])('%s', async (sql) => {
    await agree('CREATE TEMPORARY TABLE main.mine (id INT)');
    await agree(sql);
    await agree('SHOW WARNINGS');
  });
});

describe('the keyspace, not the database', () => {
  test.each([
    'EXPLAIN FORMAT=JSON SELECT * FROM main.m WHERE n = 1',
    'EXPLAIN FORMAT=JSON SELECT * FROM t WHERE k = 1',
    'EXPLAIN SELECT * FROM t WHERE k = 1',
    'SHOW WARNINGS',
    'DROP VIEW IF EXISTS nothing, nothing2',
    'SHOW CREATE TRIGGER main.tr',
    'SELECT main.nothing(1)',
  ])('%s', async (sql) => {
    expect(shown(await proxy.query(sql))).not.toMatch(/shop_\d|main_0/);
  });

  test('of several names in one warning', async () => {
    await agree('DROP VIEW IF EXISTS nothing, nothing2');
    expect(shown(await proxy.query('SHOW WARNINGS'))).not.toMatch(/shop_\d/);
  });

  test.each([
    "INSERT INTO main.settings VALUES ('main_0')",
    "INSERT INTO main.m (id, n) VALUES (77, 'main_0')",
    "SELECT 'main_0.m' + id FROM main.m WHERE id = 1",
  ])('a value that looks like it stays: %s', async (sql) => {
    await agree(sql);
    await agree('SHOW WARNINGS');
  });

  test('EXPLAIN INTO a variable of a server is refused', async () => {
    const answer = await proxy.query('EXPLAIN FORMAT=JSON INTO @plan SELECT * FROM main.m');
    expect(shown(answer)).toMatch(/^SG2001: /);
  });
});
