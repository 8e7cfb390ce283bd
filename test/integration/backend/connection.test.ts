// Connections to a real server: pipelining, loss, back-pressure, large packets, login.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectBackend } from '../../../src/backend/connection/connect.ts';
import type { SocketConnection } from '../../../src/backend/connection/connection.ts';
import type { ResponseReceiver, Terminal } from '../../../src/backend/contract.ts';
import type { BackendTarget } from '../../../src/backend/options.ts';
import type { RunningServer } from '../../../src/cli/servers/server-provider.ts';
import { connectAsAdmin } from '../../../src/cli/servers/wait-until-ready.ts';
import { SqlError } from '../../../src/errors/sql-error.ts';
import { Command, encodeTextCommand } from '../../../src/protocol/commands.ts';
import { frame } from '../../../src/protocol/packet-framing.ts';
import { ask, Recorder, send, shardId, startServer, targetOf } from './backend-stage.ts';

let server: RunningServer;
const open: SocketConnection[] = [];

beforeAll(async () => {
  server = await startServer('backend-connection');
});

afterAll(async () => {
  for (const connection of open) connection.destroy();
  await server.stop();
});

async function connect(over: Partial<BackendTarget> = {}, clientFlags = 0): Promise<SocketConnection> {
  const target = targetOf(server, over);
  const connection = await connectBackend({ shardId, target, clientFlags, refuse: () => null });
  open.push(connection);
  return connection;
}

function failure(promise: Promise<unknown>): Promise<SqlError> {
  return promise.then(
    () => {
      throw new Error('it should have failed');
    },
    (error: unknown) => {
      if (error instanceof SqlError) return error;
      throw error;
    },
  );
}

describe('commands', () => {
  test('knows its server and its database', async () => {
    const connection = await connect();
    expect(await ask(connection, 'SELECT DATABASE()')).toBe('shop_0');
    expect(await ask(connection, 'SELECT CONNECTION_ID()')).toBe(String(connection.threadId));
    expect(connection.server.version).toBeGreaterThanOrEqual(80000);
    expect(connection.packetBytesMax).toBe(64 * 1024 * 1024);
    expect(await ask(connection, 'SELECT @@collation_connection')).toBe('utf8mb4_general_ci');
  });

  test('pipelined commands are answered in order, an error among them', async () => {
    const connection = await connect();
    const recorders = Array.from({ length: 200 }, (_, n) =>
      send(connection, n === 77 ? 'SELECT nothing FROM nowhere' : `SELECT ${n}, REPEAT('x', ${n * 50})`),
    );
    expect(connection.pending).toBe(200);
    await Promise.all(recorders.map((recorder) => recorder.done));
    recorders.forEach((recorder, n) => {
      if (n === 77) expect(recorder.terminal?.error?.errno).toBe(1146);
      else expect(recorder.rows()).toEqual([[String(n), 'x'.repeat(n * 50)]]);
    });
    expect(connection.pending).toBe(0);
  });

  test('packets as a client sent them, and commands without an answer', async () => {
    const connection = await connect();
    const prepared = new Recorder();
    connection.sendPackets(frame(encodeTextCommand(Command.stmtPrepare, 'SELECT ? + 1'), 0), prepared);
    await prepared.done;
    const closed = Buffer.from([Command.stmtClose, 1, 0, 0, 0]);
    connection.sendSilent(closed);
    expect(await ask(connection, 'SELECT 5')).toBe('5');
    expect(prepared.terminal?.kind).toBe('eof');
  });

  test('several results of one command are one response', async () => {
    const connection = await connect();
    const recorder = await send(connection, 'SELECT 1; SELECT 2; DO 3').done;
    expect(recorder.terminal?.kind).toBe('ok');
    expect(await ask(connection, 'SELECT 4')).toBe('4');
  });

  test('a statement of more than 16 MiB travels in several packets', async () => {
    const connection = await connect();
    const text = 'y'.repeat(20 * 1024 * 1024);
    expect(await ask(connection, `SELECT LENGTH('${text}')`)).toBe(String(text.length));
    const echoed = await send(connection, `SELECT '${text}'`).done;
    expect(echoed.chunks.reduce((sum, chunk) => sum + chunk.length, 0)).toBeGreaterThan(text.length);
  });

  test('fault 22: what the server would not take is refused here with 1153, and the connection lives', async () => {
    const admin = await connectAsAdmin(server.admin);
    await admin.query('SET GLOBAL max_allowed_packet = 1048576');
    const connection = await connect();
    await admin.query('SET GLOBAL max_allowed_packet = 67108864');
    await admin.end();
    const before = send(connection, 'SELECT 1');
    const error = await failure(ask(connection, `SELECT '${'z'.repeat(1024 * 1024)}'`));
    expect(error.errno).toBe(1153);
    expect((await before.done).rows()).toEqual([['1']]);
    expect(await ask(connection, 'SELECT 2')).toBe('2');
  });

  test('flags of the last response are kept', async () => {
    const connection = await connect();
    await ask(connection, 'SELECT 1');
    expect(connection.status & 3).toBe(2);
    await send(connection, 'BEGIN').done;
    expect(connection.status & 3).toBe(3);
  });

  test('FOUND_ROWS is asked for by flag', async () => {
    const [plain, found] = [await connect(), await connect({}, 2)];
    await send(plain, 'CREATE TABLE flagged (id INT PRIMARY KEY, v INT)').done;
    await send(plain, 'INSERT INTO flagged VALUES (1, 1), (2, 1)').done;
    expect((await send(plain, 'UPDATE flagged SET v = 1').done).terminal?.affectedRows).toBe(0n);
    expect((await send(found, 'UPDATE flagged SET v = 1').done).terminal?.affectedRows).toBe(2n);
  });
});

/** Takes chunks slowly: says no each time, goes on when told. */
class SlowReader implements ResponseReceiver {
  bytes = 0;
  terminal: Terminal | null = null;
  readonly done: Promise<void>;
  #finish: () => void = () => {};
  onChunk: () => void = () => {};

  constructor() {
    this.done = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  data(chunk: Buffer): boolean {
    this.bytes += chunk.length;
    this.onChunk();
    return false;
  }

  end(chunk: Buffer, _terminalAt: number, terminal: Terminal): void {
    this.bytes += chunk.length;
    this.terminal = terminal;
    this.#finish();
  }

  lost(): void {
    this.#finish();
  }
}

describe('large results', () => {
  const rowBytes = 100_000;
  const rowCount = 2_000;
  const sql = `SELECT REPEAT('r', ${rowBytes}) FROM seq_1_to_${rowCount}`;
  const recursive = `WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < ${rowCount}) SELECT REPEAT('r', ${rowBytes}) FROM s`;

  /** MySQL stops a recursion of more than 1,000 rounds. */
  async function allowRecursion(connection: SocketConnection): Promise<void> {
    if (connection.server.kind === 'mysql') await ask(connection, 'SET cte_max_recursion_depth = 10000');
  }

  test('200 MB through pause and resume, in little memory', async () => {
    const connection = await connect();
    const reader = new SlowReader();
    const startBytes = process.memoryUsage.rss();
    let peakBytes = startBytes;
    reader.onChunk = () => {
      setImmediate(() => {
        peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
        connection.resume();
      });
    };
    const statement = connection.server.kind === 'mariadb' ? sql : recursive;
    await allowRecursion(connection);
    connection.send(encodeTextCommand(Command.query, statement), reader);
    await reader.done;
    expect(reader.terminal?.kind).toBe('eof');
    expect(reader.bytes).toBeGreaterThan(rowBytes * rowCount);
    expect(peakBytes - startBytes).toBeLessThan(96 * 1024 * 1024);
  });

  test('a paused connection takes nothing more', async () => {
    const connection = await connect();
    await allowRecursion(connection);
    const reader = new SlowReader();
    const first = new Promise<void>((resolve) => {
      reader.onChunk = resolve;
    });
    connection.send(
      encodeTextCommand(Command.query, connection.server.kind === 'mariadb' ? sql : recursive),
      reader,
    );
    await first;
    const seen = reader.bytes;
    const other = await connect();
    // A round trip on another connection gives the event loop every chance to read this one.
    await ask(other, 'SELECT SLEEP(0.2)');
    expect(reader.bytes).toBe(seen);
    connection.destroy();
    await reader.done;
    expect(reader.terminal).toBeNull();
  });
});

describe('loss', () => {
  test('killed in the middle of a result: lost, with the shard named', async () => {
    const connection = await connect();
    const reader = new SlowReader();
    const first = new Promise<void>((resolve) => {
      reader.onChunk = resolve;
    });
    const recorder = new Recorder();
    connection.send(
      encodeTextCommand(
        Command.query,
        `SELECT REPEAT('r', 100000) FROM information_schema.COLLATIONS a, information_schema.COLLATIONS b`,
      ),
      reader,
    );
    connection.send(encodeTextCommand(Command.query, 'SELECT 1'), recorder);
    await first;
    const admin = await connectAsAdmin(server.admin);
    await admin.query(`KILL ${connection.threadId}`);
    await admin.end();
    reader.onChunk = () => setImmediate(() => connection.resume());
    connection.resume();
    await recorder.done;
    expect(recorder.lostWith?.errno).toBe(1105);
    expect(recorder.lostWith?.message).toContain('shop/-');
    expect(connection.alive).toBe(false);
  });

  test('destroyed: those who wait are told, later ones too', async () => {
    const connection = await connect();
    const waiting = send(connection, 'SELECT SLEEP(5)');
    connection.destroy();
    expect((await waiting.done).lostWith?.id).toBe('SG4004');
    expect((await send(connection, 'SELECT 1').done).lostWith?.id).toBe('SG4004');
  });
});

describe('login', () => {
  test('wrong password: an error of its own that names the shard, not a 1045 the client would take for its own', async () => {
    const error = await failure(connect({ password: 'wrong' }));
    expect(error.id).toBe('SG4007');
    expect(error.message).toContain('shop/-');
    expect(error.message).toContain('Access denied');
    expect(error.errno).not.toBe(1045);
  });

  test('unknown database', async () => {
    expect((await failure(connect({ database: 'nowhere' }))).id).toBe('SG4007');
  });

  test('over the Unix socket', async () => {
    const admin = server.admin;
    if (!('socketPath' in admin)) return expect(admin.port).toBeGreaterThan(0);
    const connection = await connect({ socket: admin.socketPath, user: 'app', password: 'app' });
    expect(await ask(connection, 'SELECT 1')).toBe('1');
  });

  test('nobody there: an error naming the shard, at once', async () => {
    const startedAtMs = performance.now();
    const error = await failure(connect({ port: 1 }));
    expect(performance.now() - startedAtMs).toBeLessThan(500);
    expect(error.id).toBe('SG4001');
    expect(error.message).toContain('shop/-');
  });

  test('a server of the wrong kind is refused with the reason', async () => {
    const target = targetOf(server);
    const error = await failure(
      connectBackend({ shardId, target, clientFlags: 0, refuse: () => 'it is another' }),
    );
    expect(error.id).toBe('SG4005');
    expect(error.message).toContain('it is another');
  });
});
