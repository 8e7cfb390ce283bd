// VEXPLAIN over real shards: what was sent where, what came back, and that asking changes nothing.
import type { RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { demoSchema, demoVschema } from '../../support/demo-shop.ts';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ vschema: demoVschema(), schema: demoSchema(), oracle: false });
  const proxy = await cluster.connect();
  const rows = Array.from({ length: 40 }, (_, i) => [i + 1, `user ${i}`, `u${i}@x.y`, 'DE', i, '2024-01-01']);
  await proxy.query('INSERT INTO users VALUES ?', [rows]);
});
afterAll(() => cluster?.close());

async function rowsOf(sql: string): Promise<RowDataPacket[]> {
  const proxy = await cluster.connect();
  const [rows] = await proxy.query<RowDataPacket[]>(sql);
  return rows;
}

test('TRACE runs the statement and tells rows and bytes of every shard', async () => {
  const trace = await rowsOf('VEXPLAIN TRACE SELECT id, name FROM users ORDER BY name');
  expect(trace.map((row) => row['shard'])).toEqual(['-40', '40-80', '80-c0', 'c0-']);
  expect(trace.reduce((sum, row) => sum + Number(row['rows']), 0)).toBe(40);
  for (const row of trace) expect(Number(row['bytes'])).toBeGreaterThan(Number(row['rows']) * 10);
});

test('TRACE shows the finish with its rows', async () => {
  const trace = await rowsOf('VEXPLAIN TRACE SELECT country, AVG(balance) FROM users GROUP BY country');
  expect(trace).toHaveLength(5);
  expect(trace[4]).toMatchObject({ rows: '1', query: expect.stringContaining('_sg_0_0') });
});

test('a statement over user variables runs the same after VEXPLAIN PLAN of it', async () => {
  const proxy = await cluster.connect();
  await proxy.query('SET @least = 38');
  const sql = 'SELECT id FROM users WHERE id > @least ORDER BY id';
  const [plan] = await proxy.query<RowDataPacket[]>(`VEXPLAIN PLAN ${sql}`);
  expect(JSON.parse(String(plan[0]?.['JSON']))).toMatchObject({ label: 'scatter' });
  await proxy.query('SET @least = 39');
  const [rows] = await proxy.query<RowDataPacket[]>(sql);
  expect(rows.map((row) => row['id'])).toEqual([40]);
});

test('SELECT ... INTO runs the same after VEXPLAIN PLAN of it', async () => {
  const proxy = await cluster.connect();
  const sql = 'SELECT COUNT(*) INTO @n FROM users';
  const [plan] = await proxy.query<RowDataPacket[]>(`VEXPLAIN PLAN ${sql}`);
  expect(JSON.parse(String(plan[0]?.['JSON']))).toMatchObject({ label: 'scatter' });
  await proxy.query(sql);
  const [rows] = await proxy.query<RowDataPacket[]>('SELECT @n AS n');
  expect(rows[0]?.['n']).toBe(40);
});
