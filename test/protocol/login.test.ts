// Logins: both plugins, switches, full exchanges, TLS, wrong passwords, and what an attacker may learn.
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { AuthPlugin, cachingSha2Proof, nativeProof } from '../../src/protocol/auth.ts';
import { Capability, clientCapabilities } from '../../src/protocol/capabilities.ts';
import { Command, encodeTextCommand } from '../../src/protocol/commands.ts';
import { decodeGreeting, encodeHandshakeResponse, encodeSslRequest } from '../../src/protocol/handshake.ts';
import { frame } from '../../src/protocol/packet-framing.ts';
import { ByteWriter } from '../../src/value/byte-writer.ts';
import { FakeSessions } from './fake-sessions.ts';
import { clearUsers, type Harness, hashUsers, startHarness } from './harness.ts';
import { type LoginAs, RawClient } from './raw-client.ts';
import { testCert, testKey } from './tls-fixture.ts';

let harness: Harness;
afterEach(() => harness.close());

const mariaDb = (): FakeSessions => new FakeSessions('10.11.6-MariaDB');
const tls = { mode: 'preferred', cert: testCert, key: testKey } as const;

async function tryLogin(as: LoginAs): Promise<string | null> {
  const client = await harness.client();
  const result = await client.login(as);
  client.socket.destroy();
  return result;
}

/** The greeting, and a response by hand. */
async function respond(
  client: RawClient,
  plugin: string,
  proof: (salt: Buffer) => Buffer,
  user = 'app',
): Promise<Buffer> {
  const greeting = decodeGreeting((await client.packet())?.payload ?? Buffer.alloc(0));
  const authData = proof(greeting.salt);
  const response = {
    packetBytesMax: 1 << 24,
    collation: 45,
    user,
    database: null,
    plugin,
    attributes: new Map(),
  };
  client.send(encodeHandshakeResponse({ ...response, capabilities: clientCapabilities, authData }), 1);
  return greeting.salt;
}

describe.each([
  ['caching_sha2_password', () => new FakeSessions()],
  ['mysql_native_password', mariaDb],
])('greeting with %s', (plugin, sessions) => {
  test('right, wrong, unknown, empty', async () => {
    harness = await startHarness({}, clearUsers, sessions());
    expect(await tryLogin({})).toBeNull();
    expect(await tryLogin({ user: 'rotating', password: 'old' })).toBeNull();
    expect(await tryLogin({ user: 'rotating', password: 'new' })).toBeNull();
    expect(await tryLogin({ user: 'nobody', password: '' })).toBeNull();
    const denied = (user: string, using: string): string =>
      `1045 28000 Access denied for user '${user}'@'127.0.0.1' (using password: ${using})`;
    expect(await tryLogin({ password: 'wrong' })).toBe(denied('app', 'YES'));
    expect(await tryLogin({ password: '' })).toBe(denied('app', 'NO'));
    expect(await tryLogin({ user: 'ghost', password: 'x' })).toBe(denied('ghost', 'YES'));
    expect(await tryLogin({ user: 'ghost', password: '' })).toBe(denied('ghost', 'NO'));
    expect(harness.counters.authFailures).toBe(4);
    expect(harness.logged.join()).not.toContain('wrong');
    const client = await harness.client();
    await client.login();
    expect(decodeGreeting(client.greetingBytes).plugin).toBe(plugin);
  });

  test('a client that prefers the other plugin is switched to it', async () => {
    harness = await startHarness({}, clearUsers, sessions());
    const client = await harness.client();
    const other = plugin === AuthPlugin.native ? AuthPlugin.cachingSha2 : AuthPlugin.native;
    await respond(client, other, () => Buffer.alloc(0));
    const request = (await client.packet())?.payload ?? Buffer.alloc(0);
    expect(request.toString('latin1', 1, 1 + other.length)).toBe(other);
    const salt = request.subarray(2 + other.length, 22 + other.length);
    client.send(other === AuthPlugin.native ? nativeProof('app', salt) : cachingSha2Proof('app', salt), 3);
    if (other === AuthPlugin.cachingSha2) expect((await client.packet())?.payload).toEqual(Buffer.of(1, 3));
    expect((await client.packet())?.payload[0]).toBe(0);
    expect(await client.ask('echo hi')).toBe('hi');
  });

  test('a client with a plugin of its own is switched to ours', async () => {
    harness = await startHarness({}, clearUsers, sessions());
    const client = await harness.client();
    await respond(client, 'client_ed25519', () => Buffer.alloc(64, 1));
    expect((await client.packet())?.payload.toString('latin1', 1, 1 + plugin.length)).toBe(plugin);
  });

  test('a client without plugins uses mysql_native_password', async () => {
    harness = await startHarness({}, clearUsers, sessions());
    const client = await harness.client();
    const { salt } = decodeGreeting((await client.packet())?.payload ?? Buffer.alloc(0));
    const capabilities = Capability.protocol41 | Capability.secureConnection;
    const rest = { packetBytesMax: 0, collation: 33, database: null, plugin: null, attributes: new Map() };
    const authData = nativeProof('app', salt);
    client.send(encodeHandshakeResponse({ ...rest, capabilities, user: 'app', authData }), 1);
    expect((await client.packet())?.payload[0]).toBe(0);
  });
});

describe('hashed passwords', () => {
  test.each([
    ['caching_sha2_password', () => new FakeSessions()],
    ['mysql_native_password', mariaDb],
  ])('are learned by the RSA exchange, then the fast path is taken: %s', async (_, sessions) => {
    harness = await startHarness({}, hashUsers, sessions());
    for (const user of ['native', 'sha2']) {
      expect(await tryLogin({ user, password: 'password' })).toBeNull();
      expect(await tryLogin({ user, password: 'password' })).toBeNull();
      expect(await tryLogin({ user, password: 'passwort' })).toContain('1045 28000');
    }
    expect(await tryLogin({ user: 'app', password: 'app' })).toBeNull();
  });

  test('unknown users go through the same exchange as known ones', async () => {
    harness = await startHarness({}, hashUsers);
    const seen: string[] = [];
    for (const user of ['app', 'native', 'sha2', 'ghost']) {
      const client = await harness.client();
      await respond(client, AuthPlugin.cachingSha2, (salt) => cachingSha2Proof('wrong', salt), user);
      seen.push((await client.packet())?.payload.toString('hex') ?? 'closed');
      client.socket.destroy();
    }
    expect(new Set(seen)).toEqual(new Set(['0104']));
  });

  test('a clear password outside of TLS is refused', async () => {
    harness = await startHarness({}, hashUsers);
    const client = await harness.client();
    await respond(client, AuthPlugin.cachingSha2, (salt) => cachingSha2Proof('password', salt), 'native');
    await client.packet();
    client.send(Buffer.from('password\0'), 3);
    expect(await client.error()).toContain('1045 28000');
  });

  test('over TLS and over a Unix socket the password travels as it is', async () => {
    const socketPath = `/tmp/shardgate-login-${process.pid}.sock`;
    harness = await startHarness({ tls, socketPath }, hashUsers);
    expect(await tryLogin({ user: 'sha2', password: 'password', tls: 'required' })).toBeNull();
    expect(await tryLogin({ user: 'native', password: 'passwort', tls: 'required' })).toContain('1045');
    const plain = await RawClient.connect(socketPath);
    await respond(plain, AuthPlugin.cachingSha2, (salt) => cachingSha2Proof('password', salt), 'native');
    expect((await plain.packet())?.payload).toEqual(Buffer.of(1, 4));
    plain.send(Buffer.from('password\0'), 3);
    expect((await plain.packet())?.payload[0]).toBe(0);
    const overTls = await RawClient.connect(socketPath);
    expect(await overTls.login({ tls: 'required' })).toBeNull();
  });
});

describe('TLS', () => {
  test('is used when asked for', async () => {
    harness = await startHarness({ tls });
    const client = await harness.client();
    expect(await client.login({ tls: 'required' })).toBeNull();
    expect(await client.ask('echo secret')).toBe('secret');
    expect(await tryLogin({ tls: 'disabled' })).toBeNull();
  });

  test('required: refuses before any credential', async () => {
    harness = await startHarness({ tls: { ...tls, mode: 'required' } });
    expect(await tryLogin({ tls: 'disabled', password: 'wrong' })).toMatch(/^3159 HY000/);
    expect(await tryLogin({ tls: 'required' })).toBeNull();
    expect(harness.counters.authFailures).toBe(0);
  });

  test('not configured: not offered', async () => {
    harness = await startHarness();
    expect(await tryLogin({ tls: 'required' })).toContain('does not offer TLS');
  });

  test('commands injected in clear text behind the SSL request are never run', async () => {
    harness = await startHarness({ tls });
    const client = await harness.client();
    await client.packet();
    const request = encodeSslRequest(clientCapabilities | Capability.ssl, 1 << 24, 45);
    const injected = frame(encodeTextCommand(Command.query, 'echo injected'), 0);
    client.socket.write(Buffer.concat([frame(request, 1), injected]));
    await client.gone();
    expect(harness.sessions.opened).toEqual([]);
  });

  test('a client may start TLS in the same segment as its SSL request', async () => {
    harness = await startHarness({ tls });
    const client = await harness.client();
    await client.packet();
    const { socket } = client;
    socket.removeAllListeners('data');
    let ahead: Buffer = frame(encodeSslRequest(clientCapabilities | Capability.ssl, 1 << 24, 45), 1);
    const joined = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _encoding, done) => {
        socket.write(Buffer.concat([ahead, chunk]), () => done());
        ahead = Buffer.alloc(0);
      },
    });
    socket.on('data', (chunk) => joined.push(chunk));
    const secure = connectTls({ socket: joined, rejectUnauthorized: false });
    await once(secure, 'secureConnect');
    expect(secure.getProtocol()).toBe('TLSv1.3');
    secure.destroy();
  });

  test('TLS 1.1 is refused', async () => {
    harness = await startHarness({ tls });
    const client = await harness.client();
    await client.packet();
    client.send(encodeSslRequest(clientCapabilities | Capability.ssl, 1 << 24, 45), 1);
    client.socket.removeAllListeners('data');
    const ciphers = 'DEFAULT@SECLEVEL=0';
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers } as const;
    const secure = connectTls({ socket: client.socket, rejectUnauthorized: false, ...old });
    const [error] = await once(secure, 'error');
    expect(String(error)).toMatch(/protocol version|alert|disconnected/i);
  });
});

describe('refusals', () => {
  test('an unknown database ends the login', async () => {
    harness = await startHarness();
    expect(await tryLogin({ database: 'missing' })).toBe("1049 42000 Unknown database 'missing'");
    expect(await tryLogin({ database: 'shop' })).toBeNull();
    expect(harness.sessions.opened[0]?.login.database).toBe('shop');
  });

  test('a malformed response is a bad handshake', async () => {
    harness = await startHarness();
    const client = await harness.client();
    await client.packet();
    client.send(Buffer.from([1, 2, 3]), 1);
    expect(await client.error()).toBe('2: 1043 08S01 Bad handshake');
    await client.gone();
    expect(harness.counters.protocolErrors).toBe(1);
  });

  test.each([0, 1 << 17])('a proof of %i bytes is no proof', async (size) => {
    harness = await startHarness();
    const client = await harness.client();
    await respond(client, AuthPlugin.cachingSha2, () => Buffer.alloc(size, 1));
    expect(await client.error()).toMatch(/1045 28000|1153 08S01/);
  });

  test('a proof cannot be used twice', async () => {
    harness = await startHarness();
    let proof = Buffer.alloc(0);
    const first = await harness.client();
    await respond(first, AuthPlugin.cachingSha2, (salt) => {
      proof = Buffer.from(cachingSha2Proof('app', salt));
      return proof;
    });
    expect((await first.packet())?.payload).toEqual(Buffer.of(1, 3));
    const second = await harness.client();
    await respond(second, AuthPlugin.cachingSha2, () => proof);
    expect(await second.error()).toContain('1045');
  });

  test('a user is slowed down, then blocked, whatever the password', async () => {
    harness = await startHarness();
    const failures = Array.from({ length: 20 }, () => tryLogin({ password: 'wrong' }));
    expect(await Promise.race(failures)).toContain('1045');
    // The answers of the later ones are held back; their failures count at once.
    while (harness.counters.authFailures < 20) await new Promise((resolve) => setImmediate(resolve));
    expect(await tryLogin({ password: 'app' })).toContain('SG1002');
    expect(await tryLogin({ password: 'wrong' })).toContain('SG1002');
    expect(await tryLogin({ user: 'rotating', password: 'old' })).toBeNull();
    await harness.close();
    await Promise.all(failures);
  });
});

describe('COM_CHANGE_USER', () => {
  const changeUser = (user: string, plugin: string): Buffer =>
    new ByteWriter().u8(17).nulText(user).u8(0).nulText('shop').u16(45).nulText(plugin).finish();

  test('opens a new session after a new proof', async () => {
    harness = await startHarness();
    const client = await harness.client();
    await client.login();
    client.send(changeUser('rotating', AuthPlugin.native));
    const request = (await client.packet())?.payload ?? Buffer.alloc(0);
    const salt = request.subarray(2 + AuthPlugin.native.length, 22 + AuthPlugin.native.length);
    client.send(nativeProof('new', salt), 2);
    const ok = await client.packet();
    expect([ok?.sequence, ok?.payload[0]]).toEqual([3, 0]);
    expect(await client.ask('user')).toBe('rotating@127.0.0.1');
    expect(harness.sessions.opened.map((session) => session.closed)).toEqual([true, false]);
  });

  test('a wrong password closes the connection', async () => {
    harness = await startHarness();
    const client = await harness.client();
    await client.login();
    client.send(changeUser('rotating', AuthPlugin.native));
    await client.packet();
    client.send(Buffer.alloc(20, 7), 2);
    expect(await client.error()).toContain('1045 28000');
    await client.gone();
  });
});
