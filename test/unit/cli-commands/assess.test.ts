// What `assess` says of a statement, field by field; and of what drivers and ORMs send.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { assess } from '../../../src/app/offline/assess.ts';
import { statementsOf } from '../../../src/cli/statement-source.ts';
import { defaultMode } from '../../../src/sql/mode.ts';
import { offlineShop } from '../../support/offline-shop.ts';

const vschema = offlineShop();
const of = (sql: string): ReturnType<typeof assess> => assess(sql, 'shop', vschema);

test('exactly the promised fields', () => {
  expect(of('SELECT name FROM users WHERE id = 7')).toEqual({
    sql: 'SELECT name FROM users WHERE id = 7',
    parsed: true,
    ok: true,
    kind: 'select',
    plan: 'equal_unique',
    shards: 1,
    reasons: expect.arrayContaining([expect.stringContaining('users.id')]),
    error: null,
  });
});

describe('plan and shards', () => {
  test.each([
    ['SELECT * FROM users WHERE id IN (1, 3)', 'select', 'in', 2],
    ['SELECT * FROM users WHERE id IN (1, 2)', 'select', 'in', 1],
    ['SELECT COUNT(*) FROM users', 'select', 'scatter', 4],
    ['SELECT u.id FROM users u, events e WHERE e.user_id = u.id', 'select', 'gather', 4],
    ["SELECT 1 FROM events WHERE day = '2024-03-01'", 'select', 'equal_unique', 1],
    ['SELECT name FROM countries', 'select', 'reference', 1],
    ['SELECT * FROM main.settings', 'select', 'unsharded', 1],
    ['SELECT * FROM users WHERE id = ?', 'select', 'equal_unique', null],
    ['SELECT * FROM users WHERE country = ?', 'select', 'scatter', 4],
    ['SELECT * FROM users WHERE id IN (?, ?)', 'select', 'in', null],
    ['SELECT * FROM users WHERE id = @x', 'select', 'scatter', 4],
    ["INSERT INTO users VALUES (1, 'a', 'b', 'DE', 1, NOW())", 'insert', 'insert', 1],
    [
      "INSERT INTO users VALUES (1, 'a', 'b', 'DE', 1, NOW()), (3, 'a', 'b', 'DE', 1, NOW())",
      'insert',
      'insert',
      2,
    ],
    ['INSERT INTO users VALUES (?, ?, ?, ?, ?, ?)', 'insert', 'insert', null],
    ["INSERT INTO users VALUES (1 + 1, 'a', 'b', 'DE', 1, NOW())", 'insert', 'insert', null],
    ["INSERT INTO countries VALUES ('XX', 'x')", 'insert', 'insert', 4],
    ["REPLACE INTO users VALUES (1, 'a', 'b', 'DE', 1, NOW())", 'replace', 'insert', 1],
    ["REPLACE INTO main.settings VALUES ('a', 'b')", 'replace', 'insert', 1],
    ["UPDATE users SET name = 'x' WHERE id = 3", 'update', 'update', 1],
    ["UPDATE users SET name = 'x'", 'update', 'update', 4],
    ['DELETE FROM orders WHERE user_id IN (1, 3)', 'delete', 'delete', 2],
    ['ALTER TABLE users ADD COLUMN x INT', 'ddl', 'ddl', 4],
    ['SET NAMES utf8mb4', 'set', 'session', 0],
    ['SHOW TABLES', 'show', 'session', 0],
    ['BEGIN', 'transaction', 'session', 0],
    ['ROLLBACK TO sp', 'transaction', 'session', 0],
  ])('%s', (sql, kind, plan, shards) => {
    const { reasons, ...assessment } = of(sql);
    expect(assessment).toEqual({ sql, parsed: true, ok: true, kind, plan, shards, error: null });
    expect(reasons.length).toBeGreaterThan(0);
  });

  test('a contradiction asks one shard for its empty answer', () => {
    expect(of('SELECT id FROM users WHERE id = 1 AND id = 3')).toMatchObject({ ok: true, shards: 1 });
  });
});

describe('what cannot be', () => {
  test('read', () => {
    expect(of('SELEC 1')).toEqual({
      sql: 'SELEC 1',
      parsed: false,
      ok: false,
      kind: 'other',
      plan: null,
      shards: null,
      reasons: [],
      error: { id: null, errno: 1064, sqlstate: '42000', message: expect.stringContaining("near 'SELEC 1'") },
    });
  });

  test.each([
    ['SELECT * FROM nowhere', null, 1146],
    ['LOCK TABLES users WRITE', 'SG5009', 1235],
    ['HANDLER users OPEN', 'SG5029', 1235],
  ])('planned: %s', (sql, id, errno) => {
    const assessment = of(sql);
    expect(assessment).toMatchObject({
      parsed: true,
      ok: false,
      plan: null,
      shards: null,
      error: { id, errno },
    });
  });
});

test('200 statements of drivers and ORMs: every one is understood, and can run', () => {
  const file = new URL('../../fixtures/driver-statements.sql', import.meta.url);
  const statements = statementsOf(readFileSync(file, 'utf8'), defaultMode('mariadb'));
  expect(statements.length).toBeGreaterThanOrEqual(200);
  const assessments = statements.map(of);
  expect(assessments.filter(({ parsed }) => !parsed)).toEqual([]);
  expect(assessments.filter(({ ok }) => !ok)).toEqual([]);
});
