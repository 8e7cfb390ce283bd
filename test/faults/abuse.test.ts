// Abuse on a scale that shows in memory and descriptors: a process of its own, watched from outside.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { promisify } from 'node:util';
import type { Connection as PlainConnection } from 'mysql2';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Command } from '../../src/protocol/commands.ts';
import type { Cluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { ExactClient } from '../support/exact-client.ts';
import { faultCluster, fillStream, streamSql } from '../support/fault-stage.ts';
import {
  type ConfigFolder,
  configFolder,
  demoConfig,
  type ServeConfig,
  type Serving,
  serve,
} from '../support/product.ts';
import { readExposition } from '../support/prometheus-text.ts';

const mebibyte = 1024 * 1024;
const minutes = 60_000;
let cluster: Cluster;
let folder: ConfigFolder;
let served: ServeConfig;
let one: Serving;

beforeAll(async () => {
  cluster = await faultCluster();
  await fillStream(cluster);
  folder = await configFolder();
  served = await demoConfig(cluster.shards);
});
afterEach(() => one?.kill());
afterAll(async () => {
  await folder?.close();
  await cluster?.close();
});

async function start(change: Record<string, unknown> = {}): Promise<void> {
  const file = await folder.write('abuse.yaml', JSON.stringify({ ...served.config, ...change }));
  one = await serve(file, served);
  await warmUp();
}

/** Memory that any work costs once is not what is measured. */
async function warmUp(): Promise<void> {
  const client = await one.connect();
  for (let i = 0; i < 300; i++) await client.query(`SELECT name FROM users WHERE id = ${i}`);
  client.destroy();
}

async function rssBytes(): Promise<number> {
  const status = await readFile(`/proc/${one.process.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

/** The most memory beyond `before` while `body` runs. */
async function growthDuring(body: () => Promise<void>): Promise<number> {
  const before = await rssBytes();
  let most = 0;
  const sampler = setInterval(
    () => void rssBytes().then((now) => (most = Math.max(most, now - before))),
    100,
  );
  try {
    await body();
  } finally {
    clearInterval(sampler);
  }
  return most;
}

function socketOf(connection: Connection): Socket {
  return (connection as unknown as { connection: { stream: Socket } }).connection.stream;
}

async function metric(name: string): Promise<number> {
  const { samples } = readExposition(await (await one.admin('/metrics')).text());
  return samples
    .filter((sample) => sample.name === `shardgate_${name}`)
    .reduce((sum, sample) => sum + sample.value, 0);
}

/** Starts results that nobody reads; resolves when the proxy has stopped taking more of them. */
async function stallResults(count: number): Promise<readonly Connection[]> {
  const clients = await Promise.all(Array.from({ length: count }, () => one.connect()));
  for (const client of clients) {
    const plain = (client as unknown as { connection: PlainConnection }).connection;
    socketOf(client).once('data', () => socketOf(client).pause());
    plain.query(streamSql(32_000)).on('error', () => {});
  }
  let last = -1;
  await eventually(async () => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const now = await metric('result_bytes_total');
    const still = now === last && now > 0;
    last = now;
    return still;
  }, 30_000);
  return clients;
}

test('fault 25: one result of 2 GiB that is not read: at most 32 MiB', { timeout: 2 * minutes }, async () => {
  await start();
  const growth = await growthDuring(async () => {
    const clients = await stallResults(1);
    for (const client of clients) socketOf(client).destroy();
  });
  expect(growth).toBeLessThan(32 * mebibyte);
});

test('fault 25: fifty of them: at most 8 MiB each', { timeout: 3 * minutes }, async () => {
  await start({ pool: { maxPerShard: 60 } });
  const growth = await growthDuring(async () => {
    const clients = await stallResults(50);
    for (const client of clients) socketOf(client).destroy();
  });
  expect(growth).toBeLessThan(50 * 8 * mebibyte);
  await eventually(async () => (await metric('pool_active')) === 0);
});

test('a result of a gigabyte, read: at most 64 MiB', { timeout: 5 * minutes }, async () => {
  await start();
  const client = await ExactClientBytes.connect(one.mysqlPort);
  const growth = await growthDuring(async () => {
    expect(await client.countBytes(streamSql(16_384))).toBeGreaterThan(1024 * mebibyte);
  });
  expect(growth).toBeLessThan(64 * mebibyte);
  client.close();
});

/** Counts an answer's bytes and looks at nothing else. */
class ExactClientBytes {
  readonly #client: ExactClient;

  private constructor(client: ExactClient) {
    this.#client = client;
  }

  static async connect(port: number): Promise<ExactClientBytes> {
    return new ExactClientBytes(await ExactClient.connect(port, { database: 'shop' }));
  }

  async countBytes(sql: string): Promise<number> {
    const { socket } = this.#client;
    let bytes = 0;
    let last = Buffer.alloc(0);
    const finished = new Promise<void>((resolve) => {
      socket.removeAllListeners('data');
      socket.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        last = Buffer.concat([last, chunk]).subarray(-9);
        // The EOF packet: five bytes, 0xfe first.
        if (last[0] === 5 && last[1] === 0 && last[2] === 0 && last[4] === 0xfe) resolve();
      });
    });
    const payload = Buffer.concat([Buffer.from([Command.query]), Buffer.from(sql)]);
    const header = Buffer.alloc(4);
    header.writeUIntLE(payload.length, 0, 3);
    socket.write(Buffer.concat([header, payload]));
    // The first EOF ends the column definitions.
    await finished;
    await eventually(async () => (await metric('in_flight')) === 0, 4 * minutes);
    return bytes;
  }

  close(): void {
    this.#client.socket.destroy();
  }
}

test('fault 28: a thousand announced packets of 16 MiB: at most 64 MiB', {
  timeout: 2 * minutes,
}, async () => {
  await start();
  const growth = await growthDuring(async () => {
    const clients: ExactClient[] = [];
    for (let batch = 0; batch < 20; batch++) {
      clients.push(
        ...(await Promise.all(Array.from({ length: 50 }, () => ExactClient.connect(one.mysqlPort)))),
      );
    }
    for (const { socket } of clients) socket.write(Buffer.from([0xfe, 0xff, 0xff, 0, Command.query, 0x53]));
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    for (const { socket } of clients) socket.destroy();
  });
  expect(growth).toBeLessThan(64 * mebibyte);
});

test('faults 32 and 33: a flood of connections that never log in', { timeout: 2 * minutes }, async () => {
  await start({ limits: { connectionsMax: 500 } });
  const client = await one.connect();
  const sockets: Socket[] = [];
  const refused: number[] = [];
  const growth = await growthDuring(async () => {
    for (let i = 0; i < 3_000; i++) {
      const socket = connect(one.mysqlPort, '127.0.0.1');
      const startedAtMs = performance.now();
      socket.on('error', () => {});
      socket.once('data', (bytes: Buffer) => {
        if (bytes[4] === 0xff) refused.push(performance.now() - startedAtMs);
      });
      sockets.push(socket);
      if (i % 100 === 99) {
        const askedAtMs = performance.now();
        await client.query('SELECT name FROM users WHERE id = 3');
        expect(performance.now() - askedAtMs).toBeLessThan(1_000);
      }
    }
    await eventually(async () => refused.length > 2_000);
    // Those let in are closed at their deadline, and others may log in.
    await eventually(async () => (await metric('connections')) < 20, 20_000);
    const late = await one.connect();
    await late.query('SELECT 1');
  });
  expect(growth).toBeLessThan(64 * mebibyte);
  for (const socket of sockets) socket.destroy();
});

test('fault 39: prepared statements without end: 1461', { timeout: 5 * minutes }, async () => {
  await start();
  const client = await ExactClient.connect(one.mysqlPort, { database: 'shop' });
  let made = 0;
  for (;;) {
    const prepared = await client.prepare('SELECT 1');
    if ('kind' in prepared) {
      expect(prepared.errno).toBe(1461);
      break;
    }
    expect(++made).toBeLessThanOrEqual(16_382);
  }
  expect(await client.query('SELECT 1')).toMatchObject({ kind: 'rows' });
  await client.close();
});

test('fault 93: out of descriptors: those connected go on, and it recovers', {
  timeout: 2 * minutes,
}, async () => {
  await start();
  const client = await one.connect();
  await client.query('SELECT COUNT(*) FROM users');
  await promisify(execFile)('prlimit', ['--pid', String(one.process.pid), '--nofile=64:4096']);
  const sockets = Array.from({ length: 120 }, () => {
    const socket = connect(one.mysqlPort, '127.0.0.1');
    socket.on('error', () => {});
    return socket;
  });
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const cpuBefore = await cpuSeconds();
  await client.query('SELECT COUNT(*) FROM users');
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  expect((await cpuSeconds()) - cpuBefore).toBeLessThan(1.5);
  for (const socket of sockets) socket.destroy();
  await promisify(execFile)('prlimit', ['--pid', String(one.process.pid), '--nofile=4096:4096']);
  await eventually(async () => {
    const fresh = await one.connect();
    const [rows] = await fresh.query<RowDataPacket[]>('SELECT 1 AS one');
    fresh.destroy();
    return rows.length === 1;
  });
});

async function cpuSeconds(): Promise<number> {
  const stat = await readFile(`/proc/${one.process.pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

test('fault 96, a minute of it: connections come and go, memory and descriptors stay', {
  timeout: 4 * minutes,
}, async () => {
  await start();
  const descriptors = async (): Promise<number> =>
    (await promisify(execFile)('ls', [`/proc/${one.process.pid}/fd`])).stdout.trim().split('\n').length;
  const round = async (): Promise<void> => {
    const clients = await Promise.all(Array.from({ length: 20 }, () => one.connect()));
    await Promise.all(
      clients.map(async (client, index) => {
        await client.query(`SELECT name FROM users WHERE id = ${index}`);
        await client.query('SELECT country, COUNT(*) FROM users GROUP BY country');
        await client.beginTransaction();
        await client.query(`SELECT name FROM users WHERE id = ${index} FOR UPDATE`);
        if (index % 4 === 0) socketOf(client).resetAndDestroy();
        else {
          await client.rollback();
          const closed = once(socketOf(client), 'close');
          await client.end();
          await closed;
        }
      }),
    );
  };
  for (let i = 0; i < 20; i++) await round();
  const [memory, files] = [await rssBytes(), await descriptors()];
  for (let i = 0; i < 60; i++) await round();
  expect((await rssBytes()) - memory).toBeLessThan(32 * mebibyte);
  expect((await descriptors()) - files).toBeLessThan(20);
  await eventually(async () => (await metric('pool_active')) === 0);
});
