// The demo's rows are the same everywhere, as many as promised, and consistent among themselves.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { demoTables, type Row } from '../../../src/cli/demo/shop-data.ts';

const rowsOf = (name: string): Row[] => {
  const table = demoTables.find((candidate) => candidate.name === name);
  if (table === undefined) throw new Error(`no table ${name}`);
  return [...table.rows()];
};

describe('the demo shop', () => {
  test.each(demoTables.map((table) => [table.name, table] as const))(
    '%s has the promised rows',
    (_, table) => {
      const rows = [...table.rows()];
      expect(rows).toHaveLength(table.count);
      expect(rows.every((row) => row.length === table.columns.length)).toBe(true);
    },
  );

  test('is of the promised size', () => {
    const counts = Object.fromEntries(demoTables.map((table) => [table.name, table.count]));
    expect(counts).toMatchObject({ users: 20_000, orders: 60_000, order_items: 120_000, events: 50_000 });
  });

  test('is the same in every run and on every machine', () => {
    const hash = createHash('sha256');
    for (const table of demoTables) for (const row of table.rows()) hash.update(JSON.stringify(row));
    expect(hash.digest('hex')).toBe('4d2afa46e1700d2f2db8783570c0f08a9cb6d8dc7524d16f32d44393a903369a');
  });

  test('has orders whose totals are those of their items', () => {
    const totals = new Map<string, number>();
    for (const [user, order, , , quantity, price] of rowsOf('order_items')) {
      const key = `${user}/${order}`;
      totals.set(key, (totals.get(key) ?? 0) + Number(quantity) * Math.round(Number(price) * 100));
    }
    const wrong = rowsOf('orders').filter(
      ([id, user, , total]) => totals.get(`${user}/${id}`) !== Math.round(Number(total) * 100),
    );
    expect(wrong).toEqual([]);
  });

  test('has events in every interval of its range vindex, and unique keys', () => {
    const events = rowsOf('events');
    const splits = ['2024-01-01', '2024-07-01', '2025-01-01'];
    const perInterval = [0, 0, 0, 0];
    for (const [day] of events) {
      const interval = splits.filter((split) => String(day) >= split).length;
      perInterval[interval] = (perInterval[interval] ?? 0) + 1;
    }
    expect(Math.min(...perInterval)).toBeGreaterThan(10_000);
    expect(new Set(events.map(([day, id]) => `${day}/${id}`)).size).toBe(events.length);
    expect(new Set(rowsOf('users').map(([, , email]) => email)).size).toBe(20_000);
  });
});
