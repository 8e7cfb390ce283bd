// Pools over a real server: who gets a connection, what a session's settings do to it, what happens when it runs out.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Lease } from '../../../src/backend/contract.ts';
import type { PoolGateway } from '../../../src/backend/gateway.ts';
import type { PoolLimits } from '../../../src/backend/options.ts';
import type { RunningServer } from '../../../src/cli/servers/server-provider.ts';
import { connectAsAdmin } from '../../../src/cli/servers/wait-until-ready.ts';
import { SqlError } from '../../../src/errors/sql-error.ts';
import {
  ask,
  leaseOptions,
  openGateway,
  send,
  settings,
  shardId,
  startServer,
  targetOf,
  withLease,
} from './backend-stage.ts';

let server: RunningServer;
let gateways: PoolGateway[] = [];

beforeAll(async () => {
  server = await startServer('backend-pool');
});

afterEach(async () => {
  await Promise.all(gateways.map((gateway) => gateway.close(1_000)));
  gateways = [];
});

afterAll(() => server.stop());

function open(limits: Partial<PoolLimits> = {}): PoolGateway {
  const gateway = openGateway(targetOf(server), limits);
  gateways.push(gateway);
  return gateway;
}

async function refusal(lease: Promise<Lease>): Promise<SqlError> {
  const outcome = await lease.catch((error: unknown) => error);
  if (outcome instanceof SqlError) return outcome;
  throw new Error('it should have been refused');
}

describe('leases', () => {
  test('none at hand before the first, the same connection again after release', async () => {
    const gateway = open();
    expect(gateway.tryLease(shardId, leaseOptions)).toBeNull();
    const first = await gateway.lease(shardId, leaseOptions);
    const { id } = first.connection;
    expect(gateway.pools()[0]).toMatchObject({
      active: 1,
      idle: 0,
      waiting: 0,
      max: 4,
      shard: '-',
      keyspace: 'shop',
    });
    first.release();
    const second = gateway.tryLease(shardId, leaseOptions);
    expect(second?.connection.id).toBe(id);
    expect(() => first.release()).toThrow('ends once');
    second?.release();
    expect(gateway.pools()[0]).toMatchObject({ active: 0, idle: 1 });
  });

  test('discarded connections are not given out again', async () => {
    const gateway = open();
    const first = await gateway.lease(shardId, leaseOptions);
    first.discard();
    expect(first.connection.alive).toBe(false);
    expect(gateway.tryLease(shardId, leaseOptions)).toBeNull();
    await withLease(gateway, {}, async ({ connection }) =>
      expect(connection.id).not.toBe(first.connection.id),
    );
  });

  test('a connection released inside a transaction is closed, so that nobody joins it', async () => {
    const gateway = open({ maxPerShard: 1 });
    const first = await gateway.lease(shardId, leaseOptions);
    await send(first.connection, 'BEGIN').done;
    first.release();
    await withLease(gateway, {}, async ({ connection }) => expect(connection.status & 1).toBe(0));
  });

  test('clients with other handshake flags get connections of their own, even when one is all there is', async () => {
    const gateway = open({ maxPerShard: 1 });
    await withLease(gateway, {}, async ({ connection }) => {
      await send(connection, 'CREATE TABLE counted (id INT PRIMARY KEY)').done;
      await send(connection, 'INSERT INTO counted VALUES (1)').done;
      expect((await send(connection, 'UPDATE counted SET id = 1').done).terminal?.affectedRows).toBe(0n);
    });
    await withLease(gateway, { clientFlags: 2 }, async ({ connection }) => {
      expect((await send(connection, 'UPDATE counted SET id = 1').done).terminal?.affectedRows).toBe(1n);
    });
    expect(gateway.pools()[0]).toMatchObject({ active: 0, idle: 1 });
  });

  test('reset: user variables, temporary tables and settings are gone, the character set is ours again', async () => {
    const gateway = open({ maxPerShard: 1 });
    const dirty = await gateway.lease(shardId, {
      ...leaseOptions,
      settings: settings({ sql_mode: "'ANSI'" }),
    });
    await send(dirty.connection, 'SET @mine = 7').done;
    await send(dirty.connection, 'CREATE TEMPORARY TABLE counted_t (id INT)').done;
    dirty.resetAndRelease();
    await withLease(gateway, {}, async ({ connection }) => {
      expect(connection.id).toBe(dirty.connection.id);
      expect(await ask(connection, 'SELECT @mine')).toBeNull();
      expect(await ask(connection, "SELECT @@sql_mode LIKE '%ANSI%'")).toBe('0');
      expect(await ask(connection, 'SELECT @@collation_connection')).toBe('utf8mb4_general_ci');
      expect((await send(connection, 'SELECT * FROM counted_t').done).terminal?.error?.errno).toBe(1146);
    });
  });

  test('minPerShard connections are made before anybody asks', async () => {
    const gateway = open({ minPerShard: 2 });
    await expect.poll(() => gateway.pools()[0]?.idle).toBe(2);
  });
});

describe('settings', () => {
  const strict = settings({ sql_mode: "'STRICT_ALL_TABLES'", time_zone: "'+02:00'" });

  test('come with the lease and go with the next one', async () => {
    const gateway = open({ maxPerShard: 1 });
    const start = await withLease(gateway, {}, ({ connection }) =>
      ask(
        connection,
        "SELECT CONCAT_WS('|', @@sql_mode, @@time_zone, @@character_set_client, @@sql_select_limit)",
      ),
    );
    await withLease(gateway, { settings: strict }, async ({ connection }) => {
      expect(await ask(connection, "SELECT CONCAT(@@sql_mode, '|', @@time_zone)")).toBe(
        'STRICT_ALL_TABLES|+02:00',
      );
    });
    const latin1 = settings({ names: 'latin1', sql_select_limit: '5', time_zone: "'+03:00'" });
    await withLease(gateway, { settings: latin1 }, async ({ connection }) => {
      const seen = "SELECT CONCAT(@@character_set_client, '|', @@sql_select_limit, '|', @@time_zone)";
      expect(await ask(connection, seen)).toBe('latin1|5|+03:00');
    });
    const end = await withLease(gateway, {}, ({ connection }) =>
      ask(
        connection,
        "SELECT CONCAT_WS('|', @@sql_mode, @@time_zone, @@character_set_client, @@sql_select_limit)",
      ),
    );
    expect(end).toBe(start);
  });

  test('go back to what the connection started with, not to a default changed since', async () => {
    const gateway = open({ maxPerShard: 1 });
    const limit = await withLease(gateway, {}, ({ connection }) =>
      ask(connection, 'SELECT @@group_concat_max_len'),
    );
    const admin = await connectAsAdmin(server.admin);
    await admin.query('SET GLOBAL group_concat_max_len = 4321');
    const changed = settings({ group_concat_max_len: '99' });
    await withLease(gateway, { settings: changed }, async ({ connection }) => {
      expect(await ask(connection, 'SELECT @@group_concat_max_len')).toBe('99');
    });
    await withLease(gateway, {}, async ({ connection }) => {
      expect(await ask(connection, 'SELECT @@group_concat_max_len')).toBe(limit);
    });
    await admin.query('SET GLOBAL group_concat_max_len = DEFAULT');
    await admin.end();
  });

  test('accepted once, they travel in front of the command without waiting', async () => {
    const gateway = open({ maxPerShard: 1 });
    await withLease(gateway, { settings: strict }, async () => {});
    // Back to nothing is new to the server as well, so the pool waits for it once.
    expect(gateway.tryLease(shardId, leaseOptions)).toBeNull();
    await withLease(gateway, {}, async () => {});
    const lease = gateway.tryLease(shardId, { ...leaseOptions, settings: strict });
    if (lease === null) throw new Error('no lease at hand');
    expect(lease.connection.pending).toBe(1);
    expect(await ask(lease.connection, 'SELECT @@time_zone')).toBe('+02:00');
    lease.release();
  });

  test('a value the server refuses is the error of who asked; the pool goes on', async () => {
    const gateway = open({ maxPerShard: 1 });
    const wrong = settings({ time_zone: "'Mars/Olympus'" });
    expect((await refusal(gateway.lease(shardId, { ...leaseOptions, settings: wrong }))).errno).toBe(1298);
    await withLease(gateway, {}, async ({ connection }) =>
      expect(await ask(connection, 'SELECT 1')).toBe('1'),
    );
  });

  test('a proven SET that fails after all: the command gets the error and the connection goes', async () => {
    const gateway = open({ maxPerShard: 1 });
    const admin = await connectAsAdmin(server.admin);
    await admin.query('SET GLOBAL max_sort_length = 1024');
    const special = settings({ sql_mode: '(SELECT v FROM shop_0.modes)' });
    await admin.query("CREATE TABLE shop_0.modes AS SELECT 'ANSI' AS v");
    const first = await gateway
      .lease(shardId, { ...leaseOptions, settings: special })
      .catch((error: unknown) => error);
    // Some servers take no subquery here: then there is nothing that could fail later.
    if (first instanceof SqlError) {
      expect(first.errno).toBeGreaterThan(0);
    } else {
      const lease = first as Lease;
      lease.release();
      await withLease(gateway, {}, async () => {});
      await admin.query('DROP TABLE shop_0.modes');
      const poisoned = gateway.tryLease(shardId, { ...leaseOptions, settings: special });
      if (poisoned === null) throw new Error('no lease at hand');
      const recorder = await send(poisoned.connection, 'SELECT 1').done;
      expect(recorder.terminal?.error?.errno).toBe(1146);
      const { id } = poisoned.connection;
      poisoned.release();
      await withLease(gateway, {}, async ({ connection }) => expect(connection.id).not.toBe(id));
    }
    await admin.end();
  });

  test('fault 66: forty random users of one connection, each sees its own settings only', async () => {
    const gateway = open({ maxPerShard: 1 });
    const variables = [
      'sql_safe_updates',
      'foreign_key_checks',
      'unique_checks',
      'sql_notes',
      'sql_warnings',
      'sql_big_selects',
    ];
    const defaults = await withLease(gateway, {}, ({ connection }) => readAll(connection, variables));
    for (let user = 0; user < 40; user++) {
      const mine = variables.filter((_, index) => (user * 2654435761) & (1 << (index + 8)));
      const values = Object.fromEntries(mine.map((name, index) => [name, String((user + index) % 2)]));
      const seen = await withLease(gateway, { settings: settings(values) }, ({ connection }) =>
        readAll(connection, variables),
      );
      expect(seen).toEqual(variables.map((name, index) => values[name] ?? defaults[index]));
    }
  });

  async function readAll(
    connection: Lease['connection'],
    names: readonly string[],
  ): Promise<(string | null)[]> {
    const recorder = await send(connection, `SELECT ${names.map((name) => `@@${name}`).join(', ')}`).done;
    return recorder.rows()[0] ?? [];
  }
});

describe('exhaustion', () => {
  test('fault 46: first come, first served; the error after the timeout names the shard', async () => {
    const gateway = open({ maxPerShard: 2, acquireTimeoutMs: 300 });
    const held = [await gateway.lease(shardId, leaseOptions), await gateway.lease(shardId, leaseOptions)];
    const order: number[] = [];
    const waiting = [0, 1, 2].map(async (n) => {
      const lease = await gateway.lease(shardId, leaseOptions);
      order.push(n);
      return lease;
    });
    expect(gateway.pools()[0]?.waiting).toBe(3);
    held[0]?.release();
    const first = await waiting[0];
    expect(order).toEqual([0]);
    const startedAtMs = performance.now();
    const error = await refusal(Promise.all(waiting.slice(1)).then(([lease]) => lease as Lease));
    expect(performance.now() - startedAtMs).toBeLessThan(1_000);
    expect(error.id).toBe('SG4002');
    expect(error.message).toContain('shop/-');
    await Promise.allSettled(waiting);
    expect(gateway.pools()[0]).toMatchObject({ active: 2, waiting: 0 });
    first?.release();
    held[1]?.release();
  });

  test('a hundred users of two connections all get their turn', async () => {
    const gateway = open({ maxPerShard: 2 });
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        withLease(gateway, {}, ({ connection }) => ask(connection, `SELECT ${n}`)),
      ),
    );
    expect(answers).toEqual(Array.from({ length: 100 }, (_, n) => String(n)));
    expect(gateway.pools()[0]).toMatchObject({ active: 0, idle: 2, waiting: 0 });
  });

  test('no more than waitersMax wait', async () => {
    const gateway = open({ maxPerShard: 1, waitersMax: 1 });
    const held = await gateway.lease(shardId, leaseOptions);
    const waiting = gateway.lease(shardId, leaseOptions);
    expect((await refusal(gateway.lease(shardId, leaseOptions))).id).toBe('SG4003');
    held.release();
    (await waiting).release();
  });

  test('who is cancelled leaves the line at once', async () => {
    const gateway = open({ maxPerShard: 1 });
    const held = await gateway.lease(shardId, leaseOptions);
    const controller = new AbortController();
    const waiting = gateway.lease(shardId, { ...leaseOptions, signal: controller.signal });
    controller.abort();
    expect((await refusal(waiting)).id).toBe('SG4006');
    expect(gateway.pools()[0]?.waiting).toBe(0);
    held.release();
  });

  test('fault 9: a full server is waited for; when it has room again, all is well', async () => {
    const admin = await connectAsAdmin(server.admin);
    await admin.query('SET GLOBAL max_connections = 10');
    const hogs = open({ maxPerShard: 32 });
    const held: Lease[] = [];
    const outcome = await Promise.allSettled(
      Array.from({ length: 14 }, async () => {
        const lease = await hogs.lease(shardId, leaseOptions);
        held.push(lease);
      }),
    );
    const refused = outcome.flatMap((one) => (one.status === 'rejected' ? [one.reason as SqlError] : []));
    expect(held.length).toBeGreaterThan(5);
    expect(refused.length).toBeGreaterThan(0);
    for (const error of refused) {
      expect(error.errno).toBe(1040);
      expect(error.message).toContain('shop/-');
      expect(error.message).toContain('Too many connections');
    }
    const late = hogs.lease(shardId, leaseOptions);
    held.pop()?.release();
    (await late).release();
    for (const lease of held) lease.release();
    await admin.query('SET GLOBAL max_connections = 300');
    await admin.end();
  });
});

describe('kill', () => {
  test('ends the running statement, not the connection', async () => {
    const gateway = open();
    await withLease(gateway, {}, async ({ connection }) => {
      const startedAtMs = performance.now();
      const sleeping = send(connection, 'SELECT SLEEP(20), 1 FROM information_schema.ENGINES');
      await gateway.lease(shardId, leaseOptions).then((lease) => lease.release());
      await gateway.killQuery(connection);
      const recorder = await sleeping.done;
      expect(recorder.terminal?.error?.errno).toBe(1317);
      expect(performance.now() - startedAtMs).toBeLessThan(2_000);
      expect(await ask(connection, 'SELECT 3')).toBe('3');
      await gateway.killQuery(connection);
      expect(await ask(connection, 'SELECT 4')).toBe('4');
    });
  });
});
