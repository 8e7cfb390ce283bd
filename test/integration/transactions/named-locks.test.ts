// GET_LOCK and its kin through Shardgate, beside one plain server.
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { accountsSchema, accountsVschema } from './accounts.ts';

let cluster: Cluster;
let one: Connection;
let other: Connection;

beforeAll(async () => {
  cluster = await startCluster({ vschema: accountsVschema, schema: accountsSchema, oracle: false });
});
afterAll(() => cluster?.close());
beforeEach(async () => {
  [one, other] = [await cluster.connect(), await cluster.connect()];
});

async function value(connection: Connection, expression: string, values: unknown[] = []): Promise<unknown> {
  const [rows] = await connection.query<RowDataPacket[]>(`SELECT ${expression} AS value`, values);
  return rows[0]?.['value'];
}

interface PoolRow {
  readonly shardId: string;
  readonly role: string;
  readonly active: number;
}

async function leased(): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${cluster.adminPort}/api/pools`);
  const { pools } = (await answer.json()) as { pools: PoolRow[] };
  return pools.reduce((sum, pool) => sum + pool.active, 0);
}

describe('named locks', () => {
  test('are one for all sessions, from whatever keyspace they are asked', async () => {
    expect(await value(one, "GET_LOCK('a', 0)")).toBe(1);
    await other.query('USE main');
    expect(await value(other, "GET_LOCK('a', 0)")).toBe(0);
    expect(await value(other, "IS_FREE_LOCK('a')")).toBe(0);
    expect(await value(other, "IS_USED_LOCK('a')")).toBe(await value(one, 'CONNECTION_ID()'));
    expect(await value(one, "IS_USED_LOCK('a') = CONNECTION_ID()")).toBe(1);
    expect(await value(other, "RELEASE_LOCK('a')")).toBe(0);
    expect(await value(one, "RELEASE_LOCK('a')")).toBe(1);
    expect(await value(other, "GET_LOCK('a', 0)")).toBe(1);
  });

  test('are held across statements, transactions and many other connections, and waited for', async () => {
    await one.query("SET @name = 'b'");
    expect(await value(one, 'GET_LOCK(@name, 0)')).toBe(1);
    await one.beginTransaction();
    await one.query('INSERT INTO accounts VALUES (1, 1), (2, 2), (3, 3)');
    await one.rollback();
    for (let round = 0; round < 20; round++) expect(await value(other, "IS_FREE_LOCK('b')")).toBe(0);
    const waiting = value(other, "GET_LOCK('b', 20)");
    await one.query("DO RELEASE_LOCK('b')");
    expect(await waiting).toBe(1);
    expect(await value(one, "IS_FREE_LOCK('b')")).toBe(0);
  });

  test('the connection goes back when the last one is released, however often it was taken', async () => {
    const before = await leased();
    expect(await value(one, "GET_LOCK('c', 0)")).toBe(1);
    expect(await value(one, "GET_LOCK('c', 0)")).toBe(1);
    expect(await value(one, "GET_LOCK('d', 0)")).toBe(1);
    expect(await value(one, "RELEASE_LOCK('c')")).toBe(1);
    expect(await value(one, "RELEASE_LOCK('d')")).toBe(1);
    expect(await leased()).toBe(before + 1);
    expect(await value(other, "IS_FREE_LOCK('c')")).toBe(0);
    expect(await value(one, "RELEASE_LOCK('c')")).toBe(1);
    await eventually(async () => (await leased()) === before);
    expect(await value(one, "RELEASE_LOCK('c')")).toBeNull();
    await one.query("SET @got = IF(GET_LOCK('c', 0) = 1, 'yes', 'no')");
    expect(await value(one, '@got')).toBe('yes');
    expect(await leased()).toBe(before + 1);
    expect(await value(one, 'RELEASE_ALL_LOCKS()')).toBe(1);
    await eventually(async () => (await leased()) === before);
  });

  test('go with the session, and with COM_RESET_CONNECTION and COM_CHANGE_USER', async () => {
    expect(await value(one, "GET_LOCK('e', 0)")).toBe(1);
    await one.changeUser({ user: 'app', password: 'app', database: 'shop' });
    expect(await value(other, "GET_LOCK('e', 2)")).toBe(1);
    other.destroy();
    expect(await value(one, "GET_LOCK('e', 2)")).toBe(1);
  });

  test('as prepared statements, with names and NULL as one server gives them', async () => {
    const [rows] = await one.execute<RowDataPacket[]>('SELECT GET_LOCK(?, ?) AS got, 7 AS seven', ['f', 0]);
    expect(rows).toEqual([{ got: 1, seven: 7 }]);
    await one.prepare('SELECT RELEASE_ALL_LOCKS() AS released');
    expect(await value(other, "IS_FREE_LOCK('f')")).toBe(0);
    // Preparing takes nothing: one release frees it.
    await one.execute("SELECT GET_LOCK('prepared once', 0)");
    expect(await value(one, "RELEASE_LOCK('prepared once')")).toBe(1);
    expect(await value(other, "IS_FREE_LOCK('prepared once')")).toBe(1);
    const [shown] = await one.query<RowDataPacket[]>("SELECT release_lock( 'nobody''s' ), IS_USED_LOCK('g')");
    expect(shown).toEqual([{ "release_lock( 'nobody''s' )": null, "IS_USED_LOCK('g')": null }]);
  });

  test('a lost connection is told, since its locks are gone', async () => {
    expect(await value(one, "GET_LOCK('h', 0)")).toBe(1);
    const admin = await cluster.shards[0]?.connect();
    const [rows] = (await admin?.query<RowDataPacket[]>("SELECT IS_USED_LOCK('h') AS id")) ?? [[]];
    await admin?.query(`KILL ${Number(rows[0]?.['id'])}`);
    await eventually(async () => (await value(other, "IS_FREE_LOCK('h')")) === 1);
    await eventually(() =>
      value(one, "IS_FREE_LOCK('h')").then(
        () => false,
        (error: { message: string }) => /SG5025|lost connection/.test(error.message),
      ),
    );
    expect(await value(one, "GET_LOCK('h', 0)")).toBe(1);
  });

  test('KILL QUERY ends the wait for one', async () => {
    expect(await value(one, "GET_LOCK('i', 0)")).toBe(1);
    const id = await value(other, 'CONNECTION_ID()');
    const waiting = value(other, "GET_LOCK('i', 20)").then(
      () => 0,
      (error: { errno: number }) => error.errno,
    );
    await eventually(async () => {
      const [rows] = await one.query<RowDataPacket[]>('SHOW PROCESSLIST');
      return rows.some((row) => row['Id'] === id && row['Command'] === 'Query');
    });
    await one.query(`KILL QUERY ${Number(id)}`);
    expect(await waiting).toBe(1317);
  });

  test('beside tables they are refused', async () => {
    for (const sql of [
      "SELECT GET_LOCK('j', 0) FROM accounts WHERE id = 1",
      "SELECT * FROM accounts WHERE GET_LOCK('j', 0)",
      "INSERT INTO accounts VALUES (1, GET_LOCK('j', 0))",
      "SELECT (SELECT GET_LOCK('j', 0))",
      "SELECT 1 WHERE GET_LOCK('j', 0)",
    ])
      await expect(one.query(sql), sql).rejects.toThrow(/SG5024/);
    expect(await value(other, "GET_LOCK('j', 0)")).toBe(1);
  });
});
