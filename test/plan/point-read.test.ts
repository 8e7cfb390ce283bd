// Which reads may share a connection with those of other sessions.
import { describe, expect, test } from 'vitest';
import { plan } from './support/planning.ts';

describe('may share a connection', () => {
  test.each([
    'SELECT name FROM users WHERE id = 7',
    'SELECT * FROM users WHERE id = 7 LIMIT 1',
    "SELECT u.name, u.id AS i, 1 FROM users AS u WHERE (u.id = 7) AND u.country = 'DE'",
    'SELECT total FROM orders WHERE user_id = 7 AND id = 9',
    'SELECT name FROM users WHERE id = ?',
  ])('%s', (sql) => {
    expect(plan(sql).pointRead).toBe(true);
  });
});

describe('needs a connection of its own', () => {
  test.each([
    ['several rows', 'SELECT total FROM orders WHERE user_id = 7'],
    ['a range', 'SELECT name FROM users WHERE id = 7 OR id = 8'],
    ['no unique key', "SELECT name FROM users WHERE email = 'x'"],
    ['a lock', 'SELECT name FROM users WHERE id = 7 FOR UPDATE'],
    ['a lock', 'SELECT name FROM users WHERE id = 7 LOCK IN SHARE MODE'],
    ['a function', 'SELECT SLEEP(1) FROM users WHERE id = 7'],
    ['a function', 'SELECT UPPER(name) FROM users WHERE id = 7'],
    ['an aggregate', 'SELECT COUNT(*) FROM users WHERE id = 7'],
    ['a variable', 'SELECT @x FROM users WHERE id = 7'],
    ['a variable', 'SELECT name FROM users WHERE id = 7 AND country = @@lc_messages'],
    ['a subquery', 'SELECT (SELECT 1) FROM users WHERE id = 7'],
    ['a join', 'SELECT o.total FROM users u JOIN orders o ON o.user_id = u.id WHERE u.id = 7 AND o.id = 1'],
    ['a union', 'SELECT name FROM users WHERE id = 7 UNION SELECT name FROM users WHERE id = 7'],
    ['arithmetic, which may warn', 'SELECT balance / 0 FROM users WHERE id = 7'],
    ['a write', "UPDATE users SET name = 'x' WHERE id = 7"],
  ])('%s: %s', (_, sql) => {
    expect(plan(sql).pointRead).toBeUndefined();
  });
});
