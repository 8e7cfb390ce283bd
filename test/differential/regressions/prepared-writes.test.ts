// Prepared writes over several shards: on MySQL a parameter is something else than the literal of its value.
import { expect, test } from 'vitest';
import type { Answer, ExactClient, ParamValue } from '../../support/exact-client.ts';
import { fileWorld } from '../../support/file-world.ts';
import { Pair, same } from '../../support/pair.ts';
import { testFlavour } from '../../support/test-servers.ts';

const columns = 'id BIGINT NOT NULL PRIMARY KEY, n INT, d DECIMAL(20,10), x DOUBLE, v VARCHAR(100), day DATE';
const charset = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4';

const file = fileWorld(
  {
    shards: ['-40', '40-80', '80-c0', 'c0-'],
    vschema: {
      sharded: true,
      vindexes: {
        hash: { type: 'hash' },
      },
      tables: {
        t: { column_vindexes: [{ column: 'id', name: 'hash' }] },
        u: { column_vindexes: [{ column: 'id', name: 'hash' }] },
      },
    },
    schema: `
CREATE TABLE t (${columns}) ${charset};
CREATE TABLE u (${columns}) ${charset};
`,
    mainSchema: `CREATE TABLE m (id INT NOT NULL PRIMARY KEY, n INT) ${charset};`,
  },
  async (world) => {
    const pair = await Pair.open(world);
    const rows = [1, 2, 3, 4].map((i) => `(${i}, ${i}, 1.5, ${i}.5, 'abc${i}', '2024-01-0${i}')`);
    for (const table of ['t', 'u']) await pair.do(`INSERT INTO ${table} VALUES ${rows.join(', ')}`);
  },
);

async function prepared(client: ExactClient, sql: string, params: readonly ParamValue[]): Promise<Answer> {
  const statement = await client.prepare(sql);
  if ('kind' in statement) return statement;
  const answer = await client.execute(statement, params);
  client.closeStatement(statement);
  return answer;
}

/** Both run it and undo it; what they answer and what is stored then. */
async function differences(
  pair: Pair,
  sql: string,
  params: readonly ParamValue[],
): Promise<readonly string[]> {
  await pair.do('BEGIN');
  const [expected, found] = [
    await prepared(pair.oracle, sql, params),
    await prepared(pair.proxy, sql, params),
  ];
  const told = pair.compare(expected, found, { warnings: false });
  const stored = [];
  for (const table of ['t', 'u']) stored.push(await pair.ask(`SELECT * FROM ${table}`));
  await pair.do('ROLLBACK');
  return [told, ...stored].filter((difference) => difference !== same);
}

type Case = readonly [sql: string, ...params: ParamValue[]];

function caseOf([sql, ...params]: Case): { sql: string; params: readonly ParamValue[] } {
  return { sql, params };
}

const carriedOut: readonly Case[] = [
  ['INSERT INTO t (id, v) VALUES (?, ? / 3), (?, CONCAT(? / 7))', 11n, 1n, 12n, '1.5'],
  ['INSERT INTO t (id, v) VALUES (?, SEC_TO_TIME(?)), (?, d + ?)', 11n, 1n, 12n, 2n],
  [
    'INSERT INTO t (id, d, v) VALUES (? + 10, ?, NOW() IS NULL), (? / 3, ?, CONCAT(d + ?, NOW() IS NULL))',
    ...[7n, '1.5', 2000n, '2.5', 1n],
  ],
  ['REPLACE INTO t (id, v) VALUES (?, ? / 3), (?, ? / 7)', 1n, 1n, 2n, '2.5'],
  ['INSERT INTO t (id, v) VALUES (?, ?), (?, ?) ON DUPLICATE KEY UPDATE v = d + ?', 1n, 'a', 2n, 'b', '1.5'],
  ['INSERT INTO t (id, v) SELECT id + 100, CONCAT(d + ?) FROM u', '1.5'],
  ['INSERT INTO t (id, v) SELECT id + ?, SEC_TO_TIME(?) FROM u', 100n, 5n],
  ['INSERT INTO t (id, d) VALUES (?, ?), (?, (SELECT MAX(d) + ? FROM u))', 11n, 2n, 12n, '0.7'],
  ['UPDATE t SET v = CONCAT(d + ?), x = n + ? ORDER BY id LIMIT 3', '1.5', 2.5],
  ['UPDATE t SET v = CONCAT(NOW() IS NULL, d + ?)', '1.5'],
  ['UPDATE t SET id = id + 1000, v = d + ? WHERE id < ?', 1n, 4n],
  ['UPDATE t, u SET t.v = CONCAT(u.d + ?), u.v = ? / 3 WHERE t.n = u.n', '1.5', 5n],
  ['UPDATE t SET d = (SELECT MAX(d + ?) FROM u WHERE u.n < t.n)', '1.5'],
  ['UPDATE t SET v = d + ? WHERE (SELECT COUNT(*) FROM u WHERE u.n <= t.n) > ?', 2n, 1n],
  ['DELETE FROM t WHERE d + ? = (SELECT MAX(d) + 0.7 FROM u)', '0.7'],
];

test.each(carriedOut.map(caseOf))('carried out with its parameters: $sql', async ({ sql, params }) => {
  expect(await differences(await Pair.open(file.world), sql, params)).toEqual([]);
});

const decimalsAsText: readonly Case[] = [
  ['UPDATE t, u SET t.v = u.d + ? WHERE t.n = u.n', 2n],
  ['INSERT INTO t (id, v) SELECT id + 100, d + ? FROM u', 2n],
  ['INSERT INTO t (id, v) VALUES (?, ?), (?, (SELECT MAX(d) + ? FROM u))', 11n, 'a', 12n, 1n],
];

test.each(decimalsAsText.map(caseOf))(
  'a decimal of a parameter is not shown as it is stored: $sql',
  async ({ sql, params }) => {
    const pair = await Pair.open(file.world);
    if (testFlavour() === 'mariadb') return expect(await differences(pair, sql, params)).toEqual([]);
    expect(await prepared(pair.proxy, sql, params)).toMatchObject({ message: /^SG6052: / });
  },
);

const strict = [
  'DELETE FROM t WHERE v = 7 ORDER BY n LIMIT 3',
  'DELETE FROM t WHERE v = 7 AND (SELECT COUNT(*) FROM u WHERE u.n <= t.n) >= 0',
  "DELETE FROM t WHERE day BETWEEN '2023-12-31' AND '0000-00-00' ORDER BY n LIMIT 2",
  'DELETE t FROM t JOIN u ON t.n = u.n WHERE t.v = u.n',
  'UPDATE t SET n = 9 WHERE v = 7 ORDER BY n LIMIT 1',
  "DELETE FROM t WHERE SLEEP(0) = 'a' ORDER BY n LIMIT 1",
];

test.each(strict)('what MySQL does not do in strict mode is not done here: %s', async (sql) => {
  const pair = await Pair.open(file.world);
  await pair.oracle.query('BEGIN');
  await pair.proxy.query('BEGIN');
  const [expected, found] = [await pair.oracle.query(sql), await pair.proxy.query(sql)];
  const stored = await pair.ask('SELECT * FROM t');
  await pair.do('ROLLBACK');
  expect(found.kind).toBe(expected.kind);
  if (expected.kind === 'error') expect(found).toMatchObject({ errno: expected.errno });
  expect(stored).toBe(same);
});

const deprecated = [
  'UPDATE t, u SET t.n = u.n WHERE t.n = u.n && t.n > 1',
  'UPDATE t SET n = n + 1 WHERE n > 1 && n < 3 ORDER BY n LIMIT 1',
  'DELETE t FROM t JOIN u ON t.n = u.n WHERE t.n > 2 && u.n > 1',
];

test.each(deprecated)('what is deprecated is done, also in strict mode: %s', async (sql) => {
  const pair = await Pair.open(file.world);
  await pair.do('BEGIN');
  const told = await pair.ask(sql);
  const stored = await pair.ask('SELECT * FROM t');
  await pair.do('ROLLBACK');
  expect([told, stored]).toEqual([same, same]);
});

test('of two wrong rows on two shards the first is told, though the other one names no row', async () => {
  const pair = await Pair.open(file.world);
  const good = [21, 22, 23, 24, 25, 26].map((id) => `(${id}, '2024-01-01')`);
  for (const rows of [
    [...good, "(27, '2024-13-01')", "(1, '2024-01-01')", "(2, '2024-01-01')"],
    [...good, "(2, '2024-01-01')", "(27, '2024-13-01')", "(1, '2024-01-01')"],
    [...good, "(1, '2024-01-01')", "(3, '2024-01-01')", "(28, '2024-13-01')"],
    [...good, "(4, '2024-01-01')", "(3, '2024-01-01')", "(2, '2024-01-01')", "(1, '2024-01-01')"],
  ])
    expect(await pair.ask(`INSERT INTO t (id, day) VALUES ${rows.join(', ')}`), rows.join()).toBe(same);
  expect(await pair.ask('SELECT * FROM t')).toBe(same);
});

test('a written table is read once more beside a derived table', async () => {
  const pair = await Pair.open(file.world);
  for (const from of [
    'main.m, (SELECT 1 AS a) AS x, t AS again',
    'main.m, (SELECT DISTINCT id FROM t AS again) AS x',
    'main.m, (SELECT 1 AS a) AS x WHERE EXISTS (SELECT 1 FROM t AS again)',
  ])
    expect(await pair.ask(`UPDATE t SET n = 1 WHERE n < (SELECT COUNT(*) FROM ${from})`), from).toBe(same);
});
