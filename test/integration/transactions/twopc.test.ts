// Transactions over several shards in mode twopc, on real servers.
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import {
  accountsSchema,
  accountsVschema,
  allowRecovery,
  idsByShard as ids,
  killBranch,
  nextId,
  prepared,
  recordCount,
} from './accounts.ts';

let cluster: Cluster;
let client: Connection;
let admin: Connection;
const [first, second, third, fourth] = ids;

beforeAll(async () => {
  cluster = await startCluster({
    vschema: accountsVschema,
    schema: accountsSchema,
    oracle: false,
    config: { transactions: { mode: 'twopc' } },
    twopc: { lookEveryMs: 100, ownerGoneAfterMs: 300 },
  });
  const shard = cluster.shards[0];
  if (shard === undefined) throw new Error('a cluster has shards');
  admin = await shard.connect();
  await allowRecovery(cluster);
  client = await cluster.connect();
});
afterAll(() => cluster?.close());

beforeEach(async () => {
  await client.query('ROLLBACK');
  await client.query('SET autocommit = 1');
  await client.query('DELETE FROM accounts');
  for (const id of ids) await client.query('INSERT INTO accounts VALUES (?, 100)', [id]);
});

async function balances(connection: Connection = client): Promise<readonly number[]> {
  const [rows] = await connection.query<RowDataPacket[]>('SELECT id, balance FROM accounts');
  return ids.map((id) => Number(rows.find((row) => Number(row['id']) === id)?.['balance']));
}

const add = (id: number | undefined, amount: number, connection: Connection = client) =>
  connection.query('UPDATE accounts SET balance = balance + ? WHERE id = ?', [amount, id]);

/** 0, or the number of the error. */
const outcome = (answer: Promise<unknown>): Promise<number> =>
  answer.then(
    () => 0,
    (error: { errno: number }) => error.errno,
  );

const unchanged = [100, 100, 100, 100];

/** How often the server (all shards share it) ran XA statements during `body`. */
async function xaStatements(body: () => Promise<unknown>): Promise<{ starts: number; prepares: number }> {
  const read = async (name: string): Promise<number> => {
    const [rows] = await admin.query<RowDataPacket[]>(`SHOW GLOBAL STATUS LIKE '${name}'`);
    return Number(rows[0]?.['Value']);
  };
  const before = [await read('Com_xa_start'), await read('Com_xa_prepare')] as const;
  await body();
  return {
    starts: (await read('Com_xa_start')) - before[0],
    prepares: (await read('Com_xa_prepare')) - before[1],
  };
}

describe('trap 23: two-phase commit', () => {
  test('is the same for a session whose literals are UTF-16', async () => {
    const session = await cluster.connect();
    await session.query('SET collation_connection = utf16_general_ci');
    await session.beginTransaction();
    for (const id of [first, second]) await add(id, 1, session);
    await session.commit();
    expect(await balances()).toEqual([101, 101, 100, 100]);
    // The record is found again under its name.
    await eventually(async () => (await recordCount(cluster)) === 0, 5_000);
  });

  test('commits on all shards, leaves nothing prepared and, soon, no record', async () => {
    const seen = await xaStatements(async () => {
      await client.beginTransaction();
      for (const id of ids) await add(id, 1);
      await client.commit();
    });
    expect(seen).toEqual({ starts: 3, prepares: 3 });
    expect(await balances()).toEqual([101, 101, 101, 101]);
    expect(await prepared(cluster)).toEqual([]);
    await eventually(async () => (await recordCount(cluster)) === 0, 5_000);
    const [rows] = await client.query<RowDataPacket[]>('SHOW SHARDGATE TRANSACTIONS');
    expect(rows).toEqual([]);
  });

  test('a transaction on one shard is a local one', async () => {
    const seen = await xaStatements(async () => {
      await client.beginTransaction();
      await add(second, 1);
      await client.commit();
    });
    expect(seen).toEqual({ starts: 0, prepares: 0 });
    expect(await balances()).toEqual([100, 101, 100, 100]);
  });

  test('who only read is not asked to prepare', async () => {
    const seen = await xaStatements(async () => {
      await client.beginTransaction();
      await balances();
      await add(third, 1);
      await client.commit();
    });
    expect(seen).toEqual({ starts: 3, prepares: 0 });
    expect(await balances()).toEqual([100, 100, 101, 100]);
  });

  test('READ ONLY transactions have nothing to agree on', async () => {
    const seen = await xaStatements(async () => {
      await client.query('START TRANSACTION READ ONLY');
      await balances();
      await client.commit();
    });
    expect(seen).toEqual({ starts: 0, prepares: 0 });
  });

  test('rolls back on all shards', async () => {
    await client.beginTransaction();
    for (const id of ids) await add(id, 1);
    await client.rollback();
    expect(await balances()).toEqual(unchanged);
    expect(await prepared(cluster)).toEqual([]);
  });

  test('a statement over several shards is a transaction of its own', async () => {
    const seen = await xaStatements(() => client.query('UPDATE accounts SET balance = balance + 1'));
    expect(seen).toEqual({ starts: 3, prepares: 3 });
    expect(await balances()).toEqual([101, 101, 101, 101]);
    await expect(
      client.query('UPDATE accounts SET balance = IF(id = ?, 9223372036854775807 + balance, 0)', [third]),
    ).rejects.toThrow(/out of range/);
    expect(await balances()).toEqual([101, 101, 101, 101]);
    expect(await prepared(cluster)).toEqual([]);
  });

  test('the mode is the one in which the transaction began', async () => {
    const seen = await xaStatements(async () => {
      await client.query("SET transaction_mode = 'multi'");
      await client.beginTransaction();
      await add(first, 1);
      await client.query("SET transaction_mode = 'twopc'");
      await add(second, 1);
      await client.commit();
    });
    expect(seen).toEqual({ starts: 0, prepares: 0 });
    expect(await balances()).toEqual([101, 101, 100, 100]);
  });
});

describe('XA branches are transactions like others', () => {
  test('savepoints are repeated on shards that join later and roll back on all', async () => {
    await client.beginTransaction();
    await add(first, 1);
    await client.query('SAVEPOINT one');
    await add(second, 1);
    await client.query('SAVEPOINT two');
    await add(third, 1);
    await client.query('ROLLBACK TO one');
    await add(fourth, 1);
    await client.query('RELEASE SAVEPOINT one');
    await client.commit();
    expect(await balances()).toEqual([101, 100, 100, 101]);
  });

  test('trap 24: a statement that fails on one shard is undone on the others, the transaction goes on', async () => {
    await client.beginTransaction();
    await add(first, 1);
    await expect(
      client.query('UPDATE accounts SET balance = IF(id = ?, 9223372036854775807 + balance, 0)', [third]),
    ).rejects.toThrow(/out of range/);
    await add(fourth, 1);
    await client.commit();
    expect(await balances()).toEqual([101, 100, 100, 101]);
  });

  test('the isolation level of SET TRANSACTION holds on every shard', async () => {
    const other = await cluster.connect();
    await client.query('SET TRANSACTION ISOLATION LEVEL READ COMMITTED');
    await client.beginTransaction();
    expect(await balances()).toEqual(unchanged);
    await other.query('UPDATE accounts SET balance = 7');
    expect(await balances()).toEqual([7, 7, 7, 7]);
    await client.commit();
  });

  test('trap 26, fault 84: WITH CONSISTENT SNAPSHOT takes one on every shard at once', async () => {
    const other = await cluster.connect();
    await client.query('START TRANSACTION WITH CONSISTENT SNAPSHOT');
    const [warnings] = await client.query<RowDataPacket[]>('SHOW WARNINGS');
    expect(warnings.map((warning) => String(warning['Message']))).toEqual([
      expect.stringMatching(/snapshot each/),
    ]);
    await other.query('UPDATE accounts SET balance = 7');
    expect(await balances()).toEqual(unchanged);
    await client.commit();
    expect(await balances()).toEqual([7, 7, 7, 7]);
  });

  test('DDL runs between them with autocommit off', async () => {
    await client.query('SET autocommit = 0');
    await balances();
    await client.query('ALTER TABLE transfers ADD COLUMN note INT');
    await client.query('ALTER TABLE transfers DROP COLUMN note');
    await add(first, 1);
    await add(second, 1);
    await client.commit();
    expect(await balances()).toEqual([101, 101, 100, 100]);
  });

  test('trap 21: connections that carried a branch serve others, reset or not', async () => {
    for (let round = 0; round < 5; round++) {
      const one = await cluster.connect();
      await one.beginTransaction();
      for (const id of ids) await add(id, 1, one);
      await one.commit();
      await one.changeUser({ user: 'app', password: 'app', database: 'shop' });
      await one.end();
    }
    expect(await balances()).toEqual([105, 105, 105, 105]);
  });
});

describe('what goes wrong before the commit', () => {
  test('trap 24: a deadlock on one shard rolls back all, and the next statement is outside', async () => {
    const other = await cluster.connect();
    const neighbour = nextId(2, (third ?? 0) + 1);
    await client.query('INSERT INTO accounts VALUES (?, 100)', [neighbour]);
    for (const connection of [client, other]) await connection.beginTransaction();
    await add(first, 1);
    await add(second, 1, other);
    await add(third, 1);
    await add(neighbour, 1, other);
    const outcomes = await Promise.all([outcome(add(neighbour, 1)), outcome(add(third, 1, other))]);
    expect([...outcomes].sort()).toEqual([0, 1213]);
    const [loser, winner] = outcomes[0] === 1213 ? [client, other] : [other, client];
    await winner.rollback();
    expect(await balances(loser)).toEqual(unchanged);
    await add(fourth, 1, loser);
    expect(await balances(winner)).toEqual([100, 100, 100, 101]);
  });

  test('fault 82: a deadlock over two shards, which no server sees, is broken within 10 s', async () => {
    const other = await cluster.connect();
    for (const connection of [client, other]) await connection.beginTransaction();
    await add(first, 1);
    await add(second, 1, other);
    const startedAtMs = performance.now();
    const outcomes = await Promise.all([
      outcome(add(second, 1)).finally(() => client.rollback()),
      outcome(add(first, 1, other)).finally(() => other.rollback()),
    ]);
    // Eight seconds and what a busy machine adds; the servers' own time is fifty.
    expect(performance.now() - startedAtMs).toBeLessThan(25_000);
    expect(outcomes).toContain(1205);
    expect(await balances()).toEqual(unchanged);
    const [rows] = await client.query<RowDataPacket[]>('SELECT @@innodb_lock_wait_timeout AS seconds');
    expect(rows[0]?.['seconds']).toBe(50);
  });

  test('fault 4: a branch lost between statements aborts the transaction until ROLLBACK', async () => {
    await client.beginTransaction();
    await add(first, 1);
    await add(second, 1);
    await killBranch(cluster, 1);
    await expect(add(first, 1)).rejects.toThrow(/SG5002/);
    await expect(client.query('SELECT * FROM accounts')).rejects.toThrow(/SG5002/);
    await client.rollback();
    expect(await balances()).toEqual(unchanged);
  });

  test('a branch lost before COMMIT: nothing is committed anywhere', async () => {
    for (const shard of [0, 1]) {
      await client.beginTransaction();
      await add(first, 1);
      await add(second, 1);
      await killBranch(cluster, shard);
      await expect(client.commit()).rejects.toThrow(/SG5021/);
      expect(await balances()).toEqual(unchanged);
      expect(await prepared(cluster)).toEqual([]);
    }
  });

  test('in mode multi too', async () => {
    await client.query("SET transaction_mode = 'multi'");
    await client.beginTransaction();
    await add(first, 1);
    await add(second, 1);
    await killBranch(cluster, 1);
    await expect(client.commit()).rejects.toThrow(/SG5021/);
    await client.query("SET transaction_mode = 'twopc'");
    expect(await balances()).toEqual(unchanged);
  });

  test('fault 24: a client that vanishes leaves no transaction and no lock', async () => {
    const gone = await cluster.connect();
    await gone.beginTransaction();
    for (const id of ids) await add(id, 1, gone);
    gone.destroy();
    await client.query('SET innodb_lock_wait_timeout = 1');
    await client.query('UPDATE accounts SET balance = balance + 2');
    expect(await balances()).toEqual([102, 102, 102, 102]);
  });

  test('fault 83: an idle transaction is rolled back after transaction_timeout and its client told', async () => {
    const idle = await cluster.connect();
    const told = new Promise<unknown>((resolve) => idle.on('error', resolve));
    await idle.query('SET transaction_timeout = 300');
    await idle.query('SELECT 1');
    await idle.beginTransaction();
    for (const id of ids) await add(id, 1, idle);
    expect(await told).toMatchObject({ code: 4031, fatal: true });
    await client.query('SET innodb_lock_wait_timeout = 1');
    await client.query('UPDATE accounts SET balance = balance + 2');
    expect(await balances()).toEqual([102, 102, 102, 102]);
    await client.query('SET innodb_lock_wait_timeout = DEFAULT');
  });
});
