// Numbers of a sequence stay unique over processes that die.
import { expect, test } from 'vitest';
import { drawNumbers } from '../../support/sequence-draws.ts';

test('two proxies of eight clients each, killed in turns, never give a number twice', async () => {
  const report = await drawNumbers({ numbers: 1_500, clientsPerProxy: 8, kills: 2 });
  expect(report.drawn).toBeGreaterThanOrEqual(1_500);
  expect(report.different).toBe(report.drawn);
  expect(report.kills).toBe(2);
});
