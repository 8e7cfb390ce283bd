// Waits for a server to answer: by asking, never by guessing how long a start takes.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, createConnection } from 'mysql2/promise';
import type { AdminAccess } from './server-provider.ts';

const firstPauseMs = 20;
const longestPauseMs = 250;
const connectTimeoutMs = 5_000;

/** Null once the server answers; otherwise why it does not: it ended, or `timeoutMs` have passed. */
export async function waitUntilReady(
  admin: AdminAccess,
  exited: Promise<void>,
  timeoutMs: number,
): Promise<string | null> {
  const deadline = performance.now() + timeoutMs;
  let ended = false;
  void exited.then(() => {
    ended = true;
  });
  let pauseMs = firstPauseMs;
  let last = '';
  while (performance.now() < deadline) {
    try {
      const connection = await connectAsAdmin(admin);
      await connection.end();
      return null;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    if (ended) return 'it ended at once';
    await Promise.race([sleep(pauseMs), exited]);
    pauseMs = Math.min(pauseMs * 1.5, longestPauseMs);
  }
  return `no answer within ${timeoutMs / 1000} s: ${last}`;
}

/** The caller ends the connection. */
export function connectAsAdmin(admin: AdminAccess, database?: string): Promise<Connection> {
  return createConnection({
    ...admin,
    ...(database === undefined ? {} : { database }),
    connectTimeout: connectTimeoutMs,
    multipleStatements: true,
    charset: 'utf8mb4',
  });
}
