// Which keys, foreign keys and AUTO_INCREMENT columns hold over several shards.
import { describe, expect, test } from 'vitest';
import { createShardMap } from '../../../src/vindex/shard-map.ts';
import { buildVSchema } from '../../../src/vschema/build.ts';
import { columnProblems } from '../../../src/vschema/column-warnings.ts';
import { constraintWarnings, looseAutoIncrement, looseKey } from '../../../src/vschema/constraints.ts';
import { unshardedDefinition } from '../../../src/vschema/files/definition.ts';
import { loadKeyspace } from '../../../src/vschema/files/load.ts';
import { readSchemaFile } from '../../../src/vschema/files/schema-file.ts';
import type { VSchema } from '../../../src/vschema/model.ts';
import { reloadProblems } from '../../../src/vschema/reload.ts';

function load(json: object) {
  const { definition, problems } = loadKeyspace(JSON.stringify(json), { file: null });
  if (definition === null) throw new Error(problems.map((problem) => problem.message).join('; '));
  return definition;
}

const vschema = {
  sharded: true,
  vindexes: {
    h: { type: 'hash' },
    x: { type: 'xxhash' },
    mail_idx: { type: 'lookup_unique', params: { table: 'main.m', from: 'mail', to: 'k' }, owner: 'users' },
  },
  tables: {
    users: {
      column_vindexes: [
        { column: 'id', name: 'h' },
        { column: 'mail', name: 'mail_idx' },
      ],
    },
    orders: { column_vindexes: [{ column: 'user_id', name: 'h' }] },
    notes: { column_vindexes: [{ column: 'slug', name: 'x' }] },
    countries: { type: 'reference' },
  },
};

function build(sql: string, constraints: 'check' | 'trust' = 'check'): VSchema {
  const made = createShardMap('shop', [
    { name: '-80', database: 'a' },
    { name: '80-', database: 'b' },
  ]);
  const one = createShardMap('main', [{ name: '-', database: 'main' }]);
  if ('problems' in made || 'problems' in one) throw new Error('no cover');
  const read = readSchemaFile(sql, 'shop.sql', 'shop');
  expect(read.problems).toEqual([]);
  return buildVSchema({
    version: 1,
    flavour: { kind: 'mysql', version: 80400, versionText: '8.4.0' },
    keyspaces: [
      { name: 'shop', shardMap: made.map, definition: load(vschema), constraints, facts: read.tables },
      { name: 'main', shardMap: one.map, definition: unshardedDefinition, constraints, facts: null },
    ],
  });
}

const warningsOf = (sql: string): readonly string[] =>
  constraintWarnings(build(sql)).map((problem) => `${problem.path}: ${problem.message}`);

describe('keys', () => {
  test.each([
    'CREATE TABLE users (id BIGINT PRIMARY KEY, mail VARCHAR(20), UNIQUE KEY m (mail))',
    'CREATE TABLE orders (id BIGINT, user_id BIGINT, PRIMARY KEY (user_id, id), KEY (id))',
    'CREATE TABLE notes (slug VARCHAR(20) COLLATE utf8mb4_0900_bin PRIMARY KEY)',
    'CREATE TABLE countries (code CHAR(2) PRIMARY KEY, name TEXT)',
  ])('hold: %s', (sql) => {
    expect(warningsOf(sql)).toEqual([]);
  });

  test.each([
    [
      'CREATE TABLE orders (id BIGINT PRIMARY KEY, user_id BIGINT)',
      'shop.orders: unique key PRIMARY does not contain the sharding column user_id, and no unique lookup vindex proves it',
    ],
    [
      'CREATE TABLE users (id BIGINT PRIMARY KEY, mail VARCHAR(200), UNIQUE KEY m (mail(10)))',
      'shop.users: unique key m does not contain the sharding column id',
    ],
    [
      'CREATE TABLE notes (slug VARCHAR(20) COLLATE utf8mb4_0900_bin, UNIQUE KEY s (slug(3)))',
      'shop.notes: unique key s is over a prefix or an expression',
    ],
    [
      'CREATE TABLE notes (slug VARCHAR(20) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY)',
      'shop.notes: unique key PRIMARY equals values of slug that live on different shards',
    ],
    [
      'CREATE TABLE users (id BIGINT AUTO_INCREMENT PRIMARY KEY)',
      'shop.users: AUTO_INCREMENT column id has no sequence',
    ],
  ])('do not hold: %s', (sql, warning) => {
    const [found] = warningsOf(sql);
    expect(found).toContain(warning);
  });

  test('nothing is reported where the application is trusted', () => {
    expect(
      constraintWarnings(build('CREATE TABLE orders (id BIGINT PRIMARY KEY, user_id BIGINT)', 'trust')),
    ).toEqual([]);
  });

  test('the first loose key and the loose counter are named', () => {
    const tables = build(
      'CREATE TABLE orders (user_id BIGINT, id BIGINT AUTO_INCREMENT, PRIMARY KEY (user_id, id), UNIQUE KEY u (id))',
    ).keyspaces.get('shop')?.tables;
    const orders = tables?.get('orders');
    if (orders === undefined) throw new Error('no table');
    expect(looseKey(orders)?.key.name).toBe('u');
    expect(looseAutoIncrement(orders)).toBe('id');
  });
});

describe('foreign keys', () => {
  const users = 'CREATE TABLE users (id BIGINT PRIMARY KEY);';
  const child = (reference: string): string => `${users} CREATE TABLE countries (code CHAR(2) PRIMARY KEY);
    CREATE TABLE orders (user_id BIGINT, id BIGINT, country CHAR(2), PRIMARY KEY (user_id, id), ${reference});`;

  test.each([
    'FOREIGN KEY (user_id) REFERENCES users (id)',
    'FOREIGN KEY (country) REFERENCES countries (code)',
    'FOREIGN KEY (user_id, country) REFERENCES orders (user_id, id)',
  ])('hold: %s', (reference) => {
    expect(warningsOf(child(reference))).toEqual([]);
  });

  test.each([
    ['FOREIGN KEY (id) REFERENCES users (id)', 'whose rows live on other shards'],
    ['FOREIGN KEY (user_id) REFERENCES main.people (id)', 'which is in another keyspace'],
    [
      'CONSTRAINT self FOREIGN KEY (id) REFERENCES orders (user_id)',
      'foreign key self references shop.orders',
    ],
  ])('do not hold: %s', (reference, reason) => {
    expect(warningsOf(child(reference)).join()).toContain(reason);
  });
});

test('sharding columns must exist and be of a type the vindex takes', () => {
  const messages = columnProblems(
    build(
      'CREATE TABLE users (uid BIGINT PRIMARY KEY, mail VARCHAR(9)); CREATE TABLE orders (user_id DOUBLE); CREATE TABLE notes (slug VARCHAR(9) COLLATE utf8mb4_general_ci)',
    ),
  ).map((problem) => `${problem.severity} ${problem.path}: ${problem.message}`);
  expect(messages).toEqual([
    'error shop.users: vindex "h": table "users" has no column "id"',
    'error shop.orders: column "user_id" (double) of vindex "h" (hash) has no type this vindex can use',
    'warning shop.notes: column "slug" (varchar) of vindex "x" (xxhash): its collation utf8mb4_general_ci equates values on different shards, so = scatters',
    'warning shop.countries: table "countries" is in the vschema but not in the database',
  ]);
});

test('a reload that moves an interval of a range is refused', () => {
  const ranged = (ids: string) =>
    load({
      sharded: true,
      vindexes: { r: { type: 'range', params: { values: 'date', splits: '2024-01-01', ids } } },
      tables: {},
    });
  expect(reloadProblems(ranged('00,80'), ranged('00,80'))).toEqual([]);
  expect(reloadProblems(ranged('00,80'), ranged('00,90'))[0]?.message).toContain(
    'vindex "r": interval 1 would move',
  );
});

describe('a reload that would look for rows where they are not is refused', () => {
  const by = (type: string, column: string) =>
    load({
      sharded: true,
      vindexes: { v: { type } },
      tables: { t: { column_vindexes: [{ column, name: 'v' }] } },
    });
  const shared = load({ sharded: true, vindexes: {}, tables: { t: { type: 'reference' } } });

  test.each([
    [
      by('hash', 'id'),
      by('xxhash', 'id'),
      'its rows lie by hash of id, and would be looked for by xxhash of id',
    ],
    [
      by('hash', 'id'),
      by('hash', 'owner'),
      'its rows lie by hash of id, and would be looked for by hash of owner',
    ],
    [by('hash', 'id'), shared, 'its rows lie by hash of id, and would be looked for on every shard'],
    [shared, by('hash', 'id'), 'its rows lie on every shard, and would be looked for by hash of id'],
  ])('%#', (before, after, why) => {
    expect(reloadProblems(before, after)).toMatchObject([
      { path: 'tables.t', message: expect.stringContaining(why) },
    ]);
  });

  test('tables may come and go, and columns be spelled otherwise', () => {
    const none = load({ sharded: true, vindexes: {}, tables: {} });
    expect(reloadProblems(by('hash', 'id'), none)).toEqual([]);
    expect(reloadProblems(none, by('hash', 'id'))).toEqual([]);
    expect(reloadProblems(by('hash', 'id'), by('hash', 'ID'))).toEqual([]);
  });
});

describe('schema files', () => {
  const read = (sql: string) => readSchemaFile(sql, 's.sql', 'k');

  test('are read as the server would', () => {
    const { tables, problems } = read(`
      -- a dump
      SET NAMES utf8mb4;
      CREATE TABLE \`t\` (
        \`id\` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
        \`name\` varchar(40) DEFAULT NULL,
        \`price\` decimal(12,2) NOT NULL DEFAULT 0.00,
        \`at\` datetime(3) NOT NULL,
        \`kind\` enum('a','b') CHARACTER SET latin1,
        \`up\` varchar(40) GENERATED ALWAYS AS (upper(\`name\`)) VIRTUAL,
        PRIMARY KEY (\`id\`),
        UNIQUE KEY (\`name\`),
        KEY \`by_at\` (\`at\`,\`kind\`)
      ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
      ALTER TABLE t ADD UNIQUE KEY (name, at);
      INSERT INTO t (name) VALUES ('x');
      CREATE VIEW v AS SELECT 1;
      CREATE TABLE gone (a INT); DROP TABLE gone;`);
    expect(problems).toEqual([]);
    expect([...tables.keys()]).toEqual(['t']);
    expect(tables.get('t')?.columns).toMatchObject([
      { name: 'id', family: 'integer', size: 64, unsigned: true, autoIncrement: true, nullable: false },
      { name: 'name', family: 'text', size: 40, collation: 'utf8mb4_bin', nullable: true, hasDefault: false },
      { name: 'price', family: 'decimal', size: 12, scale: 2, hasDefault: true },
      { name: 'at', family: 'datetime', scale: 3 },
      { name: 'kind', family: 'enum', charset: 'latin1', collation: null },
      { name: 'up', generated: true },
    ]);
    expect(tables.get('t')?.keys).toMatchObject([
      { name: 'PRIMARY', unique: true, columns: ['id'] },
      { name: 'name', unique: true },
      { name: 'by_at', unique: false, columns: ['at', 'kind'] },
      { name: 'name_2', unique: true, columns: ['name', 'at'] },
    ]);
  });

  test('tell what is wrong by line', () => {
    const { problems } = read('CREATE TABLE a (id INT);\n\nCREATE TABLE b (id INT,);\n');
    expect(problems).toMatchObject([{ severity: 'error', line: 3 }]);
    expect(read('CREATE TABLE a (id INT);\nCREATE TABLE a (id INT)').problems).toMatchObject([
      { line: 2, message: 'table "a" is created twice' },
    ]);
  });
});
