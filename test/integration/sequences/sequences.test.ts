// AUTO_INCREMENT over several shards: sequence tables shared by two Shardgates, snowflakes, UUIDs.
import type { Connection, ResultSetHeader } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Shadow } from '../writes/shadow.ts';

const vschema = {
  sharded: true,
  vindexes: { hash: { type: 'hash' }, md5: { type: 'binary_md5' } },
  tables: {
    users: {
      column_vindexes: [{ column: 'id', name: 'hash' }],
      auto_increment: { column: 'id', sequence: 'main.user_seq' },
    },
    orders: {
      column_vindexes: [{ column: 'user_id', name: 'hash' }],
      auto_increment: { column: 'id', sequence: 'main.order_seq' },
    },
    flakes: {
      column_vindexes: [{ column: 'id', name: 'hash' }],
      auto_increment: { column: 'id', kind: 'snowflake' },
    },
    tokens: {
      column_vindexes: [{ column: 'id', name: 'md5' }],
      auto_increment: { column: 'id', kind: 'uuid7' },
    },
    keys: {
      column_vindexes: [{ column: 'id', name: 'md5' }],
      auto_increment: { column: 'id', kind: 'uuid7' },
    },
    lost: {
      column_vindexes: [{ column: 'id', name: 'hash' }],
      auto_increment: { column: 'id', sequence: 'main.missing_seq' },
    },
  },
};

const schema = `
CREATE TABLE users (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20)) CHARSET utf8mb4;
CREATE TABLE orders (user_id BIGINT, id BIGINT, v INT, PRIMARY KEY (user_id, id));
CREATE TABLE flakes (id BIGINT PRIMARY KEY, v INT);
CREATE TABLE tokens (id CHAR(36) COLLATE utf8mb4_bin PRIMARY KEY, v INT) CHARSET utf8mb4;
CREATE TABLE \`keys\` (id BINARY(16) PRIMARY KEY, v INT);
CREATE TABLE lost (id BIGINT PRIMARY KEY, v INT);
`;
const mainSchema = `
CREATE TABLE user_seq (id INT PRIMARY KEY, next_id BIGINT, cache BIGINT);
INSERT INTO user_seq VALUES (0, 1, 100);
CREATE TABLE order_seq (id INT PRIMARY KEY, next_id BIGINT, cache BIGINT);
INSERT INTO order_seq VALUES (0, 1, 10);
`;

let shadow: Shadow;

beforeAll(async () => {
  shadow = await Shadow.start({ vschema, schema, mainSchema });
});

afterAll(() => shadow.close());

async function insertId(
  connection: Connection,
  sql: string,
  params?: (string | number | null)[],
): Promise<number> {
  const [result] =
    params === undefined
      ? await connection.query<ResultSetHeader>(sql)
      : await connection.execute<ResultSetHeader>(sql, params);
  return result.insertId;
}

async function rows(connection: Connection, sql: string): Promise<unknown> {
  const [found] = await connection.query(sql);
  return found;
}

describe('a sequence', () => {
  test('fills what is left out as one server would', async () => {
    const { proxy } = shadow;
    expect(await insertId(proxy, "INSERT INTO users (name) VALUES ('a'), ('b'), ('c')")).toBe(1);
    expect(await rows(proxy, 'SELECT LAST_INSERT_ID() AS id')).toEqual([{ id: 1 }]);
    expect(
      await insertId(proxy, "INSERT INTO users (id, name) VALUES (NULL, 'd'), (0, 'e'), (DEFAULT, 'f')"),
    ).toBe(4);
    expect(await insertId(proxy, "INSERT INTO users SET name = 'g'")).toBe(7);
    expect(await insertId(proxy, 'INSERT INTO users (id, name) VALUES (?, ?)', [null, 'h'])).toBe(8);
    expect(await insertId(proxy, "INSERT INTO users VALUES (NULLIF(1, 1), 'i')")).toBe(9);
    expect(await insertId(proxy, 'INSERT INTO orders (user_id, v) VALUES (7, 1), (8, 2)')).toBe(1);
    expect(await rows(proxy, 'SELECT GROUP_CONCAT(id ORDER BY id) AS ids FROM users')).toEqual([
      { ids: '1,2,3,4,5,6,7,8,9' },
    ]);
  });

  test('goes on behind numbers the client gives', async () => {
    const { proxy } = shadow;
    await proxy.query("INSERT INTO users (id, name) VALUES (12, 'x')");
    expect(await insertId(proxy, "INSERT INTO users (name) VALUES ('y')")).toBe(13);
    await proxy.query("INSERT INTO users (id, name) VALUES (5000, 'x'), ('6000', 'z')");
    await proxy.query('INSERT INTO users (name) SELECT name FROM users WHERE id = 1').catch(() => null);
    const many = Array.from({ length: 150 }, (_, i) => `('n${i}')`);
    await proxy.query(`INSERT INTO users (name) VALUES ${many.join(', ')}`);
    expect(await insertId(proxy, "INSERT INTO users (name) VALUES ('y')")).toBeGreaterThan(6000);
    const [duplicates] = await proxy.query('SELECT id FROM users GROUP BY id HAVING COUNT(*) > 1');
    expect(duplicates).toEqual([]);
  });

  test('NEXT VALUES', async () => {
    const { proxy } = shadow;
    const before = await rows(proxy, 'SELECT NEXT VALUE FROM main.order_seq');
    expect(before).toEqual([{ nextval: 3 }]);
    expect(await rows(proxy, 'SELECT NEXT 5 VALUES FROM main.order_seq')).toEqual([{ nextval: 4 }]);
    expect(await insertId(proxy, 'INSERT INTO orders (user_id, v) VALUES (1, 1)')).toBe(9);
    const [prepared] = await proxy.execute('SELECT NEXT ? VALUES FROM main.order_seq', [2]);
    expect(prepared).toEqual([{ nextval: 10 }]);
    await expect(proxy.query('SELECT NEXT 0 VALUES FROM main.order_seq')).rejects.toThrow('SG6040');
  });

  test('without its table nothing is written, and the error says so', async () => {
    await expect(shadow.proxy.query('INSERT INTO lost (v) VALUES (1)')).rejects.toThrow('SG6041');
    await shadow.proxy.query('INSERT INTO lost (id, v) VALUES (1, 1)').catch(() => null);
  });

  test('a rolled back transaction leaves a gap, no more', async () => {
    const { proxy } = shadow;
    await proxy.beginTransaction();
    const first = await insertId(proxy, "INSERT INTO users (name) VALUES ('gone')");
    await proxy.rollback();
    expect(await insertId(proxy, "INSERT INTO users (name) VALUES ('next')")).toBe(first + 1);
  });
});

describe('two Shardgates', () => {
  test('eight clients each never get the same number', async () => {
    const other = await shadow.cluster.secondShardgate();
    const clients = await Promise.all([
      ...Array.from({ length: 8 }, () => shadow.cluster.connect()),
      ...Array.from({ length: 8 }, () => other.connect()),
    ]);
    const ids = await Promise.all(
      clients.map(async (client) => {
        const own: number[] = [];
        for (let i = 0; i < 40; i++) {
          own.push(await insertId(client, "INSERT INTO users (name) VALUES ('p')"));
          const found = await rows(client, 'SELECT NEXT 3 VALUES FROM main.order_seq');
          if (!Array.isArray(found)) throw new Error('no rows');
          own.push(-Number(found[0].nextval), -Number(found[0].nextval) - 1, -Number(found[0].nextval) - 2);
        }
        return own;
      }),
    );
    const all = ids.flat();
    expect(new Set(all).size).toBe(all.length);
  }, 60_000);
});

describe('numbers without a sequence', () => {
  test('snowflakes ascend and are unique', async () => {
    const { proxy } = shadow;
    const first = await insertId(proxy, 'INSERT INTO flakes (v) VALUES (1), (2), (3)');
    expect(Number(first)).toBeGreaterThan(2 ** 50);
    const [found] = await proxy.query('SELECT v FROM flakes ORDER BY id');
    expect(found).toEqual([{ v: 1 }, { v: 2 }, { v: 3 }]);
    const many = Array.from({ length: 5000 }, (_, i) => `(${i})`);
    await proxy.query(`INSERT INTO flakes (v) VALUES ${many.join(', ')}`);
    const [count] = await proxy.query('SELECT COUNT(DISTINCT id) AS n FROM flakes');
    expect(count).toEqual([{ n: 5003 }]);
  });

  test('UUIDs as text and as bytes', async () => {
    const { proxy } = shadow;
    await proxy.query('INSERT INTO tokens (v) VALUES (1), (2)');
    await proxy.query('INSERT INTO `keys` (v) VALUES (1), (2)');
    const [tokens] = await proxy.query<never[]>('SELECT id, v FROM tokens ORDER BY id');
    expect(tokens).toMatchObject([{ v: 1 }, { v: 2 }]);
    for (const { id } of tokens) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(await rows(proxy, `SELECT COUNT(*) AS n FROM tokens WHERE id = '${String(id)}'`)).toEqual([
        { n: 1 },
      ]);
    }
    const [keys] = await proxy.query('SELECT LENGTH(id) AS bytes, v FROM `keys` ORDER BY id');
    expect(keys).toEqual([
      { bytes: 16, v: 1 },
      { bytes: 16, v: 2 },
    ]);
  });
});
