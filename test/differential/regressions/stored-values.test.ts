// Values that columns hold though nobody may write them so: what is read from shards is stored again on the workspace.
import { expect, test } from 'vitest';
import { fileWorld } from '../../support/file-world.ts';
import { Pair } from '../../support/pair.ts';
import type { WorldSchema } from '../../support/stage.ts';

const schema: WorldSchema = {
  shards: ['-80', '80-'],
  vschema: {
    sharded: true,
    vindexes: { hash: { type: 'hash' } },
    tables: { t: { column_vindexes: [{ column: 'k', name: 'hash' }] } },
  },
  schema: `CREATE TABLE t (k BIGINT NOT NULL, g INT, e ENUM('b','a'), PRIMARY KEY (k)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;\n`,
  mainSchema: '',
};

let pair: Pair;
fileWorld(schema, async (world) => {
  pair = await Pair.open(world, {}, { coreColumns: true });
  await pair.do(
    "INSERT IGNORE INTO t VALUES (1,1,'a'),(2,1,'none of them'),(3,2,NULL),(4,2,'b'),(5,2,'none of them')",
  );
});

test('an ENUM without its member loses no rows', async () => {
  const differences = await pair.differences([
    'SELECT e, COUNT(*) FROM t GROUP BY e ORDER BY e',
    'SELECT MIN(e), MAX(e), COUNT(*) FROM t',
    'SELECT g, COUNT(DISTINCT e), GROUP_CONCAT(e ORDER BY e, k) FROM t GROUP BY g ORDER BY g',
    'SELECT x.k, y.e, y.e + 0 FROM t x JOIN t y ON x.k = y.g ORDER BY x.k, y.k',
  ]);
  expect(differences).toEqual([]);
});
