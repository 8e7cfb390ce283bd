// `shardgate serve` as a process: signals, reload, drain, what it leaves behind.
import { rm, symlink, truncate } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RowDataPacket } from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
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
} from '../../support/product.ts';

let cluster: Cluster;
let folder: ConfigFolder;
let served: ServeConfig;
let file = '';
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
  file = await folder.write('shardgate.yaml', JSON.stringify(served.config));
});
afterEach(async () => {
  for (const one of running.splice(0)) await one.kill();
});
afterAll(async () => {
  await folder?.close();
  await cluster?.close();
});

async function start(
  change: Record<string, unknown> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<Serving> {
  file = await folder.write('shardgate.yaml', JSON.stringify({ ...served.config, ...change }));
  const one = await serve(file, served, env);
  running.push(one);
  return one;
}

async function status(one: Serving): Promise<{ vschemaVersion: number; draining: boolean }> {
  return (await (await one.admin('/api/status')).json()) as { vschemaVersion: number; draining: boolean };
}

describe('fault 91: SIGTERM', () => {
  test('an idle server ends at once with 0 and frees its ports', async () => {
    const one = await start();
    const client = await one.connect();
    await client.query('SELECT 1');
    const startedAt = performance.now();
    one.process.kill('SIGTERM');
    expect(await one.exited).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(2000);
    expect(await isPortFree(served.mysqlPort)).toBe(true);
    expect(await isPortFree(served.adminPort)).toBe(true);
  });

  test('a running statement and an open transaction finish; readiness is 503; nobody new gets in', async () => {
    const one = await start();
    const [busy, writer] = [await one.connect(), await one.connect()];
    await writer.beginTransaction();
    await writer.query("INSERT INTO users VALUES (501, 'a', 'b', 'DE', 1, '2024-01-01')");
    const slow = busy.query<RowDataPacket[]>(
      'SELECT SLEEP(1) AS s, id FROM users WHERE id = 501 UNION SELECT SLEEP(1), 0',
    );
    await eventually(async () => {
      const { sessions } = (await (await one.admin('/api/sessions')).json()) as {
        sessions: { running: string | null }[];
      };
      return sessions.some((session) => session.running !== null);
    });
    one.process.kill('SIGTERM');
    await eventually(async () => (await one.admin('/readyz')).status === 503);
    await expect(one.connect()).rejects.toThrow(/ECONNREFUSED/);
    const [rows] = await slow;
    expect(rows.length).toBeGreaterThan(0);
    await writer.query("INSERT INTO users VALUES (503, 'a', 'b', 'DE', 1, '2024-01-01')");
    await writer.commit();
    expect(await one.exited).toBe(0);
    const check = await cluster.connect();
    const [kept] = await check.query<RowDataPacket[]>(
      'SELECT id FROM users WHERE id IN (501, 503) ORDER BY id',
    );
    expect(kept.map((row) => row['id'])).toEqual([501, 503]);
  });

  test('under load no acknowledged write is lost', async () => {
    const one = await start();
    const acknowledged: number[] = [];
    let next = 10_000;
    const writers = Array.from({ length: 8 }, async () => {
      const client = await one.connect();
      for (;;) {
        const id = next++;
        try {
          await client.query(`INSERT INTO users VALUES (${id}, 'w', 'w', 'DE', 1, '2024-01-01')`);
          acknowledged.push(id);
        } catch {
          return;
        }
      }
    });
    await eventually(async () => acknowledged.length > 200);
    one.process.kill('SIGTERM');
    await Promise.all(writers);
    expect(await one.exited).toBe(0);
    const check = await cluster.connect();
    const [rows] = await check.query<RowDataPacket[]>('SELECT id FROM users WHERE id >= 10000');
    const stored = new Set(rows.map((row) => row['id']));
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
  });
});

test('fault 92: a second SIGTERM ends it at once, others are harmless', async () => {
  const one = await start();
  for (const signal of ['SIGUSR2', 'SIGPIPE', 'SIGHUP', 'SIGHUP', 'SIGHUP', 'SIGWINCH'] as const)
    one.process.kill(signal);
  const busy = await one.connect();
  await busy.query('SELECT 1');
  const lost = expect(busy.query('SELECT SLEEP(20)')).rejects.toThrow();
  await eventually(async () => {
    const { sessions } = (await (await one.admin('/api/sessions')).json()) as {
      sessions: { running: string | null }[];
    };
    return sessions.some((session) => session.running !== null);
  });
  one.process.kill('SIGTERM');
  await eventually(async () => (await status(one)).draining);
  const startedAt = performance.now();
  one.process.kill('SIGTERM');
  expect(await one.exited).toBe(1);
  expect(performance.now() - startedAt).toBeLessThan(1000);
  await lost;
});

describe('fault 85: SIGHUP', () => {
  test('takes a good file, keeps the old state with a bad one, counts it', async () => {
    const one = await start();
    const before = await status(one);
    const client = await one.connect();
    const vschema = await folder.write('shop.vschema.json', JSON.stringify(demoVschema()));
    one.process.kill('SIGHUP');
    await eventually(async () => (await status(one)).vschemaVersion > before.vschemaVersion);
    const after = await status(one);
    const bad: readonly (readonly [string, string])[] = [
      ['half written', '{"sharded": true, "vindexes": {'],
      [
        'unknown vindex',
        '{"sharded": true, "vindexes": {}, "tables": {"users": {"column_vindexes": [{"column": "id", "name": "nope"}]}}}',
      ],
      ['empty', ''],
      ['unknown type', '{"sharded": true, "vindexes": {"h": {"type": "hsah"}}, "tables": {}}'],
    ];
    for (const [index, [name, text]] of bad.entries()) {
      await folder.write('shop.vschema.json', text);
      one.process.kill('SIGHUP');
      await eventually(async () =>
        (await (await one.admin('/metrics')).text()).includes(
          `shardgate_vschema_reload_errors_total ${index + 1}`,
        ),
      );
      expect((await status(one)).vschemaVersion, name).toBe(after.vschemaVersion);
      await client.query('SELECT COUNT(*) FROM users');
    }
    expect(one.output.stderr).toMatch(/shop\.vschema\.json:1/);
    await rm(vschema);
    await symlink(vschema, vschema);
    one.process.kill('SIGHUP');
    await eventually(async () => one.output.stderr.includes('ELOOP'));
    await rm(vschema);
    await folder.write('shop.vschema.json', '');
    await truncate(vschema, 100 * 1024 * 1024);
    one.process.kill('SIGHUP');
    await eventually(async () => one.output.stderr.includes('found 104857600 bytes'));
    expect((await status(one)).vschemaVersion).toBe(after.vschemaVersion);
    await folder.write('shop.vschema.json', JSON.stringify(demoVschema()));
  });

  test('100 reloads under load: no statement fails', async () => {
    const one = await start();
    const client = await one.connect();
    let stop = false;
    let statements = 0;
    const load = (async () => {
      while (!stop) {
        await client.query(`SELECT name FROM users WHERE id = ${statements}`);
        await client.query('SELECT country, COUNT(*) FROM users GROUP BY country');
        statements++;
      }
    })();
    const { vschemaVersion } = await status(one);
    for (let reload = 1; reload <= 100; reload++) {
      one.process.kill('SIGHUP');
      if (reload % 10 === 0) await sleep(20);
    }
    await eventually(async () => (await status(one)).vschemaVersion > vschemaVersion);
    const soFar = statements;
    await eventually(async () => statements > soFar + 20);
    stop = true;
    await load;
    expect(await (await one.admin('/metrics')).text()).toContain('shardgate_vschema_reload_errors_total 0');
  });

  test('new users may log in, removed ones not any more', async () => {
    const one = await start();
    await folder.write(
      'shardgate.yaml',
      JSON.stringify({ ...served.config, users: [{ name: 'app', password: 'changed' }] }),
    );
    one.process.kill('SIGHUP');
    await eventually(async () => one.output.stderr.includes('reloaded'));
    await expect(one.connect()).rejects.toMatchObject({ errno: 1045 });
  });
});

test('servers that are down do not keep it from starting; readyz names them', async () => {
  const text = JSON.stringify(served.config).replaceAll(/"port":\d+,"database"/g, '"port":1,"database"');
  const down = await folder.write('down.yaml', text);
  const one = await serve(down, served);
  running.push(one);
  const answer = await one.admin('/readyz');
  expect(answer.status).toBe(503);
  const body = (await answer.json()) as { down: { keyspace: string; shard: string }[] };
  expect(body.down.map(({ keyspace, shard }) => `${keyspace}/${shard}`)).toContain('shop/-40');
  const client = await one.connect();
  await expect(client.query('SELECT name FROM users WHERE id = 1')).rejects.toThrow(/shop\/-40/);
});

test('fault 94: its log goes nowhere and it serves on', async () => {
  const one = await start();
  one.process.stderr?.destroy();
  one.process.stdout?.destroy();
  const client = await one.connect();
  for (let i = 0; i < 5; i++) one.process.kill('SIGHUP');
  await client.query('SELECT 1');
  expect((await one.admin('/livez')).status).toBe(200);
  one.process.kill('SIGTERM');
  expect(await one.exited).toBe(0);
});
