// How long a pool waits before it knocks again.
import { expect, test } from 'vitest';
import { BackOff } from '../../../src/backend/pool/back-off.ts';

/** Attempts one after the other, each begun a millisecond after the one before had failed. */
function failInTurn(backOff: BackOff, times: number): number[] {
  return Array.from({ length: times }, (_, n) => backOff.fail(n + 1, n + 0.5));
}

test('doubles up to a second, half of it jitter, and forgets on success', () => {
  const longest = new BackOff(() => 1);
  const shortest = new BackOff(() => 0);
  expect(failInTurn(longest, 7)).toEqual([50, 100, 200, 400, 800, 1000, 1000]);
  expect(failInTurn(shortest, 3)).toEqual([25, 50, 100]);
  expect(shortest.remainingMs(43)).toBe(60);
  expect(shortest.remainingMs(203)).toBe(0);
  longest.succeed();
  expect(longest.remainingMs(0)).toBe(0);
  expect(longest.fail(9, 8)).toBe(50);
});

test('attempts that were under way together count once: the wait is neither longer nor later', () => {
  const backOff = new BackOff(() => 1);
  expect(backOff.fail(10, 1)).toBe(50);
  for (let n = 0; n < 30; n++) expect(backOff.fail(20, 2)).toBe(40);
  expect(backOff.remainingMs(60)).toBe(0);
  expect(backOff.fail(70, 61)).toBe(100);
});
