// Servers that die, freeze, restart and hang up while statements run on them. Numbers are those of the fault catalogue.
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningServer } from '../../../src/cli/servers/server-provider.ts';
import { connectAsAdmin } from '../../../src/cli/servers/wait-until-ready.ts';
import type { Cluster } from '../../support/cluster.ts';
import { demoSchema } from '../../support/demo-shop.ts';
import { eventually } from '../../support/eventually.ts';
import {
  expectSound,
  faultCluster,
  fillStream,
  metric,
  shardNamed,
  statementsOn,
  stream,
  streamSql,
} from '../../support/fault-stage.ts';
import { testServers } from '../../support/test-servers.ts';

let cluster: Cluster;
/** Servers started in place of crashed ones. */
const replacements: RunningServer[] = [];

beforeAll(async () => {
  cluster = await faultCluster({ limits: { queryTimeoutMs: 2_000 } });
});
afterAll(async () => {
  await cluster?.close();
  for (const server of replacements) await server.stop();
});

/** A new server where the shard's old one was, with empty tables. */
async function replace(name: string): Promise<RunningServer> {
  const shard = shardNamed(cluster, name);
  const provider = await testServers();
  const server = await provider.start({
    name: `again${replacements.length}`,
    dataDirectory: null,
    port: shard.server.port,
    durable: false,
  });
  replacements.push(server);
  const admin = await connectAsAdmin(server.admin);
  try {
    await admin.query(`CREATE DATABASE ${shard.database} CHARACTER SET utf8mb4`);
    if (name === '-40') await admin.query('CREATE DATABASE main_0 CHARACTER SET utf8mb4');
    await admin.query("CREATE USER IF NOT EXISTS app@'%' IDENTIFIED BY 'app'");
    await admin.query("GRANT ALL PRIVILEGES ON *.* TO app@'%'");
    await admin.query(`USE ${shard.database}`);
    await admin.query(demoSchema());
  } finally {
    await admin.end();
  }
  await eventually(async () => (await fetch(`http://127.0.0.1:${cluster.adminPort}/readyz`)).status === 200);
  return server;
}

function readyUrl(): string {
  return `http://127.0.0.1:${cluster.adminPort}/readyz`;
}

/** The server that serves a shard now. */
function serverOf(name: string): RunningServer {
  const { server } = shardNamed(cluster, name);
  return replacements.findLast((one) => one.port === server.port) ?? server;
}

async function errorOf(
  promise: Promise<unknown>,
): Promise<{ errno: number; sqlState: string; message: string; ms: number }> {
  const startedAtMs = performance.now();
  try {
    await promise;
  } catch (error) {
    return {
      ...(error as { errno: number; sqlState: string }),
      message: (error as Error).message,
      ms: performance.now() - startedAtMs,
    };
  }
  throw new Error('no error');
}

describe('fault 1: a server killed in the middle of a result', () => {
  test('the error is the next packet, rows before it stay, the connection lives on', async () => {
    await fillStream(cluster);
    const client = await cluster.connect();
    let killedAtMs = 0;
    const ended = await stream(client, streamSql(2000), (count) => {
      if (count !== 1000) return;
      killedAtMs = performance.now();
      void serverOf('-40').crash();
    });
    expect(performance.now() - killedAtMs).toBeLessThan(1_000);
    expect(ended.rows).toBeGreaterThanOrEqual(1000);
    expect(ended.rows).toBeLessThan(65_536);
    expect(ended.error).toMatchObject({ errno: 1105, sqlState: '08S01' });
    expect(ended.error?.message).toContain('shop/-40');
    const [rows] = await client.query<RowDataPacket[]>('SELECT COUNT(*) AS n FROM users WHERE id = 3');
    expect(rows).toEqual([{ n: 0 }]);
    expect(await metric(cluster, 'pool_active')).toBe(0);
  });

  test('while it is down: an error naming the shard within a second, other shards are not affected', async () => {
    const client = await cluster.connect();
    for (const sql of [
      'SELECT name FROM users WHERE id = 1',
      'SELECT COUNT(*) FROM users',
      "INSERT INTO users VALUES (1, 'a', 'b', 'DE', 1, '2024-01-01')",
    ]) {
      const error = await errorOf(client.query(sql));
      expect(error.message, sql).toContain('shop/-40');
      expect(error.ms, sql).toBeLessThan(1_000);
    }
    await client.query('SELECT name FROM users WHERE id = 3');
    await eventually(async () => (await fetch(readyUrl())).status === 503);
    expect(await (await fetch(readyUrl())).json()).toMatchObject({
      down: [
        { keyspace: 'shop', shard: '-40' },
        { keyspace: 'main', shard: '-' },
      ],
    });
    expect((await fetch(`http://127.0.0.1:${cluster.adminPort}/readyz?shards=any`)).status).toBe(200);
    expect(await metric(cluster, 'backend_up', { keyspace: 'shop', shard: '-40' })).toBe(0);
  });

  test('and 200 again when it is back', async () => {
    await replace('-40');
    expect(await metric(cluster, 'backend_up', { keyspace: 'shop', shard: '-40' })).toBe(1);
    const client = await cluster.connect();
    await client.query(
      "INSERT INTO users VALUES (1, 'one', 'b', 'DE', 1, '2024-01-01'), (3, 'three', 'b', 'DE', 1, '2024-01-01')",
    );
    await expectSound(cluster, cluster.shards.slice(1));
  });
});

/** Resolves when the statement runs on the server. */
async function runsOn(name: string, needle: string): Promise<void> {
  const admin = await connectAsAdmin(serverOf(name).admin);
  try {
    await eventually(async () => (await statementsOn(admin)).some((sql) => sql.includes(needle)));
  } finally {
    await admin.end();
  }
}

describe('a server killed before it answers', () => {
  test('fault 2: a read is tried again once, then fails naming the shard', async () => {
    const client = await cluster.connect();
    const lost = errorOf(client.query('SELECT SLEEP(1.5) FROM users WHERE id = 3'));
    await runsOn('40-80', 'SLEEP');
    await serverOf('40-80').crash();
    const error = await lost;
    expect(error.message).toContain('shop/40-80');
    await client.query('SELECT name FROM users WHERE id = 1');
    await replace('40-80');
    await client.query("INSERT INTO users VALUES (3, 'three', 'b', 'DE', 1, '2024-01-01')");
  });

  test('fault 3: a write is never repeated; its outcome is said to be unknown', async () => {
    const client = await cluster.connect();
    const lost = errorOf(client.query('UPDATE users SET balance = balance + 1 + SLEEP(1.5) WHERE id = 3'));
    await runsOn('40-80', 'SLEEP');
    await serverOf('40-80').crash();
    const error = await lost;
    expect(error).toMatchObject({ errno: 1105, sqlState: '08S01' });
    expect(error.message).toMatch(/may or may not have taken effect/);
    await replace('40-80');
    await client.query("INSERT INTO users VALUES (3, 'three', 'b', 'DE', 1, '2024-01-01')");
  });

  test('fault 4: inside a transaction everything is rolled back, and no new transaction begins by itself', async () => {
    const client = await cluster.connect();
    await client.query('DELETE FROM users WHERE id = 2');
    await client.beginTransaction();
    await client.query("INSERT INTO users VALUES (2, 'two', 'b', 'DE', 1, '2024-01-01')");
    await client.query('UPDATE users SET balance = 7 WHERE id = 3');
    const lost = errorOf(client.query('SELECT SLEEP(1.5) FROM users WHERE id = 3'));
    await runsOn('40-80', 'SLEEP');
    await serverOf('40-80').crash();
    expect((await lost).message).toContain('shop/40-80');
    // The other shard has let go of the row.
    const other = await cluster.connect();
    await other.query("INSERT INTO users VALUES (2, 'other', 'b', 'DE', 1, '2024-01-01')");
    expect((await errorOf(client.query('UPDATE users SET balance = 8 WHERE id = 1'))).message).toContain(
      'SG5002',
    );
    expect((await errorOf(client.query('SELECT name FROM users WHERE id = 1'))).message).toContain('SG5002');
    await client.query('ROLLBACK');
    const [rows] = await client.query<RowDataPacket[]>(
      'SELECT name, balance FROM users WHERE id IN (1, 2) ORDER BY id',
    );
    expect(rows).toEqual([
      { name: 'one', balance: '1.00' },
      { name: 'other', balance: '1.00' },
    ]);
    await replace('40-80');
    await expectSound(cluster, []);
  });
});

describe('a server that freezes', () => {
  test('faults 5 and 6: the statement times out, the shard is marked down, the others go on', async () => {
    const client = await cluster.connect();
    const other = await cluster.connect();
    const server = serverOf('40-80');
    // The statement is to freeze on a connection, not before it has one.
    await client.query('SELECT name FROM users WHERE id = 3');
    await server.freeze();
    try {
      const frozen = errorOf(client.query('SELECT name FROM users WHERE id = 3'));
      for (let i = 0; i < 20; i++) {
        const oneMs = performance.now();
        await other.query('SELECT name FROM users WHERE id = 1');
        expect(performance.now() - oneMs).toBeLessThan(1_500);
      }
      const error = await frozen;
      expect(error.errno).toBe(3024);
      expect(error.ms).toBeGreaterThan(1_900);
      expect(error.ms).toBeLessThan(8_000);
      await eventually(async () => (await metric(cluster, 'backend_up', { shard: '40-80' })) === 0);
      const fast = await errorOf(other.query('SELECT COUNT(*) FROM users'));
      expect(fast.message).toContain('shop/40-80');
      // At once, not when the time for a statement or a connection is over.
      expect(fast.ms).toBeLessThan(1_500);
    } finally {
      await server.thaw();
      await eventually(async () => (await fetch(readyUrl())).status === 200);
    }
    await client.query('SELECT name FROM users WHERE id = 3');
    await expectSound(cluster, []);
  });
});

describe('connections that went stale', () => {
  async function warmUp(count: number): Promise<readonly Connection[]> {
    const clients = await Promise.all(Array.from({ length: count }, () => cluster.connect()));
    await Promise.all(clients.map((client) => client.query('SELECT SLEEP(0.2) FROM users WHERE id = 3')));
    return clients;
  }

  test('fault 8: a clean restart with idle connections: reads outside transactions do not notice', async () => {
    const clients = await warmUp(20);
    // Many that fail to connect at once are one failure: nobody is turned away for long once the server is back.
    const more = await Promise.all(Array.from({ length: 12 }, () => cluster.connect()));
    // Whatever they end with: MySQL's shutdown ends a SLEEP with a row.
    const busy = Promise.allSettled(
      [...clients, ...more].map((client) => client.query('SELECT SLEEP(5) FROM users WHERE id = 3')),
    );
    await serverOf('40-80').stop();
    await busy;
    await replace('40-80');
    await clients[0]?.query("INSERT INTO users VALUES (3, 'three', 'b', 'DE', 1, '2024-01-01')");
    await Promise.all(clients.map((client) => client.query('SELECT name FROM users WHERE id = 3')));
    await Promise.all(clients.map((client) => client.query('SELECT COUNT(*) FROM users')));
  });

  test('fault 16: a server that closes idle connections after a second', async () => {
    const admin = await connectAsAdmin(serverOf('40-80').admin);
    const ids = async (): Promise<readonly number[]> => {
      const [rows] = await admin.query<RowDataPacket[]>(
        "SELECT id FROM information_schema.processlist WHERE user = 'app'",
      );
      return rows.map((row) => Number(row['id']));
    };
    await admin.query('SET GLOBAL wait_timeout = 1');
    // Connections from before keep the time they began with.
    await Promise.all((await ids()).map((id) => admin.query(`KILL ${id}`).catch(() => {})));
    const clients = await warmUp(5);
    for (let round = 0; round < 3; round++) {
      const resting = new Set(await ids());
      expect(resting.size).toBeGreaterThan(0);
      // All but one: what asks for its health need not rest for a second.
      await eventually(async () => (await ids()).filter((id) => resting.has(id)).length <= 1, 20_000);
      await Promise.all(clients.map((client) => client.query('SELECT name FROM users WHERE id = 3')));
    }
    await Promise.all(clients.map((client) => client.query('UPDATE users SET balance = 2 WHERE id = 3')));
    await admin.query('SET GLOBAL wait_timeout = 28800');
    await admin.end();
  }, 60_000);
});
