// Columns of JSON: functions of JSON take them for documents, not for text, also where they are stored again.
import { expect, test } from 'vitest';
import { fileWorld } from '../../support/file-world.ts';
import { Pair } from '../../support/pair.ts';
import type { WorldSchema } from '../../support/stage.ts';
import { testFlavour } from '../../support/test-servers.ts';

const schema: WorldSchema = {
  shards: ['-80', '80-'],
  vschema: {
    sharded: true,
    vindexes: { hash: { type: 'hash' } },
    tables: { docs: { column_vindexes: [{ column: 'k', name: 'hash' }] } },
  },
  schema: `CREATE TABLE docs (k BIGINT NOT NULL, g INT, j JSON, n JSON NOT NULL, x TEXT, PRIMARY KEY (k)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;\n`,
  mainSchema: 'CREATE TABLE notes (id INT PRIMARY KEY, j JSON) DEFAULT CHARSET=utf8mb4;\n',
};

/** MySQL has no order inside, and names another collation for an object that was sorted. */
const ofMariadb = [
  'SELECT g, JSON_ARRAYAGG(j ORDER BY k) FROM docs GROUP BY g ORDER BY g',
  "SELECT a.k, JSON_OBJECT('k', b.j, 'n', b.n, 'x', b.x) FROM docs a JOIN docs b ON b.k = a.g ORDER BY a.k",
];

let pair: Pair;
fileWorld(schema, async (world) => {
  pair = await Pair.open(world, {}, { coreColumns: true });
  await pair.do(
    `INSERT INTO docs VALUES (1,1,'{"a":1}','[1]','{"t":1}'),(2,1,'[1,2]','{}','[]'),(3,2,NULL,'"s"','x'),(4,2,'7','null',NULL)`,
    `INSERT INTO main.notes VALUES (1, '{"m":1}'), (2, '[3]')`,
  );
});

test('are documents to JSON functions that run over the rows of all shards', async () => {
  const differences = await pair.differences([
    ...(testFlavour() === 'mariadb' ? ofMariadb : []),
    'SELECT JSON_ARRAY(MAX(k), j) FROM docs GROUP BY j ORDER BY MAX(k)',
    'SELECT k, JSON_ARRAY(j, x), ROW_NUMBER() OVER (ORDER BY k) FROM docs ORDER BY k',
    'SELECT d.k, JSON_ARRAY(n.j, d.j) FROM docs d JOIN main.notes n ON n.id = d.g ORDER BY d.k',
    'SELECT a.k, b.j, b.n FROM docs a LEFT JOIN docs b ON b.k = a.g + 2 AND b.g = 2 ORDER BY a.k',
    'SELECT JSON_ARRAY(v.j) FROM (SELECT j, k FROM docs) v ORDER BY v.k',
  ]);
  expect(differences).toEqual([]);
});
