// LIMIT 0: a server checks names and constants and reads no row, so that nothing can be wrong with one.
import { describe, expect, test } from 'vitest';
import { fileWorld } from '../../support/file-world.ts';
import { Pair, same } from '../../support/pair.ts';
import type { WorldSchema } from '../../support/stage.ts';
import { testFlavour } from '../../support/test-servers.ts';

const schema: WorldSchema = {
  shards: ['-40', '40-80', '80-c0', 'c0-'],
  vschema: {
    sharded: true,
    vindexes: { hash: { type: 'hash' } },
    tables: { t: { column_vindexes: [{ column: 'k', name: 'hash' }] } },
  },
  schema: `CREATE TABLE t (k BIGINT UNSIGNED NOT NULL, a INT, s INT, PRIMARY KEY (k)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;\n`,
  mainSchema: '',
};

fileWorld(schema, async (world) => {
  pair = await Pair.open(world, {}, { coreColumns: true });
  await pair.do('INSERT INTO t VALUES (1, 1, 5), (2, 2, 5), (3, 3, 7), (4, 4, 7), (5, NULL, 9)');
});
let pair: Pair;

/** MySQL reads the rows that an OFFSET skips. */
const ofMariadb = [
  'SELECT DISTINCT 1e0 AS x, s FROM t WHERE (k - a - 9) <=> k ORDER BY 1, 2 LIMIT 0 OFFSET 3',
  'SELECT k FROM t WHERE k - a - 9 > 1 LIMIT 7, 0',
  'SELECT k FROM t WHERE k - a - 9 > 1 ORDER BY UPPER(s), k LIMIT 2, 0',
  'SELECT SQL_CALC_FOUND_ROWS s, COUNT(*) FROM t GROUP BY s LIMIT 0',
  'SELECT FOUND_ROWS()',
];

describe('LIMIT 0 reads no row', () => {
  test.each([
    // Every row would be out of range.
    'SELECT DISTINCT 1e0 AS x, s FROM t WHERE (k - a - 9) <=> k ORDER BY 1, 2 LIMIT 0',
    'SELECT k, k - a - 9 FROM t ORDER BY s LIMIT 0',
    'SELECT s, SUM(k), AVG(k - a - 9) FROM t GROUP BY s HAVING MAX(k - a - 9) > 1 ORDER BY 2 LIMIT 0',
    'SELECT COUNT(*), GROUP_CONCAT(k - a - 9) FROM t LIMIT 0',
    'SELECT x.k, y.k FROM t AS x JOIN t AS y ON y.s = x.k - x.a - 9 LIMIT 0',
    'SELECT SUM(k - a - 9) OVER (ORDER BY s) FROM t LIMIT 0',
    ...(testFlavour() === 'mariadb' ? ofMariadb : []),
  ])('%s', async (sql) => {
    expect(await pair.ask(sql, { ordered: true })).toBe(same);
  });
});

describe('LIMIT 0 is no excuse', () => {
  test.each([
    'SELECT DISTINCT s FROM t WHERE b = 1 ORDER BY s LIMIT 0',
    'SELECT DISTINCT s FROM t WHERE 1 = 9223372036854775807 + 1 ORDER BY s LIMIT 0',
    'SELECT s FROM t WHERE (SELECT k FROM t) > 1 ORDER BY s LIMIT 0',
    'SELECT k - a - 9 FROM t UNION SELECT 1 LIMIT 0',
    'SELECT SQL_CALC_FOUND_ROWS DISTINCT s FROM t WHERE k - a - 9 > 1 ORDER BY s LIMIT 0',
    'SELECT DISTINCT s FROM t ORDER BY s LIMIT 1',
  ])('%s', async (sql) => {
    expect(await pair.ask(sql, { ordered: true })).toBe(same);
  });
});

test('LIMIT ? of 0, and of another number after it', async () => {
  const sql = 'SELECT DISTINCT s FROM t WHERE k + a < ? ORDER BY s LIMIT ?';
  const [expected, found] = [await pair.oracle.prepare(sql), await pair.proxy.prepare(sql)];
  if ('kind' in expected || 'kind' in found) throw new Error('neither prepares it');
  for (const count of [0, 2, 0, 3]) {
    const told = await pair.oracle.execute(expected, [9, count]);
    expect(pair.compare(told, await pair.proxy.execute(found, [9, count]), { withParams: true })).toBe(same);
  }
});
