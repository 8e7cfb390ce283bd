// Window functions in subqueries that are compared with: MariaDB is wrong where it runs them once per row.
import { describe, expect, test } from 'vitest';
import { fileWorld } from '../../support/file-world.ts';
import { Pair, same } from '../../support/pair.ts';
import type { WorldSchema } from '../../support/stage.ts';
import { testFlavour } from '../../support/test-servers.ts';
import { hasOuterOrderBy } from '../support/case.ts';

const schema: WorldSchema = {
  shards: ['-40', '40-80', '80-c0', 'c0-'],
  vschema: {
    sharded: true,
    vindexes: { hash: { type: 'hash' } },
    tables: { t: { column_vindexes: [{ column: 'k', name: 'hash' }] } },
  },
  schema: `CREATE TABLE t (k BIGINT NOT NULL, a INT, b INT, PRIMARY KEY (k)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;\n`,
  mainSchema: '',
};

fileWorld(schema, async (world) => {
  pair = await Pair.open(world, {}, { coreColumns: true });
  await pair.do('INSERT INTO t VALUES (1, 1, 5), (2, 2, 5), (3, 3, 7), (4, 4, 7), (5, NULL, 9), (6, 9, 9)');
});
let pair: Pair;

describe('a window function in a subquery that is compared with', () => {
  test.each([
    'SELECT k, a IN (SELECT ROW_NUMBER() OVER (PARTITION BY b ORDER BY k) FROM t) AS i FROM t ORDER BY k',
    'SELECT k, a <> ALL (SELECT RANK() OVER (ORDER BY b) FROM t) AS i FROM t ORDER BY k',
    'SELECT k, a = ANY (SELECT SUM(a) OVER (ORDER BY k) FROM t) AS i FROM t ORDER BY k',
    'SELECT k, NOW() > 1 AND a IN (SELECT LAG(a) OVER (ORDER BY k) FROM t) AS i FROM t ORDER BY k',
    'SELECT COUNT(*) FROM t WHERE a NOT IN (SELECT COUNT(*) OVER (PARTITION BY b) FROM t)',
  ])('%s', async (sql) => {
    expect(await pair.ask(sql, { ordered: hasOuterOrderBy(sql) })).toBe(same);
    if (testFlavour() === 'mysql') return;
    // The way that is wrong is taken by costs; here nothing else is left to take.
    await pair.proxy.query("SET optimizer_switch = 'materialization=off'");
    const found = await pair.ask(sql, { ordered: hasOuterOrderBy(sql) });
    await pair.proxy.query('SET optimizer_switch = DEFAULT');
    expect(found).toBe(same);
  });
});
