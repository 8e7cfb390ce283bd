// Variables a session may set, and reads and writes of every kind under each: as one server answers them, and nothing left behind.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Pair, same } from '../../support/pair.ts';
import { Stage, type World } from '../../support/stage.ts';
import { testFlavour, testServers } from '../../support/test-servers.ts';

const vschema = {
  sharded: true,
  vindexes: {
    hash: { type: 'hash' },
    xx: { type: 'xxhash' },
    loose: { type: 'unicode_loose_md5' },
    bmd5: { type: 'binary_md5' },
    by_email: {
      type: 'consistent_lookup_unique',
      params: { table: 'main.email_idx', from: 'email', to: 'keyspace_id' },
      owner: 'users',
    },
    by_name: {
      type: 'consistent_lookup',
      params: { table: 'main.name_idx', from: 'name,id', to: 'keyspace_id' },
      owner: 'users',
    },
    by_code: {
      type: 'lookup_hash',
      params: { table: 'main.code_idx', from: 'code', to: 'id' },
      owner: 'users',
    },
  },
  tables: {
    users: {
      column_vindexes: [
        { column: 'id', name: 'hash' },
        { column: 'email', name: 'by_email' },
        { columns: ['name', 'id'], name: 'by_name' },
        { column: 'code', name: 'by_code' },
      ],
      auto_increment: { column: 'id', sequence: 'main.users_seq' },
    },
    tb: { column_vindexes: [{ column: 'k', name: 'xx' }] },
    tv: { column_vindexes: [{ column: 'k', name: 'loose' }] },
    tm: { column_vindexes: [{ column: 'k', name: 'bmd5' }] },
    ref: { type: 'reference' },
  },
};
const schema = `
CREATE TABLE users (id BIGINT PRIMARY KEY AUTO_INCREMENT, email VARCHAR(40), name VARCHAR(40), code INT, d DATETIME DEFAULT CURRENT_TIMESTAMP, n DECIMAL(10,2), UNIQUE KEY (email)) CHARSET utf8mb4;
CREATE TABLE tb (k VARBINARY(40) PRIMARY KEY, v VARCHAR(20)) CHARSET utf8mb4;
CREATE TABLE tv (k VARCHAR(40) PRIMARY KEY, v VARCHAR(20)) CHARSET utf8mb4;
CREATE TABLE tm (k VARCHAR(40) CHARACTER SET latin1 PRIMARY KEY, v VARCHAR(20)) CHARSET utf8mb4;
CREATE TABLE ref (id INT PRIMARY KEY, v VARCHAR(20)) CHARSET utf8mb4;
`;
const mainSchema = `
CREATE TABLE users_seq (id INT PRIMARY KEY, next_id BIGINT, cache BIGINT) COMMENT 'vitess_sequence';
INSERT INTO users_seq VALUES (0, 1000, 10);
CREATE TABLE email_idx (email VARCHAR(40) PRIMARY KEY, keyspace_id VARBINARY(20)) CHARSET utf8mb4;
CREATE TABLE name_idx (name VARCHAR(40), id BIGINT, keyspace_id VARBINARY(20), PRIMARY KEY (name, id)) CHARSET utf8mb4;
CREATE TABLE code_idx (code INT, id BIGINT UNSIGNED, PRIMARY KEY (code, id));
`;

let stage: Stage;
let world: World;

beforeAll(async () => {
  stage = await Stage.open(await testServers());
  world = await stage.world({
    shards: ['-40', '40-80', '80-c0', 'c0-'],
    vschema,
    schema,
    mainSchema,
    constraints: 'check',
  });
});
afterAll(async () => {
  await world?.close();
  await stage?.close();
});

const script = [
  "INSERT INTO users (id, email, name, code, n) VALUES (1, 'a@x', 'ann', 1, 1.5), (2, 'b@x', 'ann', 2, 2.5), (3, 'c@x', 'bob', 1, 3.25), (4, 'd@x', 'cid', NULL, NULL), (5, NULL, 'ann', 1, 0)",
  "INSERT INTO tb VALUES ('abc', 'x'), ('d', 'y'), (X'00ff', 'z'), ('', 'e'), ('ab ', 's')",
  "SELECT HEX(k), v FROM tb WHERE k = 'abc'",
  "SELECT HEX(k), v FROM tb WHERE k IN ('d', 'abc', '')",
  'SELECT HEX(k), v FROM tb ORDER BY k',
  "UPDATE tb SET v = 'q' WHERE k = 'd'",
  "DELETE FROM tb WHERE k = 'abc'",
  "INSERT INTO tv VALUES ('abc', 'x'), ('Déjà', 'y'), ('zz ', 'z')",
  "SELECT k, v FROM tv WHERE k = 'ABC'",
  "SELECT k, v FROM tv WHERE k = 'deja'",
  "SELECT k, v FROM tv WHERE k = 'déjà'",
  "UPDATE tv SET v = 'u' WHERE k = 'ABC'",
  'SELECT * FROM tv ORDER BY k',
  "INSERT INTO tm VALUES ('abc', 'x'), ('é', 'y')",
  "SELECT k, v FROM tm WHERE k = 'abc'",
  "SELECT k, v FROM tm WHERE k = 'é'",
  'SELECT * FROM tm ORDER BY v',
  "SELECT id, email, name, code, n FROM users WHERE email = 'b@x'",
  "SELECT id FROM users WHERE name = 'ann' ORDER BY id",
  'SELECT id FROM users WHERE code = 1 ORDER BY id',
  "SELECT id FROM users WHERE email IN ('a@x', 'c@x', 'zz') ORDER BY id",
  'SELECT COUNT(*), SUM(n), AVG(n), MIN(name) FROM users',
  'SELECT name, COUNT(*), GROUP_CONCAT(id ORDER BY id) FROM users GROUP BY name ORDER BY name',
  'SELECT u.id, w.id FROM users u JOIN users w ON u.code = w.code AND u.id < w.id ORDER BY 1, 2',
  'SELECT id FROM users u WHERE EXISTS (SELECT 1 FROM users w WHERE w.code = u.code AND w.id > u.id) ORDER BY id',
  'SELECT DISTINCT name FROM users ORDER BY name DESC',
  'SELECT id, n / 3 FROM users ORDER BY n DESC, id LIMIT 3',
  "(SELECT id FROM users WHERE id < 3) UNION ALL (SELECT id FROM users WHERE name = 'ann') ORDER BY id",
  "UPDATE users SET name = 'dan' WHERE email = 'a@x'",
  "UPDATE users SET email = 'e@x', code = 9 WHERE id = 2",
  "UPDATE users SET n = n + 1 WHERE name = 'ann'",
  'UPDATE users SET id = 40 WHERE id = 4',
  "SELECT id FROM users WHERE name = 'ann' ORDER BY id",
  'SELECT id, email, name, code, n FROM users ORDER BY id',
  "INSERT INTO users (id, email, name, code) VALUES (6, 'a@x', 'eve', 3)",
  "INSERT IGNORE INTO users (id, email, name, code) VALUES (6, 'a@x', 'eve', 3), (7, 'f@x', 'fay', 4)",
  "REPLACE INTO users (id, email, name, code, n) VALUES (7, 'g@x', 'fay', 5, 1)",
  "INSERT INTO users (id, email, name, code) VALUES (1, 'h@x', 'q', 1) ON DUPLICATE KEY UPDATE name = VALUES(name), n = 7",
  "SELECT id FROM users WHERE name = 'q'",
  "INSERT INTO users (id, email, name, code) VALUES (21, '', '', NULL)",
  "INSERT INTO users (id, email, name, code) VALUES (22, '', N'', NULL), (23, NULL, _utf8mb4 x'', NULL)",
  "SELECT id, email, name FROM users WHERE email = '' OR id > 20 ORDER BY id",
  "INSERT IGNORE INTO users (id, email, name, code) VALUES (24, '', '', 8), (25, '', 'gus', 8)",
  "UPDATE users SET name = '' WHERE id = 25",
  'SELECT id, email, name, code FROM users WHERE id > 20 ORDER BY id',
  'DELETE FROM users WHERE id > 20 AND id < 30',
  "INSERT INTO tv VALUES ('', 'empty')",
  "SELECT v FROM tv WHERE k = '' OR k <=> ''",
  "INSERT INTO ref VALUES (1, 'one'), (2, 'two')",
  "UPDATE ref SET v = CONCAT(v, '!') WHERE id = 1",
  'SELECT u.id, r.v FROM users u JOIN ref r ON r.id = u.code ORDER BY u.id',
  'INSERT INTO tv SELECT name, email FROM users WHERE code = 9',
  'SELECT * FROM tv ORDER BY k, v',
  'BEGIN',
  'UPDATE users SET n = 100 WHERE id IN (1, 2, 3)',
  'SAVEPOINT s',
  "DELETE FROM users WHERE name = 'bob'",
  'ROLLBACK TO s',
  'SELECT id, n FROM users ORDER BY id',
  "DELETE FROM users WHERE email = 'e@x'",
  'DELETE FROM users WHERE code = 1 ORDER BY id LIMIT 1',
  'UPDATE users SET n = 5 ORDER BY id DESC LIMIT 2',
  'SELECT id, email, name, code, n FROM users ORDER BY id',
  'SELECT id, ROW_NUMBER() OVER (ORDER BY id) FROM users ORDER BY 1',
  'WITH RECURSIVE c AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM c WHERE a < 5) SELECT c.a, u.name FROM c LEFT JOIN users u ON u.id = c.a ORDER BY 1',
  "SELECT 'a' 'b', 'x' = 'X', LENGTH('é'), CONCAT(name, 'é') FROM users WHERE id = 3",
  'DELETE FROM users',
  'SELECT COUNT(*) FROM users',
];

const tables = ['users', 'tb', 'tv', 'tm', 'ref'] as const;

/** Sessions with the setting, over empty tables. */
async function open(setting: string): Promise<Pair> {
  const clean = await Pair.open(world);
  await clean.do(...tables.map((table) => `DELETE FROM ${table}`));
  const pair = await Pair.open(world, {}, { coreColumns: true });
  await pair.do(setting);
  return pair;
}

const everywhere = [
  'DO 0',
  'SET collation_connection = utf16_general_ci',
  'SET NAMES latin1',
  'SET character_set_results = NULL',
  "SET sql_mode = 'ANSI,NO_BACKSLASH_ESCAPES'",
  "SET sql_mode = ''",
  "SET sql_mode = 'PAD_CHAR_TO_FULL_LENGTH'",
  'SET sql_safe_updates = 1',
  'SET sql_select_limit = 1',
  "SET time_zone = '+11:00'",
  'SET timestamp = 1000000000',
  'SET group_concat_max_len = 4',
  'SET SESSION TRANSACTION READ ONLY',
  'SET autocommit = 0',
];
const ofMariadb = [
  'SET max_error_count = 0',
  "SET sql_mode = 'EMPTY_STRING_IS_NULL'",
  "SET sql_mode = 'SIMULTANEOUS_ASSIGNMENT'",
  'SET join_cache_level = 8',
];

test.each([...everywhere, ...(testFlavour() === 'mariadb' ? ofMariadb : [])])('%s', async (setting) => {
  const pair = await open(setting);
  const found: string[] = [];
  for (const sql of script) {
    const difference = await pair.ask(sql, { ordered: / ORDER BY /.test(sql) });
    if (difference !== same) found.push(`${sql}\n${difference}`);
  }
  await pair.do('COMMIT');
  expect(found).toEqual([]);
  const clean = await Pair.open(world, {}, { ordered: true });
  for (const table of tables) expect(await clean.ask(`SELECT * FROM ${table} ORDER BY 1`), table).toBe(same);
  // Each lookup row is that of a row.
  const strays = await clean.proxy.query(
    'SELECT (SELECT COUNT(*) FROM main.email_idx) - (SELECT COUNT(email) FROM users), (SELECT COUNT(*) FROM main.code_idx) - (SELECT COUNT(code) FROM users)',
  );
  expect(
    strays.kind === 'rows' ? strays.rows.map((row) => Buffer.from(row).toString('latin1')) : strays,
  ).toEqual(['\x010\x010']);
});

describe('SET SESSION TRANSACTION READ ONLY', () => {
  test('a transaction that says READ WRITE writes all the same', async () => {
    const pair = await open('SET SESSION TRANSACTION READ ONLY');
    expect(
      await pair.differences([
        'START TRANSACTION READ WRITE',
        "INSERT INTO tv VALUES ('w', 'w'), ('x', 'x')",
        'SELECT COUNT(*), MAX(k) FROM tv',
        'ROLLBACK',
        'BEGIN',
        "INSERT INTO tv SELECT k, v FROM tv WHERE k = 'nothing'",
        'SELECT COUNT(*), MAX(k) FROM tv',
        'COMMIT',
      ]),
    ).toEqual([]);
  });
});

test.runIf(testFlavour() === 'mariadb')('info texts keep their numbers in every language', async () => {
  const pair = await open("SET lc_messages = 'de_DE'");
  expect(
    await pair.differences([
      "INSERT INTO tb VALUES ('a', 'x'), ('b', 'x'), ('c', 'x'), ('d', 'x'), ('e', 'x'), ('f', 'x'), ('g', 'x'), ('h', 'x')",
      "UPDATE tb SET v = 'y'",
    ]),
  ).toEqual([]);
});

test.each([
  'SET NAMES swe7',
  'SET character_set_client = swe7',
  'SET NAMES gbk',
  'SET character_set_results = utf16',
])('%s is refused', async (setting) => {
  const client = await world.proxy();
  expect(await client.query(setting)).toMatchObject({
    kind: 'error',
    message: expect.stringContaining('SG5007'),
  });
  expect(await client.query('SELECT 1')).toMatchObject({ kind: 'rows' });
});
