// The stage itself: Shardgate and the oracle answer alike, and every shard is reachable past Shardgate.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { demoMainSchema, demoSchema, demoVschema } from '../../support/demo-shop.ts';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({
    vschema: demoVschema(),
    schema: demoSchema(),
    mainSchema: demoMainSchema(),
  });
});
afterAll(() => cluster?.close());

test('rows put on their shards are found through Shardgate', async () => {
  // hash(1) = 166b40b44aba4bd6, hash(2) = 06e7ea22ce92708f, hash(3) = 4eb190c9a2fa169c
  const homes = [
    [1, '-40'],
    [2, '-40'],
    [3, '40-80'],
  ] as const;
  for (const [id, name] of homes) {
    const shard = cluster.shards.find((candidate) => candidate.name === name);
    const connection = await shard?.connect();
    await connection?.query(
      `INSERT INTO users VALUES (${id}, 'u${id}', 'u${id}@example.com', 'DE', 1.25, '2024-01-01')`,
    );
  }
  const client = await cluster.connect();
  for (const [id] of homes) {
    const [rows] = await client.query(`SELECT name, balance FROM users WHERE id = ${id}`);
    expect(rows).toEqual([{ name: `u${id}`, balance: '1.25' }]);
  }
});

test('both see empty tables, and the same databases', async () => {
  for (const connection of [await cluster.connect(), await cluster.connectOracle()]) {
    const [[first]] = (await connection.query('SELECT COUNT(*) AS n, DATABASE() AS d FROM events')) as [
      [unknown],
      unknown,
    ];
    expect(first).toEqual({ n: 0, d: 'shop' });
    const [rows] = await connection.query('SELECT * FROM main.settings');
    expect(rows).toEqual([]);
  }
});
