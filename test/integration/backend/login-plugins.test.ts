// Logins our backend side does against our own listener, which speaks every plugin, and against a real server over TLS.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { connectBackend } from '../../../src/backend/connection/connect.ts';
import type { SocketConnection } from '../../../src/backend/connection/connection.ts';
import type { BackendTarget, BackendTls } from '../../../src/backend/options.ts';
import { connectAsAdmin } from '../../../src/cli/servers/wait-until-ready.ts';
import { clearUsers, hashUsers, startHarness } from '../../protocol/harness.ts';
import { testCert, testKey } from '../../protocol/tls-fixture.ts';
import { testServers } from '../../support/test-servers.ts';
import { ask, send, shardId, targetOf } from './backend-stage.ts';

const plain: BackendTls = { mode: 'disabled', ca: null, cert: null, key: null };
const listenerTls = { mode: 'preferred', cert: testCert, key: testKey } as const;
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function listen(...args: Parameters<typeof startHarness>): Promise<{ port: number }> {
  const harness = await startHarness(...args);
  closers.push(() => harness.close());
  return harness;
}

async function connect(port: number, over: Partial<BackendTarget>): Promise<SocketConnection> {
  const target = targetOf({ port }, over);
  const connection = await connectBackend({ shardId, target, clientFlags: 0, refuse: () => null });
  closers.push(async () => connection.destroy());
  return connection;
}

describe('caching_sha2_password', () => {
  test('the fast way, with a password', async () => {
    const { port } = await listen({}, clearUsers);
    expect(await ask(await connect(port, {}), 'echo fast')).toBe('fast');
  });

  test('without a password', async () => {
    const { port } = await listen({}, clearUsers);
    expect(await ask(await connect(port, { user: 'nobody', password: '' }), 'echo empty')).toBe('empty');
  });

  test('in full, by the server’s public key, where the server knows only a hash', async () => {
    const { port } = await listen({}, hashUsers);
    const connection = await connect(port, { user: 'sha2', password: 'password' });
    expect(await ask(connection, 'echo full')).toBe('full');
  });

  test('in full over TLS', async () => {
    const { port } = await listen({ tls: listenerTls }, hashUsers);
    const tls: BackendTls = { ...plain, mode: 'required', ca: testCert };
    const connection = await connect(port, { user: 'sha2', password: 'password', host: 'localhost', tls });
    expect(await ask(connection, 'echo secret')).toBe('secret');
  });

  test('switched to mysql_native_password, where the hash is one of those', async () => {
    const { port } = await listen({}, hashUsers);
    const connection = await connect(port, { user: 'native', password: 'password' });
    expect(await ask(connection, 'echo native')).toBe('native');
  });

  test('wrong passwords are refused', async () => {
    const { port } = await listen({}, hashUsers);
    await expect(connect(port, { user: 'sha2', password: 'wrong' })).rejects.toMatchObject({ id: 'SG4007' });
  });
});

describe('TLS', () => {
  test('preferred: taken when offered, done without when not', async () => {
    const offered = await listen({ tls: listenerTls });
    const tls: BackendTls = { ...plain, mode: 'preferred' };
    expect(await ask(await connect(offered.port, { tls }), 'echo a')).toBe('a');
    const bare = await listen({});
    expect(await ask(await connect(bare.port, { tls }), 'echo b')).toBe('b');
  });

  test('required: refused when not offered, when the certificate is unknown, when the name is another', async () => {
    const bare = await listen({});
    const required: BackendTls = { ...plain, mode: 'required', ca: testCert };
    await expect(connect(bare.port, { tls: required })).rejects.toMatchObject({ id: 'SG4007' });
    const { port } = await listen({ tls: listenerTls });
    const unknown: BackendTls = { ...plain, mode: 'required' };
    await expect(connect(port, { tls: unknown })).rejects.toMatchObject({ id: 'SG4001' });
    // The same address under a name the certificate is not for.
    await expect(connect(port, { host: '127.1', tls: required })).rejects.toMatchObject({
      message: expect.stringContaining('127.1'),
    });
    expect(await ask(await connect(port, { tls: required }), 'echo c')).toBe('c');
  });

  test('a large result and pipelined commands over TLS to a real server', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'backend-tls-'));
    closers.push(() => rm(directory, { recursive: true, force: true }));
    await writeFile(join(directory, 'cert.pem'), testCert);
    await writeFile(join(directory, 'key.pem'), testKey);
    const provider = await testServers();
    const server = await provider.start({
      name: 'backend-tls',
      dataDirectory: null,
      port: 0,
      durable: false,
      extraArguments: [
        `--ssl-cert=${join(directory, 'cert.pem')}`,
        `--ssl-key=${join(directory, 'key.pem')}`,
      ],
    });
    closers.push(() => server.stop());
    const admin = await connectAsAdmin(server.admin);
    await admin.query(
      "CREATE USER app@'%' IDENTIFIED BY 'app' REQUIRE SSL; GRANT ALL ON *.* TO app@'%'; CREATE DATABASE shop_0",
    );
    await admin.end();
    const tls: BackendTls = { ...plain, mode: 'required', ca: testCert };
    const connection = await connect(server.port, { tls });
    const cipher = await send(connection, "SHOW SESSION STATUS LIKE 'Ssl_cipher'").done;
    expect(cipher.rows()[0]?.[1]).not.toBe('');
    const answers = await Promise.all([
      ask(connection, "SELECT LENGTH(REPEAT('x', 1000))"),
      ask(connection, "SELECT REPEAT('x', 5000000)"),
    ]);
    expect(answers[0]).toBe('1000');
    expect(answers[1]).toHaveLength(5_000_000);
  });
});
