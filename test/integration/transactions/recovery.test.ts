// Recovery of distributed transactions that somebody left behind: every case by hand, on real servers.
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ShardTargets } from '../../../src/backend/options.ts';
import { branchQualifier, transactionId, xidText } from '../../../src/control/twopc-id.ts';
import { createTableSql, decisionSql } from '../../../src/control/twopc-record.ts';
import { TwoPhaseRecovery } from '../../../src/control/twopc-recovery.ts';
import { createLogger } from '../../../src/observability/log.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { accountsSchema, accountsVschema, allowRecovery, idsByShard as ids, prepared } from './accounts.ts';

const token = 'token-of-this-test';
const looksMs = 50;
let cluster: Cluster;
let client: Connection;
let number = 0;
const opened: Connection[] = [];

beforeAll(async () => {
  process.env['TWOPC_TEST_TOKEN'] = token;
  cluster = await startCluster({
    vschema: accountsVschema,
    schema: accountsSchema,
    oracle: false,
    twopc: { lookEveryMs: looksMs, ownerGoneAfterMs: 100, youngMs: 60_000 },
    config: { transactions: { mode: 'twopc' } },
    adminTokenEnv: 'TWOPC_TEST_TOKEN',
  });
  await allowRecovery(cluster);
  client = await cluster.connect();
  for (const id of ids) await client.query('INSERT INTO accounts VALUES (?, 100)', [id]);
  for (const shard of cluster.shards) await (await open(shard.name)).query(createTableSql);
});
afterAll(() => cluster?.close());
beforeEach(() => client.query('UPDATE accounts SET balance = 100'));
afterEach(() => {
  for (const connection of opened.splice(0)) connection.destroy();
});

/** As Shardgate itself logs in there: an account may only end its own sessions. */
async function open(shardName: string): Promise<Connection> {
  const shard = cluster.shards.find(({ name }) => name === shardName);
  if (shard === undefined) throw new Error(`no shard ${shardName}`);
  const { server, database } = shard;
  const account = { user: 'app', password: 'app' };
  const connection = await createConnection({ host: server.host, port: server.port, database, ...account });
  opened.push(connection);
  return connection;
}

interface LeftBehind {
  readonly dtid: string;
  /** Its session, while it lives. */
  readonly session: Connection;
  readonly xid: string;
}

/** A prepared branch on the second shard that adds 1; the first shard decides. */
async function leaveBehind(
  owner: string,
  deciding = 'shop/-40',
  decidingThread = 0,
  setting = 'DO 0',
): Promise<LeftBehind> {
  const session = await open('40-80');
  await session.query(setting);
  const dtid = transactionId(owner, ++number, decidingThread, deciding);
  const xid = xidText(dtid, branchQualifier('shop/40-80', session.threadId ?? 0));
  await session.query(`XA START ${xid}`);
  await session.query('UPDATE accounts SET balance = balance + 1');
  await session.query(`XA END ${xid}`);
  await session.query(`XA PREPARE ${xid}`);
  return { dtid, session, xid };
}

async function balance(): Promise<number> {
  const [rows] = await client.query<RowDataPacket[]>('SELECT balance FROM accounts WHERE id = ?', [ids[1]]);
  return Number(rows[0]?.['balance']);
}

const nothingPrepared = () => eventually(async () => (await prepared(cluster)).length === 0);

describe('what a dead process left', () => {
  test('no record: aborted, and the record says so', async () => {
    const { dtid, session } = await leaveBehind('deadown1');
    session.destroy();
    await nothingPrepared();
    expect(await balance()).toBe(100);
    const [rows] = await (await open('-40')).query<RowDataPacket[]>(
      'SELECT CAST(state AS CHAR) AS state FROM shardgate_transactions WHERE dtid = ?',
      [dtid],
    );
    expect(rows).toEqual([{ state: 'abort' }]);
  });

  test('a record: committed', async () => {
    const { dtid, session } = await leaveBehind('deadown2');
    await (await open('-40')).query(decisionSql(dtid, 'deadown2', ['shop/40-80']));
    session.destroy();
    await nothingPrepared();
    expect(await balance()).toBe(101);
  });

  test('branch and record of a session whose literals are UTF-16: committed', async () => {
    const utf16 = 'SET collation_connection = utf16_general_ci';
    const { dtid, session } = await leaveBehind('deadown9', 'shop/-40', 0, utf16);
    const deciding = await open('-40');
    await deciding.query(utf16);
    await deciding.query(decisionSql(dtid, 'deadown9', ['shop/40-80']));
    session.destroy();
    await nothingPrepared();
    expect(await balance()).toBe(101);
  });

  test('trap 22: the server still believes in the session that prepared: it is ended first', async () => {
    for (const decision of ['commit', 'abort']) {
      const { dtid } = await leaveBehind('deadown3');
      if (decision === 'commit') await (await open('-40')).query(decisionSql(dtid, 'deadown3', []));
      await nothingPrepared();
      expect(await balance()).toBe(decision === 'commit' ? 101 : 100);
      await client.query('UPDATE accounts SET balance = 100');
    }
  });

  test('trap 22: recovery waits for a deciding COMMIT under way, and a late one fails', async () => {
    const deciding = await open('-40');
    const late = await open('-40');
    await deciding.beginTransaction();
    const { dtid } = await leaveBehind('deadown4', 'shop/-40', deciding.threadId ?? 0);
    await deciding.query(decisionSql(dtid, 'deadown4', []));
    // Long enough for several looks, each of which waits for the record's lock.
    await new Promise((resolve) => setTimeout(resolve, 6 * looksMs));
    expect(await prepared(cluster)).toHaveLength(1);
    await deciding.commit();
    await nothingPrepared();
    expect(await balance()).toBe(101);
    const aborted = await leaveBehind('deadown4');
    await nothingPrepared();
    await expect(late.query(decisionSql(aborted.dtid, 'deadown4', []))).rejects.toMatchObject({
      errno: 1062,
    });
  });

  test('a session that hangs with the deciding transaction open is ended', async () => {
    const hanging = await open('-40');
    await hanging.beginTransaction();
    const { dtid } = await leaveBehind('deadown5', 'shop/-40', hanging.threadId ?? 0);
    await hanging.query(decisionSql(dtid, 'deadown5', []));
    await eventually(async () => (await prepared(cluster)).length === 0, 15_000);
    expect(await balance()).toBe(100);
  });

  test('fault 80: several processes recover at the same time', async () => {
    const left = await Promise.all([1, 2, 3].map((one) => leaveBehindOn(one)));
    const decider = await open('-40');
    await decider.query(decisionSql(left[0] ?? '', 'deadown6', []));
    const others = [1, 2].map(
      (one) =>
        new TwoPhaseRecovery(targets(), {
          log: createLogger({ level: 'silent', pretty: null, output: 2 }, () => {}),
          owner: `other${one}`,
          needed: true,
          isActive: () => false,
          lookEveryMs: looksMs,
          ownerGoneAfterMs: 100,
        }),
    );
    for (const other of others) other.start();
    await nothingPrepared();
    for (const other of others) other.stop();
    const [rows] = await client.query<RowDataPacket[]>(
      'SELECT id, balance FROM accounts WHERE balance <> 100',
    );
    expect(rows).toEqual([{ id: ids[1], balance: 101 }]);
  });
});

/** A branch of a transaction of its own on each of the later shards. */
async function leaveBehindOn(index: number): Promise<string> {
  const shard = cluster.shards[index];
  const session = await open(shard?.name ?? '');
  const dtid = transactionId('deadown6', ++number, 0, 'shop/-40');
  const xid = xidText(dtid, branchQualifier(`shop/${shard?.name}`, session.threadId ?? 0));
  for (const sql of [
    `XA START ${xid}`,
    'UPDATE accounts SET balance = balance + 1',
    `XA END ${xid}`,
    `XA PREPARE ${xid}`,
  ])
    await session.query(sql);
  session.destroy();
  return dtid;
}

function targets(): readonly ShardTargets[] {
  const tls = { mode: 'disabled', ca: null, cert: null, key: null } as const;
  return cluster.shards.map(({ name, database, server }) => ({
    id: `shop/${name}`,
    keyspace: 'shop',
    name,
    primary: {
      host: server.host,
      port: server.port,
      socket: null,
      user: 'app',
      password: 'app',
      database,
      tls,
    },
    replicas: [],
  }));
}

describe('what is not to be touched', () => {
  test('fault 80: young branches of a process that lives', async () => {
    const lease = await open('-40');
    await lease.query("SELECT GET_LOCK('shardgate.livingon', 0)");
    const { session } = await leaveBehind('livingon');
    session.destroy();
    await new Promise((resolve) => setTimeout(resolve, 10 * looksMs));
    expect(await prepared(cluster)).toHaveLength(1);
    lease.destroy();
    await nothingPrepared();
    expect(await balance()).toBe(100);
  });

  test("fault 81: an application's own XA transactions", async () => {
    const foreign = ["'app','1',1", `'sg1.x','1',1`, "'sg2.a.b.c.d','e',21319", "'other','',21319"];
    for (const [index, xid] of foreign.entries()) {
      const session = await open('c0-');
      await session.query(`XA START ${xid}`);
      await session.query('INSERT INTO transfers VALUES (?, 0, 0)', [index]);
      for (const verb of ['END', 'PREPARE']) await session.query(`XA ${verb} ${xid}`);
      session.destroy();
    }
    await new Promise((resolve) => setTimeout(resolve, 10 * looksMs));
    expect(await prepared(cluster)).toHaveLength(foreign.length);
    const cleaner = await open('c0-');
    for (const xid of foreign) await eventually(() => cleaner.query(`XA ROLLBACK ${xid}`).then(() => true));
  });
});

describe('people can look and conclude', () => {
  const api = (path: string, init: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${cluster.adminPort}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
  const listed = async (
    id: string,
  ): Promise<{ state: string; shards: string[]; problem: string | null } | undefined> => {
    const { transactions } = (await (await api('/api/transactions')).json()) as {
      transactions: { id: string; state: string; shards: string[]; problem: string | null }[];
    };
    return transactions.find((transaction) => transaction.id === id);
  };
  const resolve = (id: string, decision: string) =>
    api(`/api/transactions/${encodeURIComponent(id)}/resolve`, {
      method: 'POST',
      body: JSON.stringify({ decision }),
    });

  test('SHOW SHARDGATE TRANSACTIONS, the API and the metric show what waits; it can be rolled back at once', async () => {
    const lease = await open('-40');
    await lease.query("SELECT GET_LOCK('shardgate.livingtw', 0)");
    const { dtid, session } = await leaveBehind('livingtw');
    session.destroy();
    await eventually(async () => (await listed(dtid))?.state === 'prepared');
    expect((await listed(dtid))?.shards).toEqual(['shop/40-80']);
    const [rows] = await client.query<RowDataPacket[]>('SHOW SHARDGATE TRANSACTIONS');
    expect(rows[0]).toMatchObject({ Id: dtid, State: 'prepared', Shards: 'shop/40-80', Owner: 'livingtw' });
    expect(await (await api('/metrics')).text()).toMatch(/^shardgate_twopc_unresolved 1$/m);
    const refused = await resolve(dtid, 'commit');
    expect(refused.status).toBe(409);
    expect(await refused.text()).toContain('SG5023');
    expect((await resolve(dtid, 'rollback')).status).toBe(200);
    expect(await prepared(cluster)).toEqual([]);
    expect(await balance()).toBe(100);
    expect((await listed(dtid))?.state).toBe('aborted');
    expect((await resolve(dtid, 'rollback')).status).toBe(404);
    expect(await (await api('/metrics')).text()).toMatch(/^shardgate_twopc_unresolved 0$/m);
  });

  test('what is decided cannot be decided otherwise', async () => {
    const lease = await open('-40');
    await lease.query("SELECT GET_LOCK('shardgate.livingth', 0)");
    const { dtid, session } = await leaveBehind('livingth');
    await lease.query(decisionSql(dtid, 'livingth', []));
    session.destroy();
    await eventually(async () => (await listed(dtid))?.state === 'prepared');
    expect((await resolve(dtid, 'commit')).status).toBe(200);
    expect(await balance()).toBe(101);
  });

  test('a deciding shard that nobody knows is told, and the branch stays', async () => {
    const { dtid, session, xid } = await leaveBehind('deadown7', 'gone/-80');
    session.destroy();
    await eventually(async () => (await listed(dtid))?.problem?.includes('gone/-80') === true);
    expect(await prepared(cluster)).toHaveLength(1);
    await (await open('40-80')).query(`XA ROLLBACK ${xid}`);
  });
});
