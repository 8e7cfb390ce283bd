// The workspace on MySQL: what its servers can be told that MariaDB knows nothing of.
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { demoMainSchema, demoSchema, demoVschema } from '../support/demo-shop.ts';

let cluster: Cluster;
let proxy: Connection;
let oracle: Connection;

beforeAll(async () => {
  cluster = await startCluster({
    vschema: demoVschema(),
    schema: demoSchema(),
    mainSchema: demoMainSchema(),
  });
  // Before Shardgate opens the connections that the workspace runs on.
  const admin = await cluster.shards[0]?.connect();
  await admin?.query('SET GLOBAL sql_require_primary_key = 1');
  [proxy, oracle] = [await cluster.connect(), await cluster.connectOracle()];
  const users = Array.from({ length: 20 }, (_, i) => `(${i}, 'n${i % 6}', 'm', 'DE', ${i}, '2024-01-01')`);
  for (const connection of [proxy, oracle]) {
    await connection.query(`INSERT INTO users VALUES ${users.join(', ')}`);
  }
});
afterAll(() => cluster?.close());

async function rowsOf(connection: Connection, sql: string): Promise<unknown> {
  const [rows] = await connection.query<RowDataPacket[]>(sql);
  return rows;
}

test.each([
  'SELECT country, COUNT(DISTINCT name) FROM users GROUP BY country',
  'SELECT name, SUM(balance) / 3 FROM users GROUP BY name ORDER BY 2, 1',
  'SELECT a.name, b.id FROM users a JOIN users b ON a.name = b.name AND a.id < b.id ORDER BY 2, a.id',
  'SELECT * FROM (SELECT name, COUNT(*) AS n FROM users GROUP BY name) d ORDER BY name',
  'WITH x AS (SELECT name FROM users) SELECT COUNT(*) FROM x a JOIN x b ON a.name = b.name',
  'SELECT 1 FROM users a JOIN users b ON a.id = b.id + 1 LIMIT 3',
])('trap 5: tables without a key are made where a primary key is asked for: %s', async (sql) => {
  expect(await rowsOf(proxy, 'SELECT @@sql_require_primary_key AS asked')).toEqual([{ asked: 1 }]);
  expect(await rowsOf(proxy, sql)).toEqual(await rowsOf(oracle, sql));
});
