// What a client is told when it asks for the wrong thing, and when a limit is reached; compared with one plain server.
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { demoMainSchema, demoSchema, demoVschema } from '../../support/demo-shop.ts';
import { eventually } from '../../support/eventually.ts';
import { metric } from '../../support/fault-stage.ts';

const queryTimeoutMs = 700;
let cluster: Cluster;
let client: Connection;
let oracle: Connection;

beforeAll(async () => {
  cluster = await startCluster({
    vschema: demoVschema(),
    schema: demoSchema(),
    mainSchema: demoMainSchema(),
    config: {
      log: { level: 'fatal' },
      limits: { queryTimeoutMs, queryMemoryBytes: 65_536, processMemoryBytes: 131_072 },
    },
  });
  client = await cluster.connect();
  oracle = await cluster.connectOracle();
  const rows = Array.from(
    { length: 400 },
    (_, id) =>
      `(${id + 1}, 'user ${id + 1} ${'x'.repeat(60)}', 'u${id + 1}@example.com', '${id % 2 === 0 ? 'DE' : 'FR'}', 1.5, '2024-01-01')`,
  );
  await client.query(`INSERT INTO users VALUES ${rows.join(', ')}`);
});
afterAll(() => cluster?.close());

async function errorOf(
  promise: Promise<unknown>,
): Promise<{ errno: number; sqlState: string; message: string; ms: number }> {
  const startedAtMs = performance.now();
  try {
    await promise;
  } catch (error) {
    const { errno, sqlState } = error as { errno: number; sqlState: string };
    return { errno, sqlState, message: (error as Error).message, ms: performance.now() - startedAtMs };
  }
  throw new Error('no error');
}

describe('login', () => {
  test('wrong password and unknown user: the same 1045', async () => {
    const wrong = await errorOf(cluster.connect({ password: 'wrong' }));
    const unknown = await errorOf(cluster.connect({ user: 'nobody', password: 'wrong' }));
    expect(wrong).toMatchObject({ errno: 1045, sqlState: '28000' });
    expect(wrong.message).toBe("Access denied for user 'app'@'127.0.0.1' (using password: YES)");
    expect(unknown.message).toBe("Access denied for user 'nobody'@'127.0.0.1' (using password: YES)");
    expect((await errorOf(cluster.connect({ password: '' }))).message).toContain('using password: NO');
  });

  test('unknown database: 1049 as one server says it', async () => {
    const ours = await errorOf(cluster.connect({ database: 'nowhere' }));
    expect(ours).toMatchObject({ errno: 1049, sqlState: '42000', message: "Unknown database 'nowhere'" });
    const use = await errorOf(client.query('USE nowhere'));
    expect(use).toMatchObject({ errno: 1049, message: "Unknown database 'nowhere'" });
  });

  test('the physical name of a shard is no database', async () => {
    expect(await errorOf(cluster.connect({ database: 'shop_0' }))).toMatchObject({ errno: 1049 });
  });
});

test.each([
  'SELEC 1',
  'SELECT * FROM users WHERE',
  'SELECT * FROM users WERE id = 1',
  "SELECT 'open",
  'SELECT a b c FROM users',
  'INSERT INTO users VALUES (1',
  'SELECT 1,\n2 FORM\nusers x y',
  'UPDATE users SET WHERE id = 1',
  'DELETE users WHERE id = 1 1',
  'CREATE TABLE',
  'SELECT * FROM users ORDER LIMIT',
])('1064 with the near text of one server: %s', async (sql) => {
  const [ours, theirs] = [await errorOf(client.query(sql)), await errorOf(oracle.query(sql))];
  expect(ours).toMatchObject({ errno: theirs.errno, sqlState: theirs.sqlState, message: theirs.message });
});

describe('limits.queryTimeoutMs', () => {
  test.each([
    ['on one shard', 'SELECT SLEEP(5), name FROM users WHERE id = 1'],
    ['on all shards', 'SELECT SLEEP(0.1), id FROM users'],
    ['on the workspace', 'SELECT country, COUNT(DISTINCT id) + SLEEP(5) FROM users GROUP BY country'],
    ['a write', 'UPDATE users SET balance = 2 + SLEEP(5) WHERE id = 1'],
    ['a write on all shards', 'UPDATE users SET balance = 2 + SLEEP(0.1)'],
    ['prepared', null],
  ])('%s: 3024 in time, and nothing runs on', async (_what, sql) => {
    const error = await errorOf(
      sql === null ? client.execute('SELECT SLEEP(?), name FROM users WHERE id = 3', [5]) : client.query(sql),
    );
    expect(error, error.message).toMatchObject({ errno: 3024, sqlState: 'HY000' });
    expect(error.ms).toBeGreaterThan(queryTimeoutMs - 150);
    expect(error.ms).toBeLessThan(queryTimeoutMs + 3_500);
    await eventually(async () => (await metric(cluster, 'pool_active')) === 0);
    const admin = await cluster.shards[0]?.connect();
    await eventually(async () => {
      const [rows] = (await admin?.query<RowDataPacket[]>(
        "SELECT info FROM information_schema.processlist WHERE user = 'app' AND info LIKE '%SLEEP%'",
      )) ?? [[]];
      return rows.length === 0;
    });
    const [rows] = await client.query<RowDataPacket[]>('SELECT balance FROM users WHERE id IN (1, 3)');
    expect(rows).toEqual([{ balance: '1.50' }, { balance: '1.50' }]);
  });

  test('in a transaction the statement ends, the transaction stays', async () => {
    await client.beginTransaction();
    await client.query("UPDATE users SET name = 'kept' WHERE id = 3");
    expect(await errorOf(client.query('SELECT SLEEP(5) FROM users WHERE id = 3'))).toMatchObject({
      errno: 3024,
    });
    await client.commit();
    const [rows] = await client.query<RowDataPacket[]>('SELECT name FROM users WHERE id = 3');
    expect(rows).toEqual([{ name: 'kept' }]);
  });

  test('not for DDL', async () => {
    await client.query('CREATE TABLE IF NOT EXISTS main.slow (id INT PRIMARY KEY)');
    const blocker = await cluster.shards[0]?.connect();
    await blocker?.query('LOCK TABLES main_0.slow WRITE');
    const altering = client.query('ALTER TABLE main.slow ADD COLUMN x INT');
    await new Promise((resolve) => setTimeout(resolve, queryTimeoutMs * 2));
    await blocker?.query('UNLOCK TABLES');
    await altering;
    await client.query('DROP TABLE main.slow');
  });
});

test('limits.queryMemoryBytes: the error names the fragment, its size and what to do', async () => {
  const error = await errorOf(
    client.query(
      'SELECT u.name, v.name FROM users u JOIN users v ON v.email = u.email WHERE u.id <> v.id + 1000',
    ),
  );
  expect(error).toMatchObject({ errno: 1104, sqlState: '42000' });
  expect(error.message).toMatch(/^SG4021: .*fragment shop\.users has \d+ bytes so far: .*65536.*; /);
  await eventually(async () => (await metric(cluster, 'pool_active')) === 0);
  const [rows] = await client.query<RowDataPacket[]>('SELECT COUNT(*) AS n FROM users');
  expect(rows).toEqual([{ n: 400 }]);
  const admin = await cluster.shards[0]?.connect();
  const [tables] = (await admin?.query<RowDataPacket[]>("SHOW GLOBAL STATUS LIKE 'Created_tmp_tables'")) ?? [
    [],
  ];
  expect(tables).toHaveLength(1);
});

test('results that stream are not bound by it', async () => {
  const [rows] = await client.query<RowDataPacket[]>('SELECT name FROM users ORDER BY id');
  expect(rows).toHaveLength(400);
});
