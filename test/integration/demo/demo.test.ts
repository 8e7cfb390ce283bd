// The demo from its first start to its end, then again with its data, on ports of our own.
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runDemo } from '../../../src/cli/demo/run-demo.ts';
import { demoTables } from '../../../src/cli/demo/shop-data.ts';
import { sourcesFromEnvironment } from '../../../src/cli/servers/choose-servers.ts';
import { freePort, isPortFree } from '../../../src/cli/servers/free-port.ts';

const startTimeoutMs = 180_000;
let directory = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shardgate-demo-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

interface RunningDemo {
  readonly output: () => string;
  readonly port: number;
  readonly adminPort: number;
  end(): Promise<number>;
}

/** Resolves when the demo says that it serves. */
async function startDemo(): Promise<RunningDemo> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const controller = new AbortController();
  let output = '';
  let code: Promise<number> = Promise.resolve(-1);
  await new Promise<void>((resolve, reject) => {
    const out = {
      write: (text: string): void => {
        output += text;
        if (output.includes('Ctrl-C ends everything')) resolve();
      },
    };
    // The MySQL lane is for tests only: the demo knows no such source.
    const wanted = process.env['SHARDGATE_SERVERS'];
    const sources = sourcesFromEnvironment(wanted === 'mysql' ? undefined : wanted);
    const options = { mysqlPort: port, adminPort, directory, sources, out, signal: controller.signal };
    code = runDemo(options);
    code.then(() => reject(new Error(output)), reject);
  });
  const end = (): Promise<number> => {
    controller.abort();
    return code;
  };
  return { output: () => output, port, adminPort, end };
}

async function query(port: number, sql: string): Promise<unknown> {
  const connection = await createConnection({
    host: '127.0.0.1',
    port,
    user: 'app',
    password: 'app',
    database: 'shop',
  });
  try {
    const [rows] = await connection.query({ sql, rowsAsArray: true });
    return rows;
  } finally {
    await connection.end();
  }
}

test('loads the shop once, serves it, and leaves nothing running', { timeout: startTimeoutMs }, async () => {
  const first = await startDemo();
  expect(first.output()).toContain('loading the shop: 100 %');
  for (const { keyspace, name, count } of demoTables) {
    expect(await query(first.port, `SELECT COUNT(*) FROM ${keyspace}.${name}`), name).toEqual([[count]]);
  }
  for (const shard of ['-40', '40-80', '80-c0', 'c0-']) {
    for (const table of ['users', 'orders', 'order_items', 'events']) {
      const [[count]] = (await countOn(first.port, shard, table)) as [[number]];
      expect(count, `${table} on ${shard}`).toBeGreaterThan(1_000);
    }
  }
  await query(
    first.port,
    "INSERT INTO users VALUES (20001, 'New', 'new@example.com', 'DE', 1.50, '2025-01-01 00:00:00')",
  );
  expect(await first.end()).toBe(0);
  expect(await isPortFree(first.port)).toBe(true);
  expect(await isPortFree(first.adminPort)).toBe(true);

  const startedAt = performance.now();
  const second = await startDemo();
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  expect(second.output()).not.toContain('loading');
  expect(await query(second.port, 'SELECT name, balance FROM users WHERE id = 20001')).toEqual([
    ['New', '1.50'],
  ]);
  expect(await second.end()).toBe(0);
});

test('says which port is taken, and starts nothing', async () => {
  const holder = createServer();
  const port = await freePort();
  await new Promise<void>((resolve) => holder.listen(port, '127.0.0.1', resolve));
  const lines: string[] = [];
  const out = { write: (text: string) => lines.push(text) };
  const signal = new AbortController().signal;
  const code = await runDemo({ mysqlPort: port, adminPort: port + 1, directory, sources: [], out, signal });
  expect(code).toBe(78);
  expect(lines.join('')).toContain(`Port ${port}`);
  await new Promise((resolve) => holder.close(resolve));
});

async function countOn(port: number, shard: string, table: string): Promise<unknown> {
  const connection = await createConnection({ host: '127.0.0.1', port, user: 'app', password: 'app' });
  try {
    await connection.query(`USE \`shop:${shard}\``);
    const [rows] = await connection.query({ sql: `SELECT COUNT(*) FROM ${table}`, rowsAsArray: true });
    return rows;
  } finally {
    await connection.end();
  }
}
