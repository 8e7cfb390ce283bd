// Lookup vindexes: routes through them, their rows kept in step with their table's, duplicates as one server words them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exactCollation } from '../../support/test-servers.ts';
import { idHex, Shadow } from '../writes/shadow.ts';

const vschema = {
  sharded: true,
  vindexes: {
    hash: { type: 'hash' },
    xx: { type: 'xxhash' },
    by_email: {
      type: 'consistent_lookup_unique',
      params: { table: 'main.email_idx', from: 'email', to: 'keyspace_id' },
      owner: 'users',
    },
    by_name: {
      type: 'lookup',
      params: { table: 'name_idx', from: 'name', to: 'keyspace_id' },
      owner: 'users',
    },
    by_code: {
      type: 'lookup_hash_unique',
      params: { table: 'code_idx', from: 'code', to: 'user_id' },
      owner: 'users',
    },
  },
  tables: {
    users: {
      column_vindexes: [
        { column: 'id', name: 'hash' },
        { column: 'email', name: 'by_email' },
        { column: 'name', name: 'by_name' },
        { column: 'code', name: 'by_code' },
      ],
    },
    notes: {
      column_vindexes: [
        { column: 'user_id', name: 'hash' },
        { column: 'email', name: 'by_email' },
      ],
    },
    badges: { column_vindexes: [{ column: 'email', name: 'by_email' }] },
    name_idx: { column_vindexes: [{ column: 'name', name: 'xx' }] },
    code_idx: { column_vindexes: [{ column: 'code', name: 'hash' }] },
  },
};

const schema = `
CREATE TABLE users (
  id BIGINT PRIMARY KEY, email VARCHAR(60) COLLATE utf8mb4_general_ci, name VARCHAR(40) COLLATE ${exactCollation()},
  code INT, points INT NOT NULL DEFAULT 0, UNIQUE KEY email (email), UNIQUE KEY code (code), KEY name (name)) CHARSET utf8mb4;
CREATE TABLE notes (user_id BIGINT, n INT, email VARCHAR(60) COLLATE utf8mb4_general_ci, PRIMARY KEY (user_id, n)) CHARSET utf8mb4;
CREATE TABLE badges (email VARCHAR(60) COLLATE utf8mb4_general_ci, n INT, PRIMARY KEY (email, n)) CHARSET utf8mb4;
CREATE TABLE name_idx (name VARCHAR(40) COLLATE ${exactCollation()}, keyspace_id VARBINARY(16), PRIMARY KEY (name, keyspace_id)) CHARSET utf8mb4;
CREATE TABLE code_idx (code INT PRIMARY KEY, user_id BIGINT UNSIGNED);
`;
const mainSchema = `
CREATE TABLE email_idx (email VARCHAR(60) COLLATE utf8mb4_general_ci PRIMARY KEY, keyspace_id VARBINARY(16)) CHARSET utf8mb4;
`;

let shadow: Shadow;

beforeAll(async () => {
  shadow = await Shadow.start({ vschema, schema, mainSchema });
});

afterAll(() => shadow?.close());

/** Values whose lookup rows may stay when the user is gone: rows of other tables were found by them. */
const outlived = new Set(['u1@x', 'u2@x', 'b7004@x', 'b7005@x', 'gone@x', 'm1@x', 'm2@x', 'm3@x']);

/** Every lookup table holds exactly what the rows of users imply. */
async function expectLookups(): Promise<void> {
  const users = (await shadow.onShards('SELECT id, email, name, code FROM users')).flat();
  const main = shadow.cluster.shards[0]?.server;
  if (main === undefined) throw new Error('no server');
  const [emails] = await shadow.proxy.query('SELECT email, HEX(keyspace_id) AS k FROM main.email_idx');
  const names = (await shadow.onShards('SELECT name, HEX(keyspace_id) AS k FROM name_idx')).flat();
  const codes = (await shadow.onShards('SELECT code, user_id AS k FROM code_idx')).flat();
  const implied = (column: string, id: (user: Record<string, unknown>) => unknown) =>
    users
      .filter((user) => user[column] !== null)
      .map((user) => JSON.stringify([user[column], id(user)]))
      .sort();
  const found = (rows: readonly Record<string, unknown>[], column: string) =>
    rows.map((row) => JSON.stringify([row[column], row['k']])).sort();
  const hex = (user: Record<string, unknown>) => idHex('hash', user['id']).toUpperCase();
  const ofUsers = new Set(users.map((user) => user['email']));
  const left = (emails as Record<string, unknown>[]).filter(
    ({ email }) => ofUsers.has(email) || !outlived.has(String(email)),
  );
  expect(found(left, 'email')).toEqual(implied('email', hex));
  expect(found(names, 'name')).toEqual(implied('name', hex));
  expect(found(codes, 'code')).toEqual(implied('code', (user) => user['id']));
}

async function expectAllEqual(): Promise<void> {
  await shadow.expectSameTable('users', { column: 'id', vindex: 'hash' });
  await shadow.expectSameTable('notes', { column: 'user_id', vindex: 'hash' });
  await expectLookups();
}

describe('rows', () => {
  test('INSERT writes lookup rows, SELECT finds by them', async () => {
    const rows = Array.from(
      { length: 40 },
      (_, i) => `(${i + 1}, 'u${i + 1}@x', ${i % 3 === 0 ? "'same'" : `'n${i}'`}, ${1000 + i})`,
    );
    await shadow.both(`INSERT INTO users (id, email, name, code) VALUES ${rows.join(', ')}`);
    await shadow.both("INSERT INTO users (id, email, code) VALUES (41, NULL, NULL), (42, 'Zoë@x', 7)");
    await expectAllEqual();
    await shadow.both("SELECT * FROM users WHERE email = 'U7@X'");
    await shadow.both("SELECT * FROM users WHERE email = 'nobody'");
    await shadow.both("SELECT id FROM users WHERE email IN ('u1@x', 'u2@x', 'ZOE@x', 'no') ORDER BY id");
    await shadow.both("SELECT id FROM users WHERE name = 'same' ORDER BY id");
    await shadow.both('SELECT id, email FROM users WHERE code = 1004');
    await shadow.both('SELECT id, email FROM users WHERE code IN (1004, 1005, 1006) ORDER BY id');
    await shadow.both('SELECT id FROM users WHERE email IS NULL');
    await shadow.both('SELECT id, name FROM users WHERE email = ?', ['u3@x']);
    await shadow.both(
      'SELECT u.id, COUNT(*) FROM users u JOIN notes n ON n.user_id = u.id WHERE u.code = 1004 GROUP BY u.id',
    );
  });

  test.each([
    ["SELECT * FROM users WHERE email = 'u5@x'", 1],
    ["SELECT * FROM users WHERE email IN ('u5@x', 'u6@x')", 1],
    ["SELECT * FROM users WHERE email = 'u5@x' OR email = 'u6@x'", 2],
    [
      "SELECT MAX(a.id) FROM users a, users b WHERE a.email = 'u5@x' AND b.email = 'u6@x' AND a.id <> b.id",
      2,
    ],
  ])('a lookup is asked once: %s', async (sql, asked) => {
    const [rows] = await shadow.proxy.query(`VEXPLAIN QUERIES ${sql}`);
    expect(JSON.stringify(rows).match(/FROM `[a-z0-9_]+`.`email_idx`/g)).toHaveLength(asked);
  });

  test('a lookup pins the shards', async () => {
    const [rows] = await shadow.proxy.query("VEXPLAIN QUERIES SELECT id FROM users WHERE email = 'u5@x'");
    const text = JSON.stringify(rows);
    expect(text).toContain('email_idx');
    expect(text.match(/FROM users/g)).toHaveLength(1);
  });

  test('a duplicate is refused in the words of one server, and nothing stays behind', async () => {
    const taken = await shadow.both("INSERT INTO users (id, email, code) VALUES (100, 'U1@X', 5000)");
    expect(taken.errno).toBe(1062);
    await shadow.both("INSERT INTO users (id, email, code) VALUES (101, 'new@x', 5001), (102, 'u9@x', 5002)");
    await shadow.both(
      "INSERT INTO users (id, email, code) VALUES (101, 'twice@x', 5001), (102, 'TWICE@x', 5002)",
    );
    await shadow.both("INSERT INTO users (id, email, code) VALUES (1, 'other@x', 5003)");
    await shadow.both("INSERT INTO users (id, email, code) VALUES (1, 'u1@x', 1000)");
    await shadow.both('INSERT INTO users (id, code) VALUES (104, 1000)');
    await expectAllEqual();
  });

  test('expressions, defaults and parameters for lookup columns', async () => {
    await shadow.both(
      "INSERT INTO users (id, email, name, code) VALUES (50 + 1, CONCAT('e', 51, '@x'), LOWER('LOW'), 40 + 11)",
    );
    await shadow.both('INSERT INTO users (id, email, name, code) VALUES (?, ?, ?, ?)', [
      52,
      'p52@x',
      'p',
      52,
    ]);
    await shadow.both("INSERT INTO users SET id = 53, email = 'set@x', code = '53'");
    await shadow.both('INSERT INTO users (id, code) VALUES (54, 53.6)');
    await expectAllEqual();
  });

  test('rows of an unowned lookup must belong where it says', async () => {
    await shadow.both("INSERT INTO notes VALUES (1, 1, 'u1@x'), (1, 2, NULL), (2, 1, 'u2@x')");
    const wrong = await shadow.through("INSERT INTO notes VALUES (3, 1, 'u1@x')");
    expect(wrong.message).toContain('SG6033');
    const unknown = await shadow.through("INSERT INTO notes VALUES (3, 1, 'nobody@x')");
    expect(unknown.message).toContain('SG6033');
    await shadow.both("SELECT * FROM notes WHERE email = 'u1@x'");
    await expectAllEqual();
  });
});

describe('a table whose rows live where the lookup of another says', () => {
  const ids = Array.from({ length: 12 }, (_, i) => 7001 + i);
  const emails = ids.map((id) => `'b${id}@x'`);

  test('its rows are beside the rows they belong to', async () => {
    await shadow.both(
      `INSERT INTO users (id, email, code) VALUES ${ids.map((id, i) => `(${id}, ${emails[i]}, ${id})`).join(', ')}`,
    );
    await shadow.both(`INSERT INTO badges VALUES ${emails.map((email, i) => `(${email}, ${i})`).join(', ')}`);
    await shadow.both('INSERT INTO badges SELECT email, 100 FROM users WHERE id IN (7001, 7002, 7003)');
    const beside = await shadow.onShards('SELECT COUNT(*) AS n FROM users JOIN badges USING (email)');
    expect(beside.flat().reduce((sum, row) => sum + Number(row['n']), 0)).toBe(15);
    const unknown = await shadow.through("INSERT INTO badges VALUES ('nobody@x', 1)");
    expect(unknown.message).toContain('SG6030');
    await shadow.both(`SELECT * FROM badges WHERE email = ${emails[0]} ORDER BY n`);
    await shadow.both(
      `SELECT * FROM badges WHERE email IN (${emails.slice(2, 6).join(', ')}) ORDER BY email, n`,
    );
    await shadow.both('SELECT u.id, b.n FROM users u JOIN badges b ON b.email = u.email ORDER BY u.id, b.n');
    await shadow.both(`UPDATE badges SET n = n + 1000 WHERE email = ${emails[1]}`);
    await shadow.both(`DELETE FROM badges WHERE email = ${emails[2]} AND n = 2`);
    await shadow.both('SELECT email, n FROM badges ORDER BY email, n');
  });

  test('they are found when what they belong to is gone', async () => {
    await shadow.both('DELETE FROM users WHERE id IN (7004, 7005)');
    await shadow.both(`SELECT * FROM badges WHERE email = ${emails[3]}`);
    await shadow.both(
      `SELECT * FROM badges WHERE email IN (${emails.slice(2, 6).join(', ')}) ORDER BY email, n`,
    );
    await shadow.both(`UPDATE badges SET n = 5 WHERE email = ${emails[3]}`);
    await shadow.both(`DELETE FROM badges WHERE email = ${emails[4]}`);
    await shadow.both('SELECT email, n FROM badges ORDER BY email, n');
    await shadow.both("INSERT INTO users (id, email) VALUES (7100, 'gone@x')");
    await shadow.both("INSERT INTO notes VALUES (7100, 1, 'gone@x')");
    await shadow.both('DELETE FROM users WHERE id = 7100');
    await shadow.both("SELECT * FROM notes WHERE email = 'gone@x'");
  });

  test('they are found when what they belong to is gone, and what it was is used anew', async () => {
    await shadow.both(
      "INSERT INTO users (id, email, code) VALUES (7201, 'm1@x', 7201), (7202, 'm2@x', 7202), (7203, 'm3@x', 7203)",
    );
    await shadow.both("INSERT INTO badges VALUES ('m1@x', 1), ('m2@x', 1)");
    await shadow.both("INSERT INTO notes VALUES (7201, 1, 'm1@x'), (7203, 1, 'm3@x')");
    const stranding = [
      "UPDATE users SET id = 7301 WHERE email = 'm1@x'",
      'UPDATE users SET id = id + 100 WHERE id IN (7202, 7203)',
      "UPDATE users SET id = 7303, email = 'm1@x' WHERE id = 7203",
    ];
    for (const sql of stranding) expect((await shadow.through(sql)).message, sql).toMatch(/SG6048|Duplicate/);
    expect((await shadow.through(stranding[0] ?? '')).message).toContain('SG6048');
    await shadow.both("UPDATE users SET email = 'n2@x' WHERE id = 7202");
    await shadow.both('DELETE FROM users WHERE id = 7201');
    for (const email of ['m1@x', 'm2@x', 'n2@x', 'm3@x']) {
      for (const table of ['users', 'badges', 'notes'])
        await shadow.both(`SELECT * FROM ${table} WHERE email = '${email}' ORDER BY 1, 2`);
    }
    for (const sql of [
      "INSERT INTO users (id, email) VALUES (7401, 'm1@x')",
      "REPLACE INTO users (id, email) VALUES (7401, 'm2@x')",
      "UPDATE users SET email = 'm1@x' WHERE id = 7203",
    ])
      expect((await shadow.through(sql)).message, sql).toContain('SG6048');
    await shadow.both("INSERT INTO users (id, email) VALUES (7201, 'm1@x')");
    await shadow.both("REPLACE INTO users (id, email, points) VALUES (7201, 'm1@x', 5)");
    await shadow.both("INSERT INTO badges VALUES ('m1@x', 2)");
    await shadow.both("DELETE FROM badges WHERE email = 'm2@x'");
    await shadow.both("INSERT INTO users (id, email) VALUES (7402, 'm2@x')");
    await shadow.both("INSERT INTO badges VALUES ('m2@x', 7)");
    await shadow.both("SELECT * FROM badges WHERE email = 'm2@x'");
    await shadow.both('SELECT * FROM badges ORDER BY email, n');
    await expectAllEqual();
  });

  test('a row that such a lookup finds does not go to another shard', async () => {
    const moved = await shadow.through("UPDATE notes SET user_id = 9 WHERE email = 'm3@x'");
    expect(moved.message).toContain('SG6003');
    await shadow.both("UPDATE notes SET n = 9 WHERE email = 'm3@x'");
    await shadow.both("SELECT * FROM notes WHERE email = 'm3@x'");
  });
});

describe('UPDATE and DELETE', () => {
  test('lookup rows follow', async () => {
    await shadow.both("UPDATE users SET email = 'moved@x' WHERE id = 5");
    await shadow.both("UPDATE users SET name = 'renamed', points = points + 1 WHERE id IN (6, 7, 8)");
    await shadow.both("UPDATE users SET email = CONCAT('a', email) WHERE code BETWEEN 1010 AND 1015");
    await shadow.both('UPDATE users SET code = NULL WHERE id = 9');
    await shadow.both('UPDATE users SET code = 9009 WHERE id = 9');
    await shadow.both("UPDATE users SET email = 'U10@X' WHERE id = 10");
    await shadow.both("UPDATE users SET points = 7 WHERE email = 'u3@x'");
    await shadow.both("UPDATE users SET email = 'u3@x' WHERE id = 4");
    await shadow.both("UPDATE users SET email = 'none@x' WHERE id = 4000");
    await shadow.both("SELECT id FROM users WHERE email = 'moved@x'");
    await shadow.both("SELECT id FROM users WHERE name = 'renamed' ORDER BY id");
    await expectAllEqual();
    await shadow.both("DELETE FROM users WHERE email = 'moved@x'");
    await shadow.both("DELETE FROM users WHERE name = 'same' AND id < 20");
    await shadow.both('DELETE FROM users WHERE id = 2');
    await shadow.both('DELETE FROM users WHERE id = 2');
    await shadow.both("INSERT INTO users (id, email, code) VALUES (60, 'moved@x', 1004)");
    await expectAllEqual();
  });

  test('a row that changes its shard takes its lookup rows along', async () => {
    await shadow.both('UPDATE users SET id = 500 WHERE id = 3');
    await shadow.both('UPDATE users SET id = id + 1000 WHERE id BETWEEN 20 AND 25');
    await shadow.both("UPDATE users SET id = 501, email = 'both@x', name = 'both' WHERE id = 500");
    await shadow.both('UPDATE users SET id = 501 WHERE id = 6');
    await shadow.both('UPDATE users SET id = id WHERE id = 7');
    await expectAllEqual();
    await shadow.both("SELECT id FROM users WHERE email = 'both@x'");
  });

  test('inside a transaction everything is undone together', async () => {
    await shadow.both('BEGIN');
    await shadow.both("INSERT INTO users (id, email, name, code) VALUES (200, 't@x', 't', 200)");
    await shadow.both("UPDATE users SET email = 't2@x' WHERE id = 200");
    await shadow.both("SELECT id FROM users WHERE email = 't2@x'");
    await shadow.both('DELETE FROM users WHERE id = 7');
    await shadow.both("INSERT INTO users (id, email) VALUES (201, 't2@x')");
    await shadow.both("SELECT id FROM users WHERE email = 't2@x'");
    await shadow.both('ROLLBACK');
    await expectAllEqual();
    await shadow.both('BEGIN');
    await shadow.both("INSERT INTO users (id, email, name, code) VALUES (200, 't@x', 't', 200)");
    await shadow.both('UPDATE users SET id = 202 WHERE id = 200');
    await shadow.both('COMMIT');
    await expectAllEqual();
  });
});

describe('INSERT IGNORE, REPLACE, ON DUPLICATE KEY UPDATE', () => {
  test('meet rows on whichever shard they are', async () => {
    await shadow.both(
      "INSERT INTO users (id, email, name, code) VALUES (300, 'a@x', 'a', 300), (301, 'b@x', 'b', 301)",
    );
    await shadow.both(
      "INSERT IGNORE INTO users (id, email, code) VALUES (302, 'A@x', 302), (303, 'c@x', 303), (300, 'd@x', 304)",
    );
    await expectAllEqual();
    await shadow.both("REPLACE INTO users (id, email, name, code) VALUES (305, 'a@x', 'z', 301)");
    await expectAllEqual();
    await shadow.both(
      "REPLACE INTO users (id, email, name, code) VALUES (305, 'a@x', 'y', 305), (306, 'e@x', 'y', 306)",
    );
    await expectAllEqual();
    const odku = 'ON DUPLICATE KEY UPDATE points = points + 1, name = VALUES(name)';
    await shadow.both(`INSERT INTO users (id, email, name, code) VALUES (307, 'E@x', 'q', 307) ${odku}`);
    await shadow.both(
      `INSERT INTO users (id, email, name, code) VALUES (308, 'f@x', 'q', 308), (306, 'g@x', 'r', 309) ${odku}`,
    );
    await shadow.both(
      "INSERT INTO users (id, email) VALUES (308, 'h@x') ON DUPLICATE KEY UPDATE email = VALUES(email)",
    );
    await shadow.both(
      "INSERT INTO users (id, email) VALUES (308, 'i@x') ON DUPLICATE KEY UPDATE email = 'e@x'",
    );
    await expectAllEqual();
    await shadow.both("SELECT * FROM users WHERE email = 'h@x'");
  });

  test('what decides the shard cannot change in place', async () => {
    const refused = await shadow.through(
      "INSERT INTO users (id, email) VALUES (1, 'z@x') ON DUPLICATE KEY UPDATE id = 9",
    );
    expect(refused.message).toContain('SG6003');
  });
});

describe('what a crash leaves behind', () => {
  test('a lookup row without its row is taken over', async () => {
    const orphan = `x'${idHex('hash', 12345)}'`;
    await shadow.proxy.query(
      `INSERT INTO main.email_idx VALUES ('orphan@x', ${orphan}), ('orphan2@x', ${orphan})`,
    );
    await shadow.both("SELECT id FROM users WHERE email = 'orphan@x'");
    await shadow.both("INSERT INTO users (id, email) VALUES (400, 'orphan@x'), (401, 'fresh@x')");
    await shadow.both("UPDATE users SET email = 'Orphan2@x' WHERE id = 401");
    await expectAllEqual();
    await shadow.both("INSERT INTO users (id, email) VALUES (402, 'orphan@x')");
    await expectAllEqual();
  });
});

describe('many at once', () => {
  test('of 50 writers of one value exactly one wins', async () => {
    const writers = await Promise.all(Array.from({ length: 50 }, () => shadow.cluster.connect()));
    for (let round = 0; round < 5; round++) {
      const results = await Promise.allSettled(
        writers.map((writer, i) =>
          writer.query(
            `INSERT INTO users (id, email) VALUES (${10_000 + round * 100 + i}, 'race${round}@x')`,
          ),
        ),
      );
      const lost = results.flatMap((one) => (one.status === 'rejected' ? [errnoOf(one.reason)] : []));
      expect(lost).toEqual(Array.from({ length: 49 }, () => 1062));
    }
    const [rows] = await shadow.proxy.query("SELECT COUNT(*) AS n FROM users WHERE email LIKE 'race%'");
    expect(rows).toEqual([{ n: 5 }]);
    await shadow.through("DELETE FROM users WHERE email LIKE 'race%'");
    await expectLookups();
  }, 60_000);
});

function errnoOf(reason: unknown): unknown {
  return typeof reason === 'object' && reason !== null && 'errno' in reason ? reason.errno : reason;
}
