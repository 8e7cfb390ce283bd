// Clients that vanish, stop reading, flood or send nonsense. Numbers are those of the fault catalogue.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Connection as PlainConnection } from 'mysql2';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectAsAdmin } from '../../../src/cli/servers/wait-until-ready.ts';
import { Command } from '../../../src/protocol/commands.ts';
import { frame } from '../../../src/protocol/packet-framing.ts';
import type { Cluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { ExactClient } from '../../support/exact-client.ts';
import {
  expectSound,
  faultCluster,
  fillStream,
  metric,
  shardNamed,
  statementsOn,
  streamSql,
} from '../../support/fault-stage.ts';

const mebibyte = 1024 * 1024;
let cluster: Cluster;
let admin: Connection;

beforeAll(async () => {
  cluster = await faultCluster({
    limits: { resultStallMs: 3_000, packetBytesMax: 4 * mebibyte, connectionsMax: 60, inFlightMax: 6 },
    pool: { maxPerShard: 4, acquireTimeoutMs: 400, waitersMax: 3 },
  });
  await fillStream(cluster);
  admin = await connectAsAdmin(shardNamed(cluster, '-40').server.admin);
  const client = await cluster.connect();
  await client.query(
    "INSERT INTO users VALUES (1, 'one', 'b', 'DE', 1, '2024-01-01'), (2, 'two', 'b', 'DE', 1, '2024-01-01'), (3, 'three', 'b', 'DE', 1, '2024-01-01')",
  );
  client.destroy();
});
afterAll(async () => {
  await admin?.end();
  await cluster?.close();
});

/** The socket under a mysql2 connection. */
function socketOf(connection: Connection): Socket {
  return (connection as unknown as { connection: { stream: Socket } }).connection.stream;
}

function plain(connection: Connection): PlainConnection {
  return (connection as unknown as { connection: PlainConnection }).connection;
}

async function nothingRuns(needle: string, withinMs: number): Promise<void> {
  await eventually(async () => !(await statementsOn(admin)).some((sql) => sql.includes(needle)), withinMs);
}

async function runs(needle: string): Promise<void> {
  await eventually(async () => (await statementsOn(admin)).some((sql) => sql.includes(needle)));
}

describe('a client that vanishes', () => {
  test('fault 23: in the middle of a result: its statement ends within a second', async () => {
    const client = await cluster.connect();
    client.on('error', () => {});
    const query = plain(client).query(streamSql(4000));
    query.on('error', () => {});
    await new Promise<void>((resolve) => {
      let rows = 0;
      query.on('result', () => {
        if (++rows === 10) resolve();
      });
    });
    socketOf(client).resetAndDestroy();
    await nothingRuns('REPEAT', 1_000);
    await expectSound(cluster);
  });

  test('fault 23: while a statement runs on one shard, and on all', async () => {
    for (const sql of [
      'SELECT SLEEP(20) FROM users WHERE id = 1',
      'SELECT SLEEP(20) FROM users',
      "UPDATE users SET name = IF(SLEEP(20), 'x', 'y')",
    ]) {
      const client = await cluster.connect();
      client.on('error', () => {});
      client.query(sql).catch(() => {});
      await runs('SLEEP(20)');
      socketOf(client).resetAndDestroy();
      await nothingRuns('SLEEP(20)', 8_000);
    }
    await expectSound(cluster);
    const check = await cluster.connect();
    const [rows] = await check.query<RowDataPacket[]>('SELECT name FROM users WHERE id = 1');
    expect(rows).toEqual([{ name: 'one' }]);
    check.destroy();
  });

  test('fault 24: in a transaction: rolled back on all shards, locks free within a second', async () => {
    const client = await cluster.connect();
    client.on('error', () => {});
    await client.beginTransaction();
    await client.query('UPDATE users SET balance = 99 WHERE id IN (1, 3)');
    socketOf(client).resetAndDestroy();
    const other = await cluster.connect();
    const startedAtMs = performance.now();
    await other.query('UPDATE users SET balance = balance + 1 WHERE id IN (1, 3)');
    expect(performance.now() - startedAtMs).toBeLessThan(1_000);
    const [rows] = await other.query<RowDataPacket[]>('SELECT balance FROM users WHERE id IN (1, 3)');
    expect(rows.map((row) => row['balance'])).toEqual(['2.00', '2.00']);
    other.destroy();
    await expectSound(cluster);
  });
});

describe('fault 25: a client that does not read', () => {
  test('a large result stops at the server, memory does not grow, and the client is closed', async () => {
    const client = await cluster.connect();
    client.on('error', () => {});
    const socket = socketOf(client);
    const before = process.memoryUsage().rss;
    plain(client)
      .query(streamSql(16_000))
      .on('error', () => {});
    await runs('REPEAT');
    socket.pause();
    const closed = once(socket, 'close');
    let most = 0;
    const sampler = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss - before);
    }, 50);
    const startedAtMs = performance.now();
    // The result of a gigabyte waits on the server, not here.
    await eventually(async () => (await metric(cluster, 'connections', { state: 'running' })) === 0, 30_000);
    clearInterval(sampler);
    expect(performance.now() - startedAtMs).toBeGreaterThan(2_000);
    // The client lives in this process too, and buffers wait for the collector: some tens of MiB, never the gigabyte.
    expect(most).toBeLessThan(192 * mebibyte);
    socket.resume();
    await closed;
    await nothingRuns('REPEAT', 10_000);
    await expectSound(cluster);
  });
});

describe('nonsense on the wire', () => {
  /** A logged-in client and its raw socket. */
  async function rawClient(): Promise<{ client: ExactClient; socket: Socket }> {
    const client = await ExactClient.connect(cluster.mysqlPort);
    return { client, socket: client.socket };
  }

  test('fault 30: a wrong sequence id: the client is told and closed', async () => {
    const { socket } = await rawClient();
    const packet = frame(Buffer.from([Command.ping]), 5);
    const answer = new Promise<Buffer>((resolve) => socket.once('data', resolve));
    socket.write(packet);
    expect((await answer).readUInt16LE(5)).toBe(1156);
    await once(socket, 'close');
  });

  test('faults 30 and 50: unknown and refused commands get 1047, the connection stays', async () => {
    const { client } = await rawClient();
    const refused = [0x05, 0x06, 0x08, 0x0a, 0x0d, 0x0b, 0x12, 0x14, 0x15, 0x1e, 0x7f, 0xee];
    for (const command of refused) {
      const answer = await client.command(Buffer.from([command, 0, 0, 0, 0]));
      expect(answer, `command ${command}`).toMatchObject({ kind: 'error' });
      if (answer.kind === 'error')
        expect([1047, 1227, 1235], `command ${command}: ${answer.message}`).toContain(answer.errno);
    }
    expect(await client.query('SELECT 1')).toMatchObject({ kind: 'rows' });
    await client.close();
  });

  test('fault 30: commands sent ahead are answered in order', async () => {
    const { client, socket } = await rawClient();
    const ahead = [
      'SELECT 1 AS a',
      'SELECT COUNT(*) AS b FROM shop.users',
      'SELECT name AS c FROM shop.users WHERE id = 3',
    ];
    const query = (sql: string): Buffer =>
      frame(Buffer.concat([Buffer.from([Command.query]), Buffer.from(sql)]), 0);
    socket.write(Buffer.concat(ahead.map(query)));
    const seen: (string | undefined)[] = [];
    for (let command = 0; command <= ahead.length; command++) {
      const answer = await client.command(Buffer.from([Command.ping]));
      seen.push(answer.kind === 'rows' ? answer.columns[0]?.name : answer.kind);
    }
    expect(seen).toEqual(['a', 'b', 'c', 'ok']);
    socket.destroy();
  });

  test('a packet above the limit gets 1153 and the connection is closed', async () => {
    const client = await cluster.connect();
    client.on('error', () => {});
    await expect(client.query(`SELECT '${'x'.repeat(5 * mebibyte)}'`)).rejects.toMatchObject({ errno: 1153 });
    await expectSound(cluster);
  });

  test('fault 28: announced packets that never come cost no memory', async () => {
    const before = process.memoryUsage().rss;
    const sockets = await Promise.all(
      Array.from({ length: 40 }, async () => {
        const { socket } = await rawClient();
        socket.write(Buffer.from([0xff, 0xff, 0x3f, 0, Command.query]));
        return socket;
      }),
    );
    await eventually(async () => (await metric(cluster, 'connections', { state: 'idle' })) >= 40);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * mebibyte);
    for (const socket of sockets) socket.destroy();
    await eventually(async () => (await metric(cluster, 'connections')) < 10);
  });
});

describe('too much of everything', () => {
  test('fault 33: connections above the limit get 1040 at once, and room is given again', async () => {
    await eventually(async () => (await metric(cluster, 'connections')) < 5);
    const sockets = Array.from({ length: 120 }, () => connect(cluster.mysqlPort, '127.0.0.1'));
    const greetings = await Promise.all(
      sockets.map(async (socket) => {
        socket.on('error', () => {});
        const [bytes] = (await once(socket, 'data')) as [Buffer];
        return bytes[4] === 0xff ? bytes.readUInt16LE(5) : 0;
      }),
    );
    expect(greetings.filter((errno) => errno === 1040).length).toBeGreaterThanOrEqual(60);
    expect(greetings.filter((errno) => errno === 0).length).toBeGreaterThan(40);
    for (const socket of sockets) socket.destroy();
    await eventually(async () => (await metric(cluster, 'connections')) === 0);
    await expectSound(cluster);
  });

  test('fault 46: an exhausted pool: those that wait too long, or are too many, are told which shard', async () => {
    const clients = await Promise.all(Array.from({ length: 5 }, () => cluster.connect()));
    const holders = clients.slice(0, 4);
    for (const holder of holders) {
      await holder.beginTransaction();
      await holder.query('SELECT name FROM users WHERE id = 1');
    }
    expect(await metric(cluster, 'pool_active', { shard: '-40' })).toBe(4);
    const startedAtMs = performance.now();
    await expect(clients[4]?.query('SELECT name FROM users WHERE id = 1')).rejects.toMatchObject({
      errno: 1040,
      sqlState: '08004',
      message: expect.stringContaining('pool timeout on shard shop/-40'),
    });
    expect(performance.now() - startedAtMs).toBeLessThan(5_000);
    await clients[4]?.query('SELECT name FROM users WHERE id = 3');
    for (const holder of holders) await holder.commit();
    for (const client of clients) client.destroy();
    await expectSound(cluster);
  });

  test('fault 46: scatters and transactions over a small pool get through without a deadlock', async () => {
    const clients = await Promise.all(Array.from({ length: 6 }, () => cluster.connect()));
    const outcomes = await Promise.allSettled(
      clients.map(async (client, index) => {
        for (let round = 0; round < 10; round++) {
          if (index % 2 === 0) await client.query('SELECT COUNT(*) FROM users');
          else {
            await client.beginTransaction();
            await client.query(`SELECT name FROM users WHERE id = ${index}`);
            await client.query('SELECT COUNT(*) FROM users');
            await client.commit();
          }
        }
      }),
    );
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ errno: 1040 });
    }
    for (const client of clients) client.destroy();
    await expectSound(cluster);
  });

  test('limits.inFlightMax: one statement more than may run is turned away, not one in a transaction', async () => {
    const clients = await Promise.all(Array.from({ length: 8 }, () => cluster.connect()));
    const [first, second, ...busy] = clients;
    await first?.beginTransaction();
    await first?.query('SELECT name FROM users WHERE id = 3');
    // They wait for rows until those are let go.
    const blockers = await Promise.all(['-40', '40-80'].map((name) => shardNamed(cluster, name).connect()));
    for (const blocker of blockers) {
      await blocker.beginTransaction();
      await blocker.query('SELECT id FROM users WHERE id IN (1, 3) FOR UPDATE');
    }
    const running = busy
      .slice(0, 6)
      .map((client, index) =>
        client.query(`UPDATE users SET balance = balance WHERE id = ${index % 2 === 0 ? 1 : 3}`),
      );
    await eventually(async () => (await metric(cluster, 'in_flight')) === 6);
    await expect(second?.query('SELECT 1')).rejects.toMatchObject({
      errno: 1040,
      message: expect.stringContaining('SG1004'),
    });
    await first?.query('SELECT name FROM users WHERE id = 3');
    await first?.commit();
    for (const blocker of blockers) await blocker.end();
    await Promise.all(running);
    await second?.query('SELECT 1');
    for (const client of clients) client.destroy();
    await expectSound(cluster);
  });

  test('fault 40: long data up to a limit; beyond it EXECUTE fails, and memory is given back', async () => {
    const client = await ExactClient.connect(cluster.mysqlPort, { database: 'shop' });
    const prepared = await client.prepare('SELECT LENGTH(?)');
    if ('kind' in prepared) throw new Error(prepared.message);
    const execute = Buffer.alloc(14);
    execute[0] = Command.stmtExecute;
    execute.writeUInt32LE(prepared.statementId, 1);
    execute.writeUInt32LE(1, 5 + 1);
    // No NULLs, types follow: a string, whose value came as long data.
    execute.set([0, 1, 0xfd, 0], 10);
    const send = async (mebibytes: number): Promise<void> => {
      const head = Buffer.alloc(7);
      head[0] = Command.stmtSendLongData;
      head.writeUInt32LE(prepared.statementId, 1);
      const packet = frame(Buffer.concat([head, Buffer.alloc(mebibyte, 'x')]), 0);
      for (let sent = 0; sent < mebibytes; sent++)
        if (!client.socket.write(packet)) await once(client.socket, 'drain');
    };
    await send(8);
    expect(await client.command(execute)).toMatchObject({ kind: 'rows' });
    await send(65);
    expect(await client.command(execute)).toMatchObject({ kind: 'error', errno: 1105 });
    expect(await client.query('SELECT 1')).toMatchObject({ kind: 'rows' });
    await client.close();
  });

  test('fault 41: many columns, many list members, many parameters', async () => {
    const client = await cluster.connect();
    const list = Array.from({ length: 100_000 }, (_, id) => id).join(',');
    const [rows] = await client.query<RowDataPacket[]>(
      `SELECT id FROM users WHERE id IN (${list}) ORDER BY id`,
    );
    expect(rows.map((row) => row['id'])).toEqual([1, 2, 3]);
    const columns = Array.from({ length: 1000 }, (_, index) => `${index} AS c${index}`).join(',');
    const [[wide]] = await client.query<RowDataPacket[]>(`SELECT ${columns} FROM users WHERE id = 1`);
    expect(Object.keys(wide ?? {})).toHaveLength(1000);
    const marks = Array.from({ length: 70_000 }, () => '?').join(',');
    await expect(client.prepare(`SELECT id FROM users WHERE id IN (${marks})`)).rejects.toMatchObject({
      errno: 1390,
    });
    client.destroy();
  });

  test('faults 42 and 43: depth and adversarial text end in 1064, quickly', async () => {
    const client = await cluster.connect();
    const mebi = mebibyte - 100;
    const texts = [
      '('.repeat(100_000),
      `SELECT ${'('.repeat(50_000)}1${')'.repeat(50_000)}`,
      '/*'.repeat(mebi / 2),
      `SELECT '${"''".repeat(mebi / 2)}`,
      `SELECT ${'-'.repeat(1000)}(`,
      `SELECT ${'`'.repeat(1001)}`,
    ];
    for (const text of texts) {
      const startedAtMs = performance.now();
      await expect(client.query(text), text.slice(0, 20)).rejects.toMatchObject({
        errno: expect.any(Number),
      });
      // What grows with the square of such a text takes minutes.
      expect(performance.now() - startedAtMs, text.slice(0, 20)).toBeLessThan(5_000);
    }
    await client.query('SELECT 1');
    client.destroy();
    await expectSound(cluster);
  });

  test('fault 95: the event loop is measured, and /livez answers under load', async () => {
    const clients = await Promise.all(Array.from({ length: 4 }, () => cluster.connect()));
    const load = clients.map(async (client) => {
      for (let round = 0; round < 100; round++) await client.query('SELECT name FROM users WHERE id = 3');
    });
    const startedAtMs = performance.now();
    expect((await fetch(`http://127.0.0.1:${cluster.adminPort}/livez`)).status).toBe(200);
    expect(performance.now() - startedAtMs).toBeLessThan(500);
    await Promise.all(load);
    expect(await metric(cluster, 'event_loop_lag_seconds')).toBeGreaterThanOrEqual(0);
    for (const client of clients) client.destroy();
  });
});
