// The world of the session tests: users by hash, words by text, events by range, a reference table, an unsharded one.
import type { ExactClientOptions } from '../../support/exact-client.ts';
import { fileWorld } from '../../support/file-world.ts';
import { Pair } from '../../support/pair.ts';
import type { World, WorldSchema } from '../../support/stage.ts';
import { exactCollation } from '../../support/test-servers.ts';

const end = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;\n';

const schema = (): WorldSchema => ({
  shards: ['-40', '40-80', '80-c0', 'c0-'],
  vschema: {
    sharded: true,
    vindexes: {
      hash: { type: 'hash' },
      text: { type: 'xxhash' },
      by_day: { type: 'range', params: { values: 'date', splits: '2024-01-01,2025-01-01', ids: '00,40,80' } },
    },
    tables: {
      users: { column_vindexes: [{ column: 'id', name: 'hash' }] },
      words: { column_vindexes: [{ column: 'word', name: 'text' }] },
      exact: { column_vindexes: [{ column: 'word', name: 'text' }] },
      events: { column_vindexes: [{ column: 'day', name: 'by_day' }] },
      codes: { type: 'reference' },
    },
  },
  schema:
    `CREATE TABLE users (id BIGINT NOT NULL, name VARCHAR(40), score INT NOT NULL DEFAULT 0, PRIMARY KEY (id)) ${end}` +
    `CREATE TABLE words (word VARCHAR(20) COLLATE utf8mb4_unicode_ci NOT NULL, lang CHAR(2) NOT NULL, PRIMARY KEY (word, lang)) ${end}` +
    `CREATE TABLE exact (word VARCHAR(20) COLLATE ${exactCollation()} NOT NULL, lang CHAR(2) NOT NULL, PRIMARY KEY (word, lang)) ${end}` +
    `CREATE TABLE events (day DATE NOT NULL, id INT NOT NULL, note VARCHAR(20), PRIMARY KEY (day, id)) ${end}` +
    `CREATE TABLE codes (code INT NOT NULL, name VARCHAR(20), PRIMARY KEY (code)) ${end}`,
  mainSchema: `CREATE TABLE counters (id INT NOT NULL AUTO_INCREMENT, name VARCHAR(20), PRIMARY KEY (id)) ${end}`,
});

/** hash(1) and hash(2) lie on -40, hash(3) on 40-80. */
const rows = [
  "INSERT INTO users VALUES (1, 'Ada', 10), (2, 'Bob', 20), (3, 'Cy', 30), (4, 'Di', 40), (5, 'Ed', 50), (6, NULL, 60)",
  "INSERT INTO words VALUES ('abc', 'en'), ('ABC', 'de'), ('straße', 'de'), ('strasse', 'ch'), ('élan', 'fr')",
  "INSERT INTO exact VALUES ('abc', 'en'), ('ABC', 'de'), ('abc ', 'xx'), ('7', 'n1'), ('07', 'n2'), ('7abc', 'n3')",
  "INSERT INTO events VALUES ('2023-12-31', 1, 'old'), ('2024-01-01', 2, 'new'), ('2024-12-31', 3, NULL), ('2025-06-01', 4, 'later')",
  "INSERT INTO codes VALUES (1, 'one'), (2, 'two')",
];

export interface SessionStage {
  readonly world: World;
  /** New sessions on both sides. */
  pair(login?: ExactClientOptions): Promise<Pair>;
}

/** Called at a test file's top: a world of its own, with rows. */
export function sessionStage(): SessionStage {
  const stage = fileWorld(schema(), async (world) => {
    const pair = await Pair.open(world);
    await pair.do(...rows);
    // Figures about tables are estimates that servers renew when they like to.
    for (const client of [pair.oracle, pair.proxy]) await client.query('ANALYZE TABLE events');
  });
  return {
    get world() {
      return stage.world;
    },
    pair: (login) => Pair.open(stage.world, login),
  };
}
