// Where sources are read: which predicates count for which side of a join, and which must not.
import { describe, expect, test } from 'vitest';
import { describeDestination, type Json } from '../../../src/plan/describe.ts';
import type { PlanNode } from '../../../src/plan/nodes.ts';
import { plan } from '../../plan/support/planning.ts';

/** Destination of every fragment of the general plan; of the route when there is none. */
function destinations(sql: string): readonly Json[] {
  return of(plan(sql, { slots: false }).root);
}

function of(node: PlanNode): readonly Json[] {
  if (node.kind === 'gather')
    return node.fragments.map((fragment) => describeDestination(fragment.destination));
  if (node.kind === 'route' && node.several.kind === 'gather') return of(node.several);
  return node.kind === 'route' || node.kind === 'scatter'
    ? [describeDestination(node.destination)]
    : [node.kind];
}

const user = (id: string): Json => ({ equal: 'users(id) by hash', values: [id] });
const order = (id: string): Json => ({ equal: 'orders(user_id) by hash', values: [id] });

describe('outer joins', () => {
  test('ON restricts the null-supplied side only', () => {
    expect(destinations('SELECT 1 FROM users u LEFT JOIN orders o ON o.user_id = 7')).toEqual([
      'all',
      order('7'),
    ]);
    expect(destinations('SELECT 1 FROM users u LEFT JOIN orders o ON u.id = 7')).toEqual(['all', 'all']);
  });

  test('WHERE on the preserved side reaches the other through ON', () => {
    const sql = 'SELECT 1 FROM users u LEFT JOIN orders o ON o.user_id = u.id WHERE u.id = 7';
    expect(destinations(sql)).toEqual([user('7')]);
  });

  test('a null-rejecting WHERE makes it an inner join', () => {
    const sql = 'SELECT 1 FROM users u LEFT JOIN orders o ON o.user_id = u.id WHERE o.user_id = 7';
    expect(destinations(sql)).toEqual([user('7')]);
  });

  test('an OR with IS NULL does not', () => {
    const sql =
      'SELECT 1 FROM users u LEFT JOIN orders o ON o.user_id = u.id WHERE o.user_id = 7 OR o.id IS NULL';
    expect(destinations(sql)).toEqual(['all']);
  });

  test('RIGHT JOIN is turned around', () => {
    expect(destinations('SELECT 1 FROM orders o RIGHT JOIN users u ON o.user_id = 7')).toEqual([
      order('7'),
      'all',
    ]);
  });
});

describe('blocks', () => {
  test('a derived table hears of the value outside', () => {
    expect(destinations('SELECT * FROM (SELECT * FROM orders) o WHERE o.user_id = 7')).toEqual([order('7')]);
  });

  test('not past a LIMIT', () => {
    const sql = 'SELECT * FROM (SELECT * FROM orders LIMIT 3) o WHERE o.user_id = 7';
    expect(destinations(sql)).toEqual(['all']);
  });

  test('not past groups of other columns', () => {
    const sql =
      'SELECT * FROM (SELECT status, MAX(user_id) AS user_id FROM orders GROUP BY status) o WHERE o.user_id = 7';
    expect(destinations(sql)).toEqual(['all']);
  });

  test('what a derived table pins, it pins outside', () => {
    const sql =
      'SELECT * FROM (SELECT user_id FROM orders WHERE user_id = 7) o JOIN users u ON u.id = o.user_id';
    expect(destinations(sql)).toEqual([order('7')]);
  });

  test('a correlated subquery is pinned by the block around it', () => {
    const sql = 'SELECT (SELECT COUNT(*) FROM orders o WHERE o.user_id = u.id) FROM users u WHERE u.id = 7';
    expect(destinations(sql)).toEqual([user('7')]);
  });

  test('two references to one CTE say nothing of each other', () => {
    const sql = 'WITH x AS (SELECT * FROM users) SELECT 1 FROM x a, x b WHERE a.id = 7 AND b.id = 8';
    expect(destinations(sql)).toEqual(['all']);
  });
});

describe('values', () => {
  test('trap 19: equality under a loose collation scatters', () => {
    expect(destinations("SELECT * FROM labels WHERE name = 'abc'")).toEqual(['all']);
  });

  test('trap 19: so does a join on such a column', () => {
    const node = plan('SELECT 1 FROM labels a JOIN labels b ON a.name = b.name').root;
    expect(node.kind).toBe('gather');
  });

  test('trap 27: equal spelling is one value, different spelling is not', () => {
    const same = plan('SELECT 1 FROM users u, orders o WHERE u.id = 5 AND o.user_id = 5');
    const other = plan('SELECT 1 FROM users u, orders o WHERE u.id = 5 AND o.user_id = 6');
    expect(same.label).toBe('equal_unique');
    expect(other.label).toBe('in');
  });

  test('a literal with an introducer does not route', () => {
    expect(destinations("SELECT 1 FROM sessions WHERE token = _latin1'abc'")).toEqual(['all']);
  });

  test('a null-safe equality with a parameter does not route', () => {
    expect(destinations('SELECT 1 FROM users WHERE id <=> ?')).toEqual(['all']);
    expect(destinations('SELECT 1 FROM users WHERE id <=> 7')).toEqual([user('7')]);
  });

  test('a negated predicate does not route', () => {
    expect(destinations('SELECT 1 FROM users WHERE NOT id = 7')).toEqual(['all']);
    expect(destinations('SELECT 1 FROM users WHERE id NOT IN (7)')).toEqual(['all']);
  });
});
