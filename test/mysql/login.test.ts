// Logging in to a real MySQL with caching_sha2_password, the only plugin it has.
import type { Connection } from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { connectBackend } from '../../src/backend/connection/connect.ts';
import type { SocketConnection } from '../../src/backend/connection/connection.ts';
import type { BackendTls } from '../../src/backend/options.ts';
import type { RunningServer } from '../../src/cli/servers/server-provider.ts';
import { connectAsAdmin } from '../../src/cli/servers/wait-until-ready.ts';
import { ask, send, shardId, startServer, targetOf } from '../integration/backend/backend-stage.ts';

const plain: BackendTls = { mode: 'disabled', ca: null, cert: null, key: null };
let server: RunningServer;
let admin: Connection;
const open: SocketConnection[] = [];

beforeAll(async () => {
  server = await startServer('login');
  admin = await connectAsAdmin(server.admin);
});
afterEach(() => {
  for (const connection of open.splice(0)) connection.destroy();
});
afterAll(async () => {
  await admin.end();
  await server.stop();
});

async function connect(user: string, password: string, tls: BackendTls = plain): Promise<SocketConnection> {
  const target = targetOf(server, { user, password, tls });
  const connection = await connectBackend({ shardId, target, clientFlags: 0, refuse: () => null });
  open.push(connection);
  return connection;
}

/** A new user is in no cache: the first login sends the password, the second proves to know it. */
async function newUser(name: string, options: string): Promise<void> {
  await admin.query(`CREATE USER ${name}@'%' ${options}; GRANT ALL ON *.* TO ${name}@'%'`);
}

test('in full by the public key, then the fast way', async () => {
  await newUser('fresh', "IDENTIFIED BY 'geheim é'");
  for (let round = 0; round < 2; round++) {
    expect(await ask(await connect('fresh', 'geheim é'), 'SELECT USER()')).toMatch(/^fresh@/);
  }
});

test('in full over TLS, by the certificate the server made itself', async () => {
  await newUser('secret', "IDENTIFIED BY 'geheim' REQUIRE SSL");
  const connection = await connect('secret', 'geheim', { ...plain, mode: 'preferred' });
  const cipher = await send(connection, "SHOW SESSION STATUS LIKE 'Ssl_cipher'").done;
  expect(cipher.rows()[0]?.[1]).not.toBe('');
});

test('without a password', async () => {
  await newUser('open', "IDENTIFIED BY ''");
  expect(await ask(await connect('open', ''), 'SELECT 1')).toBe('1');
});

test('a password that was changed, and a wrong one', async () => {
  await newUser('changing', "IDENTIFIED BY 'one'");
  await connect('changing', 'one');
  await admin.query("ALTER USER changing@'%' IDENTIFIED BY 'two'");
  await expect(connect('changing', 'one')).rejects.toMatchObject({ id: 'SG4007' });
  expect(await ask(await connect('changing', 'two'), 'SELECT 2')).toBe('2');
});
