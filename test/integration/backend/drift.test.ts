// A table that is not the same on all shards: what would be wrong is refused, everything else goes on.
import type { Connection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../../support/cluster.ts';

const schema = `
CREATE TABLE items (id BIGINT PRIMARY KEY, name VARCHAR(20), price INT);
CREATE TABLE plain (id BIGINT PRIMARY KEY, name VARCHAR(20));
`;

let cluster: Cluster;
let client: Connection;
let last: Connection;

beforeAll(async () => {
  const byId = { column_vindexes: [{ column: 'id', name: 'hash' }] };
  cluster = await startCluster({
    vschema: { sharded: true, vindexes: { hash: { type: 'hash' } }, tables: { items: byId, plain: byId } },
    schema,
    shards: ['-80', '80-'],
    oracle: false,
  });
  client = await cluster.connect();
  const shard = cluster.shards[1];
  if (shard === undefined) throw new Error('two shards');
  last = await shard.connect();
  await client.query("INSERT INTO items VALUES (1, 'a', 10), (2, 'b', 20), (3, 'c', 30), (4, 'd', 40)");
  await client.query("INSERT INTO plain VALUES (1, 'a'), (2, 'b')");
});
afterAll(() => cluster?.close());

/** Changes one shard behind Shardgate's back; a DDL through it makes it look. */
async function onLastShardOnly(...statements: readonly string[]): Promise<void> {
  for (const sql of statements) await last.query(sql);
  await client.query('ALTER TABLE plain COMMENT = "looked at"');
}

async function rows(sql: string): Promise<unknown> {
  const [found] = await client.query(sql);
  return found;
}

describe('a column of another type', () => {
  beforeAll(() => onLastShardOnly('ALTER TABLE items MODIFY price VARCHAR(10)'));
  afterAll(() => onLastShardOnly('ALTER TABLE items MODIFY price INT'));

  test.each([
    'SELECT COUNT(*) FROM items WHERE price > 9',
    'SELECT id FROM items ORDER BY price',
    'SELECT MAX(price) FROM items',
    'SELECT p.name FROM items i JOIN plain p ON p.name = i.name WHERE i.price = 10',
    "UPDATE items SET name = 'x' WHERE price > 9",
    'DELETE FROM items WHERE price > 100',
  ])('%s is refused', async (sql) => {
    await expect(client.query(sql)).rejects.toThrow(
      /SG2028: table items over several shards: .*shard 80-: column price: varchar\(10\) here, int/,
    );
  });

  test('one shard answers, and what does not need the column', async () => {
    expect(await rows('SELECT name, price > 9 AS dear FROM items WHERE id = 1')).toEqual([
      { name: 'a', dear: 1 },
    ]);
    expect(await rows('SELECT id, name FROM items ORDER BY id LIMIT 2')).toEqual([
      { id: 1, name: 'a' },
      { id: 2, name: 'b' },
    ]);
    expect(await rows('SELECT COUNT(*) AS n FROM items')).toEqual([{ n: 4 }]);
  });
});

describe('columns in another order', () => {
  beforeAll(() => onLastShardOnly('ALTER TABLE items MODIFY price INT AFTER id'));
  afterAll(() => onLastShardOnly('ALTER TABLE items MODIFY price INT AFTER name'));

  test.each([
    'SELECT * FROM items',
    'INSERT INTO items VALUES (5, "e", 50), (6, "f", 60)',
    'INSERT INTO items VALUES (5, "e", 50)',
    'REPLACE INTO items SELECT * FROM items',
  ])('%s is refused', async (sql) => {
    await expect(client.query(sql)).rejects.toThrow(
      /SG2028: table items .*columns in another order than on -80/,
    );
  });

  test('named columns are right', async () => {
    await client.query('INSERT INTO items (id, name, price) VALUES (7, "g", 70), (8, "h", 80), (9, "i", 90)');
    expect(await rows('SELECT id, name, price FROM items WHERE price >= 70 ORDER BY price')).toEqual([
      { id: 7, name: 'g', price: 70 },
      { id: 8, name: 'h', price: 80 },
      { id: 9, name: 'i', price: 90 },
    ]);
    await client.query('DELETE FROM items WHERE id > 4');
  });
});

test('after it is mended everything is answered again', async () => {
  expect(await rows('SELECT * FROM items ORDER BY price DESC LIMIT 1')).toEqual([
    { id: 4, name: 'd', price: 40 },
  ]);
});
