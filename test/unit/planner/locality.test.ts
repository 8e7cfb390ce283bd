// Which statements each shard may answer for its own rows: the proof, and what it must not believe.
import { describe, expect, test } from 'vitest';
import { plan } from '../../plan/support/planning.ts';

function kind(sql: string): string {
  return plan(sql).root.kind;
}

describe('each shard answers alone', () => {
  test.each([
    'SELECT 1 FROM users u JOIN orders o ON u.id = o.user_id JOIN order_items i ON i.user_id = u.id',
    'SELECT 1 FROM users u LEFT JOIN orders o ON u.id = o.user_id',
    'SELECT 1 FROM users u, countries c',
    'SELECT user_id, MAX(total) FROM orders GROUP BY user_id',
    'SELECT user_id, id, COUNT(*) FROM orders GROUP BY id, user_id',
    'SELECT o.user_id, COUNT(*) FROM users u JOIN orders o ON u.id = o.user_id GROUP BY u.id',
    'SELECT 1 FROM users WHERE id IN (SELECT user_id FROM orders)',
    'SELECT 1 FROM users u WHERE EXISTS (SELECT 1 FROM orders o WHERE o.user_id = u.id LIMIT 1)',
    'SELECT 1 FROM users u JOIN LATERAL (SELECT total FROM orders o WHERE o.user_id = u.id LIMIT 1) x',
  ])('%s', (sql) => {
    expect(kind(sql)).toBe('scatter');
  });
});

describe('rows of several shards meet', () => {
  test.each([
    'SELECT 1 FROM users u JOIN orders o ON u.id = o.id',
    'SELECT 1 FROM countries c LEFT JOIN users u ON u.country = c.code',
    'SELECT o.user_id, COUNT(*) FROM users u LEFT JOIN orders o ON u.id = o.user_id GROUP BY o.user_id',
    'SELECT status, COUNT(DISTINCT id) FROM orders GROUP BY status',
    'SELECT 1 FROM users WHERE id NOT IN (SELECT user_id FROM orders)',
    'SELECT 1 FROM users WHERE id IN (SELECT user_id FROM orders) OR id IN (SELECT user_id FROM orders)',
    'SELECT 1 FROM users WHERE id IN (SELECT user_id FROM orders LIMIT 3)',
    'SELECT 1 FROM countries WHERE code IN (SELECT country FROM users)',
    'SELECT user_id, COUNT(*) FROM orders GROUP BY user_id WITH ROLLUP',
    'SELECT COUNT(*) FROM users UNION ALL SELECT COUNT(*) FROM orders',
    'SELECT code FROM countries UNION ALL SELECT country FROM users',
    'SELECT id, RANK() OVER (ORDER BY id) FROM users',
    'SELECT name, COUNT(DISTINCT color) FROM labels GROUP BY name',
    'SELECT 1 FROM users u JOIN (SELECT user_id FROM orders LIMIT 5) x ON x.user_id = u.id',
  ])('%s', (sql) => {
    expect(kind(sql)).toBe('gather');
  });
});
