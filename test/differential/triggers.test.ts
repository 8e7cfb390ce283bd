// Triggers on the shards: what they do is what they would do on one server, or the write that fires them is refused.
import { describe, expect, test } from 'vitest';
import { summary } from '../support/compare-answers.ts';
import { fileWorld } from '../support/file-world.ts';
import { Pair, same } from '../support/pair.ts';
import type { World } from '../support/stage.ts';
import { testFlavour } from '../support/test-servers.ts';
import { hasOuterOrderBy } from './support/case.ts';

const by = (column: string) => ({ column_vindexes: [{ column, name: 'hash' }] });

const stage = fileWorld(
  {
    shards: ['-40', '40-80', '80-c0', 'c0-'],
    vschema: {
      sharded: true,
      vindexes: {
        hash: { type: 'hash' },
        mails: {
          type: 'consistent_lookup_unique',
          params: { table: 'main.mail_lookup', from: 'mail', to: 'keyspace_id' },
          owner: 'members',
        },
      },
      tables: {
        users: by('id'),
        orders: by('user_id'),
        totals: by('user_id'),
        visits: by('user_id'),
        misplaced: by('id'),
        moved: by('id'),
        members: {
          column_vindexes: [
            { column: 'id', name: 'hash' },
            { column: 'mail', name: 'mails' },
          ],
        },
        countries: { type: 'reference' },
      },
    },
    schema: `CREATE TABLE users (id BIGINT PRIMARY KEY, name VARCHAR(40), slug VARCHAR(40), changes INT NOT NULL DEFAULT 0, seen DATETIME(6));
CREATE TABLE orders (user_id BIGINT, id INT, total DECIMAL(10,2), country CHAR(2), PRIMARY KEY (user_id, id));
CREATE TABLE totals (user_id BIGINT PRIMARY KEY, orders INT NOT NULL, total DECIMAL(12,2) NOT NULL);
CREATE TABLE visits (user_id BIGINT, n INT, place VARCHAR(60), PRIMARY KEY (user_id, n));
CREATE TABLE misplaced (id BIGINT PRIMARY KEY, n INT);
CREATE TABLE moved (id BIGINT PRIMARY KEY, n INT, changes INT);
CREATE TABLE members (id BIGINT PRIMARY KEY, mail VARCHAR(60) COLLATE utf8mb4_bin, n INT, UNIQUE KEY mail (mail));
CREATE TABLE countries (code CHAR(2) PRIMARY KEY, name VARCHAR(40));
CREATE VIEW seen_visits AS SELECT user_id, n FROM visits;
CREATE TABLE audit (n INT AUTO_INCREMENT PRIMARY KEY, what VARCHAR(90), who VARCHAR(90));
`,
    mainSchema: `CREATE TABLE mail_lookup (mail VARCHAR(60) COLLATE utf8mb4_bin PRIMARY KEY, keyspace_id VARBINARY(8));
CREATE TABLE logs (id INT PRIMARY KEY, v VARCHAR(40));
CREATE VIEW mails AS SELECT * FROM mail_lookup;
CREATE VIEW mails_of_a AS SELECT * FROM mails WHERE mail LIKE 'a%';
`,
  },
  fill,
);
let pair: Pair;

/** Through the proxy, and on one server. */
const allowed = [
  "CREATE TRIGGER users_bi BEFORE INSERT ON users FOR EACH ROW SET NEW.slug = LOWER(REPLACE(NEW.name, ' ', '-')), NEW.seen = COALESCE(NEW.seen, NOW(6))",
  `CREATE TRIGGER users_bu BEFORE UPDATE ON users FOR EACH ROW
   BEGIN
     IF NOT (NEW.name <=> OLD.name) THEN
       SET NEW.slug = CONCAT(LOWER(NEW.name), '-', OLD.slug), NEW.changes = OLD.changes + 1;
     ELSEIF NEW.changes < 0 THEN
       SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'changes count up';
     END IF;
   END`,
  `CREATE TRIGGER orders_ai AFTER INSERT ON orders FOR EACH ROW
   INSERT INTO totals (user_id, orders, total) VALUES (NEW.user_id, 1, NEW.total)
   ON DUPLICATE KEY UPDATE orders = orders + 1, total = total + NEW.total`,
  `CREATE TRIGGER orders_ad AFTER DELETE ON orders FOR EACH ROW
   BEGIN
     DECLARE left_over INT DEFAULT 0;
     SELECT COUNT(*) INTO left_over FROM orders WHERE user_id = OLD.user_id;
     IF left_over = 0 THEN DELETE FROM totals WHERE user_id = OLD.user_id;
     ELSE UPDATE totals SET orders = left_over, total = total - OLD.total WHERE totals.user_id = OLD.user_id; END IF;
   END`,
  `CREATE TRIGGER orders_au AFTER UPDATE ON orders FOR EACH ROW
   UPDATE totals t SET t.total = t.total - OLD.total + NEW.total WHERE t.user_id = NEW.user_id AND NEW.total <> OLD.total`,
  `CREATE TRIGGER visits_bi BEFORE INSERT ON visits FOR EACH ROW
   SET NEW.place = (SELECT CONCAT(u.name, ' in ', c.name) FROM users u JOIN countries c ON c.code = NEW.place WHERE u.id = NEW.user_id)`,
  'CREATE TRIGGER members_ai AFTER INSERT ON members FOR EACH ROW INSERT INTO audit (what, who) VALUES (NEW.mail, CURRENT_USER())',
  'CREATE TRIGGER members_bu BEFORE UPDATE ON members FOR EACH ROW SET NEW.n = NEW.n + 100',
  'CREATE TRIGGER moved_bu BEFORE UPDATE ON moved FOR EACH ROW SET NEW.changes = OLD.changes + 1, NEW.n = NEW.n + 1',
  'CREATE TRIGGER countries_bi BEFORE INSERT ON countries FOR EACH ROW SET NEW.name = UPPER(NEW.name)',
];

async function fill(world: World): Promise<void> {
  pair = await Pair.open(world, {}, {});
  for (const sql of allowed) await pair.do(sql);
}

async function agree(...queries: readonly string[]): Promise<void> {
  for (const sql of queries) expect(await pair.ask(sql, { ordered: hasOuterOrderBy(sql) }), sql).toBe(same);
}

describe('a trigger that stays on the shard of its row', () => {
  test('computes columns that no vindex sees', async () => {
    await pair.do(
      "INSERT INTO users (id, name) VALUES (1, 'Ada L'), (2, 'Bea'), (3, 'Cy Z'), (4, NULL), (5, 'Eve'), (9, 'Ida B')",
    );
    await pair.do("UPDATE users SET name = CONCAT(name, 'x') WHERE id > 2");
    await pair.do("UPDATE users SET name = 'Ada' WHERE id = 1");
    await agree('SELECT id, name, slug, changes FROM users ORDER BY id');
    await agree('UPDATE users SET changes = -1', 'UPDATE users SET changes = -1 WHERE id = 2');
    await agree('SELECT id, changes FROM users ORDER BY id', 'SELECT COUNT(DISTINCT seen) FROM users');
  });

  test('keeps a co-located table', async () => {
    await pair.do(
      "INSERT INTO orders VALUES (1, 1, 5.50, 'SE'), (1, 2, 4.00, 'FR'), (2, 1, 7.25, 'SE'), (3, 1, 1.00, NULL), (5, 1, 2.00, 'DE'), (9, 3, 3, 'SE')",
    );
    await pair.do('INSERT INTO orders SELECT user_id, id + 10, total * 2, country FROM orders WHERE id = 1');
    await pair.do('UPDATE orders SET total = total + 1 WHERE id > 1');
    await pair.do('UPDATE orders SET total = (SELECT MAX(id) FROM users) WHERE user_id = 3');
    await pair.do('DELETE FROM orders WHERE user_id IN (2, 3) OR id = 2');
    await agree('SELECT * FROM orders ORDER BY user_id, id', 'SELECT * FROM totals ORDER BY user_id');
    for (const id of [1, 2, 3, 5, 9]) await agree(`SELECT * FROM totals WHERE user_id = ${id}`);
  });

  test('reads co-located and reference tables', async () => {
    await pair.do("INSERT INTO countries VALUES ('SE', 'Sweden'), ('FR', 'France')");
    await pair.do("INSERT INTO visits VALUES (1, 1, 'SE'), (2, 1, 'FR'), (9, 1, 'SE'), (77, 1, 'SE')");
    await agree('SELECT * FROM visits ORDER BY user_id', 'SELECT * FROM countries ORDER BY code');
  });

  test('writes tables that no client sees, beside lookup rows', async () => {
    await pair.do("INSERT INTO members VALUES (1, 'a@x', 1), (2, 'b@x', 2), (3, 'c@x', 3)");
    await pair.do("UPDATE members SET mail = 'd@x' WHERE id = 2");
    await agree(
      'SELECT * FROM members ORDER BY id',
      "SELECT id FROM members WHERE mail = 'd@x'",
      "SELECT id FROM members WHERE mail = 'b@x'",
    );
  });

  test('fires once for a row that goes to another shard', async () => {
    await pair.do('INSERT INTO moved VALUES (1, 1, 0), (2, 2, 0), (3, 3, 0), (4, 4, 0)');
    await pair.do('UPDATE moved SET id = id + 10, n = n * 10 WHERE id < 4');
    await agree('SELECT * FROM moved ORDER BY id', 'SELECT * FROM moved WHERE id = 12');
  });

  test('is shown as one server shows it', async () => {
    await agree('SHOW CREATE TRIGGER nothing_like_it');
    const own = await pair.proxy.query("SHOW TRIGGERS LIKE 'orders'");
    expect(own.kind === 'rows' ? own.rows.length : summary(own)).toBe(3);
    expect(summary(await pair.proxy.query('SHOW CREATE TRIGGER users_bi'))).toContain('LOWER');
  });
});

/** Trigger, and the writes that fire it. */
const refused: readonly (readonly [what: string, trigger: string, ...writes: string[]])[] = [
  [
    'sets the sharding column',
    'BEFORE INSERT ON misplaced FOR EACH ROW SET NEW.id = NEW.id + 1',
    'INSERT INTO misplaced VALUES (1, 1)',
    'INSERT INTO misplaced SELECT id, 1 FROM users',
    'REPLACE INTO misplaced VALUES (1, 1)',
  ],
  [
    'sets it somewhere inside',
    'BEFORE UPDATE ON misplaced FOR EACH ROW BEGIN IF NEW.n > 5 THEN SET NEW.n = 1, new.`ID` = 4; END IF; END',
    'UPDATE misplaced SET n = 1',
    'UPDATE misplaced SET n = 1 WHERE id = 5',
    'INSERT INTO misplaced VALUES (1, 1) ON DUPLICATE KEY UPDATE n = 2',
  ],
  [
    'sets the column of a lookup vindex',
    'BEFORE INSERT ON members FOR EACH ROW SET NEW.mail = LOWER(NEW.mail)',
    "INSERT INTO members VALUES (30, 'A@x', 1)",
  ],
  [
    'writes a table by another column',
    'AFTER INSERT ON misplaced FOR EACH ROW INSERT INTO visits VALUES (NEW.n, 1, NULL)',
    'INSERT INTO misplaced VALUES (1, 2)',
  ],
  [
    'writes a table by a variable of the name of its sharding column',
    'AFTER INSERT ON misplaced FOR EACH ROW BEGIN DECLARE user_id BIGINT DEFAULT 3; UPDATE visits SET place = NULL WHERE user_id = NEW.id; END',
    'INSERT INTO misplaced VALUES (1, 2)',
  ],
  [
    'sets the sharding column behind a column called end',
    'BEFORE INSERT ON misplaced FOR EACH ROW SET NEW.n = (SELECT MAX(end) FROM (SELECT 1 AS end) d), NEW.id = 7',
    'INSERT INTO misplaced VALUES (1, 2)',
  ],
  // MySQL has no variables that are rows.
  ...(testFlavour() === 'mariadb'
    ? [
        [
          'writes by a variable called new',
          'AFTER INSERT ON misplaced FOR EACH ROW BEGIN DECLARE new ROW (id INT); INSERT INTO visits VALUES (new.id, 1, NULL); END',
          'INSERT INTO misplaced VALUES (1, 2)',
        ] as const,
      ]
    : []),
  [
    'writes a view of a sharded table',
    'AFTER INSERT ON misplaced FOR EACH ROW INSERT INTO seen_visits VALUES (77, 1)',
    'INSERT INTO misplaced VALUES (1, 2)',
  ],
  [
    'writes all rows of a table',
    'AFTER DELETE ON misplaced FOR EACH ROW UPDATE visits SET n = n + 1',
    'DELETE FROM misplaced',
    'DELETE FROM misplaced WHERE id = 4',
  ],
  [
    'reads what other shards have',
    'BEFORE INSERT ON misplaced FOR EACH ROW SET NEW.n = (SELECT COUNT(*) FROM users)',
    'INSERT INTO misplaced VALUES (1, 2)',
  ],
  [
    'writes a reference table',
    "AFTER INSERT ON misplaced FOR EACH ROW INSERT INTO countries VALUES ('XX', 'X')",
    'INSERT INTO misplaced VALUES (1, 2)',
  ],
  [
    'writes a table with a lookup vindex',
    "AFTER INSERT ON misplaced FOR EACH ROW INSERT INTO members VALUES (NEW.id, 'm', 1)",
    'INSERT INTO misplaced VALUES (1, 2)',
  ],
  [
    'moves rows of another table',
    'AFTER UPDATE ON misplaced FOR EACH ROW UPDATE visits SET user_id = 5 WHERE user_id = NEW.id',
    'UPDATE misplaced SET n = 2',
  ],
  [
    'fires for rows that go to another shard',
    "AFTER DELETE ON misplaced FOR EACH ROW INSERT INTO audit (what) VALUES ('deleted')",
    'UPDATE misplaced SET id = id + 1',
  ],
  [
    'computes another value on each shard',
    'BEFORE UPDATE ON countries FOR EACH ROW SET NEW.name = RAND()',
    "UPDATE countries SET name = 'x'",
  ],
  [
    'uses a variable of the session',
    'BEFORE INSERT ON misplaced FOR EACH ROW SET NEW.n = @n',
    'INSERT INTO misplaced VALUES (1, 2)',
  ],
  [
    'calls what may read tables',
    'BEFORE INSERT ON misplaced FOR EACH ROW CALL p()',
    'INSERT INTO misplaced VALUES (1, 2)',
  ],
  [
    'tells of the connection',
    'BEFORE INSERT ON misplaced FOR EACH ROW SET NEW.n = CONNECTION_ID()',
    'INSERT INTO misplaced VALUES (1, 2)',
  ],
  [
    'writes a table whose trigger may not fire',
    'AFTER DELETE ON users FOR EACH ROW INSERT INTO misplaced VALUES (OLD.id, 1)',
    'INSERT INTO misplaced VALUES (1, 2)',
    'DELETE FROM users',
  ],
];

describe('a trigger that would not, is refused where it fires and where it is made', () => {
  async function everywhere(sql: string): Promise<void> {
    const { shardAdmin, shardDatabases } = stage.world;
    for (const database of shardDatabases) {
      await shardAdmin.query(`USE ${database}`);
      await shardAdmin.query(sql);
    }
  }

  function look(): Promise<unknown> {
    return pair.proxy.query('ALTER TABLE visits COMMENT = "looked at"');
  }

  test.each(refused)('%s', async (what, trigger, ...writes) => {
    const nested = what === 'writes a table whose trigger may not fire';
    if (nested)
      await everywhere('CREATE TRIGGER inner_bi BEFORE INSERT ON misplaced FOR EACH ROW SET NEW.id = 7');
    if (nested) await look();
    expect(summary(await pair.proxy.query(`CREATE TRIGGER bad ${trigger}`))).toContain(
      what.startsWith('fires for rows') ? 'ok' : 'SG6046',
    );
    await pair.proxy.query('DROP TRIGGER IF EXISTS bad');
    await everywhere(`CREATE TRIGGER bad ${trigger}`);
    await look();
    for (const sql of writes) expect(summary(await pair.proxy.query(sql)), sql).toContain('SG6046');
    await everywhere('DROP TRIGGER bad');
    if (nested) await everywhere('DROP TRIGGER inner_bi');
  });

  test('one that not all shards have', async () => {
    const { shardAdmin, shardDatabases } = stage.world;
    await shardAdmin.query(`USE ${shardDatabases[1]}`);
    await shardAdmin.query('CREATE TRIGGER lone BEFORE INSERT ON misplaced FOR EACH ROW SET NEW.n = 1');
    await look();
    expect(summary(await pair.proxy.query('INSERT INTO misplaced VALUES (1, 1)'))).toContain(
      'no trigger lone',
    );
    await shardAdmin.query('DROP TRIGGER lone');
    await look();
    await agree('INSERT INTO misplaced VALUES (1, 1)');
  });

  test('one of an unsharded table that uses a variable of the session', async () => {
    const trigger = 'CREATE TRIGGER main.noted BEFORE INSERT ON main.logs FOR EACH ROW SET NEW.v = @actor';
    expect(summary(await pair.proxy.query(trigger))).toContain('SG6046');
    await pair.proxy.query('USE `main:-`');
    await pair.proxy.query('CREATE TRIGGER noted BEFORE INSERT ON logs FOR EACH ROW SET NEW.v = @actor');
    await pair.proxy.query('USE shop');
    await pair.proxy.query('ALTER TABLE main.logs COMMENT = "looked at"');
    expect(summary(await pair.proxy.query('INSERT INTO main.logs (id) VALUES (1)'))).toContain('SG6046');
    await pair.proxy.query('DROP TRIGGER main.noted');
  });

  test('one of an unsharded table that writes lookup rows', async () => {
    const bad =
      "CREATE TRIGGER bad AFTER INSERT ON logs FOR EACH ROW DELETE FROM mail_lookup WHERE mail = 'a@x'";
    const byView =
      "CREATE TRIGGER bad AFTER INSERT ON logs FOR EACH ROW DELETE FROM mails_of_a WHERE mail = 'a@x'";
    await pair.proxy.query('USE main');
    for (const sql of [bad, byView]) expect(summary(await pair.proxy.query(sql)), sql).toContain('SG6046');
    await pair.proxy.query('USE shop');
  });
});
