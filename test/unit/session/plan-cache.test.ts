import { describe, expect, it } from 'vitest';
import { type CachedStatement, PlanCache } from '../../../src/session/statement/plan-cache.ts';

const entry: CachedStatement = { kind: 'substitute' };

describe('the plan cache', () => {
  it('keeps texts of different contexts apart', () => {
    const cache = new PlanCache();
    cache.put('database a', 'SELECT 1', entry);
    expect(cache.get('database a', 'SELECT 1')).toBe(entry);
    expect(cache.get('database b', 'SELECT 1')).toBeNull();
    expect([cache.hits, cache.misses]).toEqual([1, 1]);
  });

  it('stays within its size and keeps the newest', () => {
    const cache = new PlanCache(100);
    for (let i = 0; i < 1000; i++) cache.put('context', `SELECT ${i}`, entry);
    expect(cache.size).toBeLessThanOrEqual(100);
    expect(cache.get('context', 'SELECT 999')).toBe(entry);
    expect([...cache.entries()]).toHaveLength(cache.size);
  });

  it('does not keep texts too long to be seen twice', () => {
    const cache = new PlanCache();
    cache.put('context', 'x'.repeat(100_000), entry);
    expect(cache.size).toBe(0);
  });
});
