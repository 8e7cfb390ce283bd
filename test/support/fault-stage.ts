// What fault tests share: a cluster with a server per shard, rows that stream for long, and what must hold after every fault.
import type { Connection as PlainConnection } from 'mysql2';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { expect } from 'vitest';
import { type Cluster, type ClusterShard, startCluster } from './cluster.ts';
import { demoMainSchema, demoSchema, demoVschema } from './demo-shop.ts';
import { eventually } from './eventually.ts';
import { readExposition } from './prometheus-text.ts';

const streamRows = 65_536;

export async function faultCluster(config: Readonly<Record<string, unknown>> = {}): Promise<Cluster> {
  return startCluster({
    vschema: demoVschema(),
    schema: demoSchema(),
    mainSchema: demoMainSchema(),
    serverPerShard: true,
    oracle: false,
    config: { log: { level: 'fatal' }, ...config },
  });
}

export function shardNamed(cluster: Cluster, name: string): ClusterShard {
  const shard = cluster.shards.find((candidate) => candidate.name === name);
  if (shard === undefined) throw new Error(`no shard ${name}`);
  return shard;
}

/** Puts 65,536 order items of user 1 on its shard. */
export async function fillStream(cluster: Cluster): Promise<void> {
  const admin = await shardNamed(cluster, '-40').connect();
  await admin.query("INSERT INTO order_items VALUES (1, 0, 1, 'p', 1, 1.00)");
  for (let rows = 1; rows < streamRows; rows *= 2) {
    await admin.query(
      `INSERT INTO order_items SELECT user_id, order_id + ${rows}, line, product, quantity, price FROM order_items WHERE user_id = 1`,
    );
  }
}

/** So many bytes per row, relayed from one shard: 65,536 of them. */
export const streamSql = (rowBytes: number): string =>
  `SELECT order_id, REPEAT('x', ${rowBytes}) AS x FROM order_items WHERE user_id = 1`;

export interface StreamEnd {
  readonly rows: number;
  readonly error: (Error & { errno?: number; sqlState?: string }) | null;
}

/** Runs a query row by row; `onRow` is told how many came so far. */
export function stream(
  connection: Connection,
  sql: string,
  onRow: (count: number) => void,
): Promise<StreamEnd> {
  const plain = (connection as unknown as { connection: PlainConnection }).connection;
  return new Promise((resolve) => {
    let rows = 0;
    let error: StreamEnd['error'] = null;
    plain
      .query(sql)
      .on('result', () => onRow(++rows))
      .on('error', (failure: StreamEnd['error']) => {
        error = failure;
      })
      .on('end', () => resolve({ rows, error }));
  });
}

export async function metric(
  cluster: Cluster,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${cluster.adminPort}/metrics`)).text();
  return readExposition(text)
    .samples.filter(
      (one) =>
        one.name === `shardgate_${name}` &&
        Object.entries(labels).every(([key, value]) => one.labels[key] === value),
    )
    .reduce((sum, one) => sum + one.value, 0);
}

/** After any fault: nothing is in use, statements work at once, and no server runs one of ours. */
export async function expectSound(
  cluster: Cluster,
  shards: readonly ClusterShard[] = cluster.shards,
): Promise<void> {
  await eventually(async () => (await metric(cluster, 'pool_active')) === 0, 5_000);
  await eventually(async () => (await metric(cluster, 'in_flight')) === 0, 5_000);
  const client = await cluster.connect();
  const startedAtMs = performance.now();
  await client.query('SELECT 1');
  if (shards.length === cluster.shards.length) await client.query('SELECT COUNT(*) FROM users');
  expect(performance.now() - startedAtMs).toBeLessThan(1_000);
  client.destroy();
  for (const shard of shards) {
    const admin = await shard.connect();
    await eventually(async () => (await statementsOn(admin)).length === 0, 5_000);
    admin.destroy();
  }
}

/** Statements of the application's user that run on a server now. */
export async function statementsOn(admin: Connection): Promise<readonly string[]> {
  const [rows] = await admin.query<RowDataPacket[]>(
    "SELECT info FROM information_schema.processlist WHERE user = 'app' AND command IN ('Query', 'Execute') AND info IS NOT NULL",
  );
  return rows.map((row) => String(row['info']));
}
