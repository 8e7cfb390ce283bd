// Point reads of many clients on few connections: each gets its own answer, and nobody suffers for another's.
import type { Connection } from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { testFlavour } from '../../support/test-servers.ts';

const clientCount = 24;
const schema = `
CREATE TABLE points (id BIGINT PRIMARY KEY, code VARCHAR(20), body LONGTEXT, UNIQUE KEY by_code (code, id));
CREATE TABLE others (id BIGINT PRIMARY KEY, name VARCHAR(20));
`;

let cluster: Cluster;
let clients: Connection[];
let shard: Connection;

beforeAll(async () => {
  const byId = { column_vindexes: [{ column: 'id', name: 'hash' }] };
  cluster = await startCluster({
    vschema: {
      sharded: true,
      vindexes: { hash: { type: 'hash' } },
      tables: { points: byId, others: byId },
    },
    schema,
    shards: ['-'],
    oracle: false,
    // Fewer connections than clients: the rest must take turns.
    config: { pool: { maxPerShard: 3, acquireTimeoutMs: 5_000 } },
  });
  clients = await Promise.all(Array.from({ length: clientCount }, () => cluster.connect()));
  const rows = Array.from({ length: 200 }, (_, id) => `(${id}, 'c${id}', NULL)`);
  await at(0).query(`INSERT INTO points VALUES ${rows.join(',')}`);
  await at(0).query(`INSERT INTO others VALUES ${rows.map((_, id) => `(${id}, 'o${id}')`).join(',')}`);
  const [only] = cluster.shards;
  if (only === undefined) throw new Error('a cluster has a shard');
  shard = await only.connect();
});
afterAll(() => cluster?.close());
beforeEach(async () => {
  await expect.poll(inUse).toBe(0);
});

function at(index: number): Connection {
  const client = clients[index];
  if (client === undefined) throw new Error(`no client ${index}`);
  return client;
}

async function counts(): Promise<{ readonly active: number; readonly total: number }> {
  const response = await fetch(`http://127.0.0.1:${cluster.adminPort}/metrics`);
  const text = await response.text();
  const of = (name: string): number =>
    Number(new RegExp(`^${name}\\{[^}]*keyspace="shop"[^}]*\\} (\\d+)`, 'm').exec(text)?.[1]);
  return {
    active: of('shardgate_pool_active'),
    total: of('shardgate_pool_active') + of('shardgate_pool_idle'),
  };
}

const inUse = async (): Promise<number> => (await counts()).active;

async function one(client: Connection, sql: string, values?: readonly unknown[]): Promise<unknown> {
  const [rows] =
    values === undefined ? await client.query(sql) : await client.execute(sql, [...values] as string[]);
  return rows;
}

/** Reads that must not wait for what stands still. */
function othersAnswer(from: number): Promise<unknown> {
  return Promise.all(
    clients
      .slice(from, from + 8)
      .map(async (client, id) =>
        expect(await one(client, `SELECT name FROM others WHERE id = ${id}`)).toEqual([{ name: `o${id}` }]),
      ),
  );
}

/** Reads of `points` wait for this lock until it is released. */
async function whileLocked<T>(body: () => Promise<T>): Promise<T> {
  await shard.query('LOCK TABLES points WRITE');
  try {
    return await body();
  } finally {
    await shard.query('UNLOCK TABLES');
  }
}

async function waitingReads(): Promise<number> {
  const [rows] = await shard.query('SHOW PROCESSLIST');
  return (rows as { State: string | null }[]).filter(({ State }) => /metadata lock/i.test(State ?? ''))
    .length;
}

describe('point reads of many clients at once', () => {
  test('each client gets its own row, as text and prepared', async () => {
    for (let round = 0; round < 20; round++) {
      await Promise.all(
        clients.map(async (client, index) => {
          const id = (round * 31 + index * 7) % 200;
          const expected = [{ id, code: `c${id}` }];
          expect(await one(client, `SELECT id, code FROM points WHERE id = ${id}`)).toEqual(expected);
          expect(await one(client, 'SELECT id, code FROM points WHERE id = ?', [id])).toEqual(expected);
        }),
      );
    }
    expect((await counts()).total).toBeLessThanOrEqual(3);
  });

  test('column definitions name the keyspace, not the shard', async () => {
    await Promise.all(
      clients.map(async (client) => {
        const [, fields] = await client.query('SELECT id FROM points WHERE id = 1');
        expect(fields.map(({ db, schema: name }) => name ?? db)).toEqual(['shop']);
      }),
    );
  });

  test('an error is the error of who caused it', async () => {
    await shard.query('ALTER TABLE points RENAME COLUMN code TO kode');
    try {
      const answers = clients.map((client, index) =>
        index % 3 === 0
          ? expect(client.query(`SELECT code FROM points WHERE id = ${index}`)).rejects.toMatchObject({
              errno: 1054,
            })
          : expect(one(client, `SELECT id FROM points WHERE id = ${index}`)).resolves.toEqual([
              { id: index },
            ]),
      );
      await Promise.all(answers);
    } finally {
      await shard.query('ALTER TABLE points RENAME COLUMN kode TO code');
    }
  });

  test("warnings of a read are its own client's", async () => {
    const read = 'SELECT name FROM others WHERE id = 7 AND name <> 7';
    await Promise.all(clients.map((client) => client.query(read)));
    const shown = await one(at(3), 'SHOW WARNINGS');
    expect(shown).toEqual([expect.objectContaining({ Code: 1292 })]);
    await one(at(4), 'SELECT name FROM others WHERE id = 8');
    expect(await one(at(4), 'SHOW WARNINGS')).toEqual([]);
  });

  test('a row larger than a short answer comes whole', async () => {
    const body = 'x'.repeat(3_000_000);
    await at(0).query('UPDATE points SET body = ? WHERE id = 5', [body]);
    const answers = await Promise.all(
      clients.map((client, index) => one(client, `SELECT body FROM points WHERE id = ${index % 6}`)),
    );
    for (const [index, rows] of answers.entries()) {
      expect(rows).toEqual([{ body: index % 6 === 5 ? body : null }]);
    }
  });

  test('a transaction reads its own writes on its own connection', async () => {
    const client = at(1);
    await client.beginTransaction();
    await client.query("UPDATE others SET name = 'mine' WHERE id = 9");
    const [own, ...seen] = await Promise.all([
      one(client, 'SELECT name FROM others WHERE id = 9'),
      ...clients.slice(2, 10).map((other) => one(other, 'SELECT name FROM others WHERE id = 9')),
    ]);
    await client.rollback();
    expect(own).toEqual([{ name: 'mine' }]);
    for (const rows of seen) expect(rows).toEqual([{ name: 'o9' }]);
  });

  test('sessions with other settings are not mixed', async () => {
    await at(0).query("SET time_zone = '+07:00', sql_mode = 'ANSI_QUOTES'");
    const answers = await Promise.all(
      clients.map((client) => client.query('SELECT "id" FROM points WHERE id = 3')),
    );
    await at(0).query('SET time_zone = DEFAULT, sql_mode = DEFAULT');
    for (const [index, [rows]] of answers.entries()) expect(rows).toEqual([{ id: index === 0 ? 3 : 'id' }]);
  });
});

test('reads without a pause leave connections to others', async () => {
  let reading = true;
  let reads = 0;
  const readers = clients.slice(1).map(async (client, index) => {
    while (reading) {
      await client.query(`SELECT code FROM points WHERE id = ${index}`);
      reads++;
    }
  });
  for (let round = 0; round < 50; round++)
    await at(0).query(`UPDATE others SET name = 'o7' WHERE id IN (7, ${1000 + round})`);
  reading = false;
  await Promise.all(readers);
  expect(reads).toBeGreaterThan(50);
});

describe('a read that waits for a lock', () => {
  test('does not hold up the reads of other tables', async () => {
    const waiting = await whileLocked(async () => {
      const first = one(at(0), 'SELECT code FROM points WHERE id = 1');
      await expect.poll(waitingReads).toBeGreaterThan(0);
      await othersAnswer(1);
      return { first };
    });
    expect(await waiting.first).toEqual([{ code: 'c1' }]);
  });

  test('those behind it in the same turn go elsewhere', async () => {
    const waiting = await whileLocked(async () => {
      const first = one(at(0), 'SELECT code FROM points WHERE id = 1');
      await othersAnswer(1);
      return { first };
    });
    expect(await waiting.first).toEqual([{ code: 'c1' }]);
  });

  test("KILL QUERY ends it at once, and nobody else's", async () => {
    await whileLocked(async () => {
      const [[{ id }]] = (await at(0).query('SELECT CONNECTION_ID() AS id')) as unknown as [[{ id: number }]];
      const killed = expect(at(0).query('SELECT code FROM points WHERE id = 1')).rejects.toMatchObject({
        errno: 1317,
      });
      await expect.poll(waitingReads).toBeGreaterThan(0);
      await Promise.all([at(1).query(`KILL QUERY ${id}`), othersAnswer(2)]);
      await killed;
      // Nobody waits for it any more: it is stopped on the server too.
      await expect.poll(waitingReads).toBe(0);
    });
    expect(await one(at(0), 'SELECT code FROM points WHERE id = 1')).toEqual([{ code: 'c1' }]);
  });

  test('a client that leaves leaves nothing behind', async () => {
    const leaving = await cluster.connect();
    await whileLocked(async () => {
      leaving.query('SELECT code FROM points WHERE id = 1').catch(() => {});
      await expect.poll(waitingReads).toBeGreaterThan(0);
      leaving.destroy();
      await expect.poll(waitingReads).toBe(0);
      await expect.poll(inUse).toBe(0);
      await othersAnswer(1);
    });
  });
});

/** All connections of Shardgate end at one moment: a read is tried again once, and must not meet a second end. */
async function breakConnections(): Promise<void> {
  if (testFlavour() === 'mariadb') return void (await shard.query('KILL USER app'));
  const [rows] = await shard.query(`SELECT ID AS id FROM information_schema.PROCESSLIST WHERE USER = 'app'`);
  await Promise.all((rows as { id: number }[]).map(({ id }) => shard.query(`KILL ${id}`).catch(() => {})));
}

test('when connections break, reads run again and every client is answered', async () => {
  for (let round = 0; round < 5; round++) {
    const reads = clients.map((client, index) => one(client, `SELECT id FROM points WHERE id = ${index}`));
    await breakConnections();
    for (const [index, answer] of (await Promise.all(reads)).entries())
      expect(answer).toEqual([{ id: index }]);
  }
});
