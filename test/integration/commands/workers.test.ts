// Several processes behind one port: they share clients, answer the admin endpoint together, and replace each other.

import { createServer } from 'node:net';
import type { RowDataPacket } from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { isPortFree } from '../../../src/cli/servers/free-port.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { demoMainSchema, demoSchema, demoVschema } from '../../support/demo-shop.ts';
import { eventually } from '../../support/eventually.ts';
import {
  type ConfigFolder,
  configFolder,
  demoConfig,
  type ServeConfig,
  type Serving,
  serve,
  shardgate,
} from '../../support/product.ts';
import { readExposition } from '../../support/prometheus-text.ts';

const token = 'worker-token';
let cluster: Cluster;
let folder: ConfigFolder;
let served: ServeConfig;
const running: Serving[] = [];

beforeAll(async () => {
  cluster = await startCluster({
    vschema: demoVschema(),
    schema: demoSchema(),
    mainSchema: demoMainSchema(),
    oracle: false,
  });
  folder = await configFolder();
  served = await demoConfig(cluster.shards);
});
afterEach(async () => {
  for (const one of running.splice(0)) await one.kill();
});
afterAll(async () => {
  await folder?.close();
  await cluster?.close();
});

async function start(workers: number | 'auto' = 2): Promise<Serving> {
  const file = await folder.write('workers.yaml', JSON.stringify({ ...served.config, workers }));
  const one = await serve(file, served, { TEST_ADMIN_TOKEN: token });
  running.push(one);
  return one;
}

interface Status {
  readonly statements: number;
  readonly sessions: number;
  readonly vschemaVersion: number;
  readonly processes: readonly { readonly pid: number; readonly sessions: number }[];
}

async function status(one: Serving): Promise<Status> {
  return (await (await one.admin('/api/status')).json()) as Status;
}

async function metric(one: Serving, name: string): Promise<number> {
  const { samples } = readExposition(await (await one.admin('/metrics')).text());
  return samples
    .filter((sample) => sample.name === `shardgate_${name}`)
    .reduce((sum, sample) => sum + sample.value, 0);
}

test('clients spread over the processes; the admin endpoint speaks for all of them', async () => {
  const one = await start();
  const clients = await Promise.all(Array.from({ length: 6 }, () => one.connect()));
  for (const client of clients) await client.query('SELECT COUNT(*) FROM users');
  const told = await status(one);
  expect(told.processes).toHaveLength(2);
  expect(told.processes.every((process) => process.sessions > 0)).toBe(true);
  expect(told.sessions).toBe(6);
  const ids = await Promise.all(
    clients.map(async (client) => {
      const [[row]] = (await client.query<RowDataPacket[]>('SELECT CONNECTION_ID() AS id')) as [
        RowDataPacket[],
        unknown,
      ];
      return Number(row?.['id']);
    }),
  );
  expect(new Set(ids).size).toBe(6);
  const { sessions } = (await (await one.admin('/api/sessions')).json()) as { sessions: { id: number }[] };
  expect(sessions.map((session) => session.id).sort()).toEqual([...ids].sort());
  const exposition = readExposition(await (await one.admin('/metrics')).text());
  expect(exposition.problems).toEqual([]);
  expect(await metric(one, 'query_duration_seconds_count')).toBeGreaterThanOrEqual(6);
  expect(await metric(one, 'pool_max')).toBe(5 * 32 * 2);
  expect(await (await one.admin('/readyz')).json()).toMatchObject({ ready: true, shards: 5 });
  const { pools } = (await (await one.admin('/api/pools')).json()) as { pools: { max: number }[] };
  expect(pools.map((pool) => pool.max)).toEqual([64, 64, 64, 64, 64]);
  const explained = await one.admin('/api/explain', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ sql: 'SELEC 1' }),
  });
  expect(explained.status).toBe(422);
  expect(await explained.json()).toMatchObject({ error: { errno: 1064 } });
});

test('KILL reaches a session of another process; nobody else may', async () => {
  const one = await start();
  const clients = await Promise.all(Array.from({ length: 4 }, () => one.connect()));
  const [victim, ...killers] = clients;
  const [[row]] = ((await victim?.query('SELECT CONNECTION_ID() AS id')) ?? [[]]) as [
    RowDataPacket[],
    unknown,
  ];
  const id = Number(row?.['id']);
  // Neighbours took turns: at least one of them is elsewhere.
  for (const killer of killers) {
    const lost = expect(
      victim?.query('SELECT SLEEP(20) FROM users WHERE id = 1 UNION ALL SELECT SLEEP(20)'),
    ).rejects.toMatchObject({ errno: 1317 });
    await eventually(async () => (await metric(one, 'in_flight')) === 1);
    await killer.query(`KILL QUERY ${id}`);
    await lost;
  }
  await expect(killers[0]?.query('KILL 4000000000')).rejects.toMatchObject({ errno: 1094 });
  const answer = await one.admin(`/api/sessions/${id}/kill`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}` },
  });
  expect(answer.status).toBe(200);
  await expect(victim?.query('SELECT 1')).rejects.toThrow();
});

test('fault 97: a worker that dies is replaced; the others serve on', async () => {
  const one = await start();
  const clients = await Promise.all(Array.from({ length: 4 }, () => one.connect()));
  const before = await status(one);
  const [doomed] = before.processes;
  process.kill(doomed?.pid ?? 0, 'SIGKILL');
  const alive = await Promise.allSettled(clients.map((client) => client.query('SELECT 1')));
  expect(alive.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(4 - (doomed?.sessions ?? 0));
  const client = await one.connect();
  await client.query('SELECT COUNT(*) FROM users');
  await eventually(async () => {
    const now = await status(one);
    return now.processes.length === 2 && now.processes.every(({ pid }) => pid !== doomed?.pid);
  }, 20_000);
  const more = await Promise.all(Array.from({ length: 4 }, () => one.connect()));
  for (const fresh of more) await fresh.query('SELECT 1');
  expect((await status(one)).processes.every((process) => process.sessions > 0)).toBe(true);
}, 60_000);

test('SIGHUP reloads all, SIGTERM drains all', async () => {
  const one = await start();
  const before = await status(one);
  one.process.kill('SIGHUP');
  await eventually(async () => (await status(one)).vschemaVersion > before.vschemaVersion);
  const client = await one.connect();
  await client.beginTransaction();
  await client.query("INSERT INTO users VALUES (701, 'a', 'b', 'DE', 1, '2024-01-01')");
  one.process.kill('SIGTERM');
  await eventually(async () => (await one.admin('/readyz')).status === 503);
  await client.commit();
  expect(await one.exited).toBe(0);
  expect(await isPortFree(served.mysqlPort)).toBe(true);
  expect(await isPortFree(served.adminPort)).toBe(true);
  for (const { pid } of before.processes) expect(() => process.kill(pid, 0)).toThrow();
  const check = await cluster.connect();
  const [rows] = await check.query<RowDataPacket[]>('SELECT id FROM users WHERE id = 701');
  expect(rows).toHaveLength(1);
});

test('a second SIGTERM, or the end of the first process, ends all at once', async () => {
  for (const how of ['SIGTERM', 'SIGKILL'] as const) {
    const one = await start();
    const client = await one.connect();
    await client.beginTransaction();
    await client.query('SELECT COUNT(*) FROM users');
    const { processes } = await status(one);
    one.process.kill('SIGTERM');
    await eventually(async () => (await one.admin('/readyz')).status === 503);
    one.process.kill(how);
    expect(await one.exited).toBe(how === 'SIGTERM' ? 1 : null);
    await eventually(async () =>
      processes.every(({ pid }) => {
        try {
          process.kill(pid, 0);
          return false;
        } catch {
          return true;
        }
      }),
    );
  }
});

test.each(['listen', 'admin'] as const)(
  'a port that is taken (%s): one message, exit 78, nothing left',
  async (which) => {
    const port = which === 'listen' ? served.mysqlPort : served.adminPort;
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(port, '127.0.0.1', resolve));
    try {
      const file = await folder.write(
        'workers.yaml',
        JSON.stringify({ ...served.config, workers: 2, log: { level: 'fatal' } }),
      );
      const { code, stderr } = await shardgate(['serve', '--config', file]);
      expect(code).toBe(78);
      expect(stderr).toBe(
        `port ${port} is taken: end what uses it, or choose another in the configuration\n`,
      );
    } finally {
      await new Promise((resolve) => holder.close(resolve));
    }
  },
);
