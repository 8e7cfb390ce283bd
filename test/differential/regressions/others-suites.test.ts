// What suites of other projects found, in our own words and least form: Shardgate's answer equals one plain server's.
import { describe, expect, test } from 'vitest';
import { fileWorld } from '../../support/file-world.ts';
import { Pair, same } from '../../support/pair.ts';
import type { WorldSchema } from '../../support/stage.ts';
import { testFlavour } from '../../support/test-servers.ts';
import { hasOuterOrderBy } from '../support/case.ts';

const charset = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4';
const isMariadb = testFlavour() === 'mariadb';
/** MySQL has no YEAR(2) any more. */
const shortYear = isMariadb ? 'YEAR(2)' : 'YEAR';

const schema: WorldSchema = {
  shards: ['-40', '40-80', '80-c0', 'c0-'],
  vschema: {
    sharded: true,
    vindexes: {
      hash: { type: 'hash' },
      xx: { type: 'xxhash' },
      by_code: {
        type: 'lookup_unique',
        params: { table: 'code_idx', from: 'code', to: 'keyspace_id', autocommit: 'true' },
        owner: 'tokens',
      },
    },
    tables: {
      tokens: {
        column_vindexes: [
          { column: 'holder', name: 'hash' },
          { column: 'code', name: 'by_code' },
        ],
      },
      labels: { type: 'reference' },
      code_idx: { column_vindexes: [{ column: 'code', name: 'hash' }] },
      people: { column_vindexes: [{ column: 'id', name: 'hash' }] },
      visits: { column_vindexes: [{ column: 'person', name: 'hash' }] },
      vintages: { column_vindexes: [{ column: 'y', name: 'xx' }] },
    },
  },
  schema: `
CREATE TABLE people (id BIGINT NOT NULL, score INT, rank_no INT, PRIMARY KEY (id)) ${charset};
CREATE TABLE visits (person BIGINT NOT NULL, id BIGINT NOT NULL, score INT, pages INT, PRIMARY KEY (person, id)) ${charset};
CREATE TABLE tokens (holder BIGINT NOT NULL, code BIGINT NOT NULL, n INT, PRIMARY KEY (code)) ${charset};
CREATE TABLE labels (id INT NOT NULL, label VARCHAR(20), PRIMARY KEY (id)) ${charset};
CREATE TABLE code_idx (code BIGINT NOT NULL, keyspace_id VARBINARY(10), PRIMARY KEY (code)) ${charset};
CREATE TABLE vintages (y ${shortYear} NOT NULL, n INT NOT NULL, PRIMARY KEY (y, n)) ${charset};
`,
  mainSchema: '',
};

const rows = [
  'INSERT INTO people VALUES (1, 1, 1), (2, 2, 2), (3, NULL, 3), (4, 4, 4)',
  "INSERT INTO labels VALUES (1, 'one'), (2, 'two')",
  'INSERT INTO visits VALUES (1, 1, 1, 1), (2, 2, 2, NULL), (3, 3, 3, 3), (4, 4, 5, 4), (4, 9, 5, 4)',
  "INSERT INTO vintages VALUES (70, 1), (1970, 2), ('71', 3), (0, 4), (2, 5), ('40', 6), (2060, 7), (1999, 8)",
];

let pair: Pair;
fileWorld(schema, async (world) => {
  pair = await Pair.open(world, {}, { coreColumns: true });
  await pair.do(...rows);
});

const asked = (sql: string): Promise<string> => pair.ask(sql, { ordered: hasOuterOrderBy(sql) });

describe('a name that several tables have means the column that the select list shows', () => {
  test.each([
    'SELECT people.id FROM people JOIN visits ON people.id = visits.person ORDER BY id DESC',
    'SELECT people.score, visits.id AS v FROM people, visits ORDER BY score, v, 1',
    'SELECT DISTINCT people.score FROM people LEFT JOIN visits ON people.id = visits.person ORDER BY score LIMIT 2',
    'SELECT people.*, visits.pages FROM people, visits ORDER BY score, id, pages',
    'SELECT visits.id, COUNT(*) FROM people JOIN visits ON people.rank_no = visits.pages GROUP BY id ORDER BY id DESC',
    'SELECT visits.id, COUNT(*) FROM people JOIN visits ON people.rank_no = visits.pages GROUP BY id HAVING id > 1 ORDER BY id',
    'SELECT people.score FROM people, visits GROUP BY score',
    'SELECT visits.score, people.score AS other FROM people, visits HAVING score > 1',
    'SELECT MAX(people.rank_no) FROM people, visits GROUP BY people.score HAVING score + 1 > 1',
    'SELECT people.score FROM people, visits HAVING (SELECT MAX(pages) FROM people p WHERE p.rank_no = score) > 1',
    // Nothing is shown by that name, or two columns are.
    'SELECT people.rank_no FROM people, visits ORDER BY score',
    'SELECT people.score, visits.score FROM people, visits ORDER BY score',
    'SELECT people.score FROM people, visits ORDER BY score + 1',
    'SELECT people.score FROM people, visits GROUP BY score + 1',
  ])('%s', async (sql) => {
    expect(await asked(sql)).toBe(same);
  });
});

describe('a name in ON means a column of the tables that are joined there', () => {
  test.each([
    'SELECT * FROM people JOIN (visits v JOIN labels l ON score = l.id) ON people.id = v.person',
    'SELECT * FROM people p LEFT JOIN (labels l JOIN visits v ON pages = l.id AND score > 0) ON p.rank_no = v.pages',
    'SELECT * FROM people, visits v JOIN labels l ON score = l.id WHERE people.id = v.person',
    // Two of the joined tables have it.
    'SELECT * FROM labels l JOIN (people p JOIN visits v ON score = p.id) ON l.id = p.id',
  ])('%s', async (sql) => {
    expect(await asked(sql)).toBe(same);
  });
});

test('a qualified name is looked for around a derived table of the same name that lacks the column', async () => {
  const sql =
    'SELECT d.id FROM people d WHERE id IN (SELECT MAX(id) FROM visits WHERE person IN (SELECT rank_no FROM (SELECT rank_no FROM people) d WHERE d.id = person))';
  expect(await asked(sql)).toBe(same);
});

describe.runIf(isMariadb)('YEAR(2): 70 is before 00, and 70 and 1970 are the same year', () => {
  test.each([
    'SELECT MIN(y), MAX(y) FROM vintages',
    'SELECT DISTINCT y FROM vintages ORDER BY y LIMIT 3',
    'SELECT y, n FROM vintages ORDER BY y DESC, n LIMIT 4',
    'SELECT n FROM vintages WHERE y = 70',
    'SELECT n FROM vintages WHERE y = 1970',
    "SELECT n FROM vintages WHERE y IN ('70', 2002, 99)",
    'SELECT a.n, b.n FROM vintages a JOIN vintages b ON a.y = b.y',
    'SELECT y, COUNT(*) FROM vintages GROUP BY y',
  ])('%s', async (sql) => {
    expect(await asked(sql)).toBe(same);
  });
});

describe.runIf(isMariadb)('under sql_mode=ORACLE, where BEGIN opens a block of statements', () => {
  test('writes over several shards, and transactions', async () => {
    const found = await pair.differences([
      "SET sql_mode = 'ORACLE'",
      'INSERT INTO people VALUES (21, 1, 1), (22, 2, 2), (23, 3, 3), (24, 4, 4)',
      'UPDATE people SET score = score + 1 WHERE id > 20',
      'START TRANSACTION',
      'UPDATE people SET score = 9',
      'SAVEPOINT a',
      'DELETE FROM people WHERE id > 20',
      'ROLLBACK TO SAVEPOINT a',
      'SELECT id, score || rank_no FROM people',
      'ROLLBACK',
      'DELETE FROM people WHERE id > 20',
      'SELECT * FROM people',
      'SET sql_mode = DEFAULT',
    ]);
    expect(found).toEqual([]);
  });
});

test('errors under ANSI quotes name keyspaces and columns of the statement', async () => {
  const found = await pair.differences([
    "SET sql_mode = 'ANSI'",
    'SELECT 0 - CAST(id AS UNSIGNED) - 18446744073709551615 FROM people WHERE id IN (1, 2)',
    'SELECT STDDEV(9223372036854775807 + id) FROM people',
    'SET sql_mode = DEFAULT',
  ]);
  expect(found).toEqual([]);
});

test('a lookup that commits by itself does not wait for locks of its own statement or transaction', async () => {
  const found = await pair.differences([
    'INSERT IGNORE INTO tokens VALUES (1, 10, 0), (2, 20, 0), (3, 30, 0)',
    'REPLACE INTO tokens VALUES (5, 10, 1), (6, 40, 1)',
    'BEGIN',
    'SELECT * FROM tokens WHERE code = 77 FOR UPDATE',
    'INSERT INTO tokens VALUES (7, 77, 2)',
    'UPDATE tokens SET n = 3 WHERE code = 77',
    'SELECT * FROM tokens WHERE code = 77',
    'ROLLBACK',
    'SELECT * FROM tokens',
  ]);
  expect(found).toEqual([]);
});

describe.runIf(isMariadb)('in WITH RECURSIVE a name means a CTE also before it is defined', () => {
  test.each([
    'WITH RECURSIVE a AS (SELECT id FROM b WHERE id < 4), b AS (SELECT id FROM people WHERE id > 1) SELECT * FROM a, b WHERE a.id = b.id',
    // A table of that name is not meant.
    'WITH RECURSIVE a AS (SELECT * FROM visits), visits AS (SELECT id FROM people) SELECT COUNT(*), SUM(id) FROM a',
    'WITH RECURSIVE top AS (SELECT MAX(n) AS m FROM steps), steps AS (SELECT id AS n FROM people WHERE id = 1 UNION ALL SELECT p.id FROM steps s JOIN people p ON p.id = s.n + 1) SELECT m FROM top',
    'WITH RECURSIVE a AS (WITH c AS (SELECT * FROM b) SELECT * FROM c), b AS (SELECT rank_no FROM people UNION SELECT pages FROM visits) SELECT SUM(rank_no) FROM a',
  ])('%s', async (sql) => {
    expect(await asked(sql)).toBe(same);
  });
});

test('ALTER tells the rows it copied on all shards; SHOW OPEN TABLES names no database of a shard', async () => {
  const found = await pair.differences([
    'ALTER TABLE visits MODIFY pages BIGINT',
    'ALTER TABLE labels MODIFY label VARCHAR(40), ALGORITHM=COPY',
  ]);
  expect(found).toEqual([]);
  const open = await pair.proxy.query('SHOW OPEN TABLES');
  const shown = open.kind === 'rows' ? Buffer.concat(open.rows).toString('latin1') : '';
  expect(shown).toContain('visits');
  expect(shown).not.toMatch(/shop_|main_/);
});
