// Random writes over a table with lookup vindexes, statement by statement beside one server; then tables and lookup rows compared.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exactCollation } from '../../support/test-servers.ts';
import { idHex, Shadow } from '../writes/shadow.ts';

const vschema = {
  sharded: true,
  vindexes: {
    hash: { type: 'hash' },
    xx: { type: 'xxhash' },
    by_email: {
      type: 'consistent_lookup_unique',
      params: { table: 'email_idx', from: 'email', to: 'keyspace_id' },
      owner: 'users',
    },
    by_name: {
      type: 'consistent_lookup',
      params: { table: 'main.name_idx', from: 'name', to: 'keyspace_id' },
      owner: 'users',
    },
  },
  tables: {
    users: {
      column_vindexes: [
        { column: 'team', name: 'hash' },
        { column: 'email', name: 'by_email' },
        { column: 'name', name: 'by_name' },
      ],
    },
    email_idx: { column_vindexes: [{ column: 'email', name: 'xx' }] },
  },
};
const schema = `
CREATE TABLE users (team BIGINT, id BIGINT, email VARCHAR(20) COLLATE ${exactCollation()}, name VARCHAR(20) COLLATE utf8mb4_general_ci, n INT,
  PRIMARY KEY (team, id), UNIQUE KEY email (email)) CHARSET utf8mb4;
CREATE TABLE email_idx (email VARCHAR(20) COLLATE ${exactCollation()} PRIMARY KEY, keyspace_id VARBINARY(16)) CHARSET utf8mb4;
`;
const mainSchema = `
CREATE TABLE name_idx (name VARCHAR(20) COLLATE utf8mb4_general_ci, keyspace_id VARBINARY(16), PRIMARY KEY (name, keyspace_id)) CHARSET utf8mb4;
`;

let shadow: Shadow;

beforeAll(async () => {
  shadow = await Shadow.start({ vschema, schema, mainSchema });
});

afterAll(() => shadow.close());

/** Numbers that look random and are the same in every run. */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(sides: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * sides);
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }
}

function statement(dice: Dice): string {
  const team = () => dice.below(8);
  const id = () => dice.below(12);
  const email = () => (dice.below(6) === 0 ? 'NULL' : `'e${dice.below(30)}'`);
  const name = () => dice.pick(['NULL', "'Ann'", "'ann'", "'Bob'", "'Zoë'", "'zoe'"]);
  const row = () => `(${team()}, ${id()}, ${email()}, ${name()}, ${dice.below(9)})`;
  const rows = () => Array.from({ length: 1 + dice.below(3) }, row).join(', ');
  const where = () =>
    dice.pick([
      `team = ${team()}`,
      `team = ${team()} AND id = ${id()}`,
      `email = 'e${dice.below(30)}'`,
      `name = ${dice.pick(["'ANN'", "'bob'", "'zoe'"])}`,
      `id IN (${id()}, ${id()})`,
      `n > ${dice.below(9)}`,
      `email IN ('e${dice.below(30)}', 'e${dice.below(30)}')`,
    ]);
  const set = () =>
    dice.pick([
      'n = n + 1',
      `email = 'e${dice.below(30)}'`,
      'email = NULL',
      `name = ${name()}`,
      `team = ${team()}`,
      `team = ${team()}, email = 'e${dice.below(30)}'`,
      "email = CONCAT(email, 'x')",
    ]);
  // Which of several rows meets a duplicate first is the server's choice: one row at a time where that matters.
  const one = () => `team = ${team()} AND id = ${id()}`;
  return dice.pick([
    () => `INSERT INTO users VALUES ${row()}`,
    () => `INSERT INTO users VALUES ${row()}`,
    () => `INSERT IGNORE INTO users VALUES ${rows()}`,
    () => `REPLACE INTO users VALUES ${rows()}`,
    () => `INSERT INTO users VALUES ${row()} ON DUPLICATE KEY UPDATE n = n + 1, name = VALUES(name)`,
    () => `INSERT INTO users VALUES ${row()} ON DUPLICATE KEY UPDATE email = VALUES(email)`,
    () => `UPDATE users SET ${set()} WHERE ${one()}`,
    () => `UPDATE users SET ${dice.pick(['n = n + 1', 'email = NULL', `name = ${name()}`])} WHERE ${where()}`,
    () => `DELETE FROM users WHERE ${where()}`,
    () => `DELETE FROM users WHERE ${where()} ORDER BY team, id LIMIT 2`,
    () => `SELECT * FROM users WHERE ${where()} ORDER BY team, id`,
    () => dice.pick(['BEGIN', 'COMMIT', 'ROLLBACK', 'SAVEPOINT s', 'COMMIT']),
  ])();
}

async function expectLookups(): Promise<void> {
  const users = (await shadow.onShards('SELECT team, email, name FROM users')).flat();
  const id = (team: unknown) => idHex('hash', team).toUpperCase();
  const emails = (await shadow.onShards('SELECT email, HEX(keyspace_id) AS k FROM email_idx')).flat();
  const implied = users
    .filter((user) => user['email'] !== null)
    .map((user) => `${user['email']} ${id(user['team'])}`);
  expect(emails.map((row) => `${row['email']} ${row['k']}`).sort()).toEqual(implied.sort());
  const names = (await shadow.through('SELECT LOWER(name) AS name, HEX(keyspace_id) AS k FROM main.name_idx'))
    .rows;
  const plain = (name: unknown) => String(name).toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');
  const wanted = new Set(
    users.filter((user) => user['name'] !== null).map((user) => `${plain(user['name'])} ${id(user['team'])}`),
  );
  const found = (names ?? []).map((row) => {
    const { name, k } = row as { name: string; k: string };
    return `${plain(name)} ${k}`;
  });
  expect(found.sort()).toEqual([...wanted].sort());
}

test.each([
  { mode: 'multi', seed: 1 },
  { mode: 'multi', seed: 2 },
  { mode: 'twopc', seed: 3 },
  { mode: 'twopc', seed: 4 },
])(
  '$mode, seed $seed',
  async ({ mode, seed }) => {
    await shadow.both('ROLLBACK');
    await shadow.empty('users');
    await shadow.through(`SET transaction_mode = '${mode}'`);
    const dice = new Dice(seed);
    const sent: string[] = [];
    for (let i = 0; i < 250; i++) {
      const sql = statement(dice);
      sent.push(sql);
      try {
        await shadow.both(sql);
      } catch (error) {
        throw new Error(`after\n${sent.slice(-12).join(';\n')}`, { cause: error });
      }
    }
    await shadow.both('COMMIT');
    await shadow.expectSameTable('users', { column: 'team', vindex: 'hash' });
    await expectLookups();
  },
  60_000,
);
