// Views under other settings than they were made under: their literals keep backslashes, character sets and collations.
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
    tables: {
      t: { column_vindexes: [{ column: 'k', name: 'hash' }] },
      bits: { column_vindexes: [{ column: 'k', name: 'hash' }] },
    },
  },
  schema: `CREATE TABLE t (
    k BIGINT NOT NULL, v VARCHAR(20), l VARCHAR(20) CHARACTER SET latin1, PRIMARY KEY (k)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
  CREATE TABLE bits (k BIGINT NOT NULL, b BIT(10), PRIMARY KEY (k)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;\n`,
  mainSchema: '',
};

/** Made through Shardgate: what another collation is, is another on each flavour. */
const made: readonly (readonly [string, readonly string[]])[] = [
  [
    'utf8mb4',
    [
      "CREATE VIEW plain AS SELECT k, v, 'é' AS s, 'A' AS a FROM t",
      "CREATE VIEW faces AS SELECT '😀' AS s, COUNT(*) AS n FROM t WHERE v <> '😁'",
      "CREATE VIEW slashes AS SELECT k, CONCAT('a\\\\b', v) AS s, 'it''s \\\\' AS q FROM t WHERE v <> '\\\\'",
      "CREATE VIEW other AS SELECT k, _latin1'abc' AS s, 'x' AS x FROM t",
      'CREATE VIEW bitted AS SELECT b, 10.10 AS c FROM bits WHERE k > 0',
      "CREATE VIEW grouped AS SELECT v, GROUP_CONCAT(l ORDER BY l SEPARATOR ' / ') AS g FROM t WHERE v LIKE 'é%' OR l = 'a' GROUP BY v",
    ],
  ],
  [
    'utf8mb4 COLLATE utf8mb4_bin',
    [
      "CREATE VIEW strict AS SELECT k, v, 'A' AS a FROM t WHERE v > 'A'",
      "CREATE VIEW filtered AS SELECT CONCAT(v, 'A') AS v, COUNT(*) AS n FROM t WHERE v IN ('e', 'X') GROUP BY t.v",
    ],
  ],
];

fileWorld(schema, async (world) => {
  pair = await Pair.open(world, {}, { coreColumns: true });
  await pair.do(
    "INSERT INTO t VALUES (1, 'é', 'a'), (2, 'e', 'b'), (3, 'x', 'é'), (5, 'E', NULL), (8, '\\\\', 'a')",
  );
  await pair.do("INSERT INTO bits VALUES (3, b'101'), (4, b'101'), (9, b'1000')");
  for (const [names, views] of made) await pair.do(`SET NAMES ${names}`, ...views);
});
let pair: Pair;

const settings = [
  'SET NAMES utf8mb4',
  'SET NAMES utf8mb3',
  'SET NAMES latin1',
  'SET NAMES utf8mb4 COLLATE utf8mb4_bin',
  'SET NAMES utf8mb4 COLLATE utf8mb4_unicode_ci',
  'SET CHARACTER SET latin1',
  "SET NAMES utf8mb4, sql_mode = 'NO_BACKSLASH_ESCAPES'",
  "SET NAMES latin1, sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'",
];

async function under(setting: string, sql: string): Promise<string> {
  try {
    await pair.do(setting);
    return await pair.ask(sql, { ordered: hasOuterOrderBy(sql) });
  } finally {
    await pair.do('SET NAMES utf8mb4, sql_mode = DEFAULT');
  }
}

describe.each(settings)('%s', (setting) => {
  test.each([
    'SELECT DISTINCT s, HEX(s), COLLATION(s), COERCIBILITY(s) FROM plain',
    'SELECT v, COUNT(*) FROM plain WHERE s = v GROUP BY v ORDER BY v',
    "SELECT COUNT(DISTINCT v), MAX(s) FROM plain WHERE a = 'a'",
    'SELECT MAX(HEX(s)), MAX(n), MAX(CHAR_LENGTH(s)) FROM faces',
    'SELECT AVG(k), GROUP_CONCAT(s ORDER BY k), MIN(q) FROM slashes',
    "SELECT MAX(HEX(q)), COUNT(DISTINCT s) FROM slashes WHERE s > 'a'",
    'SELECT DISTINCT COLLATION(s), COLLATION(x) FROM other',
    'SELECT g, COUNT(*) FROM grouped GROUP BY g ORDER BY g',
  ])('%s', async (sql) => {
    expect(await under(setting, sql)).toBe(same);
  });
});

describe("a view made under a collation that is not its character set's first", () => {
  test('compares with columns as ever', async () => {
    for (const setting of settings)
      expect(await under(setting, 'SELECT MAX(v), SUM(n) FROM filtered')).toBe(same);
  });

  test('is answered under its own collation, and refused under another', async () => {
    const sql = "SELECT v, COUNT(DISTINCT k) FROM strict WHERE a = 'a' GROUP BY v ORDER BY v";
    expect(await under('SET NAMES utf8mb4 COLLATE utf8mb4_bin', sql)).toBe(same);
    const answer = await pair.proxy.query(sql);
    expect(answer).toMatchObject({ kind: 'error', errno: 1235 });
  });
});

// It is of derived tables; a finish has those in place of views.
test.runIf(testFlavour() === 'mariadb')('derived_merge=off leaves views merged', async () => {
  await pair.do("SET optimizer_switch = 'derived_merge=off'");
  const told = await pair.differences([
    'SELECT HEX(GROUP_CONCAT(w.b ORDER BY w.b)) FROM t LEFT JOIN bitted AS w ON w.b = t.k',
    'SELECT t.v, MIN(w.c) FROM t JOIN bitted AS w ON w.b = t.k GROUP BY t.v',
    'SELECT MIN(w.c), COUNT(w.c) FROM t LEFT JOIN bitted AS w ON w.b = t.k + 100',
  ]);
  await pair.do('SET optimizer_switch = DEFAULT');
  expect(told).toEqual([]);
});
