// Which failures to connect may be told to who waits for a connection.
import { expect, test } from 'vitest';
import { checkIdle } from '../../../src/backend/pool/pool-checks.ts';
import { Slot } from '../../../src/backend/pool/slot.ts';
import { shardgateError } from '../../../src/errors/catalog.ts';

test('a failure from before somebody asked is not told: the server may be back', async () => {
  const slot = new Slot(0);
  await slot.open(() => Promise.reject(shardgateError('SG4001', { shard: 'shop/-', why: 'it stopped' })), 0);
  expect(await checkIdle(slot, slot.checkedAtMs - 1)).toBe(true);
  expect(await checkIdle(slot, slot.checkedAtMs + 1)).toBe(false);
});
