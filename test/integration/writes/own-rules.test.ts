// Tables that do things by themselves: defaults, CHECKs, foreign keys and what IGNORE leaves out, beside one plain server.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testFlavour } from '../../support/test-servers.ts';
import { Shadow } from './shadow.ts';

const lookup = (table: string, type: string, owner: string): object => ({
  type,
  params: { table: `main.${table}`, from: 'v', to: 'keyspace_id' },
  owner,
});
const byK = { column: 'k', name: 'hash' };
const vschema = {
  sharded: true,
  vindexes: {
    hash: { type: 'hash' },
    by_mail: lookup('mail_of', 'lookup_unique', 'people'),
  },
  tables: {
    people: { column_vindexes: [byK, { column: 'mail', name: 'by_mail' }] },
    visits: { column_vindexes: [byK] },
    stamped: { column_vindexes: [byK] },
    strict: { column_vindexes: [byK] },
    pairs: { column_vindexes: [byK] },
    places: { type: 'reference' },
    events: { type: 'reference' },
    tokens: { type: 'reference' },
  },
};
const schema = `
CREATE TABLE places (code VARCHAR(4) COLLATE utf8mb4_bin PRIMARY KEY, name VARCHAR(10)) CHARSET utf8mb4;
CREATE TABLE people (k BIGINT PRIMARY KEY, mail INT NULL, place VARCHAR(4) COLLATE utf8mb4_bin, n INT NULL, UNIQUE KEY mail (mail), KEY (place), CONSTRAINT at_place FOREIGN KEY (place) REFERENCES places (code), CONSTRAINT small CHECK (n < 50)) CHARSET utf8mb4;
CREATE TABLE visits (k BIGINT PRIMARY KEY, place VARCHAR(4) COLLATE utf8mb4_bin, n INT NULL, KEY (place), FOREIGN KEY (place) REFERENCES places (code)) CHARSET utf8mb4;
CREATE TABLE stamped (k BIGINT PRIMARY KEY, n INT, at DATETIME(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6));
CREATE TABLE strict (k BIGINT PRIMARY KEY, n INT NOT NULL, d INT NOT NULL DEFAULT 5, CONSTRAINT few CHECK (n < 50));
CREATE TABLE pairs (k BIGINT, a INT, b INT, PRIMARY KEY (k, a), UNIQUE KEY by_b (k, b));
CREATE TABLE events (id INT PRIMARY KEY, n INT, at DATETIME(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6));
CREATE TABLE tokens (id INT PRIMARY KEY, token VARCHAR(40) DEFAULT (UUID())) CHARSET utf8mb4;
`;
const mainSchema = `
CREATE TABLE mail_of (v INT NOT NULL PRIMARY KEY, keyspace_id VARBINARY(16));
`;

let shadow: Shadow;

beforeAll(async () => {
  shadow = await Shadow.start({ vschema, schema, mainSchema });
  await shadow.both("INSERT INTO places VALUES ('a', 'A'), ('b', 'B'), ('c', 'C'), ('d', 'D')");
});

afterAll(() => shadow.close());

async function lookupRows(table: string): Promise<readonly unknown[]> {
  const { rows = [] } = await shadow.through(`SELECT v FROM main.${table} ORDER BY v`);
  return rows.map((row) => Object.values(row as object)[0]);
}

/** One text per shard. */
async function perShard(sql: string): Promise<readonly string[]> {
  return (await shadow.onShards(sql)).map((rows) => JSON.stringify(rows));
}

describe('IGNORE', () => {
  test('leaves no lookup row of a row it left out: no parent, or against a CHECK', async () => {
    await shadow.both(
      "INSERT IGNORE INTO people (k, mail, place) VALUES (1, 101, 'zz'), (2, 102, 'a'), (3, 103, 'b')",
    );
    expect(await lookupRows('mail_of')).toEqual([102, 103]);
    await shadow.both("INSERT INTO people (k, mail, place) VALUES (4, 101, 'a')");
    if (testFlavour() === 'mariadb') {
      await shadow.both(
        'INSERT IGNORE INTO people (k, mail, n) VALUES (5, 105, 500), (6, 106, 1), (7, 107, 51)',
      );
      expect(await lookupRows('mail_of')).toEqual([101, 102, 103, 106]);
    }
    await shadow.expectSameTable('people', { column: 'k', vindex: 'hash' });
  });

  test('a row without its parent is a record on MariaDB and none on MySQL, alone on its shard or not', async () => {
    const rows = Array.from({ length: 12 }, (_, i) => `(${i}, '${i % 3 === 0 ? 'zz' : 'a'}')`);
    await shadow.both(`INSERT IGNORE INTO visits (k, place) VALUES ${rows.join(', ')}`);
    for (const lone of rows)
      await shadow.both(`INSERT IGNORE INTO visits (k, place) VALUES ${lone}, (1, 'a')`);
    // Each of them meets a row: what is not updated then was a duplicate all the same.
    await shadow.both(
      "INSERT IGNORE INTO visits (k, place) VALUES (1, 'a'), (2, 'b') ON DUPLICATE KEY UPDATE place = 'zz'",
    );
    await shadow.expectSameTable('visits', { column: 'k', vindex: 'hash' });
  });

  test.runIf(testFlavour() === 'mariadb')(
    'keeps the lookup rows of rows that RETURNING answers',
    async () => {
      await shadow.both('INSERT IGNORE INTO people (k, mail) VALUES (41, 401), (42, 402) RETURNING k');
      await shadow.both(
        'INSERT INTO people (k, mail) VALUES (43, 403) ON DUPLICATE KEY UPDATE n = 1 RETURNING k',
      );
      expect(await lookupRows('mail_of')).toEqual(expect.arrayContaining([401, 402, 403]));
    },
  );

  test('counts as duplicates what it did not store', async () => {
    await shadow.both('INSERT IGNORE INTO people (k, mail) VALUES (2, 201), (3, 202), (20, 203)');
    await shadow.both(
      'INSERT IGNORE INTO strict (k, n) VALUES (1, 3), (2, 5), (100, 1) ON DUPLICATE KEY UPDATE n = 3',
    );
    await shadow.both(
      'INSERT IGNORE INTO strict (k, n) VALUES (1, 3), (2, 5), (100, 1) ON DUPLICATE KEY UPDATE n = 4',
    );
  });

  test('counts each row that one alone on its shard replaces', async () => {
    await shadow.both('INSERT INTO pairs VALUES (1, 1, 1), (1, 2, 2), (2, 1, 1), (4, 1, 1)');
    await shadow.both('REPLACE INTO pairs VALUES (1, 1, 2), (2, 1, 3), (4, 9, 9)');
    await shadow.both('SELECT * FROM pairs ORDER BY k, a');
  });

  test('on a reference table that rows of shards refer to is refused: shards would ignore different rows', async () => {
    expect((await shadow.through('DELETE IGNORE FROM places')).message).toMatch(/^SG6016/);
    expect((await shadow.through("UPDATE IGNORE places SET code = CONCAT(code, '2')")).message).toMatch(
      /^SG6016/,
    );
    await shadow.both('SELECT * FROM places ORDER BY code');
  });
});

describe('one row alone on its shard', () => {
  test('is converted where one server converts it among others', async () => {
    await shadow.both("SET sql_mode = ''");
    await shadow.both(
      'INSERT INTO strict (k, n, d) VALUES (11, NULL, 1), (12, 1, NULL), (13, NULL, DEFAULT), (17, 2, DEFAULT(d))',
    );
    await shadow.both('REPLACE INTO strict (k, n) VALUES (11, 3), (12, NULL)');
    await shadow.both('INSERT INTO strict (k, n) VALUES (14, NULL)');
    await shadow.both('SET sql_mode = DEFAULT');
    await shadow.both('INSERT INTO strict (k, n) VALUES (21, NULL), (22, 1), (23, 1)');
    await shadow.expectSameTable('strict', { column: 'k', vindex: 'hash' });
  });

  test.runIf(testFlavour() === 'mariadb')('is left out by IGNORE when a CHECK is against it', async () => {
    await shadow.both('INSERT IGNORE INTO strict (k, n) VALUES (31, 500), (32, 1), (33, 60), (34, 2)');
    await shadow.both('INSERT IGNORE INTO strict (k, n) VALUES (35, 500)');
    await shadow.expectSameTable('strict', { column: 'k', vindex: 'hash' });
  });
});

describe('defaults', () => {
  test('of time are one instant on all shards', async () => {
    await shadow.through('INSERT INTO events (id) VALUES (1), (2)');
    expect(new Set(await perShard('SELECT DISTINCT at FROM events')).size).toBe(1);
    await shadow.through('UPDATE events SET n = 1');
    expect(new Set(await perShard('SELECT DISTINCT at FROM events')).size).toBe(1);
    await shadow.through('INSERT INTO stamped (k) VALUES (1), (2), (3), (4), (5), (6), (7), (8)');
    const [first] = (await shadow.through('SELECT COUNT(DISTINCT at) AS n FROM stamped')).rows ?? [];
    expect(first).toEqual({ n: 1 });
    await shadow.through('UPDATE stamped SET n = 1');
    const [second] = (await shadow.through('SELECT COUNT(DISTINCT at) AS n FROM stamped')).rows ?? [];
    expect(second).toEqual({ n: 1 });
  });

  test('that are random are refused on a reference table', async () => {
    expect((await shadow.through('INSERT INTO tokens (id) VALUES (1)')).message).toMatch(/^SG6016/);
    expect((await shadow.through('INSERT INTO tokens VALUES (1, DEFAULT)')).message).toMatch(/^SG6016/);
    await shadow.through("INSERT INTO tokens VALUES (1, 'x')");
    expect((await shadow.through('UPDATE tokens SET token = DEFAULT')).message).toMatch(/^SG6016/);
    expect(new Set(await perShard('SELECT * FROM tokens')).size).toBe(1);
  });
});

test('SET TRANSACTION READ ONLY is forgotten at the next COMMIT, ROLLBACK or DDL', async () => {
  for (const end of ['COMMIT', 'ROLLBACK', 'ALTER TABLE strict COMMENT = "x"']) {
    await shadow.both('SET TRANSACTION READ ONLY');
    await shadow.both(end);
    await shadow.both('UPDATE strict SET d = d + 1');
  }
});

test.runIf(testFlavour() === 'mariadb')('errors name the keyspace under ANSI_QUOTES', async () => {
  await shadow.both("SET sql_mode = 'ANSI_QUOTES'");
  const { message } = await shadow.both("INSERT INTO people (k, place) VALUES (900, 'zz')");
  expect(message).toContain('"shop"."people"');
  await shadow.both('SET sql_mode = DEFAULT');
});
