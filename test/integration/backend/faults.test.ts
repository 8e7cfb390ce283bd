// Paths and servers that misbehave: half-open sockets, cuts, slow and broken handshakes, bytes that are no answer.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectBackend } from '../../../src/backend/connection/connect.ts';
import type { SocketConnection } from '../../../src/backend/connection/connection.ts';
import type { RunningServer } from '../../../src/cli/servers/server-provider.ts';
import { SqlError } from '../../../src/errors/sql-error.ts';
import {
  ask,
  leaseOptions,
  openGateway,
  send,
  shardId,
  startServer,
  targetOf,
  withLease,
} from './backend-stage.ts';
import { type FaultyPath, openPath, openTalker } from './faulty-path.ts';

let server: RunningServer;
const paths: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  server = await startServer('backend-faults');
});

afterAll(async () => {
  for (const path of paths) await path.close();
  await server.stop();
});

async function open(change?: (chunk: Buffer, offset: number) => Buffer): Promise<FaultyPath> {
  const path = await openPath(server.port, change);
  paths.push(path);
  return path;
}

function connectTo(port: number): Promise<SocketConnection | SqlError> {
  return connectBackend({ shardId, target: targetOf({ port }), clientFlags: 0, refuse: () => null }).catch(
    (error: unknown) => {
      if (error instanceof SqlError) return error;
      throw error;
    },
  );
}

describe('paths', () => {
  test('fault 7: a connection whose peer went silent is found out by a ping of half a second and replaced', async () => {
    const path = await open();
    const gateway = openGateway(targetOf(path));
    await withLease(gateway, {}, ({ connection }) => ask(connection, 'SELECT 1'));
    path.freeze();
    // Ten seconds of rest, without resting: the shelf counts ticks.
    for (let tick = 0; tick < 10; tick++) gateway.tick();
    const startedAtMs = performance.now();
    const waiting = gateway.lease(shardId, leaseOptions);
    await expect.poll(() => gateway.pools()[0]?.idle).toBe(0);
    setTimeout(() => path.thaw(), 700);
    const lease = await waiting;
    expect(performance.now() - startedAtMs).toBeGreaterThan(450);
    expect(await ask(lease.connection, 'SELECT 2')).toBe('2');
    lease.release();
    await gateway.close(1_000);
  });

  test('a reset in the middle of a result: lost, and the next lease is another connection', async () => {
    const path = await open();
    const gateway = openGateway(targetOf(path));
    const lease = await gateway.lease(shardId, leaseOptions);
    const recorder = send(lease.connection, "SELECT REPEAT('x', 60000000), SLEEP(1)");
    await withLease(gateway, {}, ({ connection }) => ask(connection, 'SELECT 1'));
    path.cut();
    expect((await recorder.done).lostWith?.errno).toBe(1105);
    lease.release();
    await withLease(gateway, {}, async ({ connection }) =>
      expect(await ask(connection, 'SELECT 3')).toBe('3'),
    );
    await gateway.close(1_000);
  });

  test('a login that ends without a word is begun once more', async () => {
    let first = true;
    const path = await open((chunk) => {
      if (first) path.cut();
      first = false;
      return chunk;
    });
    const gateway = openGateway(targetOf(path));
    expect(await withLease(gateway, {}, ({ connection }) => ask(connection, 'SELECT 1'))).toBe('1');
    expect(first).toBe(false);
    await gateway.close(1_000);
  });

  test('fault 19: a handshake that takes longer than three seconds is given up', async () => {
    const talker = await openTalker((socket) => {
      let sent = 0;
      const drip = setInterval(() => socket.write(Buffer.from([sent++ === 0 ? 0x4a : 0])), 200);
      socket.once('close', () => clearInterval(drip));
    });
    paths.push(talker);
    const startedAtMs = performance.now();
    const error = await connectTo(talker.port);
    expect(error).toMatchObject({ id: 'SG4001' });
    expect(performance.now() - startedAtMs).toBeGreaterThan(2_500);
    // The talker would go on for ever.
    expect(performance.now() - startedAtMs).toBeLessThan(10_000);
  });

  test('an old server is refused with its version in the reason', async () => {
    const greeting = Buffer.concat([
      Buffer.from([10]),
      Buffer.from('5.7.44-log\0'),
      Buffer.from([1, 0, 0, 0]),
      Buffer.from('abcdefgh\0'),
      Buffer.from([0xff, 0xf7, 45, 2, 0, 0xff, 0x81, 21]),
      Buffer.alloc(10),
      Buffer.from('ijklmnopqrst\0mysql_native_password\0'),
    ]);
    const talker = await openTalker((socket) =>
      socket.write(Buffer.concat([Buffer.from([greeting.length, 0, 0, 0]), greeting])),
    );
    paths.push(talker);
    const error = await connectTo(talker.port);
    expect(error).toMatchObject({ id: 'SG4005', message: expect.stringContaining('MySQL 5.7.44-log') });
  });
});

describe('fault 18: bytes that are no answer', () => {
  test('whatever a server says instead of a greeting: an error, soon', async () => {
    const noise = fc.sample(fc.uint8Array({ minLength: 5, maxLength: 200 }), { numRuns: 60, seed: 18 });
    let next = 0;
    const talker = await openTalker((socket) => socket.end(Buffer.from(noise[next++ % noise.length] ?? [])));
    paths.push(talker);
    for (const _ of noise) expect(await connectTo(talker.port)).toBeInstanceOf(SqlError);
  });

  test('answers mutated anywhere: rows, an error or a lost connection, never a hang or a crash', async () => {
    const flips = fc.sample(
      fc.record({ at: fc.integer({ min: 0, max: 400 }), value: fc.integer({ min: 0, max: 255 }) }),
      { numRuns: 80, seed: 7 },
    );
    for (const { at, value } of flips) {
      let armed = false;
      let flipAt = -1;
      const path = await openPath(server.port, (chunk, offset) => {
        if (armed && flipAt < 0) flipAt = offset + at;
        const index = flipAt - offset;
        if (flipAt < 0 || index < 0 || index >= chunk.length) return chunk;
        const changed = Buffer.from(chunk);
        changed[index] = value;
        return changed;
      });
      const connection = await connectTo(path.port);
      if (connection instanceof SqlError) throw connection;
      armed = true;
      const recorder = send(connection, "SELECT 1 AS a, REPEAT('b', 300) AS c UNION SELECT 2, 'd'");
      // A mutated length may leave the scanner waiting for bytes that never come: what a timeout is for.
      const timer = setTimeout(() => connection.destroy(), 100);
      await recorder.done;
      clearTimeout(timer);
      expect(recorder.terminal !== null || recorder.lostWith !== null).toBe(true);
      connection.destroy();
      await path.close();
    }
  });

  test('a connection killed while it rests is noticed at once', async () => {
    const [connection, other] = [await connectTo(server.port), await connectTo(server.port)];
    if (connection instanceof SqlError || other instanceof SqlError) throw new Error('both should connect');
    const gone = new Promise<void>((resolve) => {
      connection.onClosed = () => resolve();
    });
    await ask(other, `KILL ${connection.threadId}`);
    await gone;
    expect(connection.alive).toBe(false);
    other.destroy();
  });
});
