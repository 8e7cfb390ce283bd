// From files to a snapshot: the demo's own vschema and schema, and how names resolve in it.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createShardMap, type ShardMap } from '../../../src/vindex/shard-map.ts';
import { buildVSchema } from '../../../src/vschema/build.ts';
import { type KeyspaceDefinition, unshardedDefinition } from '../../../src/vschema/files/definition.ts';
import { loadKeyspace } from '../../../src/vschema/files/load.ts';
import { readSchemaFile } from '../../../src/vschema/files/schema-file.ts';
import { createVSchemaHolder } from '../../../src/vschema/holder.ts';
import type { Table, VSchema } from '../../../src/vschema/model.ts';
import { resolveTable } from '../../../src/vschema/resolve.ts';

const demo = (name: string): string =>
  readFileSync(new URL(`../../../vschema/${name}`, import.meta.url), 'utf8');
const flavour = { kind: 'mariadb', version: 101106, versionText: '10.11.6-MariaDB' } as const;

function shardMap(keyspace: string, names: readonly string[]): ShardMap {
  const made = createShardMap(
    keyspace,
    names.map((name) => ({ name, database: keyspace })),
  );
  if ('problems' in made) throw new Error('no cover');
  return made.map;
}

function definitionOf(text: string): KeyspaceDefinition {
  const { definition, problems } = loadKeyspace(text, { file: 'test.json' });
  if (definition === null) throw new Error(problems.map((problem) => problem.message).join('; '));
  return definition;
}

function demoVSchema(): VSchema {
  const quarters = ['c0-', '-40', '80-c0', '40-80'];
  const shop = readSchemaFile(demo('shop.sql'), 'shop.sql', 'shop');
  const main = readSchemaFile(demo('main.sql'), 'main.sql', 'main');
  expect([...shop.problems, ...main.problems]).toEqual([]);
  return buildVSchema({
    version: 1,
    flavour,
    keyspaces: [
      {
        name: 'shop',
        shardMap: shardMap('shop', quarters),
        definition: definitionOf(demo('shop.vschema.json')),
        constraints: 'check',
        facts: shop.tables,
      },
      {
        name: 'main',
        shardMap: shardMap('main', ['-']),
        definition: unshardedDefinition,
        constraints: 'check',
        facts: main.tables,
      },
    ],
  });
}

function table(vschema: VSchema, name: string): Table {
  const found = resolveTable(vschema, 'shop', null, name);
  if (typeof found === 'string') throw new Error(found);
  return found;
}

describe('the demo', () => {
  const vschema = demoVSchema();

  test('has its tables sharded by typed columns', () => {
    const users = table(vschema, 'users');
    expect(users.kind).toBe('sharded');
    expect(users.columnVindexes).toHaveLength(1);
    expect(users.columnVindexes[0]).toMatchObject({
      table: 'users',
      exact: true,
      vindex: { type: 'hash' },
      columns: [{ name: 'id', family: 'integer', size: 64 }],
    });
    expect(table(vschema, 'events').columnVindexes[0]).toMatchObject({ columns: [{ family: 'date' }] });
    expect(table(vschema, 'countries').kind).toBe('reference');
    expect(table(vschema, 'settings')).toMatchObject({ kind: 'unsharded', keyspace: 'main' });
  });

  test('knows keys and columns in table order', () => {
    const orders = table(vschema, 'orders');
    expect(orders.keys.find((key) => key.name === 'PRIMARY')?.columns).toEqual(['user_id', 'id']);
    expect(orders.columns?.map((column) => column.name)).toEqual([
      'id',
      'user_id',
      'status',
      'total',
      'created_at',
    ]);
    expect(orders.columns?.find((column) => column.name === 'total')).toMatchObject({
      family: 'decimal',
      size: 12,
      scale: 2,
    });
  });
});

describe('resolveTable', () => {
  const vschema = demoVSchema();

  test.each([
    ['shop', null, 'users', 'shop'],
    ['main', null, 'users', 'shop'],
    [null, null, 'users', 'shop'],
    ['shop', null, 'settings', 'main'],
    ['main', null, 'only_the_server_knows', 'main'],
    ['shop', 'main', 'only_the_server_knows', 'main'],
  ])('database %s, schema %s, table %s is in %s', (database, schema, name, keyspace) => {
    expect(resolveTable(vschema, database, schema, name)).toMatchObject({ keyspace, name });
  });

  test.each([
    ['shop', null, 'nothing', 'unknown'],
    ['shop', 'shop', 'settings', 'unknown'],
    [null, null, 'nothing', 'noDatabase'],
    ['gone', null, 'users', 'unknownDatabase'],
    ['shop', 'gone', 'users', 'unknownDatabase'],
    ['shop', null, '__proto__', 'unknown'],
    ['shop', null, 'constructor', 'unknown'],
  ])('database %s, schema %s, table %s is %s', (database, schema, name, answer) => {
    expect(resolveTable(vschema, database, schema, name)).toBe(answer);
  });

  test('a name in two other keyspaces is ambiguous, in the current one it is not', () => {
    const make = (name: string) => ({
      name,
      shardMap: shardMap(name, ['-']),
      definition: definitionOf('{"tables": {"t": {}}}'),
      constraints: 'check' as const,
      facts: null,
    });
    const two = buildVSchema({ version: 1, flavour, keyspaces: [make('a'), make('b')] });
    expect(resolveTable(two, null, null, 't')).toBe('ambiguous');
    expect(resolveTable(two, 'b', null, 't')).toMatchObject({ keyspace: 'b' });
  });
});

describe('buildVSchema', () => {
  const build = (json: object, sql: string) =>
    buildVSchema({
      version: 1,
      flavour,
      keyspaces: [
        {
          name: 'k',
          shardMap: shardMap('k', ['-80', '80-']),
          definition: definitionOf(JSON.stringify(json)),
          constraints: 'check',
          facts: readSchemaFile(sql, 'k.sql', 'k').tables,
        },
      ],
    }).keyspaces.get('k');

  test('shards unnamed tables by the default vindex on the first primary key column', () => {
    const keyspace = build(
      {
        sharded: true,
        vindexes: { h: { type: 'hash' } },
        tables: { '*': { column_vindexes: [{ name: 'h' }] } },
      },
      'CREATE TABLE t (a INT, b INT, PRIMARY KEY (b, a)); CREATE TABLE bare (a INT);',
    );
    expect(keyspace?.tables.get('t')).toMatchObject({
      kind: 'sharded',
      columnVindexes: [{ columns: [{ name: 'b' }] }],
    });
    expect(keyspace?.tables.get('bare')?.kind).toBe('unknown');
    expect(keyspace?.defaultColumnVindex).toEqual({ vindex: 'h', column: null });
  });

  test('tables no vschema names are unknown, pinned ones have their shard', () => {
    const keyspace = build(
      { sharded: true, vindexes: {}, tables: { p: { pinned: '90' } } },
      'CREATE TABLE stray (id INT PRIMARY KEY);',
    );
    expect(keyspace?.tables.get('stray')?.kind).toBe('unknown');
    expect(keyspace?.tables.get('p')).toMatchObject({ kind: 'pinned', pinnedShard: '80-' });
  });

  // Trap 19: where equality of the column does not imply equality of the vindex's input, equality must not route.
  test.each([
    ['xxhash', 'VARCHAR(20) COLLATE utf8mb4_general_ci', false],
    ['xxhash', 'VARCHAR(20) COLLATE utf8mb4_bin', false],
    ['xxhash', 'VARCHAR(20) COLLATE utf8mb4_0900_bin', true],
    ['xxhash', 'VARCHAR(20) COLLATE utf8mb4_nopad_bin', true],
    ['xxhash', 'VARCHAR(20)', false],
    ['xxhash', 'VARBINARY(20)', true],
    ['xxhash', 'VARCHAR(20) CHARACTER SET binary', true],
    ['xxhash', 'BIGINT', true],
    ['unicode_loose_md5', 'VARCHAR(20) COLLATE utf8mb4_bin', true],
    ['unicode_loose_md5', 'VARCHAR(20) COLLATE utf8mb4_general_ci', false],
    ['unicode_loose_md5', 'VARCHAR(20) COLLATE utf8mb4_0900_ai_ci', false],
    ['unicode_loose_md5', 'VARCHAR(20) COLLATE ascii_general_ci', true],
    ['hash', 'ENUM("1", "2")', false],
    ['xxhash', 'TIMESTAMP', false],
  ])('trap 19: %s on %s is exact: %s', (type, column, exact) => {
    const keyspace = build(
      {
        sharded: true,
        vindexes: { v: { type } },
        tables: { t: { column_vindexes: [{ column: 'c', name: 'v' }] } },
      },
      `CREATE TABLE t (c ${column})`,
    );
    expect(keyspace?.tables.get('t')?.columnVindexes[0]?.exact).toBe(exact);
  });
});

test('the holder swaps whole snapshots and tells its listeners', () => {
  const make = (version: number): VSchema => ({ version, keyspaces: new Map(), flavour });
  const holder = createVSchemaHolder(make);
  const seen: number[] = [];
  const stop = holder.onChange((vschema) => seen.push(vschema.version));
  holder.swap(make);
  stop();
  holder.swap(make);
  expect(holder.current().version).toBe(3);
  expect(seen).toEqual([2]);
});
