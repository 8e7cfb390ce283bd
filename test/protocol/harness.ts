// A listener with fake sessions, the usual users and short deadlines.
import { type Listener, startListener } from '../../src/frontend/listener.ts';
import {
  type ListenerOptions,
  listenerDefaults,
  type User,
  userDirectory,
} from '../../src/frontend/options.ts';
import { createRsaKeys } from '../../src/frontend/rsa-keys.ts';
import { clearSecret, hashedSecret, type Secret } from '../../src/protocol/auth.ts';
import { cryptSha256 } from '../../src/protocol/sha256-crypt.ts';
import { FakeSessions } from './fake-sessions.ts';
import { RawClient } from './raw-client.ts';

export interface Harness {
  readonly listener: Listener;
  readonly sessions: FakeSessions;
  readonly counters: { authFailures: number; protocolErrors: number; resultBytes: number };
  readonly logged: string[];
  readonly port: number;
  client(): Promise<RawClient>;
  close(): Promise<void>;
}

function hashed(stored: string): Secret {
  const secret = hashedSecret(stored);
  if (secret === null) throw new Error(`no hash: ${stored}`);
  return secret;
}

function user(...secrets: Secret[]): User {
  return { secrets, keyspaces: null };
}

/** Passwords equal names unless said otherwise. */
export const clearUsers = new Map([
  ['app', user(clearSecret('app'))],
  ['rotating', user(clearSecret('old'), clearSecret('new'))],
  ['nobody', user(clearSecret(''))],
]);

// One pair for all tests of a file: making one takes longer than most tests.
const keys = createRsaKeys();

const salt = '0123456789abcdefghij';

/** The two hashed ones have the password `password`. */
export const hashUsers = new Map([
  ['app', user(clearSecret('app'))],
  ['native', user(hashed('*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19'))],
  ['sha2', user(hashed(`$A$005$${salt}${cryptSha256('password', Buffer.from(salt), 5000)}`))],
]);

export async function startHarness(
  options: Partial<ListenerOptions> = {},
  users: ReadonlyMap<string, User> = clearUsers,
  sessions = new FakeSessions(),
): Promise<Harness> {
  const counters = { authFailures: 0, protocolErrors: 0, resultBytes: 0 };
  const logged: string[] = [];
  const note = (fields: object, message: string): void => {
    logged.push(`${message} ${JSON.stringify(fields)}`);
  };
  const log = { debug: note, info: note, warn: note, error: note };
  const listener = await startListener(
    {
      host: '127.0.0.1',
      port: 0,
      socketPath: null,
      tls: null,
      connectionsMax: 1000,
      packetBytesMax: 64 << 20,
      resultStallMs: 60_000,
      ...listenerDefaults,
      ...options,
    },
    { sessions, users: userDirectory(users), counters, log, keys: await keys },
  );
  const port = listener.port ?? 0;
  return {
    listener,
    sessions,
    counters,
    logged,
    port,
    client: () => RawClient.connect(port),
    close: () => listener.close(),
  };
}
