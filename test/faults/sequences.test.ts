// The long form: 100,000 numbers of one sequence.
import { expect, test } from 'vitest';
import { drawNumbers } from '../support/sequence-draws.ts';

test('100,000 numbers through two proxies that are killed: no duplicate', { timeout: 300_000 }, async () => {
  const report = await drawNumbers({ numbers: 100_000, clientsPerProxy: 8, kills: 8 });
  process.stdout.write(`${JSON.stringify(report)}\n`);
  expect(report.drawn).toBeGreaterThanOrEqual(100_000);
  expect(report.different).toBe(report.drawn);
});
