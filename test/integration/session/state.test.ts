// What a session keeps over pooled connections: variables, database, warnings, insert ids, prepared and named statements.
import { beforeEach, describe, expect, test } from 'vitest';
import { Capability } from '../../../src/protocol/capabilities.ts';
import { Command, encodeTextCommand } from '../../../src/protocol/commands.ts';
import { type Pair, same } from '../../support/pair.ts';
import { testFlavour } from '../../support/test-servers.ts';
import { sessionStage } from './stage.ts';

const stage = sessionStage();
let pair: Pair;

beforeEach(async () => {
  pair = await stage.pair();
});

test.each([
  ["SET time_zone = '+05:30'", "SELECT @@time_zone, FROM_UNIXTIME(0), UNIX_TIMESTAMP('2024-01-01 00:00:00')"],
  ["SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT'", 'SELECT "name" || \'!\' FROM users WHERE id IN (1, 3)'],
  ["SET sql_mode = 'NO_BACKSLASH_ESCAPES'", "SELECT 'a\\b', LENGTH('\\n'), name FROM users WHERE id = 1"],
  ["SET SESSION sql_mode = 'ONLY_FULL_GROUP_BY'", 'SELECT name, score FROM users GROUP BY name'],
  ['SET NAMES latin1', 'SELECT @@character_set_client, @@character_set_results, @@collation_connection'],
  ['SET NAMES utf8mb4 COLLATE utf8mb4_bin', "SELECT @@collation_connection, 'a' = 'A', COUNT(*) FROM users"],
  ['SET div_precision_increment = 2', 'SELECT SUM(score) / 7, AVG(score) FROM users'],
  ['SET group_concat_max_len = 5', 'SELECT GROUP_CONCAT(id ORDER BY id) FROM users'],
  ['SET @a = 5, @b = 1.50', 'SELECT @a, @b, id FROM users WHERE id < @a'],
  ['SET sql_select_limit = 2', 'SELECT id FROM users WHERE id = 1'],
  ['SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED', 'SELECT COUNT(*) FROM users'],
  ['SET SESSION TRANSACTION READ ONLY', "INSERT INTO users VALUES (99, 'x', 1)"],
  ['SET foreign_key_checks = 0, unique_checks = 0', 'SELECT @@foreign_key_checks, @@unique_checks'],
  ["SET lc_time_names = 'de_DE'", "SELECT DATE_FORMAT('2024-03-01', '%M')"],
  ['SET max_statement_time = 30', 'SELECT COUNT(*) FROM users'],
])('%s: %s', async (set, sql) => {
  const expected = await pair.oracle.query(set);
  const found = await pair.proxy.query(set);
  expect(found.kind).toBe(expected.kind);
  expect(await pair.ask(sql)).toBe(same);
  // The next client of the same pooled connections starts as new.
  const other = await stage.pair();
  expect(
    await other.ask(
      'SELECT @@sql_mode, @@time_zone, @@autocommit, @@div_precision_increment, @@foreign_key_checks',
    ),
  ).toBe(same);
});

describe('SET TRANSACTION is for the next transaction, also one of a single statement', () => {
  test.each([
    ['SET TRANSACTION READ ONLY', 'UPDATE codes SET name = name', 'UPDATE codes SET name = name'],
    ['SET TRANSACTION READ ONLY', 'SELECT 1', 'UPDATE users SET name = name WHERE id = 1'],
    ['SET TRANSACTION READ ONLY', 'SELECT name FROM users WHERE id = 1', 'UPDATE users SET name = name'],
    ['SET TRANSACTION ISOLATION LEVEL READ COMMITTED', 'SELECT COUNT(*) FROM users', 'SELECT @@tx_isolation'],
    ['SET TRANSACTION READ ONLY', 'SET autocommit = 0', 'UPDATE users SET name = name WHERE id = 1'],
  ])('%s; %s; %s', async (set, ...statements) => {
    await pair.do(set);
    for (const sql of statements) expect(await pair.ask(sql)).toBe(same);
    await pair.do('ROLLBACK');
  });

  test.runIf(testFlavour() === 'mariadb')(
    '@@in_transaction is the session’s, whatever shard is asked',
    async () => {
      for (const sql of ['SELECT @@in_transaction', 'BEGIN', 'SELECT @@in_transaction', 'ROLLBACK'])
        expect(await pair.ask(sql)).toBe(same);
    },
  );

  test('is forgotten by COM_RESET_CONNECTION', async () => {
    await pair.do('SET TRANSACTION READ ONLY');
    const reset = Buffer.from([Command.resetConnection]);
    expect(await pair.proxy.command(reset)).toMatchObject({ kind: 'ok' });
    await pair.oracle.command(reset);
    expect(await pair.ask('UPDATE users SET name = name WHERE id = 1')).toBe(same);
  });
});

test('limits of the client’s own: SET query_timeout and the directive QUERY_TIMEOUT_MS', async () => {
  const { proxy } = pair;
  const slow = 'SELECT SLEEP(20) FROM users WHERE id = 1';
  const expired = { kind: 'error', errno: 3024 };
  expect(
    await proxy.query(slow.replace('SELECT', 'SELECT /*vt+ WORKLOAD_NAME=x\n QUERY_TIMEOUT_MS=50 */')),
  ).toMatchObject(expired);
  await proxy.query('SET query_timeout = 60');
  expect(await proxy.query(slow)).toMatchObject(expired);
  expect(await proxy.query('SELECT @@query_timeout, @@workload, @@transaction_timeout')).toMatchObject({
    rows: [Buffer.from('\x0260\x04OLTP\x010')],
  });
});

describe('user variables', () => {
  const tables = testFlavour() === 'mysql' ? 'utf8mb4_0900_ai_ci' : 'utf8mb4_general_ci';
  test.each([
    ['decide like columns of their collation', tables, "'Ada'", 'SELECT id FROM users WHERE name = @t'],
    [
      'agree with literals of the connection',
      'utf8mb4_unicode_520_ci',
      "'Äda'",
      "SELECT COUNT(*) FROM codes WHERE @t = 'ada' AND CONCAT(@t, 'x') LIKE 'AD%'",
    ],
    [
      'are binary beside a column when they are',
      'utf8mb4_bin',
      "'ADA'",
      'SELECT id FROM users WHERE name = @t',
    ],
    [
      'hold quotes and backslashes',
      tables,
      "'it''s \\\\ é'",
      "SELECT code FROM codes WHERE @t = 'it''s \\\\ é'",
    ],
  ])('%s', async (_, collation, value, sql) => {
    await pair.do(`SET NAMES utf8mb4 COLLATE ${collation}`, `SET @t = ${value}`);
    expect(await pair.ask(sql)).toBe(same);
  });

  test('hold backslashes that escape nothing', async () => {
    await pair.do("SET sql_mode = 'NO_BACKSLASH_ESCAPES'", "SET @t = 'a\\b'");
    expect(await pair.ask("SELECT code FROM codes WHERE @t = 'a\\b'")).toBe(same);
  });
});

describe('SET of what cannot be set', () => {
  test.each([
    'SET no_such_variable = 1',
    'SET completion_type = NO_CHAIN',
    "SET sql_mode = 'NONSENSE'",
    'SET autocommit = 7',
    "SET time_zone = 'Nowhere/Land'",
    'SET NAMES nonsense',
    'SET @@version = 1',
    'SELECT @@no_such_variable',
  ])('%s', async (sql) => {
    expect(await pair.ask(sql)).toBe(same);
  });
});

test('completion_type other than NO_CHAIN is refused: COMMIT would do more than it says', async () => {
  expect(await pair.proxy.query("SET completion_type = 'CHAIN'")).toMatchObject({
    kind: 'error',
    errno: 1235,
  });
});

test('USE and COM_INIT_DB change what names mean', async () => {
  await pair.do('USE main');
  expect(await pair.ask('SELECT DATABASE(), COUNT(*) FROM counters')).toBe(same);
  expect(await pair.ask('SELECT COUNT(*) FROM shop.users')).toBe(same);
  expect(await pair.proxy.command(encodeTextCommand(Command.initDb, 'shop'))).toMatchObject({ kind: 'ok' });
  await pair.oracle.command(encodeTextCommand(Command.initDb, 'shop'));
  expect(await pair.ask('SELECT DATABASE(), COUNT(*) FROM users')).toBe(same);
  const without = await stage.pair({ database: null });
  expect(await without.ask('SELECT DATABASE()')).toBe(same);
  // A name that one keyspace alone has means its table, whatever database is chosen.
  expect(await without.proxy.query('SELECT id FROM users WHERE id = 1')).toMatchObject({ kind: 'rows' });
});

test.each([
  'SHOW TABLES',
  "SHOW TABLES LIKE 'u%'",
  'SHOW FULL TABLES FROM main',
  'SHOW COLUMNS FROM users',
  'DESCRIBE words',
  'SHOW CREATE TABLE codes',
  'SHOW INDEX FROM events',
  "SHOW VARIABLES LIKE 'sql_mode'",
  "SHOW SESSION STATUS LIKE 'Com_nothing'",
  "SHOW COLLATION LIKE 'utf8mb4_bin'",
  "SHOW CHARACTER SET LIKE 'latin1'",
  'SHOW TABLES FROM nodb',
  'SHOW CREATE TABLE nowhere',
  'SHOW ERRORS',
])('%s', async (sql) => {
  expect(await pair.ask(sql)).toBe(same);
});

test.each([
  "SELECT table_name FROM information_schema.tables WHERE table_schema = 'shop' ORDER BY table_name",
  "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'users' ORDER BY ordinal_position",
])('%s', async (sql) => {
  // By its path MySQL shows its own views, the tables behind them, or nothing at all as a column's table.
  expect(await pair.ask(sql, { coreColumns: testFlavour() === 'mysql' })).toBe(same);
});

test('warnings of several shards are shown, and gone after the next statement', async () => {
  await pair.do("SET sql_mode = ''");
  expect(
    await pair.ask(
      "INSERT INTO users VALUES (41, 'too long a name for forty characters, quite certainly', 1)",
    ),
  ).toBe(same);
  expect(await pair.ask('SHOW WARNINGS')).toBe(same);
  expect(await pair.ask('SELECT @@warning_count')).toBe(same);
  expect(await pair.ask('SELECT id FROM users WHERE id = 1')).toBe(same);
  expect(await pair.ask('SHOW WARNINGS')).toBe(same);
  await pair.do('DELETE FROM users WHERE id = 41');
});

test('LAST_INSERT_ID, ROW_COUNT and FOUND_ROWS are the session’s own', async () => {
  expect(await pair.ask("INSERT INTO main.counters (name) VALUES ('a'), ('b')")).toBe(same);
  expect(await pair.ask('SELECT LAST_INSERT_ID()')).toBe(same);
  expect(
    await pair.ask(
      'INSERT INTO main.counters (name) SELECT name FROM main.counters WHERE id = LAST_INSERT_ID()',
    ),
  ).toBe(same);
  expect(await pair.ask('SELECT LAST_INSERT_ID(), LAST_INSERT_ID() + 1 AS next')).toBe(same);
  expect(await pair.ask('UPDATE users SET score = score + 1 WHERE id IN (1, 3, 4)')).toBe(same);
  expect(await pair.ask('SELECT ROW_COUNT()')).toBe(same);
  expect(await pair.ask('UPDATE users SET score = score - 1 WHERE id IN (1, 3, 4)')).toBe(same);
  expect(await pair.ask('SELECT id FROM users WHERE id < 4')).toBe(same);
  expect(await pair.ask('SELECT FOUND_ROWS()')).toBe(same);
});

test('the login is a statement that changed no row', async () => {
  const fresh = await stage.pair({ database: 'shop' });
  expect(await fresh.ask('SELECT ROW_COUNT(), LAST_INSERT_ID(), FOUND_ROWS()')).toBe(same);
});

test('FOUND_ROWS of the handshake counts matched rows on every path', async () => {
  const found = await stage.pair({ flags: Capability.foundRows });
  for (const sql of [
    'UPDATE users SET score = score',
    'UPDATE users SET score = score WHERE id = 1',
    'UPDATE codes SET name = name',
  ]) {
    expect(await found.ask(sql)).toBe(same);
    expect(await pair.ask(sql)).toBe(same);
  }
});

test('several statements in one command', async () => {
  expect(
    await pair.askAll('SELECT 1; SELECT COUNT(*) FROM users; SELECT name FROM codes; SET @z = 3; SELECT @z'),
  ).toBe(same);
  expect(await pair.askAll('SELECT id FROM users WHERE id = 1; SELECT nothing FROM users; SELECT 2')).toBe(
    same,
  );
  expect(
    await pair.askAll(
      'BEGIN; UPDATE users SET score = score WHERE id IN (1, 3); SELECT COUNT(*) FROM users; ROLLBACK',
    ),
  ).toBe(same);
});

test('PREPARE, EXECUTE and DEALLOCATE of SQL', async () => {
  await pair.do("PREPARE one FROM 'SELECT name FROM users WHERE id = ?'", 'SET @id = 3');
  expect(await pair.ask('EXECUTE one USING @id')).toBe(same);
  await pair.do("PREPARE many FROM 'SELECT COUNT(*), SUM(score) FROM users WHERE score > ?'", 'SET @n = 15');
  expect(await pair.ask('EXECUTE many USING @n')).toBe(same);
  expect(await pair.ask('EXECUTE many')).toBe(same);
  await pair.do('DEALLOCATE PREPARE one');
  expect(await pair.ask('EXECUTE one USING @id')).toBe(same);
  expect(await pair.ask("PREPARE wrong FROM 'SELEC'")).toBe(same);
});

describe('a prepared text', () => {
  test.each([
    ["SET sql_mode = 'ANSI_QUOTES'", 'SELECT "name", id FROM users ORDER BY id', 'SET sql_mode = DEFAULT'],
    ["SET sql_mode = 'PIPES_AS_CONCAT'", "SELECT name || 'x' FROM users WHERE id = 1", "SET sql_mode = ''"],
    ['SET NAMES utf8mb4', "SELECT LENGTH('é'), COUNT(*) FROM users", 'SET NAMES latin1'],
  ])('that would read otherwise after a SET is not run: %s, %s', async (before, sql, after) => {
    await pair.proxy.query(before);
    const prepared = await pair.proxy.prepare(sql);
    if ('errno' in prepared) throw new Error(prepared.message);
    await pair.proxy.query(`PREPARE p FROM '${sql.replaceAll("'", "''")}'`);
    await pair.proxy.query(after);
    expect(await pair.proxy.execute(prepared)).toMatchObject({ kind: 'error', errno: 1615 });
    expect(await pair.proxy.query('EXECUTE p')).toMatchObject({ kind: 'error', errno: 1615 });
    await pair.proxy.query(before);
    expect(await pair.proxy.execute(prepared)).toMatchObject({ kind: 'rows' });
    expect(await pair.proxy.query('EXECUTE p')).toMatchObject({ kind: 'rows' });
  });

  test('that reads the same after a SET is run', async () => {
    const sql = 'SELECT COUNT(*), MAX(name) FROM users WHERE id > 1';
    const [one, other] = [await pair.oracle.prepare(sql), await pair.proxy.prepare(sql)];
    if ('errno' in one || 'errno' in other) throw new Error('not prepared');
    for (const set of ["SET sql_mode = 'ANSI,NO_BACKSLASH_ESCAPES'", 'SET NAMES latin1']) {
      await pair.do(set);
      expect(pair.compare(await pair.oracle.execute(one), await pair.proxy.execute(other))).toBe(same);
    }
  });
});

test.each(["'2'", '2', '2.0', '-1', 'NULL', '18446744073709551615'])(
  'EXECUTE with %s for LIMIT',
  async (value) => {
    await pair.do("PREPARE p FROM 'SELECT id FROM users ORDER BY id LIMIT ?'", `SET @limit = ${value}`);
    expect(await pair.ask('EXECUTE p USING @limit')).toBe(same);
  },
);

test.each([
  ['a number as drivers of JavaScript send it', 2],
  ['text, as PDO sends everything', '2'],
  ['an integer', 2n],
])('LIMIT of a prepared statement over several shards takes %s', async (_, limit) => {
  for (const sql of [
    'SELECT id FROM users ORDER BY id LIMIT ?',
    'SELECT id FROM users ORDER BY id LIMIT 1, ?',
    'SELECT score, COUNT(*) FROM users GROUP BY score ORDER BY score DESC LIMIT ? OFFSET 1',
  ]) {
    const rows = await Promise.all(
      [pair.oracle, pair.proxy].map(async (client) => {
        const prepared = await client.prepare(sql);
        if ('kind' in prepared) throw new Error(prepared.message);
        const answer = await client.execute(prepared, [limit]);
        return answer.kind === 'rows' ? answer.rows : answer;
      }),
    );
    expect(rows[1]).toEqual(rows[0]);
    // MySQL takes integers only.
    if (testFlavour() === 'mariadb' || typeof limit === 'bigint') expect(rows[0]).toHaveLength(2);
  }
});

test('trap 14: an execution without types reaches shards that never saw them', async () => {
  for (const client of [pair.oracle, pair.proxy]) {
    const prepared = await client.prepare('SELECT id, name FROM users WHERE id = ?');
    if ('kind' in prepared) throw new Error(prepared.message);
    await client.execute(prepared, [1n]);
    // Every id lies on another shard, whose connection meets the statement for the first time.
    for (const id of [3n, 4n, 5n, 6n, 1n]) {
      const answer = await client.execute(prepared, [id], false);
      expect(answer.kind === 'rows' && answer.rows.length).toBe(1);
    }
    client.closeStatement(prepared);
  }
});

test('trap 15: no message and no metadata names a physical database', async () => {
  const texts: string[] = [];
  for (const sql of [
    'SELECT * FROM users',
    'SELECT * FROM nowhere',
    'SELECT nothing FROM users',
    'SELECT no_such_function(1)',
    'SHOW TABLES',
    "INSERT INTO users VALUES (1, 'x', 1)",
    'SELECT x.* FROM users',
    'DROP TABLE nowhere',
    'SHOW CREATE TABLE users',
    'CHECK TABLE users',
    'SELECT * FROM main.nowhere',
  ]) {
    const answer = await pair.proxy.query(sql);
    texts.push(
      JSON.stringify(
        answer.kind === 'rows' ? [answer.columns, answer.rows.map(String)] : answer,
        (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value),
      ),
    );
  }
  expect(texts.filter((text) => /shop_\d|main_0/.test(text))).toEqual([]);
});

test('KILL QUERY ends a statement on every shard, KILL the connection', async () => {
  const victim = await stage.world.proxy();
  const id = await victim.query('SELECT CONNECTION_ID()');
  if (id.kind !== 'rows') throw new Error('no id');
  const number = id.rows[0]?.toString('latin1', 1) ?? '';
  const sleeping = victim.query('SELECT SLEEP(30), id FROM users');
  // The statement is on its way before the KILL is asked for.
  await expect
    .poll(async () => {
      const list = await pair.proxy.query('SHOW PROCESSLIST');
      return list.kind === 'rows' && list.rows.some((row) => row.includes('SLEEP(30)'));
    })
    .toBe(true);
  expect(await pair.proxy.query(`KILL QUERY ${number}`)).toMatchObject({ kind: 'ok' });
  expect(await sleeping).toMatchObject({ kind: 'error', errno: 1317 });
  expect(await victim.query('SELECT 1')).toMatchObject({ kind: 'rows' });
  expect(await pair.proxy.query(`KILL ${number}`)).toMatchObject({ kind: 'ok' });
  await expect(victim.query('SELECT 1')).rejects.toThrow('closed');
});

test('KILL QUERY of a write over several shards ends that statement only, however late it comes', async () => {
  const victim = await stage.world.proxy();
  const id = await victim.query('SELECT CONNECTION_ID()');
  if (id.kind !== 'rows') throw new Error('no id');
  const number = id.rows[0]?.toString('latin1', 1) ?? '';
  await victim.query('BEGIN');
  expect(await victim.query('UPDATE users SET score = 77 WHERE id = 1')).toMatchObject({ kind: 'ok' });
  for (let round = 0; round < 12; round++) {
    const writing = victim.query('UPDATE users SET score = score + 1');
    // Sooner and later: on its way, on the shards, or done.
    for (let turn = 0; turn < round; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(await pair.proxy.query(`KILL QUERY ${number}`)).toMatchObject({ kind: 'ok' });
    const answer = await writing;
    const undo = 'UPDATE users SET score = score - 1';
    if (answer.kind === 'ok') expect(await victim.query(undo)).toMatchObject({ kind: 'ok' });
    else expect(answer).toMatchObject({ kind: 'error', errno: 1317 });
    for (let next = 0; next < 5; next++) {
      expect(await victim.query('SELECT COUNT(*) FROM users WHERE score = 77')).toMatchObject({
        kind: 'rows',
      });
    }
  }
  expect(await victim.query('SELECT id FROM users WHERE id = 1 AND score = 77')).toMatchObject({
    rows: [expect.anything()],
  });
  await victim.query('ROLLBACK');
});

describe('values that must not route by their looks', () => {
  test.each([
    "SELECT id FROM users WHERE id = '3'",
    "SELECT id FROM users WHERE id = ' 3'",
    "SELECT id FROM users WHERE id = '3x'",
    'SELECT id FROM users WHERE id = 3.0',
    'SELECT id FROM users WHERE id = 0x03',
    "SELECT id FROM users WHERE id = x'33'",
    'SELECT id FROM users WHERE id IN (3, 4e0)',
    'SELECT word, lang FROM exact WHERE word = 7',
    "SELECT word, lang FROM exact WHERE word = '7'",
    'SELECT word, lang FROM exact WHERE word IN (7, 8)',
    "SELECT id FROM users WHERE id IN ('1', 3)",
  ])('trap 18: %s', async (sql) => {
    expect(await pair.ask(sql)).toBe(same);
  });

  test.each([
    "SELECT word, lang FROM words WHERE word = 'abc'",
    "SELECT word, lang FROM words WHERE word = 'ABC '",
    "SELECT word, lang FROM words WHERE word = 'STRASSE'",
    "SELECT word, lang FROM words WHERE word IN ('elan', 'abc')",
    "SELECT word, lang FROM words WHERE word LIKE 'AB%'",
    'SELECT a.lang, b.lang FROM words a JOIN words b ON a.word = b.word',
    "SELECT word, lang FROM exact WHERE word = 'abc'",
    "SELECT word, lang FROM exact WHERE word = 'abc '",
  ])('trap 19: %s', async (sql) => {
    expect(await pair.ask(sql)).toBe(same);
  });

  test.each([
    "SELECT id FROM events WHERE day = '2024-01-01'",
    "SELECT id FROM events WHERE day = '2024-1-1'",
    'SELECT id FROM events WHERE day = 20240101',
    "SELECT id FROM events WHERE day = '2023-12-31 23:59:59.9'",
    "SELECT id FROM events WHERE day <= '2023-12-31 23:59:59.9'",
    "SELECT id FROM events WHERE day = TIMESTAMP '2024-01-01 00:00:00'",
    "SELECT id FROM events WHERE day BETWEEN DATE '2024-01-01' AND '2024-12-31'",
    "SELECT id FROM events WHERE day IN ('2024-01-01', 20241231)",
    "SELECT id FROM events WHERE day > '2024-12-30' + INTERVAL 1 DAY",
  ])('trap 20: %s', async (sql) => {
    expect(await pair.ask(sql)).toBe(same);
  });

  test('trap 20: a date stored in another form is where its day says', async () => {
    expect(
      await pair.ask(
        "INSERT INTO events VALUES ('2024-2-3', 11, 'a'), (20250102, 12, 'b'), ('2023-12-31 10:11:12', 13, 'c')",
      ),
    ).toBe(same);
    expect(await pair.ask('SELECT day, id FROM events WHERE id > 10')).toBe(same);
    for (const day of ['2024-02-03', '2025-01-02', '2023-12-31']) {
      expect(await pair.ask(`SELECT id FROM events WHERE day = '${day}'`)).toBe(same);
    }
    await pair.do('DELETE FROM events WHERE id > 10');
  });
});
