// User variables: what a session keeps of them is what one server does, whoever set them and in whichever character set.
import { beforeEach, expect, test } from 'vitest';
import { type Pair, same } from '../../support/pair.ts';
import { sessionStage } from './stage.ts';

const stage = sessionStage();
let pair: Pair;

beforeEach(async () => {
  pair = await stage.pair();
});

test.each<readonly [string, readonly string[]]>([
  [
    'a variable beside an assigned one is still there for the next statement on that shard',
    [
      "SET @s = 'abc'",
      'SELECT @s, @b := 1 FROM users WHERE id = 1',
      'SELECT @s FROM users WHERE id = 1',
      'SELECT @s, @b FROM users WHERE id = 1',
    ],
  ],
  [
    'text of a latin1 session',
    [
      'SET NAMES latin1',
      "SET @s = CONCAT('é', 'x')",
      'SELECT HEX(@s), @s, COLLATION(@s)',
      'SELECT HEX(CONVERT(@s USING utf8mb4)) FROM users WHERE id = 1',
      'SELECT @s, @q := 1 FROM users WHERE id = 1',
      'SELECT HEX(@s), HEX(CONVERT(@s USING utf8mb4)), COLLATION(@s), COLLATION(@q)',
      "SELECT 'Zé' INTO @z",
      "SELECT HEX(CONVERT(@z USING utf8mb4)), COLLATION(@z), @z = 'zé'",
      "SELECT id FROM users WHERE @z = 'zé' AND id < 3",
    ],
  ],
  [
    'text with a collation of its own',
    [
      "SET @l = _latin1'abc'",
      'SELECT COLLATION(@l), @l',
      "SET @l = 'abc' COLLATE utf8mb4_bin",
      "SELECT COLLATION(@l), @l = 'ABC'",
      "SELECT id FROM users WHERE @l = 'ABC'",
      'SELECT @l, @k := @l FROM users WHERE id = 2',
      "SELECT COLLATION(@k), COLLATION(@l), @k = 'ABC', @k",
      "SELECT id FROM users WHERE @k = 'ABC'",
      "SET @l = UPPER('abc')",
      "SELECT id FROM users WHERE @l = 'abc'",
    ],
  ],
  [
    'types of those that an assigning statement takes along',
    [
      "SET @a = 1, @b = 2.5, @c = 1e3, @d = CONCAT('x', 1), @e = x'41', @f = NULL",
      'SELECT @a := @a + 1, @b, @c, @d, @e, @f FROM users WHERE id = 1',
      'SELECT @a, @b, @c, @d, @e, @f',
      'SELECT COLLATION(@a), COLLATION(@d), COLLATION(@e)',
    ],
  ],
  [
    'warnings of a statement that assigns',
    [
      "SELECT @w := 1 + CAST('7x' AS SIGNED) FROM users WHERE id = 1",
      'SHOW WARNINGS',
      'SET autocommit = 0',
      "SELECT @w := 2 + CAST('7x' AS SIGNED)",
      'SHOW WARNINGS',
      'SELECT @w := @w + 1 FROM users WHERE id = 1',
      'SELECT @w, LAST_INSERT_ID(8)',
      'COMMIT',
      'SELECT LAST_INSERT_ID(), @w',
    ],
  ],
  [
    'warnings of LAST_INSERT_ID(x) on the workspace',
    [
      "SELECT LAST_INSERT_ID(COUNT(*)), CAST('7x' AS SIGNED) FROM users",
      'SHOW WARNINGS',
      'SELECT LAST_INSERT_ID()',
    ],
  ],
])('%s', async (_, statements) => {
  for (const sql of statements) expect(await pair.ask(sql), sql).toBe(same);
});
