// Character sets and collations of a session, set in one order and another.
import { expect, test } from 'vitest';
import { fileWorld } from '../../support/file-world.ts';
import { Pair, same } from '../../support/pair.ts';
import type { WorldSchema } from '../../support/stage.ts';

const schema: WorldSchema = {
  shards: ['-80', '80-'],
  vschema: {
    sharded: true,
    vindexes: { hash: { type: 'hash' } },
    tables: { t: { column_vindexes: [{ column: 'k', name: 'hash' }] } },
  },
  schema: `CREATE TABLE t (k BIGINT NOT NULL, v VARCHAR(20), PRIMARY KEY (k)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;\n`,
  mainSchema: '',
};

let pair: Pair;
fileWorld(schema, async (world) => {
  pair = await Pair.open(world, {}, { coreColumns: true });
  await pair.do("INSERT INTO t VALUES (1,'a'),(2,'A'),(3,'b')");
});

const shown = "SELECT COLLATION('x'), COLLATION(HEX(1)), @@collation_connection, @@character_set_connection";

test.each([
  ['SET collation_connection = utf8mb4_bin', 'SET character_set_connection = latin1'],
  ['SET character_set_connection = latin1', 'SET collation_connection = utf8mb4_bin'],
  ['SET NAMES latin1', 'SET collation_connection = utf8mb4_bin'],
  ['SET collation_connection = utf8mb4_bin', 'SET NAMES utf8mb4'],
  ['SET collation_connection = utf8mb4_bin', 'SET NAMES DEFAULT'],
  ['SET collation_connection = utf8mb4_bin', 'SET CHARACTER SET latin1'],
  ['SET CHARACTER SET latin1', 'SET collation_connection = utf8mb4_bin'],
  ['SET character_set_connection = utf8mb4', 'SET character_set_client = latin1'],
])('the last setting counts: %s, %s', async (...sets) => {
  await pair.do(...sets);
  const found = [
    await pair.ask(shown),
    await pair.ask("SELECT COUNT(DISTINCT CONCAT('x', k), HEX(k)), COLLATION(MAX(HEX(k))) FROM t"),
  ];
  await pair.do('SET NAMES utf8mb4');
  expect(found).toEqual([same, same]);
});
