// Administration and EXPLAIN: one answer of several servers, and keyspaces that no statement removes.
import { beforeEach, describe, expect, test } from 'vitest';
import { type Pair, same } from '../../support/pair.ts';
import { sessionStage } from './stage.ts';

const stage = sessionStage();
let pair: Pair;

beforeEach(async () => {
  pair = await stage.pair();
});

test.each([
  'CHECKSUM TABLE users',
  'CHECKSUM TABLE users, codes, events',
  'CHECKSUM TABLE codes',
  'CHECKSUM TABLE users QUICK',
  'CHECKSUM TABLE main.counters',
  'ANALYZE TABLE users, events',
  'ANALYZE TABLE nowhere',
  'CHECK TABLE users EXTENDED',
  'CHECK TABLE users, nowhere',
  'OPTIMIZE TABLE codes',
  'REPAIR TABLE users',
])('%s', async (sql) => {
  expect(await pair.ask(sql)).toBe(same);
});

test.each(['CHECKSUM TABLE users, codes', 'CHECK TABLE users', 'ANALYZE TABLE codes'])(
  'prepared: %s',
  async (sql) => {
    const rows = await Promise.all(
      [pair.oracle, pair.proxy].map(async (client) => {
        const prepared = await client.prepare(sql);
        // MySQL prepares no CHECK TABLE.
        return 'kind' in prepared ? prepared : client.execute(prepared, []);
      }),
    );
    const [expected, found] = rows.map((answer) => (answer.kind === 'rows' ? answer.rows : answer));
    expect(found).toEqual(expected);
  },
);

describe('EXPLAIN of a statement for one shard is that of its server', () => {
  test.each([
    ...[1, 2, 3, 4, 5, 6].map((id) => `EXPLAIN SELECT name FROM users WHERE id = ${id}`),
    "EXPLAIN SELECT note FROM events WHERE day = '2025-06-01' AND id = 4",
    'EXPLAIN FORMAT=JSON SELECT name FROM users WHERE id = 5',
    'EXPLAIN SELECT nothing FROM users WHERE id = 3',
    'EXPLAIN SELECT * FROM main.counters',
  ])('%s', async (sql) => {
    expect(await pair.ask(sql)).toBe(same);
  });

  test('with a user variable', async () => {
    await pair.do('SET @id = 4');
    expect(await pair.ask('EXPLAIN SELECT name FROM users WHERE id = @id')).toBe(same);
  });

  test('trap 15: its note names the keyspace', async () => {
    await pair.proxy.query('EXPLAIN EXTENDED SELECT name FROM users WHERE id = 5');
    const notes = JSON.stringify(await pair.proxy.query('SHOW WARNINGS'), (_, value) =>
      Buffer.isBuffer(value) ? value.toString() : value,
    );
    expect(notes).not.toMatch(/shop_\d/);
  });

  test('ANALYZE of what several would run is refused, not left undone', async () => {
    expect(await pair.proxy.query('ANALYZE DELETE FROM users')).toMatchObject({ kind: 'error', errno: 1235 });
  });
});

test('what all shards warn of alike is one warning, by the keyspace’s name', async () => {
  await pair.do('DROP TABLE IF EXISTS nowhere, neverwhere');
  expect(await pair.ask('SHOW WARNINGS')).toBe(same);
  await pair.do('CREATE TABLE IF NOT EXISTS users (id BIGINT PRIMARY KEY)');
  expect(await pair.ask('SHOW WARNINGS')).toBe(same);
});

test.each(['shop', 'main'])('no server sees DROP DATABASE IF EXISTS %s', async (keyspace) => {
  for (const target of [keyspace, keyspace === 'shop' ? 'shop:-40' : 'main:-']) {
    await pair.proxy.query(`USE \`${target}\``);
    for (const sql of [`DROP DATABASE IF EXISTS ${keyspace}`, `CREATE DATABASE IF NOT EXISTS ${keyspace}`]) {
      expect(await pair.proxy.query(sql)).toMatchObject({ kind: 'ok', warnings: 1 });
    }
    expect(await pair.proxy.query(`DROP DATABASE ${keyspace}`)).toMatchObject({ kind: 'error', errno: 1235 });
  }
  await pair.proxy.query('USE shop');
  expect(await pair.ask('SELECT COUNT(*) FROM users, main.counters')).toBe(same);
});
