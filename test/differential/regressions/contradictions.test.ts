// Where one MariaDB server contradicts itself by its path to the rows: what Shardgate says is one of the things it says.
import { describe, expect, test } from 'vitest';
import type { ExactClient } from '../../support/exact-client.ts';
import { fileWorld } from '../../support/file-world.ts';
import { Pair } from '../../support/pair.ts';
import type { WorldSchema } from '../../support/stage.ts';
import { testFlavour } from '../../support/test-servers.ts';

const schema: WorldSchema = {
  shards: ['-40', '40-80', '80-c0', 'c0-'],
  vschema: {
    sharded: true,
    vindexes: { hash: { type: 'hash' } },
    tables: { t: { column_vindexes: [{ column: 'k', name: 'hash' }] } },
  },
  schema: `CREATE TABLE t (
    k BIGINT NOT NULL, a VARCHAR(20) COLLATE utf8mb4_nopad_bin NOT NULL, b VARCHAR(20) COLLATE utf8mb4_general_ci, d DATE NOT NULL,
    PRIMARY KEY (k), KEY by_a (a)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;\n`,
  mainSchema: '',
};

fileWorld(schema, async (world) => {
  pair = await Pair.open(world);
  await pair.do(
    "SET sql_mode = ''",
    "INSERT INTO t VALUES (1, 'A', 'A', '2024-01-01'), (2, 's', 'a', '0000-00-00'), (5, 'x', 'é', '2024-02-02')",
    "SET sql_mode = 'NO_ZERO_DATE'",
  );
});
let pair: Pair;

async function told(client: ExactClient, sql: string): Promise<string> {
  const answer = await client.query(sql);
  if (answer.kind !== 'rows') throw new Error(`${sql}: ${JSON.stringify(answer)}`);
  return answer.rows
    .map((row) => row.toString('latin1'))
    .sort()
    .join();
}

describe.runIf(testFlavour() === 'mariadb')('one server contradicts itself', () => {
  test.each([
    [
      'its cache of a correlated subquery takes a for A where the comparison tells them apart',
      'SELECT k, (SELECT COUNT(*) + SUM(1) FROM t AS y WHERE x.b >= (SELECT GROUP_CONCAT(z.a ORDER BY z.a) FROM t AS z)) FROM t AS x',
      "SET STATEMENT optimizer_switch = 'subquery_cache=off' FOR SELECT k, (SELECT COUNT(*) + SUM(1) FROM t AS y WHERE x.b >= (SELECT GROUP_CONCAT(z.a ORDER BY z.a) FROM t AS z)) FROM t AS x",
    ],
    [
      'COALESCE of a zero date under NO_ZERO_DATE is NULL, or not where a temporary table holds it',
      'SELECT k, COALESCE(d, d) FROM t ORDER BY UPPER(a)',
      'SELECT SQL_BUFFER_RESULT k, COALESCE(d, d) FROM t',
    ],
    [
      'COUNT of an outer block is NULL where an index shows that no row can be there',
      "SELECT (SELECT COUNT(x.b)) FROM t AS x WHERE x.a >= 'b' AND x.a < 'a'",
      "SELECT (SELECT COUNT(x.b)) FROM t AS x IGNORE INDEX (by_a) WHERE x.a >= 'b' AND x.a < 'a'",
    ],
    [
      'a window function in an IN with a constant before it is wrong where the subquery runs per row',
      'SELECT k FROM t WHERE 1.50 NOT IN (SELECT SUM(k) OVER (PARTITION BY k ORDER BY d) FROM t)',
      "SET STATEMENT optimizer_switch = 'in_to_exists=off' FOR SELECT k FROM t WHERE 1.50 NOT IN (SELECT SUM(k) OVER (PARTITION BY k ORDER BY d) FROM t)",
    ],
  ])('%s', async (_, sql, other) => {
    const [one, two] = [await told(pair.oracle, sql), await told(pair.oracle, other)];
    expect(one).not.toBe(two);
    expect([one, two]).toContain(await told(pair.proxy, sql));
  });
});
