// The command phase: order, pipelining, limits, slow and vanished clients, draining.
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import mysql from 'mysql2/promise';
import { afterEach, describe, expect, test } from 'vitest';
import { Command, encodeTextCommand } from '../../src/protocol/commands.ts';
import { frame, packetPayloadMax } from '../../src/protocol/packet-framing.ts';
import type { FakeSession } from './fake-sessions.ts';
import { type Harness, startHarness } from './harness.ts';
import { RawClient } from './raw-client.ts';

let harness: Harness;
afterEach(() => harness.close());

async function loggedIn(options: Parameters<typeof startHarness>[0] = {}): Promise<[RawClient, FakeSession]> {
  harness = await startHarness(options);
  const client = await harness.client();
  expect(await client.login()).toBeNull();
  const session = harness.sessions.opened[0];
  if (session === undefined) throw new Error('no session');
  return [client, session];
}

const closed = (session: FakeSession): Promise<void> =>
  new Promise((resolve) => {
    if (session.closed) resolve();
    session.onClose = resolve;
  });

const query = (text: string): Buffer => frame(encodeTextCommand(Command.query, text), 0);

/** Waits for something that an event elsewhere in this process brings about. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe('commands', () => {
  test('pipelined ones are answered in order, one at a time', async () => {
    const [client, session] = await loggedIn();
    client.socket.write(Buffer.concat(['hold', 'echo 2', 'fail', 'echo 3'].map(query)));
    await until(() => session.release !== null);
    expect(session.commands).toHaveLength(1);
    session.release?.();
    expect(await client.rows()).toEqual(['released']);
    expect(await client.rows()).toEqual(['2']);
    expect(await client.error()).toContain('1064');
    expect(await client.rows()).toEqual(['3']);
  });

  test('may come one byte at a time', async () => {
    const [client] = await loggedIn();
    for (const byte of query('echo slow')) {
      client.socket.write(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await client.rows()).toEqual(['slow']);
  });

  test('larger than one packet arrive whole', async () => {
    const [client] = await loggedIn();
    for (const size of [packetPayloadMax - 1, packetPayloadMax, packetPayloadMax + 1]) {
      const text = `length ${'x'.repeat(size - 8)}`;
      client.query(text);
      const packets = Math.floor(size / packetPayloadMax) + 1;
      expect(await client.rows()).toEqual([`${size + 4 * packets} ${size}`]);
    }
  });

  test('too large: 1153 by the header alone, then closed', async () => {
    const [client, session] = await loggedIn({ packetBytesMax: 1000 });
    client.socket.write(Buffer.from([0, 0, 16, 0]));
    expect(await client.error()).toBe("1: 1153 08S01 Got a packet bigger than 'max_allowed_packet' bytes");
    await client.gone();
    expect(session.closed).toBe(true);
  });

  test('out of order: 1156, then closed', async () => {
    const [client] = await loggedIn();
    client.send(Buffer.of(Command.ping), 5);
    expect(await client.error()).toBe('6: 1156 08S01 Got packets out of order');
    await client.gone();
    expect(harness.counters.protocolErrors).toBe(1);
  });

  test('a fault in a session costs one connection', async () => {
    const [client] = await loggedIn();
    client.query('throw');
    expect(await client.error()).toContain('SG1003');
    const other = await harness.client();
    expect(await other.login()).toBeNull();
  });

  test('QUIT closes the session and the connection', async () => {
    const [client, session] = await loggedIn();
    client.send(Buffer.of(Command.quit));
    await client.gone();
    expect(session.closed).toBe(true);
    await until(() => harness.listener.counts().closing === 0);
  });

  test('the answer to LOCAL INFILE goes to the running command', async () => {
    const [client] = await loggedIn();
    client.query('infile');
    expect((await client.packet())?.payload[0]).toBe(0xfb);
    const parts = [Buffer.alloc(100), Buffer.alloc(50), Buffer.alloc(0)].map((part, i) => frame(part, 2 + i));
    client.socket.write(Buffer.concat([...parts, query('echo after')]));
    expect((await client.packet())?.payload.toString()).toContain('150 bytes');
    expect(await client.rows()).toEqual(['after']);
  });

  test('what is sent ahead beyond the limit waits in the kernel', async () => {
    const [client, session] = await loggedIn({ pipelineBytesMax: 4096 });
    client.query('hold');
    await until(() => session.release !== null);
    const echo = query(`echo ${'y'.repeat(1000)}`);
    client.socket.write(Buffer.concat(Array.from({ length: 200 }, () => echo)));
    session.release?.();
    expect(await client.rows()).toEqual(['released']);
    for (let i = 0; i < 200; i += 1) expect(await client.rows()).toHaveLength(1);
  });
});

describe('clients that leave or stall', () => {
  test('a vanished client closes its session, also while a command runs', async () => {
    const [client, session] = await loggedIn();
    client.query('hold');
    await until(() => session.release !== null);
    client.socket.resetAndDestroy();
    await closed(session);
    session.release?.();
    await until(() => harness.listener.counts().closing === 0);
  });

  test('a client that does not read stops the sender, and is closed when nothing moves', async () => {
    const [client, session] = await loggedIn({ resultStallMs: 300 });
    client.socket.pause();
    client.query('flood 100000');
    await closed(session);
    // What went out fits into socket buffers and the write buffer: far from the 6.5 GB asked for.
    expect(session.chunksSent).toBeLessThan(1000);
    expect(harness.logged.join()).toContain('stopped reading');
  });

  test('a slow but moving reader is served', async () => {
    const [client, session] = await loggedIn({ resultStallMs: 300 });
    client.socket.removeAllListeners('data');
    let received = 0;
    const wanted = 400 * 65_000;
    const finished = new Promise<void>((resolve) => {
      client.socket.on('data', (chunk) => {
        received += chunk.length;
        if (received >= wanted) resolve();
        client.socket.pause();
        setImmediate(() => client.socket.resume());
      });
    });
    client.query('flood 400');
    await finished;
    expect(session.closed).toBe(false);
  });

  test('a packet that does not grow is given up', async () => {
    const [client] = await loggedIn({ packetTimeoutMs: 200 });
    client.socket.write(Buffer.from([0, 0, 16, 0, 3, 65]));
    expect(await client.error()).toBe('1: 1159 08S01 Got timeout reading communication packets');
    await client.gone();
  });

  test('announced lengths cost no memory', async () => {
    harness = await startHarness();
    const clients = await Promise.all(Array.from({ length: 100 }, () => harness.client()));
    await Promise.all(clients.map((client) => client.login()));
    const before = process.memoryUsage().arrayBuffers;
    for (const client of clients) client.socket.write(Buffer.from([0xff, 0xff, 0xff, 0, 3]));
    const [last] = clients.slice(-1);
    if (last === undefined) throw new Error('no client');
    const probe = await harness.client();
    await probe.login();
    expect(await probe.ask('echo x')).toBe('x');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 << 20);
    for (const client of clients) client.socket.destroy();
  });

  test('slowloris: an unfinished login ends at its deadline, others are not affected', async () => {
    harness = await startHarness({ handshakeTimeoutMs: 500 });
    const silent = await Promise.all(Array.from({ length: 150 }, () => harness.client()));
    const client = await harness.client();
    expect(await client.login()).toBeNull();
    await Promise.all(silent.map((socket) => socket.gone()));
    expect(await client.ask('echo still here')).toBe('still here');
    expect(harness.listener.counts()).toEqual({ login: 0, idle: 1, running: 0, closing: 0 });
  });
});

describe('limits and endings', () => {
  test('beyond connectionsMax: 1040 at once', async () => {
    harness = await startHarness({ connectionsMax: 2 });
    const [one, two] = [await harness.client(), await harness.client()];
    await Promise.all([one.login(), two.login()]);
    const three = await harness.client();
    expect(await three.error()).toBe('0: 1040 08004 Too many connections');
    await three.gone();
    one.send(Buffer.of(Command.quit));
    await one.gone();
    await until(() => harness.listener.counts().closing === 0);
    expect(await (await harness.client()).login()).toBeNull();
  });

  test('drain closes quiet clients, waits for the others, then closes them too', async () => {
    const [client, session] = await loggedIn();
    const idle = await harness.client();
    await idle.login();
    client.query('hold');
    await until(() => session.release !== null);
    const drained = harness.listener.drain(5_000);
    await idle.gone();
    expect(client.closed).toBe(false);
    session.release?.();
    expect(await client.rows()).toEqual(['released']);
    await client.gone();
    await drained;
    await expect(RawClient.connect(harness.port)).rejects.toThrow('ECONNREFUSED');
  });

  test('drain ends at its deadline', async () => {
    const [client, session] = await loggedIn();
    session.quiet = false;
    await harness.listener.drain(100);
    await client.gone();
    expect(session.closed).toBe(true);
  });

  test('a Unix socket is served, and a stale file replaced', async () => {
    const socketPath = `/tmp/shardgate-test-${process.pid}.sock`;
    harness = await startHarness({ socketPath });
    const client = await RawClient.connect(socketPath);
    expect(await client.login()).toBeNull();
    expect(await client.ask('user')).toBe('app@localhost');
    client.socket.destroy();
    await expect(startHarness({ socketPath })).rejects.toThrow('EADDRINUSE');
    expect(existsSync(socketPath)).toBe(true);
  });

  test('a port that is taken rejects', async () => {
    harness = await startHarness();
    await expect(startHarness({ port: harness.port })).rejects.toThrow('EADDRINUSE');
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    other.close();
  });
});

test('mysql2 connects, asks, changes user and leaves', async () => {
  harness = await startHarness();
  const connection = await mysql.createConnection({
    host: '127.0.0.1',
    port: harness.port,
    user: 'app',
    password: 'app',
    database: 'shop',
  });
  const [rows] = await connection.query('echo hello');
  expect(rows).toEqual([{ answer: 'hello' }]);
  await connection.ping();
  await connection.changeUser({ user: 'rotating', password: 'new' });
  const [user] = await connection.query('user');
  expect(user).toEqual([{ answer: 'rotating@127.0.0.1' }]);
  await connection.end();
  await until(() => harness.sessions.opened.every((session) => session.closed));
});
