// What writes once answered otherwise than one server, statement by statement: counts, numbers, warnings and what a session remembers.
import { expect, test } from 'vitest';
import { fileWorld } from '../../support/file-world.ts';
import { Pair } from '../../support/pair.ts';
import type { WorldSchema } from '../../support/stage.ts';
import { exactCollation } from '../../support/test-servers.ts';

const charset = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4';
const email = `email VARCHAR(40) COLLATE ${exactCollation()}`;

const schema: WorldSchema = {
  shards: ['-40', '40-80', '80-c0', 'c0-'],
  vschema: {
    sharded: true,
    vindexes: {
      hash: { type: 'hash' },
      xx: { type: 'xxhash' },
      by_day: {
        type: 'range',
        params: { values: 'date', splits: '2024-01-01,2024-07-01', ids: '00,80,c0' },
      },
      by_tag: {
        type: 'consistent_lookup',
        params: { table: 'main.tag_idx', from: 'tag', to: 'keyspace_id' },
        owner: 'events',
      },
      by_email: {
        type: 'consistent_lookup_unique',
        params: { table: 'email_idx', from: 'email', to: 'keyspace_id' },
        owner: 'users',
      },
    },
    tables: {
      entries: { column_vindexes: [{ column: 'account', name: 'hash' }] },
      orders: {
        column_vindexes: [{ column: 'id', name: 'hash' }],
        auto_increment: { column: 'id', sequence: 'main.seq' },
      },
      users: {
        column_vindexes: [
          { column: 'id', name: 'hash' },
          { column: 'email', name: 'by_email' },
        ],
      },
      email_idx: { column_vindexes: [{ column: 'email', name: 'xx' }] },
      countries: { type: 'reference' },
      shares: { column_vindexes: [{ column: 'id', name: 'hash' }] },
      shared: { column_vindexes: [{ column: 'id', name: 'hash' }] },
      events: {
        column_vindexes: [
          { column: 'day', name: 'by_day' },
          { column: 'tag', name: 'by_tag' },
        ],
      },
    },
  },
  schema: `
CREATE TABLE entries (account BIGINT NOT NULL, id BIGINT NOT NULL AUTO_INCREMENT, n INT, PRIMARY KEY (account, id), KEY (id)) ${charset};
CREATE TABLE orders (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, n INT) ${charset};
CREATE TABLE users (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, ${email}, n INT, UNIQUE KEY email (email)) ${charset};
CREATE TABLE shared (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, n INT) ${charset};
CREATE TABLE shares (id BIGINT NOT NULL PRIMARY KEY, part DECIMAL(30,15)) ${charset};
CREATE TABLE countries (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20)) ${charset};
CREATE TABLE events (day DATE NOT NULL, id INT NOT NULL, tag VARCHAR(10) COLLATE ${exactCollation()}, PRIMARY KEY (day, id), KEY tag (tag)) ${charset};
CREATE TABLE email_idx (${email} PRIMARY KEY, keyspace_id VARBINARY(16)) ${charset};
`,
  mainSchema: `
CREATE TABLE notes (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, title VARCHAR(20) UNIQUE, n INT) ${charset};
CREATE TABLE tag_idx (tag VARCHAR(10) COLLATE ${exactCollation()}, keyspace_id VARBINARY(16), PRIMARY KEY (tag, keyspace_id)) ${charset};
CREATE TABLE seq (id INT PRIMARY KEY, next_id BIGINT, cache BIGINT);
INSERT INTO seq VALUES (0, 1, 1000);
`,
};

const stage = fileWorld(schema);

/** Sessions of their own on both; the first difference of each statement. */
async function differences(statements: readonly string[], flags = 0): Promise<readonly string[]> {
  const pair = await Pair.open(stage.world, { flags }, { ordered: true, coreColumns: true });
  return pair.differences(statements);
}

const remembered = 'SELECT LAST_INSERT_ID()';

test.each<readonly [string, readonly string[]]>([
  [
    'numbers that the client gives are in the OK, not in LAST_INSERT_ID()',
    [
      'INSERT INTO entries VALUES (1, 5, 1)',
      remembered,
      'INSERT INTO entries VALUES (1, 6, 1), (2, 7, 1), (3, 8, 2), (5, 9, 2)',
      remembered,
      'INSERT INTO entries VALUES (3, 11, 1), (1, 10, 1)',
      'INSERT INTO entries VALUES (1, 5, 7), (2, 20, 7) ON DUPLICATE KEY UPDATE n = 9',
      'INSERT INTO entries VALUES (2, 21, 7), (1, 5, 7) ON DUPLICATE KEY UPDATE n = 10',
      'INSERT INTO entries SELECT account + 100, id + 100, n FROM entries ORDER BY account, id',
      'REPLACE INTO entries VALUES (3, 8, 2), (1, 5, 8)',
      remembered,
      'UPDATE entries SET n = 5 WHERE id = LAST_INSERT_ID()',
      'INSERT INTO entries VALUES (9, -5, 1)',
      remembered,
    ],
  ],
  [
    'numbers of rows that IGNORE leaves out',
    [
      'INSERT INTO entries VALUES (31, 5, 1), (33, 8, 1)',
      'INSERT IGNORE INTO entries VALUES (31, 5, 7), (33, 30, 1)',
      'INSERT IGNORE INTO entries VALUES (33, 31, 1), (31, 5, 7)',
      'INSERT IGNORE INTO entries VALUES (31, 5, 7)',
      remembered,
    ],
  ],
  [
    'numbers of a sequence, and of rows that meet others',
    [
      'INSERT INTO orders (n) VALUES (1)',
      remembered,
      'INSERT INTO orders (n) VALUES (1), (2), (3)',
      remembered,
      'INSERT INTO orders (id, n) VALUES (50, 1)',
      remembered,
      'INSERT INTO orders (id, n) VALUES (50, 1), (51, 2) ON DUPLICATE KEY UPDATE n = n + 1',
      remembered,
      'INSERT INTO orders (id, n) VALUES (50, 1), (51, 2) ON DUPLICATE KEY UPDATE n = n + 1',
      remembered,
      'INSERT INTO orders (n) VALUES (9)',
      remembered,
    ],
  ],
  [
    'a table with lookup vindexes tells its numbers',
    [
      "INSERT INTO users VALUES (1, 'a', 1), (2, 'b', 2)",
      remembered,
      "INSERT INTO users VALUES (3, 'c', 1)",
      "INSERT INTO users VALUES (4, 'c', 1) ON DUPLICATE KEY UPDATE n = n + 1",
      "INSERT INTO users VALUES (3, 'c', 1) ON DUPLICATE KEY UPDATE n = LAST_INSERT_ID(9)",
      remembered,
      "INSERT INTO users VALUES (5, 'e', 1), (4, 'c', 1) ON DUPLICATE KEY UPDATE n = n + 1",
      "REPLACE INTO users VALUES (6, 'e', 1)",
      "REPLACE INTO users VALUES (7, 'e', 1), (2, 'z', 1)",
      "INSERT IGNORE INTO users VALUES (8, 'e', 1), (9, 'i', 1)",
      remembered,
    ],
  ],
  [
    'the number of the row that was there: id = LAST_INSERT_ID(id)',
    [
      "INSERT INTO users VALUES (101, 'x1', 1), (102, 'x2', 2)",
      "INSERT INTO users VALUES (103, 'x2', 2) ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id), n = n + 1",
      remembered,
      "SELECT * FROM users WHERE email LIKE 'x%' ORDER BY id",
      'INSERT INTO entries VALUES (41, 5, 1), (43, 8, 1)',
      'INSERT INTO entries VALUES (41, 5, 7) ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id), n = 12',
      remembered,
      'UPDATE entries SET id = LAST_INSERT_ID(id + 1000) WHERE account = 41 AND id = 5',
      remembered,
    ],
  ],
  [
    'IGNORE shows why a row was left out where another shard has the row it met',
    [
      "INSERT INTO users VALUES (201, 'i1', 1), (202, 'i2', 2)",
      "INSERT IGNORE INTO users VALUES (203, 'i3', 1), (204, 'i1', 1)",
      'SHOW WARNINGS',
      "INSERT IGNORE INTO users VALUES (202, 'i4', 1)",
      'SHOW WARNINGS',
    ],
  ],
  [
    'a table of an unsharded keyspace: its server says what LAST_INSERT_ID() is',
    [
      "INSERT INTO main.notes (title, n) VALUES ('a', 1)",
      remembered,
      "INSERT INTO main.notes (title, n) VALUES ('b', 1), ('c', 2)",
      remembered,
      'SELECT LAST_INSERT_ID(50)',
      "INSERT INTO main.notes (title, n) VALUES ('a', 1) ON DUPLICATE KEY UPDATE n = n + 1",
      remembered,
      "INSERT INTO main.notes (title, n) VALUES ('a', 1) ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id)",
      remembered,
      "INSERT INTO main.notes (title, n) VALUES ('d', 1), ('a', 2) ON DUPLICATE KEY UPDATE n = n + 1",
      remembered,
      'SELECT LAST_INSERT_ID(50)',
      "INSERT INTO main.notes (id, title, n) VALUES (700, 'w', 1)",
      remembered,
      "INSERT INTO main.notes VALUES (NULL, 'v', 1), (800, 'u', 1)",
      remembered,
      "INSERT IGNORE INTO main.notes VALUES (701, 'w', 1)",
      'SHOW WARNINGS',
      remembered,
      "REPLACE INTO main.notes (title, n) VALUES ('a', 1)",
      remembered,
      'INSERT INTO main.notes SELECT id + 5000, NULL, n FROM main.notes',
      remembered,
    ],
  ],
  [
    'rows of other days in the same interval keep their lookup row',
    [
      "INSERT INTO events VALUES ('2024-03-03', 1, 'x'), ('2024-03-04', 2, 'x'), ('2024-03-05', 3, 'y'), ('2024-08-01', 4, 'x')",
      "DELETE FROM events WHERE day = '2024-03-03'",
      "SELECT * FROM events WHERE tag = 'x' ORDER BY day",
      "UPDATE events SET tag = 'y' WHERE day = '2024-03-04'",
      "UPDATE events SET tag = 'z' WHERE day = '2024-03-05'",
      "SELECT * FROM events WHERE tag = 'y' ORDER BY day",
      "SELECT * FROM events WHERE tag = 'x' ORDER BY day",
    ],
  ],
  [
    'a READ ONLY transaction refuses a write before it looks for what is named',
    [
      'START TRANSACTION READ ONLY',
      'INSERT INTO nowhere (n) VALUES (1), (2)',
      'UPDATE nowhere SET a = 1',
      'DELETE FROM nowhere',
      'INSERT INTO entries (nope) VALUES (1)',
      'INSERT INTO entries VALUES (1)',
      'DELETE e FROM entries e JOIN nowhere n ON e.nope = n.id',
      'INSERT INTO entries (account',
      'COMMIT',
      'SET TRANSACTION READ ONLY',
      'INSERT INTO nowhere (n) VALUES (1)',
      'SELECT 1',
    ],
  ],
  [
    'warnings of rows on several shards name the rows of the statement, in its order',
    [
      "SET sql_mode = ''",
      "INSERT INTO entries VALUES ('81x', 1, 'a'), (82, 2, 'b'), (83, 3, 99999999999), (84, 4, 4), ('85', '5y', 'c')",
      'SHOW WARNINGS',
      "INSERT IGNORE INTO entries VALUES (81, 1, 'd'), (86, 6, 'e'), (82, 2, 1)",
      'SHOW WARNINGS',
      "INSERT INTO entries SELECT account + 100, id + 500, CONCAT(n, 'x') FROM entries WHERE account BETWEEN 81 AND 86 ORDER BY account",
      'SHOW WARNINGS',
      "REPLACE INTO users VALUES (301, 'w1', 'p'), (302, 'w2', 'q'), (303, 'w3', 5)",
      'SHOW WARNINGS',
      "INSERT INTO users VALUES (304, 'w1', 'p'), (302, 'w4', 'q'), (305, 'w5', 'r') ON DUPLICATE KEY UPDATE n = 's'",
      'SHOW WARNINGS',
      'SET sql_mode = DEFAULT',
      'DELETE FROM entries WHERE account BETWEEN 81 AND 186',
      'DELETE FROM users WHERE id > 300',
    ],
  ],
  [
    'quotients of rows of the table itself are rounded on their way, as on one server',
    [
      'INSERT INTO shares VALUES (1, 10), (2, 22), (3, -5)',
      'INSERT INTO shares SELECT id + 100, part / 3 FROM shares',
      'INSERT INTO shares SELECT id + 200, account / 3 FROM entries',
      'SELECT * FROM shares ORDER BY id',
    ],
  ],
  [
    'what a server warns of while it computes where a row goes is told',
    [
      "SET sql_mode = ''",
      "INSERT INTO entries VALUES (100 + '1y', 1, 1), (12 + '7x', 2, 2)",
      'SHOW WARNINGS',
      "INSERT INTO entries VALUES (100 + '2y', 1, 1)",
      'SHOW WARNINGS',
      "INSERT INTO entries SELECT account + '1z', id + 100, n FROM entries WHERE account > 100 ORDER BY account, id",
      'SHOW WARNINGS',
      'SET sql_mode = DEFAULT',
      'DELETE FROM entries WHERE account IN (19, 101, 102, 103)',
    ],
  ],
  [
    'DEFAULT of a column that has none is refused also where no row is met',
    [
      'UPDATE events e JOIN orders o ON o.id = e.id AND o.n = 12345 SET e.id = DEFAULT',
      'UPDATE IGNORE events e JOIN orders o ON o.id = e.id AND o.n = 12345 SET e.id = DEFAULT(e.id), o.n = 3',
      'UPDATE orders o JOIN entries e ON o.id = e.n AND o.n = 12345 SET o.n = DEFAULT',
    ],
  ],
  [
    'a NULL among several rows is converted where sql_mode is not strict, also beside values that a server is asked for',
    [
      "SET sql_mode = ''",
      "INSERT IGNORE INTO events (day, id, tag) VALUES ('2024-02-01', NULL, 1.50), ('2024-08-02', 702, 'n')",
      'SHOW WARNINGS',
      "SELECT * FROM events WHERE tag IN ('n', '1.50') ORDER BY id",
      "SELECT * FROM events WHERE tag = '1.50'",
      "DELETE FROM events WHERE tag IN ('n', '1.50')",
      'SET sql_mode = DEFAULT',
      "INSERT INTO events (day, id, tag) VALUES ('2024-02-01', NULL, 1.50), ('2024-08-02', 702, 'n')",
      "SELECT COUNT(*) FROM events WHERE tag IN ('n', '1.50')",
    ],
  ],
  [
    'LAST_INSERT_ID(x) begins no transaction',
    ['SET autocommit = 0', 'SELECT LAST_INSERT_ID(4)', remembered, 'SELECT @a := 5', 'SET autocommit = 1'],
  ],
])('%s', async (_name, statements) => {
  expect(await differences(statements)).toEqual([]);
});

test.each([
  "INSERT INTO entries SELECT account + '1z', id + 100, n FROM entries",
  "INSERT INTO entries SELECT account + 1, id + 100, n FROM entries WHERE CONCAT(n, 'x') > 0 ORDER BY id",
  "INSERT INTO main.notes (n) VALUES ((SELECT MAX(CONCAT(n, 'x') + 0) FROM entries))",
  "UPDATE entries SET n = (SELECT MAX(CONCAT(n, 'x') + 0) FROM orders)",
  "UPDATE entries SET n = 9 WHERE CONCAT(n, 'x') > 0 LIMIT 3",
])('strict mode: %s writes nothing where reading warns', async (sql) => {
  const proxy = await stage.world.proxy();
  const oracle = await stage.world.oracle();
  for (const client of [oracle, proxy]) {
    await client.query('REPLACE INTO entries VALUES (71, 901, 5), (72, 902, 5)');
    await client.query('REPLACE INTO orders VALUES (9001, 5)');
  }
  expect([await oracle.query(sql), await proxy.query(sql)]).toMatchObject([
    { kind: 'error' },
    { kind: 'error' },
  ]);
  expect(
    await differences(['SELECT * FROM entries ORDER BY account, id', 'SELECT COUNT(*) FROM main.notes']),
  ).toEqual([]);
});

test('an aggregate of the written row is no aggregate of all rows: refused, nothing written', async () => {
  const proxy = await stage.world.proxy();
  const answer = await proxy.query('UPDATE entries SET n = (SELECT MAX(account) FROM orders o)');
  expect(answer).toMatchObject({ kind: 'error', message: expect.stringContaining('SG6045') });
});

test('UPDATE IGNORE of a column with a unique lookup is refused: what a server ignores may be on another shard', async () => {
  const proxy = await stage.world.proxy();
  const answer = await proxy.query('UPDATE IGNORE users SET email = NULL WHERE id > 0');
  expect(answer).toMatchObject({ kind: 'error', message: expect.stringContaining('SG6038') });
});

test.each(['1 - 1', "'0'", '0.2', '-0', 'FALSE', "x'00'", "'abc'", "CONCAT('', 0)", 'NULLIF(1, 1)'])(
  'a number that shards would give themselves is refused, however 0 and NULL are spelled: %s',
  async (id) => {
    const proxy = await stage.world.proxy();
    const asked = [
      `INSERT INTO shared (id, n) VALUES (${id}, 1)`,
      `INSERT INTO shared (id, n) VALUES (77, 1), (${id}, 1)`,
      `INSERT INTO users (id, email) VALUES (${id}, 'zero@x'), (78, 'other@x')`,
    ];
    await proxy.query("SET sql_mode = ''");
    for (const sql of asked) {
      const answer = await proxy.query(sql);
      const message = answer.kind === 'error' ? answer.message : answer.kind;
      expect(message, sql).toMatch(/^SG6008|cannot be null/);
    }
    expect(
      await differences(['SELECT COUNT(*) FROM shared', "SELECT * FROM users WHERE email LIKE '%r@x'"]),
    ).toEqual([]);
  },
);
