// LAST_INSERT_ID(x) in statements over several shards: what it remembers is what one server would.
import { expect, test } from 'vitest';
import { fileWorld } from '../../support/file-world.ts';
import { Pair, same } from '../../support/pair.ts';

const stage = fileWorld(
  {
    shards: ['-40', '40-80', '80-c0', 'c0-'],
    vschema: {
      sharded: true,
      vindexes: { hash: { type: 'hash' } },
      tables: { t: { column_vindexes: [{ column: 'id', name: 'hash' }] } },
    },
    schema: 'CREATE TABLE t (id BIGINT PRIMARY KEY, n BIGINT);\n',
    mainSchema: 'CREATE TABLE m (id BIGINT AUTO_INCREMENT PRIMARY KEY, n BIGINT);\n',
  },
  async (world) => {
    pair = await Pair.open(world, {}, { coreColumns: true, withParams: true });
    await agree('INSERT INTO t VALUES (1, 10), (2, 10), (3, 30)');
  },
);
let pair: Pair;

async function agree(sql: string): Promise<void> {
  expect(await pair.ask(sql), sql).toBe(same);
}

test.each([
  'SELECT LAST_INSERT_ID(3), COUNT(*) FROM t',
  'SELECT LAST_INSERT_ID(4) FROM t WHERE 1 = 2',
  'SELECT LAST_INSERT_ID(5) FROM t WHERE id = 99',
  'SELECT COUNT(*) FROM t WHERE LAST_INSERT_ID(6)',
  'SELECT n, LAST_INSERT_ID(COUNT(*)) FROM t WHERE n = 10 GROUP BY n',
  'SELECT LAST_INSERT_ID(MAX(n)) FROM t',
  'UPDATE t SET n = LAST_INSERT_ID(7) WHERE id = 1',
  'UPDATE t SET n = LAST_INSERT_ID(8) WHERE id = 99',
  'UPDATE t SET n = 20 WHERE id = LAST_INSERT_ID(9)',
  'DELETE FROM t WHERE id = LAST_INSERT_ID(10)',
  'INSERT INTO t VALUES (LAST_INSERT_ID(11), 12)',
  'INSERT INTO t VALUES (13, LAST_INSERT_ID(14)), (15, LAST_INSERT_ID(16))',
  'INSERT INTO t SELECT LAST_INSERT_ID(17), 18',
  'INSERT INTO main.m (n) VALUES (LAST_INSERT_ID(19))',
  'INSERT INTO main.m (id, n) VALUES (LAST_INSERT_ID(0), 20)',
])('%s', async (sql) => {
  await agree(sql);
  await agree('SELECT LAST_INSERT_ID()');
  await agree('SELECT LAST_INSERT_ID(1)');
  await agree('SELECT LAST_INSERT_ID()');
});

test("what a pooled connection remembers of another client is nobody else's", async () => {
  const other = await stage.world.proxy();
  await other.query('SELECT LAST_INSERT_ID(777) FROM t WHERE id = 1');
  await agree('SELECT LAST_INSERT_ID(5) FROM t WHERE id = 99');
  await agree('SELECT LAST_INSERT_ID()');
});
