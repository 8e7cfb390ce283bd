// The world of the session tests: users by hash, words by text, events by range, a reference table, an unsharded one.
import { type CompareOptions, differenceOf, summary } from '../../support/compare-answers.ts';
import type { Answer, ExactClient, ExactClientOptions } from '../../support/exact-client.ts';
import { Stage, type World, type WorldSchema } from '../../support/stage.ts';
import { exactCollation, testFlavour, testServers } from '../../support/test-servers.ts';

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

export const same = 'the same answer';

/** Two sessions that are asked the same, one of Shardgate and one of a plain server. */
export class Pair {
  readonly oracle: ExactClient;
  readonly proxy: ExactClient;

  constructor(oracle: ExactClient, proxy: ExactClient) {
    this.oracle = oracle;
    this.proxy = proxy;
  }

  /** `same`, or how the answers differ, metadata to the last flag; throws when there is more than one answer. */
  async ask(sql: string, options: Partial<CompareOptions> = {}): Promise<string> {
    return this.#compare(await this.oracle.query(sql), await this.proxy.query(sql), options);
  }

  /** Only whether both did it, or failed alike. */
  async do(...statements: readonly string[]): Promise<void> {
    for (const sql of statements) {
      const [expected, found] = [await this.oracle.query(sql), await this.proxy.query(sql)];
      if (expected.kind !== found.kind || expected.kind === 'error') {
        throw new Error(`${sql}: ${summary(expected)} / ${summary(found)}`);
      }
    }
  }

  async askAll(sql: string): Promise<string> {
    const [expected, found] = [await this.oracle.queryAll(sql), await this.proxy.queryAll(sql)];
    if (expected.length !== found.length) return `${expected.length} answers against ${found.length}`;
    for (const [index, one] of expected.entries()) {
      const difference = this.#compare(one, found[index] ?? one);
      if (difference !== same) return `answer ${index + 1}: ${difference}`;
    }
    return same;
  }

  #compare(expected: Answer, found: Answer, options: Partial<CompareOptions> = {}): string {
    return differenceOf(expected, found, { ordered: false, flavour: testFlavour(), ...options }) ?? same;
  }
}

export class SessionStage {
  readonly #stage: Stage;
  readonly world: World;

  private constructor(stage: Stage, world: World) {
    this.#stage = stage;
    this.world = world;
  }

  static async open(): Promise<SessionStage> {
    const stage = await Stage.open(await testServers());
    const opened = new SessionStage(stage, await stage.world(schema()));
    const pair = await opened.pair();
    await pair.do(...rows);
    // Figures about tables are estimates that servers renew when they like to.
    for (const client of [pair.oracle, pair.proxy]) await client.query('ANALYZE TABLE events');
    return opened;
  }

  async pair(options: ExactClientOptions = {}): Promise<Pair> {
    return new Pair(await this.world.oracle(options), await this.world.proxy(options));
  }

  async close(): Promise<void> {
    await this.world.close();
    await this.#stage.close();
  }
}
