// Fault 43 for plans: twice the statement takes twice the time, and no length of it overflows the stack.
import { describe, expect, test } from 'vitest';
import { explainStatement } from '../../../src/app/offline/explain.ts';
import { splice } from '../../../src/planner/splice.ts';
import { offlineShop } from '../../support/offline-shop.ts';
import { timeRatio } from '../sql/linear-time.ts';

const vschema = offlineShop();

function many(count: number, part: (i: number) => string, separator = ', '): string {
  return Array.from({ length: count }, (_, i) => part(i)).join(separator);
}

/** Literals that stay single slots, alternatives, conditions, aggregates and qualified names, `count` of each. */
function everythingOften(count: number): string {
  const mixed = `id IN (${many(count, (i) => (i % 2 === 0 ? String(i) : `'${i}'`))})`;
  const either = many(count, (i) => `id = ${i} AND balance > ${i}`, ' OR ');
  const all = many(count, (i) => `id = ${i}`, ' AND ');
  const sums = many(count, (i) => `SUM(shop.users.balance) + ${i}`);
  return `SELECT country, ${sums} FROM users WHERE ${mixed} AND (${either}) AND ${all} GROUP BY country`;
}

function plan(sql: string): unknown {
  return explainStatement(sql, 'shop', vschema).plan;
}

describe('fault 43: statements of any length', () => {
  test('are planned in linear time', () => {
    expect(timeRatio(everythingOften(1_500), everythingOften(3_000), plan)).toBeLessThan(3);
  });

  test('more edits than the stack holds arguments are spliced', () => {
    const text = 'a'.repeat(200_000);
    const edits = Array.from(text, (_, at) => ({
      start: at,
      end: at + 1,
      parts: [{ kind: 'text', text: 'b' }] as const,
    }));
    const unit = { text, holes: [], slotAt: () => null };
    expect(splice(unit, 0, text.length, edits)).toEqual([{ kind: 'text', text: 'b'.repeat(200_000) }]);
  });
});
