// What servers do to idle and busy connections: stop, come back, hang, close what rests too long.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, startApp } from '../../../src/app.ts';
import { freePort } from '../../../src/cli/servers/free-port.ts';
import type { RunningServer } from '../../../src/cli/servers/server-provider.ts';
import { connectAsAdmin } from '../../../src/cli/servers/wait-until-ready.ts';
import { parseConfig } from '../../../src/config.ts';
import { SqlError } from '../../../src/errors/sql-error.ts';
import { ExactClient } from '../../support/exact-client.ts';
import { testFlavour } from '../../support/test-servers.ts';
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

let server: RunningServer;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'backend-restart-'));
  server = await startServer('backend-restart', 0, join(directory, 'data'));
});

afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

async function outcome(lease: Promise<unknown>): Promise<unknown> {
  return lease.catch((error: unknown) => error);
}

test('fault 8: a restart behind idle connections is nobody’s error; a server that is down is one at once', async () => {
  const gateway = openGateway(targetOf(server), { maxPerShard: 8 });
  const leases = await Promise.all(Array.from({ length: 8 }, () => gateway.lease(shardId, leaseOptions)));
  for (const lease of leases) lease.release();
  expect(gateway.pools()[0]?.idle).toBe(8);

  const port = server.port;
  await server.stop();
  const startedAtMs = performance.now();
  const down = await outcome(gateway.lease(shardId, leaseOptions));
  // Nobody waits for a connection, which would take 3 s.
  expect(performance.now() - startedAtMs).toBeLessThan(2_000);
  expect(down).toBeInstanceOf(SqlError);
  if (down instanceof SqlError) {
    expect(down.id).toBe('SG4001');
    expect(down.message).toContain('shop/-');
  }

  server = await startServer('backend-restart', port, join(directory, 'data'));
  await expect
    .poll(() => outcome(gateway.lease(shardId, leaseOptions).then((lease) => lease.release())))
    .toBeUndefined();
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, n) =>
      withLease(gateway, {}, ({ connection }) => ask(connection, `SELECT ${n}`)),
    ),
  );
  expect(answers).toEqual(Array.from({ length: 50 }, (_, n) => String(n)));
  await gateway.close(1_000);
});

test('fault 16: connections the server closes for idling leave the pool unnoticed', async () => {
  const admin = await connectAsAdmin(server.admin);
  await admin.query('SET GLOBAL wait_timeout = 1');
  const gateway = openGateway(targetOf(server));
  const leases = await Promise.all([1, 2, 3].map(() => gateway.lease(shardId, leaseOptions)));
  for (const lease of leases) lease.release();
  await expect.poll(() => gateway.pools()[0]?.idle, { timeout: 20_000 }).toBe(0);
  await withLease(gateway, {}, async ({ connection }) => expect(await ask(connection, 'SELECT 1')).toBe('1'));
  await gateway.close(1_000);
  await admin.query('SET GLOBAL wait_timeout = 28800');
  await admin.end();
});

test('fault 1: a server that dies in the middle of a statement loses it, and the pool recovers', async () => {
  const gateway = openGateway(targetOf(server));
  const lease = await gateway.lease(shardId, leaseOptions);
  const running = send(lease.connection, 'SELECT SLEEP(30)');
  const port = server.port;
  // One round trip on another connection: the statement has arrived by then.
  await withLease(gateway, {}, ({ connection }) => ask(connection, 'SELECT 1'));
  await server.crash();
  const recorder = await running.done;
  expect(recorder.lostWith?.id).toBe('SG4004');
  lease.release();
  server = await startServer('backend-restart', port, join(directory, 'data'));
  await expect
    .poll(() => outcome(gateway.lease(shardId, leaseOptions).then((again) => again.release())))
    .toBeUndefined();
  await gateway.close(1_000);
});

test('a server reported down is refused at once, one reported up again serves', async () => {
  const gateway = openGateway(targetOf(server));
  await withLease(gateway, {}, async () => {});
  gateway.report(shardId, null, false, 'its server does not answer');
  expect(gateway.tryLease(shardId, leaseOptions)).toBeNull();
  const error = await outcome(gateway.lease(shardId, leaseOptions));
  expect(error).toMatchObject({ id: 'SG4001', message: expect.stringContaining('does not answer') });
  gateway.report(shardId, null, true, '');
  await withLease(gateway, {}, async ({ connection }) => expect(await ask(connection, 'SELECT 1')).toBe('1'));
  await gateway.close(1_000);
});

/** Shardgate over two shards of the server, whatever state it is in. `down` is called when the server is judged to be. */
async function shardgate(port: number, down: () => void = () => {}): Promise<App> {
  const shard = (name: string): object => {
    return { primary: { host: '127.0.0.1', port, user: 'app', password: 'app', database: name } };
  };
  await writeFile(join(directory, 'shop.vschema.json'), JSON.stringify(vschema));
  await writeFile(join(directory, 'shop.sql'), 'CREATE TABLE t (id INT NOT NULL, PRIMARY KEY (id));\n');
  const config = parseConfig(
    JSON.stringify({
      listen: { host: '127.0.0.1', port: await freePort() },
      admin: { host: '127.0.0.1', port: await freePort() },
      log: { level: 'silent' },
      users: [{ name: 'app', password: 'app' }],
      keyspaces: {
        shop: {
          vschema: 'shop.vschema.json',
          schema: 'shop.sql',
          shards: { '-80': shard('shop_0'), '80-': shard('shop_1') },
        },
      },
    }),
    { file: join(directory, 'shardgate.yaml'), environment: {} },
  );
  const log = pino({ level: 'warn' }, { write: (line) => (line.includes('server is down') ? down() : null) });
  return startApp(config, { log });
}

const vschema = {
  sharded: true,
  vindexes: { hash: { type: 'hash' } },
  tables: { t: { column_vindexes: [{ column: 'id', name: 'hash' }] } },
};

async function makeTables(): Promise<void> {
  const admin = await connectAsAdmin(server.admin);
  for (const name of ['shop_0', 'shop_1']) {
    await admin.query(`CREATE DATABASE IF NOT EXISTS ${name}`);
    await admin.query(`CREATE TABLE IF NOT EXISTS ${name}.t (id INT NOT NULL, PRIMARY KEY (id))`);
  }
  await admin.end();
}

/** MySQL does not have it, and over several shards a statement is read before it is sent. */
const ofMariadb = 'SELECT JSON_ARRAYAGG(id ORDER BY id) FROM t';

test.runIf(testFlavour() === 'mariadb')(
  'sessions that began while no server answered speak the language of the one that comes',
  async () => {
    await makeTables();
    const { port } = server;
    await server.stop();
    const app = await shardgate(port);
    try {
      const client = await ExactClient.connect(app.mysqlPort);
      expect(await client.query(ofMariadb)).toMatchObject({ kind: 'error' });
      server = await startServer('backend-restart', port, join(directory, 'data'));
      await expect.poll(() => client.query(ofMariadb), { timeout: 10_000 }).toMatchObject({ kind: 'rows' });
      await client.close();
    } finally {
      await app.close();
    }
  },
);

test.runIf(testFlavour() === 'mariadb')(
  'a server that is slow at the start is what it says it is once it answers',
  async () => {
    await makeTables();
    const { port } = server;
    await server.freeze();
    const app = await shardgate(port, () => void server.thaw()).finally(() => server.thaw());
    try {
      const client = await ExactClient.connect(app.mysqlPort);
      await expect.poll(() => client.query(ofMariadb), { timeout: 10_000 }).toMatchObject({ kind: 'rows' });
      await client.close();
    } finally {
      await app.close();
    }
  },
);
