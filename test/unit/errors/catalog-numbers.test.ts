// Numbers of the error catalogue as client libraries understand them.
import { expect, test } from 'vitest';
import { catalog } from '../../../src/errors/catalog.ts';

test('no number is one of those a client library gives itself: a client would call the packet malformed', () => {
  const taken = Object.entries(catalog).filter(([, { errno }]) => errno >= 2000 && errno < 3000);
  expect(taken.map(([id]) => id)).toEqual([]);
});

test('every SQLSTATE has five characters', () => {
  for (const { sqlState } of Object.values(catalog)) expect(sqlState).toMatch(/^[0-9A-Z]{5}$/);
});
