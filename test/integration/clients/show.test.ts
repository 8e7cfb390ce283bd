// SHOW, DESCRIBE and information_schema: what Shardgate tells is what one server with databases of the keyspaces' names would.
import { beforeAll, describe, expect, test } from 'vitest';
import type { Pair } from '../../support/pair.ts';
import { testFlavour } from '../../support/test-servers.ts';
import { clientWorld, preparedDifferences, shoppers } from './world.ts';

const shop = clientWorld();
let both: Pair;

beforeAll(async () => {
  both = await shoppers(shop.world);
});

const isMariaDb = testFlavour() === 'mariadb';

const shows = [
  'SHOW DATABASES',
  "SHOW SCHEMAS LIKE 's%'",
  "SHOW DATABASES WHERE `Database` = 'main'",
  'SHOW TABLES',
  "SHOW TABLES LIKE 'o%'",
  'SHOW TABLES FROM main',
  'SHOW FULL TABLES',
  "SHOW FULL TABLES FROM shop WHERE Table_type = 'BASE TABLE'",
  "SHOW TABLES WHERE Tables_in_shop LIKE 'u%'",
  "SHOW /*!50002 FULL*/ TABLES FROM `shop` LIKE '%'",
  'SHOW COLUMNS FROM users',
  'SHOW FULL COLUMNS FROM users FROM shop',
  'SHOW FULL COLUMNS FROM shop.users',
  "SHOW FIELDS FROM users LIKE 'c%'",
  "SHOW COLUMNS FROM main.settings WHERE Field = 'name'",
  'SHOW COLUMNS FROM settings FROM main',
  'SHOW COLUMNS FROM nope',
  'SHOW INDEX FROM nope',
  'SHOW CREATE TABLE users',
  'SHOW CREATE TABLE shop.users',
  'SHOW CREATE TABLE `shop`.`notes`',
  'SHOW CREATE TABLE main.settings',
  'SHOW CREATE TABLE nope',
  'SHOW CREATE VIEW users',
  'SHOW CREATE DATABASE shop',
  'SHOW CREATE SCHEMA IF NOT EXISTS main',
  'DESCRIBE users',
  'DESC shop.users',
  'DESC users id',
  "DESCRIBE users 'c%'",
  'DESC nope',
  'EXPLAIN users',
  'SHOW TRIGGERS',
  "SHOW TRIGGERS FROM shop LIKE 'users'",
  'SHOW EVENTS FROM main',
  "SHOW CHARACTER SET LIKE 'utf8%'",
  "SHOW COLLATION WHERE Charset = 'latin1'",
  'SHOW ENGINES',
  "SHOW VARIABLES LIKE 'sql_mode'",
  "SHOW SESSION VARIABLES LIKE 'autocommit'",
  "SHOW VARIABLES WHERE Variable_name IN ('sql_mode', 'time_zone', 'autocommit')",
  "SHOW VARIABLES LIKE 'lower_case%'",
  "SHOW VARIABLES LIKE 'no_such'",
  "SHOW TABLE STATUS LIKE 'nope'",
];

const systemQueries = [
  "SELECT table_name FROM information_schema.tables WHERE table_schema = 'shop' ORDER BY table_name",
  "SELECT TABLE_NAME, ENGINE, TABLE_COMMENT FROM `INFORMATION_SCHEMA`.`TABLES` WHERE `TABLE_SCHEMA` = 'main' ORDER BY 1",
  "SELECT schema_name FROM information_schema.schemata WHERE schema_name IN ('shop', 'main', 'shop_0') ORDER BY 1",
  "SELECT `INFORMATION_SCHEMA`.`COLUMNS`.`COLUMN_NAME` FROM `INFORMATION_SCHEMA`.`COLUMNS` WHERE `COLUMNS`.`TABLE_NAME` = 'users' AND `COLUMNS`.`TABLE_SCHEMA` = 'shop' ORDER BY 1",
  `SELECT k.CONSTRAINT_NAME, k.COLUMN_NAME, t.CONSTRAINT_TYPE FROM information_schema.KEY_COLUMN_USAGE k
   JOIN information_schema.TABLE_CONSTRAINTS t ON k.CONSTRAINT_NAME = t.CONSTRAINT_NAME AND k.TABLE_SCHEMA = t.TABLE_SCHEMA
   AND k.TABLE_NAME = t.TABLE_NAME WHERE k.TABLE_SCHEMA = 'shop' ORDER BY k.TABLE_NAME, k.ORDINAL_POSITION`,
  `SELECT DISTINCT s.INDEX_NAME, s.NON_UNIQUE, s.COLUMN_NAME FROM INFORMATION_SCHEMA.STATISTICS s
   LEFT JOIN INFORMATION_SCHEMA.REFERENTIAL_CONSTRAINTS rc ON s.INDEX_NAME = rc.CONSTRAINT_NAME AND s.TABLE_SCHEMA = rc.CONSTRAINT_SCHEMA
   WHERE s.TABLE_SCHEMA = 'shop' AND s.TABLE_NAME = 'orders' AND rc.CONSTRAINT_NAME IS NULL ORDER BY 1, s.COLUMN_NAME`,
  "WITH t AS (SELECT table_name n FROM information_schema.tables WHERE table_schema='main') SELECT n FROM t",
  "SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = 'shop_0'",
  'SELECT DEFAULT_CHARACTER_SET_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = DATABASE()',
  "SELECT table_schema FROM information_schema.tables WHERE table_schema='shop' UNION SELECT table_schema FROM information_schema.tables WHERE table_schema='main' ORDER BY 1",
  "SELECT t.TABLE_NAME AS n FROM information_schema.TABLES t WHERE t.TABLE_SCHEMA = SCHEMA() AND t.TABLE_NAME LIKE 'o%' ORDER BY n DESC",
  'SELECT nope FROM information_schema.tables',
  'SELECT ID = CONNECTION_ID(), DB FROM information_schema.PROCESSLIST WHERE ID = CONNECTION_ID()',
];

const inSystemSchema = [
  'USE information_schema',
  "SELECT table_name FROM tables WHERE table_schema = 'main'",
  "SHOW TABLES LIKE 'TABLES'",
  'SELECT DATABASE()',
  'USE shop',
];

describe('as one server tells it', () => {
  test.each(shows)('%s', async (sql) => {
    expect(await both.differences([sql])).toEqual([]);
    expect(await preparedDifferences(both, [sql])).toEqual([]);
  });

  // MySQL's information_schema is views, whose columns are described otherwise than those of any table.
  test.runIf(isMariaDb).each(systemQueries)('%s', async (sql) => {
    expect(await both.differences([sql])).toEqual([]);
    expect(await preparedDifferences(both, [sql])).toEqual([]);
  });

  test.runIf(isMariaDb)('with a system schema as the current database', async () => {
    expect(await both.differences(inSystemSchema)).toEqual([]);
  });
});

describe('of all keyspaces and shards', () => {
  const texts = async (sql: string): Promise<string[]> => {
    const answer = await both.proxy.query(sql);
    if (answer.kind !== 'rows') throw new Error(JSON.stringify(answer));
    return answer.rows.map((row) => row.toString('latin1'));
  };

  test('information_schema lists every keyspace and no physical database', async () => {
    const lines = await texts(
      'SELECT table_schema, COUNT(*) > 0 FROM information_schema.tables GROUP BY 1 ORDER BY 1',
    );
    const all = lines.join();
    expect(all).toContain('main');
    expect(all).toContain('shop');
    expect(all).not.toMatch(/shop_\d|main_0|mysql/);
  });

  test('rows of a sharded table are counted over its shards', async () => {
    await both.proxy.query('ANALYZE TABLE orders');
    const [rows] = await texts(
      "SELECT table_rows FROM information_schema.tables WHERE table_schema = 'shop' AND table_name = 'orders'",
    );
    expect(Number(rows?.slice(1))).toBe(20);
    const [status] = await texts("SHOW TABLE STATUS LIKE 'orders'");
    expect(status).toContain('\u000220');
    const [none] = await texts("SHOW TABLE STATUS WHERE Name = 'orders' AND `Rows` > 20");
    expect(none).toBeUndefined();
  });

  test('rows of a reference table are counted once', async () => {
    await both.proxy.query('ANALYZE TABLE countries');
    const [rows] = await texts(
      "SELECT table_rows FROM information_schema.tables WHERE table_schema = 'shop' AND table_name = 'countries'",
    );
    expect(Number(rows?.slice(1))).toBe(2);
  });

  test('two queries that differ in their literals are two queries', async () => {
    for (const table of ['orders', 'countries', 'users']) {
      const sql = `SELECT table_name FROM information_schema.tables WHERE table_schema = 'shop' AND table_name = '${table}'`;
      expect(await texts(sql)).toEqual([String.fromCharCode(table.length) + table]);
    }
  });

  test("the servers' users are nobody's business", async () => {
    for (const sql of [
      'SELECT user FROM mysql.user',
      'SHOW CREATE USER',
      'INSERT INTO information_schema.tables VALUES (1)',
    ]) {
      expect(await both.proxy.query(sql)).toMatchObject({ kind: 'error' });
    }
    expect(await both.proxy.query('SELECT * FROM mysql.user')).toMatchObject({ errno: 1142 });
  });

  test('an unknown database has its own error', async () => {
    for (const sql of [
      'SHOW TABLES FROM nope',
      'SHOW COLUMNS FROM nope.users',
      'SHOW CREATE DATABASE nope',
    ]) {
      expect(await both.proxy.query(sql)).toMatchObject({ errno: 1049, message: "Unknown database 'nope'" });
    }
  });

  test('shows in a transaction open nothing', async () => {
    const client = await shop.world.proxy();
    await client.query("SET transaction_mode = 'single'");
    await client.query('BEGIN');
    await client.query('UPDATE users SET balance = balance WHERE id = 1');
    for (const sql of [
      'SHOW TABLE STATUS',
      'SHOW INDEX FROM orders',
      'SHOW TABLES',
      'SELECT COUNT(*) FROM information_schema.tables',
    ]) {
      expect(await client.query(sql)).toMatchObject({ kind: 'rows' });
    }
    expect(await client.query('COMMIT')).toMatchObject({ kind: 'ok' });
  });
});
