// RETURNING over several shards, and what a session remembers of statements that answer rows or nothing.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { differenceOf } from '../../support/compare-answers.ts';
import type { Answer, ExactClient, ParamValue } from '../../support/exact-client.ts';
import { Stage, type World, type WorldSchema } from '../../support/stage.ts';
import { exactCollation, testFlavour, testServers } from '../../support/test-servers.ts';

const charset = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4';
const email = `email VARCHAR(40) COLLATE ${exactCollation()}`;

const schema: WorldSchema = {
  shards: ['-40', '40-80', '80-c0', 'c0-'],
  vschema: {
    sharded: true,
    vindexes: {
      hash: { type: 'hash' },
      xx: { type: 'xxhash' },
      by_email: {
        type: 'consistent_lookup_unique',
        params: { table: 'email_idx', from: 'email', to: 'keyspace_id' },
        owner: 'users',
      },
    },
    tables: {
      plain: { column_vindexes: [{ column: 'id', name: 'hash' }] },
      orders: {
        column_vindexes: [{ column: 'id', name: 'hash' }],
        auto_increment: { column: 'id', sequence: 'main.seq' },
      },
      codes: {
        column_vindexes: [{ column: 'account', name: 'hash' }],
        auto_increment: { column: 'id', sequence: 'main.codes_seq' },
      },
      users: {
        column_vindexes: [
          { column: 'id', name: 'hash' },
          { column: 'email', name: 'by_email' },
        ],
      },
      email_idx: { column_vindexes: [{ column: 'email', name: 'xx' }] },
      countries: { type: 'reference' },
    },
  },
  schema: `
CREATE TABLE plain (id BIGINT NOT NULL PRIMARY KEY, s VARCHAR(40), f FLOAT, n INT, d DECIMAL(10,3), e ENUM('a','b'), t DATETIME(3)) ${charset};
CREATE TABLE orders (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, n INT) ${charset};
CREATE TABLE codes (account BIGINT NOT NULL, id BIGINT NOT NULL AUTO_INCREMENT, code INT, n INT, PRIMARY KEY (account, id), KEY (id), UNIQUE KEY code (account, code)) ${charset};
CREATE TABLE users (id BIGINT NOT NULL PRIMARY KEY, ${email}, n INT, UNIQUE KEY email (email)) ${charset};
CREATE TABLE countries (id INT NOT NULL PRIMARY KEY, name VARCHAR(20)) ${charset};
CREATE TABLE email_idx (${email} PRIMARY KEY, keyspace_id VARBINARY(16)) ${charset};
`,
  mainSchema: `
CREATE TABLE notes (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, title VARCHAR(20) UNIQUE, n INT) ${charset};
CREATE TABLE seq (id INT PRIMARY KEY, next_id BIGINT, cache BIGINT);
INSERT INTO seq VALUES (0, 1, 1000);
CREATE TABLE codes_seq (id INT PRIMARY KEY, next_id BIGINT, cache BIGINT);
INSERT INTO codes_seq VALUES (0, 1, 1000);
`,
};

let stage: Stage;
let world: World;

beforeAll(async () => {
  stage = await Stage.open(await testServers());
  world = await stage.world(schema);
});
afterAll(async () => {
  await world?.close();
  await stage?.close();
});

/** A text, or a text to be prepared with its parameters. */
type Said = string | readonly [string, ...ParamValue[]];

async function ask(client: ExactClient, said: Said): Promise<Answer> {
  if (typeof said === 'string') return client.query(said);
  const [sql, ...params] = said;
  const statement = await client.prepare(sql);
  if ('kind' in statement) return statement;
  const answer = await client.execute(statement, params);
  client.closeStatement(statement);
  return answer;
}

/** Sessions of their own on both; the first difference of each statement. */
async function differences(statements: readonly Said[]): Promise<readonly string[]> {
  const [oracle, proxy] = [await world.oracle(), await world.proxy()];
  const found: string[] = [];
  for (const said of statements) {
    const [expected, actual] = [await ask(oracle, said), await ask(proxy, said)];
    const withParams = typeof said !== 'string';
    const options = { ordered: true, coreColumns: true, withParams, flavour: testFlavour() };
    const difference = differenceOf(expected, actual, options);
    if (difference !== null) found.push(`${said}\n${difference}`);
  }
  return found;
}

const remembered = 'SELECT ROW_COUNT(), LAST_INSERT_ID(), FOUND_ROWS()';

// MySQL has no RETURNING.
describe.runIf(testFlavour() === 'mariadb')('RETURNING over several shards', () => {
  test.each<readonly [string, readonly Said[]]>([
    [
      'INSERT answers its rows in the order of VALUES',
      [
        "INSERT INTO plain (id, n, f, d, e, t) VALUES (2, 1, 1.234567891, 2.5, 'b', '2024-01-01 10:00:00.123') RETURNING *",
        "INSERT INTO plain (id, n) VALUES (21, 1), (12, 2), (3, 3), (17, 7), (5, 5) RETURNING id, n + 1, n+id AS x, plain.n, shop.plain.id, shop.plain.id + 1, 'lit', NULL",
        remembered,
        [
          "INSERT INTO plain (id, n, f, t, d) VALUES (?, ?, 1.23456789, '2024-01-01 10:00:00.123', 7.125), (42, 2, 2.2, NULL, NULL) RETURNING f, id, d, t, ?, NULL",
          41n,
          9n,
          'lit',
        ],
        'INSERT INTO plain (id, n) VALUES (90, 1), (91, 2), (21, 3) RETURNING id',
        'SELECT id FROM plain ORDER BY id',
        'INSERT INTO plain (id, n) VALUES (2000, 1), (2001, 2) RETURNING nope',
        'INSERT INTO plain (id, n) VALUES (2000, 1), (2001, 2) RETURNING COUNT(*)',
        'INSERT INTO plain (id, n, t) VALUES (2000, 1, NOW(3)), (2001, 2, NOW(3)), (2002, 2, NOW(3)) RETURNING t = NOW(3), 1/0',
        'INSERT INTO plain (id, n) VALUES (3000, 1), (3001, (SELECT MAX(x.n) FROM plain x)) RETURNING id, n',
        'DELETE FROM plain',
      ],
    ],
    [
      'rows that meet others: left out, replaced, updated',
      [
        'INSERT INTO plain (id, n) VALUES (21, 1), (12, 2), (3, 3), (17, 7), (5, 5)',
        'INSERT IGNORE INTO plain (id, n) VALUES (21, 1), (60, 2), (3, 3), (61, 7), (5, 5) RETURNING id, n',
        'INSERT INTO plain (id, n) VALUES (21, 100), (70, 2), (3, 300), (71, 7), (5, 5) ON DUPLICATE KEY UPDATE n = VALUES(n) RETURNING id, n',
        'REPLACE INTO plain (id, n) VALUES (21, 101), (80, 2), (3, 301), (71, 8) RETURNING id, n',
        'INSERT INTO plain SET id = 3, n = 3 ON DUPLICATE KEY UPDATE n = 77 RETURNING *',
        'DELETE FROM plain',
      ],
    ],
    [
      'INSERT ... SELECT in the order of the SELECT, columns also without rows',
      [
        'INSERT INTO plain (id, n) VALUES (21, 1), (12, 2), (3, 3), (17, 7), (5, 5)',
        'INSERT INTO plain (id, n) SELECT id + 100, n FROM plain ORDER BY n DESC, id RETURNING id, n',
        'INSERT INTO plain (id, n) SELECT id, n FROM plain WHERE n > 5 ORDER BY id ON DUPLICATE KEY UPDATE n = 8 RETURNING id, n',
        'INSERT INTO plain (id, n) SELECT id + 100, n FROM plain WHERE id < 0 ORDER BY n RETURNING id, n, n / 2',
        ['INSERT INTO plain (id, n) SELECT id + 100, n FROM plain WHERE id < ? RETURNING id, n, n / 2', -3n],
        'DELETE FROM plain',
      ],
    ],
    [
      'DELETE in the order it asks for, and OK where no row can match',
      [
        'INSERT INTO plain (id, n) VALUES (21, 1), (12, 2), (3, 3), (17, 7), (5, 5), (6, 6), (7, 1)',
        'DELETE FROM plain WHERE id IN (21, 12) ORDER BY n DESC, id RETURNING id, n, n + 1',
        'DELETE FROM plain WHERE n > 0 ORDER BY id DESC LIMIT 2 RETURNING *',
        ['DELETE FROM plain WHERE n > ? ORDER BY n, id LIMIT 2 RETURNING *, ?', 0n, 'x'],
        ['DELETE FROM plain WHERE n > ? ORDER BY n, id LIMIT 2 RETURNING *, ?', 1000n, 'x'],
        'DELETE FROM plain WHERE n > 1000 RETURNING id',
        'SELECT ROW_COUNT()',
        'DELETE FROM plain WHERE FALSE RETURNING id',
        'SELECT ROW_COUNT()',
        'DELETE FROM plain LIMIT 0 RETURNING id',
        'DELETE FROM plain WHERE id = (SELECT MIN(n) - 5 FROM plain AS p) RETURNING id',
        'DELETE FROM plain WHERE n = 5 RETURNING id, n',
        'DELETE FROM plain',
      ],
    ],
    [
      'a table with lookup vindexes, row by row',
      [
        "INSERT INTO users VALUES (1, 'a', 1), (2, 'b', 2) RETURNING *",
        "INSERT INTO users VALUES (3, 'b', 1), (4, 'd', 9) RETURNING *",
        "INSERT IGNORE INTO users VALUES (3, 'b', 1), (4, 'd', 9), (1, 'z', 7), (9, 'zz', 1) RETURNING *",
        "REPLACE INTO users VALUES (3, 'b', 1), (4, 'd', 9), (1, 'z', 7) RETURNING *",
        "INSERT INTO users VALUES (13, 'b', 10), (14, 'dd', 9), (1, 'zx', 7) ON DUPLICATE KEY UPDATE n = VALUES(n) RETURNING *",
        [
          "INSERT INTO users VALUES (13, ?, 11), (24, 'ddd', 9), (1, 'zx', 7) ON DUPLICATE KEY UPDATE n = VALUES(n) RETURNING *, ?",
          'b',
          'z',
        ],
        'SELECT * FROM users ORDER BY id',
        'DELETE FROM users WHERE n > 8 ORDER BY id RETURNING id, email',
        'DELETE FROM users WHERE n > 800 RETURNING id',
        'DELETE FROM users WHERE id IN (77, 78) ORDER BY n RETURNING id',
        'DELETE FROM users WHERE FALSE RETURNING id',
      ],
    ],
    [
      'numbers of a sequence, of a server, and rows that keep them',
      [
        'INSERT INTO orders (n) VALUES (1), (2), (3) RETURNING *',
        'SELECT LAST_INSERT_ID()',
        'INSERT INTO orders (n) VALUES (1) RETURNING *',
        'SELECT LAST_INSERT_ID()',
        'INSERT INTO orders (id, n) VALUES (100, 1), (NULL, 7), (2, 9) ON DUPLICATE KEY UPDATE n = n + 1 RETURNING n',
        "INSERT INTO main.notes (title, n) VALUES ('a', 1), ('b', 2) RETURNING *",
        remembered,
        "INSERT INTO main.notes (title, n) VALUES ('s', (SELECT COUNT(*) FROM plain)) RETURNING id, title",
        'SELECT LAST_INSERT_ID()',
      ],
    ],
    [
      'a reference table answers once',
      [
        "INSERT INTO countries VALUES (1, 'x'), (2, 'y') RETURNING *, UPPER(name)",
        'DELETE FROM countries ORDER BY id DESC RETURNING id, name',
      ],
    ],
    [
      'in a transaction, and nothing of it where one row fails',
      [
        'BEGIN',
        'INSERT INTO plain (id, n) VALUES (1001, 1), (1002, 2) RETURNING id',
        'INSERT INTO plain (id, n) VALUES (1003, 1), (1002, 2) RETURNING id',
        'SELECT id FROM plain WHERE id > 1000 ORDER BY id',
        'DELETE FROM plain ORDER BY id DESC RETURNING id',
        'ROLLBACK',
        'SELECT COUNT(*) FROM plain',
      ],
    ],
  ])('%s', async (_name, statements) => {
    expect(await differences(statements)).toEqual([]);
  });

  test('more than may be kept: an error of its own, and nothing written', async () => {
    const proxy = await world.proxy();
    await proxy.query('SET SESSION group_concat_max_len = 1000');
    const wide = "REPEAT('x', 20000000)";
    const sql = `INSERT INTO plain (id, n) VALUES (1, 1), (2, 2), (3, 3), (4, 4) RETURNING id, ${wide}`;
    const answer = await proxy.query(sql);
    expect(answer).toMatchObject({ kind: 'error', message: expect.stringContaining('SG4021') });
    expect(await differences(['SELECT COUNT(*) FROM plain'])).toEqual([]);
  });
});

test.each<readonly [string, readonly Said[]]>([
  [
    'LAST_INSERT_ID() is the number of the first row stored, not of one that met another',
    [
      'INSERT INTO codes (account, code, n) VALUES (1, 10, 1), (2, 10, 1)',
      'SELECT LAST_INSERT_ID()',
      'SELECT LAST_INSERT_ID(77)',
      'INSERT IGNORE INTO codes (account, code, n) VALUES (1, 10, 2), (2, 10, 2)',
      'SELECT LAST_INSERT_ID()',
      'INSERT INTO codes (account, code, n) VALUES (1, 10, 2) ON DUPLICATE KEY UPDATE n = 9',
      'SELECT LAST_INSERT_ID()',
    ],
  ],
  [
    'a statement that cannot be prepared is remembered as failed',
    [
      'INSERT INTO plain (id, n) VALUES (61, 1), (62, 2), (63, 3)',
      ['SELECT nope FROM plain'],
      'SELECT ROW_COUNT()',
      ['SELECT nope FROM plain'],
      'SHOW WARNINGS',
      ['SELECT 1 FROM FROM'],
      'SELECT @@error_count, @@warning_count',
    ],
  ],
])('%s', async (_name, statements) => {
  expect(await differences(statements)).toEqual([]);
});

test('of rows that meet others and rows that are stored, the first one stored counts', async () => {
  const proxy = await world.proxy();
  await proxy.query('INSERT INTO codes (account, code) VALUES (31, 1)');
  await proxy.query('INSERT IGNORE INTO codes (account, code) VALUES (31, 1), (32, 1), (33, 1)');
  const answer = await proxy.query('SELECT LAST_INSERT_ID() - MIN(id) FROM codes WHERE account IN (32, 33)');
  expect(answer).toMatchObject({ kind: 'rows', rows: [Buffer.from([1, 48])] });
});

test('a prepared statement over tables ends the warnings of the one before', async () => {
  const found: Answer[] = [];
  for (const client of [await world.oracle(), await world.proxy()]) {
    await client.query("SELECT CAST('x' AS SIGNED)");
    const statement = await client.prepare('SELECT id FROM plain WHERE id IN (1, 2)');
    if ('kind' in statement) throw new Error('it can be prepared');
    found.push(await client.query('SHOW WARNINGS'));
  }
  expect(found.map((answer) => answer.kind === 'rows' && answer.rows.length)).toEqual([0, 0]);
});
