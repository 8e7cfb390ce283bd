// UPDATE and DELETE of every form over four shards, beside one plain server with the same rows.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { exactCollation } from '../../support/test-servers.ts';
import { Shadow } from './shadow.ts';

const vschema = {
  sharded: true,
  vindexes: { hash: { type: 'hash' }, xx: { type: 'xxhash' } },
  tables: {
    users: { column_vindexes: [{ column: 'id', name: 'hash' }] },
    orders: { column_vindexes: [{ column: 'user_id', name: 'hash' }] },
    log: { column_vindexes: [{ column: 'id', name: 'hash' }] },
    tags: { column_vindexes: [{ column: 'tag', name: 'xx' }] },
    kinds: { column_vindexes: [{ column: 'id', name: 'hash' }] },
    countries: { type: 'reference' },
  },
};

const schema = `
CREATE TABLE users (id BIGINT PRIMARY KEY, name VARCHAR(40), country CHAR(2), balance DECIMAL(12,2) NOT NULL DEFAULT 0,
  changed DATETIME NULL, KEY country (country)) CHARSET utf8mb4;
CREATE TABLE orders (user_id BIGINT, id BIGINT, total DECIMAL(12,2), status VARCHAR(10), PRIMARY KEY (user_id, id)) CHARSET utf8mb4;
CREATE TABLE log (id BIGINT NOT NULL, user_id BIGINT, text VARCHAR(40), UNIQUE KEY u (id)) CHARSET utf8mb4;
CREATE TABLE tags (tag VARCHAR(20) COLLATE ${exactCollation()} PRIMARY KEY, n INT) CHARSET utf8mb4;
CREATE TABLE countries (code CHAR(2) PRIMARY KEY, name VARCHAR(40), people INT) CHARSET utf8mb4;
CREATE TABLE kinds (id BIGINT PRIMARY KEY, f FLOAT, d DOUBLE, t TIME(2), ts TIMESTAMP(3) NULL, dt DATETIME(6), y YEAR, b BIT(9),
  e ENUM('a','b','c'), s SET('x','y','z'), bin VARBINARY(20), bl BLOB, tx TEXT CHARACTER SET latin1, j LONGTEXT, g INT AS (id + 1) STORED,
  u BIGINT UNSIGNED, z DATE) CHARSET utf8mb4;
`;
const mainSchema = `
CREATE TABLE settings (name VARCHAR(20) PRIMARY KEY, value INT);
CREATE TABLE archive (id BIGINT PRIMARY KEY, name VARCHAR(40)) CHARSET utf8mb4;
`;

let shadow: Shadow;

async function fill(): Promise<void> {
  const users = Array.from(
    { length: 60 },
    (_, i) => `(${i + 1}, 'user ${i + 1}', '${['DE', 'FR', 'IT', 'ES'][i % 4] ?? ''}', ${i * 10}.50)`,
  );
  await shadow.both(`INSERT INTO users (id, name, country, balance) VALUES ${users.join(', ')}`);
  const orders = Array.from(
    { length: 150 },
    (_, i) => `(${((i * 7) % 60) + 1}, ${i + 1}, ${(i % 13) * 5}.25, '${i % 3 === 0 ? 'open' : 'paid'}')`,
  );
  await shadow.both(`INSERT INTO orders VALUES ${orders.join(', ')}`);
  const log = Array.from({ length: 80 }, (_, i) => `(${i + 1}, ${((i * 11) % 60) + 1}, 'entry ${i % 9}')`);
  await shadow.both(`INSERT INTO log VALUES ${log.join(', ')}`);
  await shadow.both("INSERT INTO tags VALUES ('a', 1), ('b', 2), ('A', 3), ('a ', 4), ('ü', 5)");
  await shadow.both(
    "INSERT INTO countries VALUES ('DE', 'Germany', 83), ('FR', 'France', 68), ('IT', 'Italy', 59)",
  );
  await shadow.both("INSERT INTO main.settings VALUES ('limit', 3), ('rate', 2)");
}

async function expectAllEqual(): Promise<void> {
  await shadow.expectSameTable('users', { column: 'id', vindex: 'hash' });
  await shadow.expectSameTable('orders', { column: 'user_id', vindex: 'hash' });
  await shadow.expectSameTable('log', { column: 'id', vindex: 'hash' });
  await shadow.expectSameTable('tags', { column: 'tag', vindex: 'xxhash' });
  await shadow.expectSameTable('kinds', { column: 'id', vindex: 'hash' });
  for (const table of ['main.settings', 'main.archive']) {
    await shadow.both(`SELECT * FROM ${table} ORDER BY 1`);
  }
  const shards = await shadow.onShards('SELECT * FROM countries ORDER BY code');
  const oracle = await shadow.both('SELECT * FROM countries ORDER BY code');
  for (const rows of shards) expect(rows).toEqual(oracle.rows);
}

beforeAll(async () => {
  shadow = await Shadow.start({ vschema, schema, mainSchema });
});

beforeEach(async () => {
  for (const table of [
    'users',
    'orders',
    'log',
    'tags',
    'kinds',
    'countries',
    'main.settings',
    'main.archive',
  ]) {
    await shadow.empty(table);
  }
  await fill();
});

afterAll(() => shadow?.close());

/** Each on both sides; the tables are compared behind all of them. */
function statements(name: string, sqls: readonly string[]): void {
  test(name, async () => {
    await shadow.all(sqls);
    await expectAllEqual();
  });
}

describe('rows that several shards choose together', () => {
  statements('ORDER BY and LIMIT', [
    'UPDATE users SET balance = balance + 1 ORDER BY balance DESC LIMIT 5',
    "UPDATE users SET name = CONCAT(name, '!') WHERE country = 'DE' ORDER BY name DESC LIMIT 3",
    'DELETE FROM log ORDER BY id LIMIT 4',
    "DELETE FROM log WHERE text = 'entry 3' ORDER BY id DESC LIMIT 2",
    'UPDATE users SET balance = 0 WHERE id = 7 ORDER BY id LIMIT 1',
    'DELETE FROM log WHERE id > 1000 LIMIT 1',
    'UPDATE tags SET n = n + 10 ORDER BY tag LIMIT 2',
  ]);

  statements('subqueries', [
    "UPDATE users SET balance = balance + 5 WHERE id IN (SELECT user_id FROM log WHERE text = 'entry 5')",
    'UPDATE users SET balance = 1 WHERE balance > (SELECT AVG(total) * 30 FROM orders)',
    "DELETE FROM log WHERE user_id IN (SELECT id FROM users WHERE country = 'IT') AND text = 'entry 1'",
    'DELETE FROM log WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.user_id = log.user_id)',
    'UPDATE users SET balance = (SELECT MAX(total) FROM orders) WHERE id < 4',
    'UPDATE users SET balance = COALESCE((SELECT SUM(l.id) FROM log l WHERE l.user_id = users.id), 0), name = UPPER(name) WHERE id BETWEEN 10 AND 20',
    "UPDATE users SET name = (SELECT c.name FROM countries c WHERE c.code = users.country) WHERE country = 'FR'",
    'UPDATE users SET name = (SELECT value FROM main.settings WHERE name = users.name) WHERE id = 2',
  ]);

  statements('joins', [
    "UPDATE users u JOIN log l ON l.user_id = u.id SET u.balance = u.balance + 100 WHERE l.text = 'entry 2'",
    "UPDATE users u JOIN log l ON l.user_id = u.id SET l.text = u.name WHERE u.country = 'ES' AND l.id < 40",
    "UPDATE users u JOIN orders o ON o.user_id = u.id SET u.name = 'x', o.status = 'done' WHERE o.total = 5.25",
    "UPDATE users u, log l SET u.name = CONCAT('j', u.id), l.text = 'both' WHERE l.user_id = u.id AND u.id = 23",
    'DELETE l FROM log l JOIN users u ON u.id = l.user_id WHERE u.balance > 300',
    'DELETE o, l FROM orders o JOIN log l ON l.id = o.id WHERE l.id < 20',
    'DELETE FROM l USING log l LEFT JOIN users u ON u.id = l.user_id + 100 WHERE u.id IS NULL AND l.id > 75',
    'UPDATE users u LEFT JOIN log l ON l.user_id = u.id SET u.balance = 9, l.text = 9 WHERE u.id IN (50, 51, 52)',
    'UPDATE users u JOIN countries c ON c.code = u.country SET u.balance = c.people WHERE u.id < 9',
    'UPDATE main.settings s JOIN users u ON u.id = s.value SET s.value = u.balance',
    "UPDATE users u JOIN main.settings s ON s.name = 'rate' SET u.balance = u.balance * s.value WHERE u.id < 6",
    'DELETE s FROM main.settings s JOIN users u ON u.balance = s.value',
    'UPDATE countries c JOIN users u ON u.country = c.code SET c.people = c.people + 1, c.name = u.name WHERE u.id = 5',
  ]);

  test('prepared', async () => {
    await shadow.both(
      'UPDATE users SET name = ?, balance = balance + ? WHERE balance >= ? ORDER BY id LIMIT 2',
      ['p', 3, 10],
    );
    await shadow.both(
      'UPDATE users u JOIN log l ON l.user_id = u.id SET u.name = CONCAT(?, l.id) WHERE l.id = ? AND u.id > ?',
      ['q', 33, 0],
    );
    await shadow.both(
      'DELETE FROM log WHERE user_id IN (SELECT id FROM users WHERE country = ?) AND id > ? LIMIT 100',
      ['DE', 30],
    );
    await expectAllEqual();
  });
});

describe('rows that move', () => {
  statements('the sharding column changes', [
    'UPDATE users SET id = 1001 WHERE id = 1',
    'UPDATE users SET id = id + 2000 WHERE id < 6',
    'UPDATE users SET id = 2002 WHERE id = 8',
    'UPDATE orders SET user_id = user_id + 500 WHERE id BETWEEN 30 AND 40',
    'UPDATE orders SET user_id = 3, id = id + 1000 WHERE user_id = 9',
    "UPDATE users SET id = id + 5000, name = CONCAT('moved ', id) WHERE country = 'IT' ORDER BY id LIMIT 3",
    "UPDATE tags SET tag = 'é' WHERE tag = 'a'",
    "UPDATE tags SET tag = CONCAT(tag, 'x')",
    'UPDATE users SET id = NULL WHERE id = 10',
    'UPDATE users u JOIN log l ON l.user_id = u.id SET u.id = u.id + 7000 WHERE l.id = 61',
  ]);

  test('with every value as it was', async () => {
    await shadow.both(
      'INSERT INTO kinds (id, f, d, t, ts, dt, y, b, e, s, bin, bl, tx, j, u, z) VALUES ' +
        "(1, 0.1, -0.0, '-12:34:56.78', '2024-03-31 01:30:00.125', '2024-02-29 23:59:59.999999', 1999, b'101010101', 'c', 'x,z', " +
        "x'00ff80', x'27005c', 'é', '{\"a\": 1.50}', 18446744073709551615, '2024-01-01'), " +
        '(2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), ' +
        "(3, 1e30, 1e-300, '838:59:59', '1970-01-02 00:00:00', '1000-01-01', 0, 0, 'a', '', '', '', '', '', 0, '9999-12-31')",
    );
    await shadow.both('UPDATE kinds SET id = id + 100');
    await shadow.both('UPDATE kinds SET id = id + 1000 WHERE e IS NOT NULL');
    await expectAllEqual();
    await shadow.both('SELECT id, f+0e0, d, b+0, HEX(bin), HEX(bl), HEX(tx), ts FROM kinds ORDER BY id');
  });

  test('inside a transaction', async () => {
    await shadow.both('BEGIN');
    await shadow.both('UPDATE users SET id = 9001 WHERE id = 30');
    await shadow.both('SELECT COUNT(*), MAX(id) FROM users');
    await shadow.both('SAVEPOINT a');
    await shadow.both('UPDATE users SET id = 9002 WHERE id = 9001');
    await shadow.both('UPDATE users SET id = 9002 WHERE id = 31');
    await shadow.both('ROLLBACK TO a');
    await shadow.both('COMMIT');
    await expectAllEqual();
  });
});

describe('INSERT that reads first', () => {
  statements('INSERT ... SELECT', [
    "INSERT INTO users (id, name) SELECT id + 100, CONCAT(name, ' copy') FROM users WHERE id < 5",
    'INSERT INTO users (id, name, balance) SELECT o.id + 1000, MAX(u.name), SUM(o.total) FROM orders o JOIN users u ON u.id = o.user_id GROUP BY o.id',
    'INSERT INTO log SELECT id + 500, user_id, status FROM orders WHERE id < 20 ORDER BY id',
    'INSERT INTO log (id, user_id) SELECT id + 500, user_id FROM orders WHERE id = 3',
    'INSERT INTO log (id, user_id) SELECT 900, 1',
    'INSERT INTO log (id, user_id) SELECT id, id FROM users WHERE id > 100000',
    'INSERT IGNORE INTO log SELECT id, user_id, text FROM log WHERE id < 5',
    "REPLACE INTO log SELECT id, user_id, 'replaced' FROM log WHERE id < 4",
    'REPLACE INTO log SELECT l.id, u.id, u.name FROM log l JOIN users u ON u.id = l.user_id WHERE l.id < 9',
    'INSERT INTO log SELECT user_id, 1, COUNT(*) FROM orders GROUP BY user_id ON DUPLICATE KEY UPDATE text = VALUES(text)',
    'INSERT INTO main.archive SELECT id, name FROM users WHERE balance > 200',
    'INSERT INTO main.archive SELECT id + 5000, name FROM main.archive',
    'INSERT INTO users (id, name) SELECT id + 20000, name FROM main.archive WHERE id < 40',
    "INSERT INTO countries SELECT country, MIN(name), COUNT(*) FROM users WHERE country = 'ES' GROUP BY country",
    "INSERT INTO tags SELECT DISTINCT CONCAT('t', name), 1 FROM users WHERE id < 30",
    'INSERT INTO users (id, name) SELECT id FROM users',
    'INSERT INTO users (id, name) (SELECT 30001, 2) UNION ALL (SELECT 30002, name FROM users WHERE id = 1)',
    'INSERT INTO users (id, balance) WITH x AS (SELECT user_id, SUM(total) AS t FROM orders GROUP BY user_id) SELECT user_id + 40000, t FROM x',
    'INSERT INTO users (id, changed) SELECT id + 60000, NOW() FROM users WHERE id = 1 AND 1 = 0',
  ]);

  statements('every type', [
    'INSERT INTO kinds (id, f, d, t, ts, dt, y, b, e, s, bin, bl, tx, j, u, z) VALUES ' +
      "(1, 0.1, -0.0, '-12:34:56.78', '2024-03-31 01:30:00.125', '2024-02-29 23:59:59.999999', 1999, b'101010101', 'c', 'x,z', " +
      "x'00ff80', x'27005c', 'é', '{\"a\": 1.50}', 18446744073709551615, '2024-01-01'), " +
      '(2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)',
    'INSERT INTO kinds (id, f, d, t, ts, dt, y, b, e, s, bin, bl, tx, j, u, z) ' +
      'SELECT id + 10, f, d, t, ts, dt, y, b, e, s, bin, bl, tx, j, u, z FROM kinds',
    'INSERT INTO kinds (id, d, f, dt, bin, tx) SELECT id + 20, f, d, z, tx, bin FROM kinds WHERE id IN (1, 2)',
    'INSERT INTO kinds (id, t, dt, y, u) SELECT id + 30, dt, ts, y, d FROM kinds WHERE id IN (1, 2)',
    'SELECT id, f+0e0, d, b+0, HEX(bin), HEX(bl), HEX(tx), ts FROM kinds ORDER BY id',
  ]);

  statements('subqueries among the values', [
    'INSERT INTO users (id, name, balance) VALUES (100, (SELECT name FROM users WHERE id = 3), (SELECT MAX(total) FROM orders)), (101, 2, 3)',
    'INSERT INTO users (id, name) VALUES ((SELECT MAX(id) FROM log) + 1000, UPPER((SELECT name FROM users WHERE id = 4)))',
    'INSERT INTO users SET id = (SELECT COUNT(*) FROM orders) + 200, balance = DEFAULT',
    'INSERT INTO users (id, name) VALUES (300, (SELECT name FROM users))',
    'INSERT INTO users (id, name) VALUES (301, (SELECT name FROM users WHERE id = 99999))',
    "INSERT INTO main.settings VALUES ('users', (SELECT COUNT(*) FROM users))",
    "INSERT INTO main.settings VALUES ('sum', (SELECT s.value FROM main.settings s WHERE s.name = 'limit'))",
    "INSERT INTO countries VALUES ('XX', (SELECT name FROM users WHERE id = 5), 1)",
    'INSERT INTO users (id, balance) VALUES (1, 5) ON DUPLICATE KEY UPDATE balance = VALUES(balance)',
  ]);
});

test('trap 25: writes of all shards at a time wait for each other in shard order, none deadlocks', async () => {
  const { cluster } = shadow;
  const clients = await Promise.all(Array.from({ length: 6 }, () => cluster.connect()));
  const before = await shadow.through('SELECT SUM(balance) AS total, COUNT(*) AS n FROM users');
  const statements = [
    'UPDATE users SET balance = balance + 1',
    'UPDATE users SET balance = balance + 1 WHERE id > 0 ORDER BY id LIMIT 1000',
    "UPDATE users u JOIN main.settings s ON s.value > 0 AND s.name = 'limit' SET u.balance = u.balance + 1",
  ];
  await Promise.all(
    clients.map(async (client, index) => {
      for (let i = 0; i < 6; i++) await client.query(statements[(index + i) % statements.length] ?? '');
    }),
  );
  const after = await shadow.through('SELECT SUM(balance) AS total, COUNT(*) AS n FROM users');
  const numbers = (of: typeof before) => of.rows?.[0] as { total: string; n: number };
  expect(Number(numbers(after).total)).toBe(Number(numbers(before).total) + 36 * numbers(before).n);
});
