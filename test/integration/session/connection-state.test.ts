// What a statement leaves on its connection: temporary tables, what procedures do, locks, a shard the client named.
import type { RowDataPacket } from 'mysql2/promise';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Pair, same } from '../../support/pair.ts';
import { sessionStage } from './stage.ts';

const stage = sessionStage();
let pair: Pair;

beforeEach(async () => {
  pair = await stage.pair({ database: 'main' });
  await pair.do('DELETE FROM counters', "INSERT INTO counters VALUES (1, 'one')");
});
afterEach(() => pair.do('ROLLBACK'));

const rows = 'SELECT * FROM counters';

describe('fault 67: temporary tables', () => {
  test('belong to their session, however its statements and those of others meet', async () => {
    const other = await stage.pair({ database: 'main' });
    await pair.do('CREATE TEMPORARY TABLE mine (a INT)', 'INSERT INTO mine VALUES (1), (2)');
    expect(await other.ask('SELECT * FROM mine')).toBe(same);
    // Both connections are busy at once: this session's is not given away meanwhile.
    const slow = other.proxy.query('SELECT SLEEP(0.2) FROM counters');
    expect(await pair.ask('SELECT COUNT(*) FROM mine, counters')).toBe(same);
    await slow;
    await pair.do('LOCK TABLES counters WRITE', 'UNLOCK TABLES');
    expect(await pair.ask('SELECT * FROM mine')).toBe(same);
  });

  test('are gone with their session', async () => {
    const first = await stage.pair({ database: 'main' });
    await first.do('CREATE TEMPORARY TABLE gone (a INT)');
    first.proxy.close();
    const next = await stage.pair({ database: 'main' });
    for (let i = 0; i < 3; i += 1) expect(await next.ask('SELECT * FROM gone')).toBe(same);
  });

  test.each([
    ['CREATE TEMPORARY TABLE t (a INT)', 'INSERT INTO t VALUES (1)', 'SELECT * FROM t'],
    ['CREATE TEMPORARY TABLE t AS SELECT 1 AS a', 'DROP TEMPORARY TABLE t', rows],
    ['CHECKSUM TABLE counters', 'DO 1', rows],
  ])('end no transaction: %s', async (...statements) => {
    await pair.do('BEGIN', "UPDATE counters SET name = 'changed'");
    for (const sql of statements) expect((await pair.proxy.query(sql)).kind).not.toBe('error');
    for (const sql of statements) await pair.oracle.query(sql);
    await pair.do('ROLLBACK');
    expect(await pair.ask(rows)).toBe(same);
  });

  test('are not named like a table of another keyspace', async () => {
    expect(await pair.proxy.query('CREATE TEMPORARY TABLE users (a INT)')).toMatchObject({
      kind: 'error',
      message: expect.stringContaining('SG2001'),
    });
  });
});

describe('connections that read rows for a finish', () => {
  const finish = 'SELECT lang, AVG(LENGTH(word)), MAX(word) FROM words GROUP BY lang';
  const plain = [
    "SELECT word, HEX(word) FROM words WHERE word = 'straße'",
    'SELECT word FROM words ORDER BY HEX(word)',
    'SELECT name, @@sql_select_limit, @@character_set_results FROM users WHERE id = 1',
  ];

  test('answer what comes next in its own character set and length, whoever asks', async () => {
    const other = await stage.pair({ database: 'shop' });
    await pair.do('USE shop', 'SET NAMES latin1', 'SET sql_select_limit = 2');
    for (const sql of [...plain, finish, ...plain, finish, ...plain]) {
      expect(await pair.ask(sql), sql).toBe(same);
      expect(await other.ask(sql), sql).toBe(same);
    }
    expect(await pair.ask(finish)).toBe(same);
    expect(await other.ask(finish)).toBe(same);
  });

  test('need no SET from the second time on, and none behind it', async () => {
    const admin = stage.world.shardAdmin;
    const setsSoFar = async (): Promise<number> => {
      const [rows] = await admin.query<RowDataPacket[]>("SHOW GLOBAL STATUS LIKE 'Com_set_option'");
      return Number(rows[0]?.['Value']);
    };
    await pair.do('USE shop');
    for (let i = 0; i < 2; i += 1) await pair.proxy.query(finish);
    const before = await setsSoFar();
    for (let i = 0; i < 10; i += 1) await pair.proxy.query(finish);
    // Two of the workspace each, in front of the fill and behind it; two more on each of four shards would be 100.
    expect((await setsSoFar()) - before).toBeLessThan(40);
  });
});

describe('procedures of an unsharded keyspace', () => {
  const both = async (sql: string) => {
    expect((await pair.oracle.query(sql)).kind).toBe('ok');
    expect((await pair.proxy.query(sql)).kind).toBe('ok');
  };

  beforeAll(async () => {
    pair = await stage.pair({ database: 'main' });
    await both(
      'CREATE PROCEDURE rename_all(n TEXT) BEGIN UPDATE counters SET name = n; SELECT name FROM counters; END',
    );
    await both("CREATE PROCEDURE leaves_open() BEGIN START TRANSACTION; UPDATE counters SET name = 'x'; END");
    await both('CREATE PROCEDURE leaves_table() BEGIN CREATE TEMPORARY TABLE left_over (a INT); END');
  });

  test.each(['BEGIN', 'SET autocommit = 0'])('take part in the transaction: %s', async (begin) => {
    await pair.do(begin);
    await pair.oracle.queryAll("CALL rename_all('two')");
    await pair.proxy.queryAll("CALL rename_all('two')");
    expect(await pair.ask(rows)).toBe(same);
    await pair.do('ROLLBACK');
    expect(await pair.ask(rows)).toBe(same);
  });

  test('every result arrives', async () => {
    expect(await pair.askAll("CALL rename_all('three'); SELECT 4")).toBe(same);
  });

  test('one that leaves a transaction open is an error, not a change that is lost silently', async () => {
    expect(await pair.proxy.query('CALL leaves_open()')).toMatchObject({
      kind: 'error',
      message: expect.stringContaining('SG5027'),
    });
    expect(await pair.ask(rows)).toBe(same);
    await pair.do("UPDATE counters SET name = 'free'");
  });

  test('leave nothing to other sessions', async () => {
    await pair.proxy.query('CALL leaves_table()');
    const next = await stage.pair({ database: 'main' });
    expect(await next.ask('SELECT * FROM left_over')).toBe(same);
  });
});

describe('a shard that the client named', () => {
  test('USE `keyspace:shard`: writes belong to the transaction', async () => {
    const { proxy } = await stage.pair();
    const count = async () => proxy.query('SELECT name FROM users WHERE id = 1');
    const before = await count();
    for (const sql of ['USE `shop:-40`', 'BEGIN', "UPDATE users SET name = 'x' WHERE id = 1"])
      await proxy.query(sql);
    await proxy.query('SELECT * FROM users WHERE id = 2 FOR UPDATE');
    await proxy.query('ROLLBACK');
    expect(await count()).toEqual(before);
    await proxy.query('START TRANSACTION READ ONLY');
    expect(await proxy.query("UPDATE users SET name = 'x' WHERE id = 1")).toMatchObject({
      kind: 'error',
      errno: 1792,
    });
  });

  test('the directive SHARD reads and writes there and nowhere else', async () => {
    const { proxy } = await stage.pair();
    // Of the stage's users, 1 and 2 lie on -40.
    expect(
      await proxy.query('SELECT /*vt+ SHARD=-40 */ MAX(id) < 6 AND COUNT(*) < 6 FROM users'),
    ).toMatchObject({
      rows: [Buffer.from('\x011')],
    });
    await proxy.query('BEGIN');
    await proxy.query('DELETE /*vt+ SHARD=-40 */ FROM users');
    expect(await proxy.query('SELECT MIN(id) FROM users')).toMatchObject({ rows: [Buffer.from('\x013')] });
    await proxy.query('ROLLBACK');
    expect(await proxy.query('SELECT /*vt+ SHARD=40 */ 1 FROM users')).toMatchObject({
      kind: 'error',
      message: expect.stringContaining('SG5006'),
    });
  });
});
