// The finish and its fragments: what the workspace needs to answer as one server would.
import { describe, expect, test } from 'vitest';
import { describeTemplate } from '../../../src/plan/describe.ts';
import type { GatherNode } from '../../../src/plan/nodes.ts';
import { type PlanOptions, plan } from '../../plan/support/planning.ts';

function gather(sql: string, options?: PlanOptions): GatherNode {
  const { root } = plan(sql, options);
  if (root.kind !== 'gather') throw new Error(`${root.kind}: ${sql}`);
  return root;
}

const join = 'FROM users u JOIN events e ON e.user_id = u.id';

test('trap 1: fragments carry bare columns, computed ones are marked', () => {
  const node = gather('SELECT score, SUM(balance) FROM users GROUP BY score');
  expect(node.fragments[0]?.columns.map((column) => column.kind)).toEqual(['bare', 'computed']);
});

test('trap 5: keys that hold over all shards stay keys', () => {
  const node = gather(`SELECT u.id, e.day, e.id ${join}`);
  expect(node.fragments.map((fragment) => fragment.keys)).toEqual([
    [{ unique: true, primary: true, columns: ['id'] }],
    [{ unique: true, primary: true, columns: ['day', 'id'] }],
  ]);
});

test('trap 5: a unique key that lacks the sharding column is only an index', () => {
  const node = gather('SELECT a.owner FROM accounts a JOIN events e ON e.user_id = a.id');
  expect(node.fragments[0]?.keys).toEqual([{ unique: false, primary: false, columns: ['owner'] }]);
});

test('trap 6: compared columns get an index', () => {
  const node = gather(`SELECT u.name ${join}`);
  const indexed = node.fragments.flatMap((fragment) => fragment.columns.filter((column) => column.indexed));
  expect(indexed.map((column) => column.name)).toEqual(['id', 'user_id']);
});

test('trap 9: index hints, partitions and locks belong to the fragment', () => {
  const node = gather(
    `SELECT u.id FROM users u FORCE INDEX (by_country) JOIN events e ON e.user_id = u.id FOR UPDATE`,
  );
  expect(node.fragments.map((fragment) => describeTemplate(fragment.template))).toEqual([
    'SELECT `u`.`id` FROM {shop}.`users` u FORCE INDEX (by_country) FOR UPDATE',
    'SELECT `e`.`user_id` FROM {shop}.`events` e FOR UPDATE',
  ]);
  expect(describeTemplate(node.finish)).not.toMatch(/FORCE|UPDATE/);
});

describe('trap 10: a CTE named twice', () => {
  const sql = 'WITH x (n) AS (SELECT id FROM users) SELECT a.n FROM x AS a JOIN x AS b ON a.n > b.n';

  test('MariaDB opens its tables again', () => {
    const node = gather(sql);
    expect(node.fragments.map((fragment) => fragment.copies)).toEqual([1]);
    expect(describeTemplate(node.finish)).toContain('FROM x AS a JOIN x AS b');
  });

  test('on MySQL each reference but the first has copies of its own', () => {
    const node = gather(sql, { onMysql: true });
    expect(node.fragments.map((fragment) => fragment.copies)).toEqual([2]);
    expect(describeTemplate(node.finish)).toContain(
      'FROM x AS a JOIN (WITH x (n) AS (SELECT id FROM {fragment 0 copy 1} AS `users`) SELECT * FROM `x`) AS `b`',
    );
  });

  test('CTEs over CTEs: as many copies as there are ways to the table', () => {
    const deep =
      'WITH x AS (SELECT id FROM users), y AS (SELECT p.id FROM x AS p JOIN x AS q ON p.id < q.id) ' +
      'SELECT (SELECT COUNT(*) FROM y), COUNT(*) FROM y AS z';
    const node = gather(deep, { onMysql: true });
    expect(node.fragments.map((fragment) => fragment.copies)).toEqual([4]);
    const used = describeTemplate(node.finish).match(/\{fragment [^}]+\}/g) ?? [];
    expect(new Set(used).size).toBe(4);
  });

  test('a recursive one keeps naming itself', () => {
    const recursive =
      'WITH RECURSIVE r AS (SELECT id FROM users WHERE id = 1 UNION ALL SELECT u.id FROM users u JOIN r ON u.id = r.id + 1) ' +
      'SELECT COUNT(*) FROM r AS a JOIN r AS b ON a.id = b.id';
    const node = gather(recursive, { onMysql: true });
    expect(node.fragments.map((fragment) => fragment.copies)).toEqual([2, 2]);
    expect(describeTemplate(node.finish)).toMatch(
      /FROM r AS a JOIN \(WITH RECURSIVE r AS \(.* JOIN r ON .*\) SELECT/,
    );
  });

  test('rows that need not be the same twice are refused', () => {
    const random =
      'WITH x AS (SELECT id, RAND() AS r FROM users) SELECT a.r = b.r FROM x a JOIN x b ON a.r < b.r';
    expect(plan(random, { onMysql: true }).root).toMatchObject({
      kind: 'refuse',
      message: expect.stringContaining('SG2001: the CTE x, named twice'),
    });
  });
});

test('trap 11: a finished COUNT is cast back', () => {
  const node = gather('SELECT country, COUNT(*) FROM users GROUP BY country');
  expect(describeTemplate(node.finish)).toContain(
    'CAST(COALESCE(SUM(`sg_fragment`.`_sg_c1`), 0) AS SIGNED) AS `COUNT(*)`',
  );
});

test('trap 12: predicates are pushed as written', () => {
  const node = gather(`SELECT u.id ${join} WHERE u.balance = 7.40 AND e.kind = 'a' 'b'`, { slots: false });
  expect(describeTemplate(node.fragments[0]?.template ?? [])).toContain('WHERE (u.balance = 7.40)');
  expect(describeTemplate(node.fragments[1]?.template ?? [])).toContain("WHERE (e.kind = 'a' 'b')");
});

describe('trap 17: weights', () => {
  test('single-level PAD SPACE collations bring the weight of a space', () => {
    const { root } = plan('SELECT id FROM users ORDER BY name');
    if (root.kind !== 'scatter' || root.merge.kind !== 'mergeSort') throw new Error(root.kind);
    expect(root.merge.keys).toEqual([{ column: 1, descending: false, compare: 'weight', padHex: '0020' }]);
    expect(root.hiddenColumns).toBe(1);
  });

  test('a collation that is not listed is sorted by a server', () => {
    expect(plan('SELECT kind FROM events ORDER BY kind COLLATE utf8mb4_czech_ci').root.kind).toBe('gather');
  });
});

test('trap 29: NOW() is one instant for all parts', () => {
  expect(gather(`SELECT u.id ${join} WHERE u.created_at < NOW()`).pinTime).toBe(true);
  expect(gather(`SELECT u.id ${join}`).pinTime).toBe(false);
});

test('columns that a key determines are grouped by under ONLY_FULL_GROUP_BY', () => {
  const sql =
    'SELECT o.status, u.name, COUNT(*) FROM users u JOIN orders o ON o.user_id = u.id GROUP BY o.status';
  const strict = describeTemplate(gather(sql, { onlyFullGroupBy: true }).finish);
  expect(strict).toMatch(/GROUP BY `sg_fragment`.`_sg_c0`, `sg_fragment`.`_sg_c1`$/);
  expect(describeTemplate(gather(sql).finish)).toMatch(/GROUP BY `sg_fragment`.`_sg_c0`$/);
});

test('a volatile filter is not pushed', () => {
  const node = gather(`SELECT u.id ${join} WHERE u.id > RAND()`);
  expect(describeTemplate(node.fragments[0]?.template ?? [])).not.toContain('RAND');
});

test('columns inside aggregates are not grouped by', () => {
  const sql = 'SELECT country, COUNT(DISTINCT name) FROM users GROUP BY country';
  const finish = describeTemplate(gather(sql, { onlyFullGroupBy: true }).finish);
  expect(finish).toMatch(/GROUP BY `sg_fragment`.`_sg_c0`$/);
});

test('columns inside a group expression are not grouped by', () => {
  const sql = 'SELECT YEAR(created_at) AS y, COUNT(*) FROM users GROUP BY y';
  expect(describeTemplate(gather(sql, { onlyFullGroupBy: true }).finish)).toMatch(/GROUP BY y$/);
  const other = 'SELECT YEAR(created_at) + 1, COUNT(*) FROM users GROUP BY YEAR( created_at )';
  expect(describeTemplate(gather(other, { onlyFullGroupBy: true }).finish)).toContain(
    'FROM {fragment 0} AS `users`',
  );
});

describe('answers that show the order of reading', () => {
  const primaryKeys = (sql: string) =>
    gather(sql)
      .fragments[0]?.keys.filter((key) => key.primary)
      .map((key) => key.columns);

  test('GROUP_CONCAT without ORDER BY reads by the primary key', () => {
    expect(primaryKeys('SELECT GROUP_CONCAT(name) FROM users')).toEqual([['_sg_c1']]);
  });

  test('a column beside GROUP BY is taken from the first row', () => {
    expect(primaryKeys('SELECT country, name, COUNT(*) FROM users GROUP BY country')).toEqual([['_sg_c2']]);
  });

  test('of equal texts the one of the first row stands for the group', () => {
    expect(primaryKeys('SELECT country, COUNT(*) FROM users GROUP BY country')).toEqual([['_sg_c2']]);
    expect(primaryKeys('SELECT DISTINCT country FROM users')).toEqual([['_sg_c1']]);
    expect(primaryKeys('SELECT score, COUNT(*) FROM users GROUP BY score')).toEqual([]);
  });

  test('where no key holds over all shards the finish sorts', () => {
    const finish = describeTemplate(
      gather('SELECT product, COUNT(*) FROM order_items GROUP BY product').finish,
    );
    expect(finish).toContain('ORDER BY `_sg_c2` LIMIT 18446744073709551615');
  });

  test('others read in any order', () => {
    const finish = describeTemplate(gather('SELECT GROUP_CONCAT(name ORDER BY id) FROM users').finish);
    expect(finish).not.toContain('LIMIT');
  });
});
