// Foreign keys that act: what they do on the shard of the parent row is what they do on one server, or the write is refused.
import { describe, expect, test } from 'vitest';
import { summary } from '../support/compare-answers.ts';
import { fileWorld } from '../support/file-world.ts';
import { Pair, same } from '../support/pair.ts';
import type { World } from '../support/stage.ts';
import { hasOuterOrderBy } from './support/case.ts';

const by = (column: string, name = 'hash') => ({ column_vindexes: [{ column, name }] });
const reference = { type: 'reference' };

fileWorld(
  {
    shards: ['-40', '40-80', '80-c0', 'c0-'],
    vschema: {
      sharded: true,
      vindexes: {
        hash: { type: 'hash' },
        xxhash: { type: 'xxhash' },
        mails: {
          type: 'consistent_lookup_unique',
          params: { table: 'main.mail_lookup', from: 'mail', to: 'keyspace_id' },
          owner: 'members',
        },
      },
      tables: {
        users: by('id'),
        orders: by('user_id'),
        items: by('user_id'),
        countries: reference,
        people: by('id'),
        zones: reference,
        places: by('zone', 'xxhash'),
        accounts: by('id'),
        members: {
          column_vindexes: [
            { column: 'account_id', name: 'hash' },
            { column: 'mail', name: 'mails' },
          ],
        },
        topics: by('id'),
        replies: by('id'),
        owners: by('id'),
        things: by('owner'),
      },
    },
    schema: `CREATE TABLE users (id BIGINT PRIMARY KEY, name VARCHAR(20));
CREATE TABLE orders (user_id BIGINT, id INT, total INT, PRIMARY KEY (user_id, id),
  CONSTRAINT of_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE);
CREATE TABLE items (user_id BIGINT, order_id INT, line INT, PRIMARY KEY (user_id, order_id, line),
  CONSTRAINT of_order FOREIGN KEY (user_id, order_id) REFERENCES orders (user_id, id) ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE countries (code CHAR(2) PRIMARY KEY, name VARCHAR(40));
CREATE TABLE people (id BIGINT PRIMARY KEY, country CHAR(2),
  CONSTRAINT of_country FOREIGN KEY (country) REFERENCES countries (code) ON DELETE SET NULL ON UPDATE CASCADE);
CREATE TABLE zones (name VARCHAR(20) COLLATE utf8mb4_bin PRIMARY KEY, n INT);
CREATE TABLE places (zone VARCHAR(20) COLLATE utf8mb4_bin NOT NULL, id INT, PRIMARY KEY (zone, id),
  CONSTRAINT of_zone FOREIGN KEY (zone) REFERENCES zones (name) ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE accounts (id BIGINT PRIMARY KEY, n INT);
CREATE TABLE members (account_id BIGINT, id INT, mail VARCHAR(60) COLLATE utf8mb4_bin, PRIMARY KEY (account_id, id), UNIQUE KEY mail (mail),
  CONSTRAINT of_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE);
CREATE TABLE topics (id BIGINT PRIMARY KEY, n INT);
CREATE TABLE replies (id BIGINT PRIMARY KEY, topic_id BIGINT,
  CONSTRAINT of_topic FOREIGN KEY (topic_id) REFERENCES topics (id) ON DELETE CASCADE);
CREATE TABLE owners (id BIGINT PRIMARY KEY, n INT);
CREATE TABLE things (id INT, owner BIGINT, KEY (owner),
  CONSTRAINT of_owner FOREIGN KEY (owner) REFERENCES owners (id) ON DELETE SET NULL);
`,
    mainSchema:
      'CREATE TABLE mail_lookup (mail VARCHAR(60) COLLATE utf8mb4_bin PRIMARY KEY, keyspace_id VARBINARY(8));',
  },
  fill,
);
let pair: Pair;

async function fill(world: World): Promise<void> {
  pair = await Pair.open(world, {}, {});
  for (const sql of [
    "INSERT INTO users VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e')",
    'INSERT INTO orders VALUES (1, 1, 5), (1, 2, 6), (2, 1, 7), (3, 1, 8), (5, 4, 9)',
    'INSERT INTO items VALUES (1, 1, 1), (1, 1, 2), (1, 2, 1), (2, 1, 1), (3, 1, 1), (5, 4, 1)',
    "INSERT INTO countries VALUES ('SE', 'Sweden'), ('FR', 'France'), ('DE', 'Germany')",
    "INSERT INTO people VALUES (1, 'SE'), (2, 'SE'), (3, 'FR'), (4, 'DE'), (5, 'FR'), (6, NULL)",
    "INSERT INTO zones VALUES ('north', 1), ('south', 2)",
    "INSERT INTO places VALUES ('north', 1), ('south', 1)",
    'INSERT INTO accounts VALUES (1, 1), (2, 2)',
    "INSERT INTO members VALUES (1, 1, 'a@x'), (2, 1, 'b@x')",
    'INSERT INTO topics VALUES (1, 1), (2, 2)',
    'INSERT INTO owners VALUES (1, 1), (2, 2)',
    'INSERT INTO things VALUES (1, 1), (2, 2)',
  ])
    await pair.do(sql);
}

async function agree(...queries: readonly string[]): Promise<void> {
  for (const sql of queries) expect(await pair.ask(sql, { ordered: hasOuterOrderBy(sql) }), sql).toBe(same);
}

describe('rows that refer to a row on their own shard', () => {
  test('go with it, and change with it', async () => {
    await agree(
      'UPDATE orders SET id = id + 100 WHERE total > 5',
      'SELECT * FROM items ORDER BY user_id, order_id, line',
      'DELETE FROM users WHERE id IN (1, 3)',
      "REPLACE INTO users VALUES (2, 'new')",
      'DELETE FROM orders WHERE id > 100 ORDER BY total LIMIT 1',
      'SELECT * FROM orders ORDER BY user_id, id',
      'SELECT * FROM items ORDER BY user_id, order_id, line',
    );
  });

  test('follow a reference table', async () => {
    await agree(
      "UPDATE countries SET code = 'SW' WHERE code = 'SE'",
      "DELETE FROM countries WHERE code = 'FR'",
      'SELECT * FROM people ORDER BY id',
      "SELECT id FROM people WHERE country = 'SW' ORDER BY id",
    );
  });
});

describe('a foreign key that would act where nobody sees it: the write is refused', () => {
  test.each([
    ['rows with a lookup vindex', 'DELETE FROM accounts WHERE id = 1'],
    ['by REPLACE as well', 'REPLACE INTO accounts VALUES (1, 5)'],
    ['rows get another sharding column', "UPDATE zones SET name = 'east' WHERE n = 1"],
    ['rows lose their sharding column', 'DELETE FROM owners WHERE id = 1'],
    ['rows may be on other shards', 'DELETE FROM topics'],
    ['rows may be on other shards, of one', 'DELETE FROM topics WHERE id = 1'],
  ])('%s: %s', async (_, sql) => {
    expect(summary(await pair.proxy.query(sql))).toContain('SG6047');
  });

  test('other columns and other tables are free', async () => {
    await agree(
      'UPDATE accounts SET n = n + 1',
      'UPDATE zones SET n = 7 WHERE n = 1',
      "DELETE FROM zones WHERE name = 'south'",
      "DELETE FROM members WHERE mail = 'a@x'",
      'SELECT * FROM places ORDER BY zone',
      'SELECT * FROM accounts ORDER BY id',
      "INSERT INTO members VALUES (2, 2, 'a@x')",
      'SELECT * FROM members ORDER BY account_id, id',
    );
  });
});
