// SET and what reads the session: values, types and metadata are those of one server.
import { beforeEach, describe, expect, test } from 'vitest';
import type { Pair } from '../../support/pair.ts';
import { testFlavour } from '../../support/test-servers.ts';
import { clientWorld, preparedDifferences, shoppers } from './world.ts';

const shop = clientWorld();
let both: Pair;

beforeEach(async () => {
  both = await shoppers(shop.world);
});

const isMariaDb = testFlavour() === 'mariadb';

/** Each in order, on a session of its own. */
const sessions: Readonly<Record<string, readonly string[]>> = {
  'functions and variables of the session': [
    'SELECT @@autocommit, @@session.autocommit',
    'SELECT DATABASE(), SCHEMA()',
    'SELECT LAST_INSERT_ID(), @@last_insert_id, @@identity',
    'SELECT ROW_COUNT()',
    'SELECT @@warning_count, @@error_count',
    'SELECT @@wait_timeout, @@net_write_timeout, @@max_allowed_packet',
    'SELECT @@version_comment LIMIT 1',
    'SELECT VERSION()',
    'select $$',
    'SET autocommit = 0',
    'SELECT @@autocommit',
    'SELECT 1',
    'SELECT id FROM users WHERE id = 3',
    'COMMIT',
  ],
  'user variables': [
    "SET @i = 42, @d = 4.250, @f = 1e3, @s = 'abc', @n = NULL, @neg = -5, @big = 18446744073709551615",
    'SELECT @i, @d, @f, @s, @neg, @big',
    "SELECT @i + 1, @s = 'ABC', CONCAT(@s, @i), LENGTH(@s), @d * 2",
    'SELECT id, @s FROM users WHERE id IN (2, 3) ORDER BY id',
    'SELECT COUNT(*) + @i AS n FROM users',
    'SELECT country, COUNT(*), @s FROM users GROUP BY country ORDER BY country',
    'SELECT id, @i + id AS s FROM users ORDER BY s DESC LIMIT 3',
    'SELECT name FROM users WHERE id = @i - 40',
    'SELECT name INTO @name FROM users WHERE id = 4',
    'SELECT @name',
    'SET @x = 1, @y = @x',
    'SELECT @x, @y IS NULL',
    'SET @x = 7, @y = @x',
    'SELECT @x, @y',
    'INSERT INTO notes (id, title, amount) VALUES (@i, @s, @d)',
    'SELECT id, title, amount FROM notes WHERE id = @i',
    'DELETE FROM notes WHERE id = @i',
  ],
  'SET is all or nothing': [
    "SET time_zone = '+01:00', sql_mode = 'NOPE'",
    'SELECT @@time_zone',
    'SET @a = 5, no_such_variable = 3',
    "SET time_zone = '+02:00', @z = @@time_zone",
    'SELECT @z, @@time_zone',
    "SET time_zone = 'nowhere'",
    'SELECT @@time_zone',
    'SET time_zone = DEFAULT',
    'SELECT @@time_zone',
  ],
  'settings of every kind': [
    'SET foreign_key_checks = off, unique_checks = 0',
    'SELECT @@foreign_key_checks, @@unique_checks',
    "SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES')",
    'SELECT @@sql_mode',
    "SELECT 'a\\b'",
    'SET sql_mode = DEFAULT',
    'SELECT @@sql_mode',
    "SET sql_mode = 'ANSI_QUOTES'",
    'SELECT "id" FROM "users" WHERE "id" = 2',
    "SET sql_mode = ''",
    'SET timestamp = 1000000000',
    'SELECT @@timestamp, UNIX_TIMESTAMP()',
    'SET timestamp = DEFAULT',
    'SET wait_timeout = 0',
    'SHOW WARNINGS',
    'SELECT @@wait_timeout',
    "SHOW VARIABLES LIKE 'wait_timeout'",
    'SET SESSION max_allowed_packet = 1024',
    'SET version = 5',
    'SET character_set_results = NULL',
    'SELECT @@character_set_results',
    'SET NAMES latin1',
    'SELECT @@character_set_client, @@character_set_connection, @@character_set_results, @@collation_connection',
    'SET NAMES utf8mb4 COLLATE utf8mb4_bin',
    'SELECT @@character_set_client, @@collation_connection',
    'SET NAMES nope',
    'SET CHARACTER SET latin1',
    'SELECT @@character_set_client, @@character_set_connection, @@character_set_results',
  ],
  'sql_select_limit cuts the whole answer, not each shard': [
    'SET sql_select_limit = 3',
    'SELECT id FROM users ORDER BY id',
    'SELECT id FROM users ORDER BY id LIMIT 5',
    'SELECT COUNT(*) FROM (SELECT id FROM users) AS t',
    'SELECT country FROM users UNION ALL SELECT code FROM countries ORDER BY 1',
    'SELECT id FROM users WHERE id < 9 ORDER BY id FOR UPDATE',
    'SELECT @@sql_select_limit',
    'SET sql_select_limit = DEFAULT',
    'SELECT COUNT(*) FROM users',
    'SELECT @@sql_select_limit',
  ],
  'FOUND_ROWS, ROW_COUNT, LAST_INSERT_ID': [
    'SELECT id FROM users ORDER BY id LIMIT 5',
    'SELECT FOUND_ROWS()',
    'SELECT FOUND_ROWS()',
    'SELECT id FROM users WHERE id IN (1, 2, 3) ORDER BY id',
    'SET @a = 1',
    'SELECT FOUND_ROWS()',
    'SELECT SQL_CALC_FOUND_ROWS id FROM users ORDER BY id LIMIT 5',
    'SELECT FOUND_ROWS()',
    "SELECT SQL_CALC_FOUND_ROWS id, name FROM users WHERE country = 'DE' ORDER BY id LIMIT 2, 3",
    'SELECT FOUND_ROWS() AS n',
    'SELECT sql_calc_found_rows country, COUNT(*) FROM users GROUP BY country ORDER BY 1 LIMIT 0',
    'SELECT FOUND_ROWS()',
    'SELECT SQL_CALC_FOUND_ROWS id FROM orders WHERE user_id = 7 ORDER BY id LIMIT 1 OFFSET 1',
    'SELECT FOUND_ROWS()',
    'SELECT id FROM users WHERE id < 4 ORDER BY id',
    'UPDATE users SET name = name WHERE id < 3',
    'SELECT ROW_COUNT()',
    "INSERT INTO notes (id, title) VALUES (5, 'a'), (6, 'b'), (7, 'c')",
    'SELECT ROW_COUNT()',
    'DELETE FROM notes WHERE id > 4',
    'SELECT ROW_COUNT()',
    'SELECT ROW_COUNT()',
    "INSERT INTO main.settings VALUES ('k', 'v')",
    "UPDATE main.settings SET value = LAST_INSERT_ID(99) WHERE name = 'k'",
    'SELECT LAST_INSERT_ID()',
    'SELECT LAST_INSERT_ID(123)',
    'SELECT LAST_INSERT_ID()',
    "DELETE FROM main.settings WHERE name = 'k'",
  ],
  'prepared by SQL': [
    "PREPARE s FROM 'SELECT name, ? AS p FROM users WHERE id = ?'",
    "SET @p = 'x', @id = 6",
    'EXECUTE s USING @p, @id',
    'DEALLOCATE PREPARE s',
    'EXECUTE s USING @p, @id',
    "PREPARE t FROM 'SELECT ?'",
    'EXECUTE t USING @p',
  ],
};

describe('as on one server', () => {
  test.each(Object.entries(sessions))('%s', async (_name, statements) => {
    const found = await both.differences(statements);
    // Deprecation warnings of MySQL count towards answers that MariaDB gives without.
    expect(isMariaDb ? found : found.filter((one) => !/warnings/.test(one))).toEqual([]);
  });

  test.runIf(isMariaDb)('user variables and settings, prepared', async () => {
    for (const name of [
      'user variables',
      'SET is all or nothing',
      'sql_select_limit cuts the whole answer, not each shard',
    ]) {
      expect(await preparedDifferences(both, sessions[name] ?? [])).toEqual([]);
    }
  });

  test.runIf(isMariaDb)('what MySQL types and counts otherwise', async () => {
    const statements = [
      'SELECT @a := 5, @a',
      'SELECT @a',
      'SELECT id FROM users WHERE id < 4 ORDER BY id',
      'UPDATE users SET name = name WHERE id < 3',
      'SELECT FOUND_ROWS(), ROW_COUNT()',
    ];
    expect(await both.differences(statements)).toEqual([]);
  });

  test.runIf(isMariaDb)('SET STATEMENT ... FOR', async () => {
    expect(
      await both.differences([
        'SET STATEMENT max_statement_time = 5 FOR SELECT 1',
        'SET STATEMENT sql_select_limit = 2 FOR SELECT id FROM users ORDER BY id',
        "SET STATEMENT sql_mode = 'ANSI_QUOTES' FOR SELECT @@sql_mode",
        'SELECT @@sql_mode',
        'SELECT COUNT(*) FROM users',
      ]),
    ).toEqual([]);
  });
});

describe('inside a transaction', () => {
  test('SET reaches connections the transaction holds already', async () => {
    expect(
      await both.differences([
        'BEGIN',
        'SELECT id FROM users WHERE id IN (1, 2, 3, 4, 5) ORDER BY id',
        "SET time_zone = '+05:00', sql_mode = 'ANSI_QUOTES', @v = 'kept'",
        'SELECT "id", @@time_zone, @v FROM "users" WHERE "id" = 3',
        'SELECT COUNT(*), MIN(@@time_zone) FROM "users" WHERE id > 2',
        'COMMIT',
        'SELECT @@time_zone',
      ]),
    ).toEqual([]);
  });

  test('a statement without tables takes no part in it', async () => {
    const { proxy } = both;
    await proxy.query("SET transaction_mode = 'single'");
    await proxy.query('SET autocommit = 0');
    await proxy.query('SELECT 1');
    expect(await proxy.query('SET TRANSACTION ISOLATION LEVEL READ COMMITTED')).toMatchObject({ kind: 'ok' });
    await proxy.query('UPDATE users SET name = name WHERE id = 1');
    for (let i = 0; i < 8; i++) expect(await proxy.query('SELECT NOW()')).toMatchObject({ kind: 'rows' });
    expect(await proxy.query('SET TRANSACTION ISOLATION LEVEL READ COMMITTED')).toMatchObject({
      errno: 1568,
    });
    expect(await proxy.query('ROLLBACK')).toMatchObject({ kind: 'ok' });
  });

  test('preparing a statement takes no part in it either', async () => {
    const { proxy } = both;
    await proxy.query("SET transaction_mode = 'single'");
    await proxy.query('BEGIN');
    await proxy.query('UPDATE users SET name = name WHERE id = 4');
    expect(await proxy.prepare('SELECT name FROM users WHERE id = ?')).toMatchObject({ paramCount: 1 });
    expect(await proxy.query('COMMIT')).toMatchObject({ kind: 'ok' });
  });

  test('LOCK TABLES holds on an unsharded keyspace and is refused on a sharded one', async () => {
    const { proxy } = both;
    const other = await shop.world.proxy({ answerTimeoutMs: 5_000 });
    expect(await proxy.query('LOCK TABLES main.settings WRITE')).toMatchObject({ kind: 'ok' });
    expect(await proxy.query('SELECT COUNT(*) FROM main.settings')).toMatchObject({ kind: 'rows' });
    await other.query('SET lock_wait_timeout = 1');
    expect(await other.query("INSERT INTO main.settings VALUES ('q', 'r')")).toMatchObject({ errno: 1205 });
    expect(await proxy.query('UNLOCK TABLES')).toMatchObject({ kind: 'ok' });
    expect(await other.query("INSERT INTO main.settings VALUES ('q', 'r')")).toMatchObject({ kind: 'ok' });
    expect(await proxy.query('LOCK TABLES users READ')).toMatchObject({ errno: 1235 });
  });
});
