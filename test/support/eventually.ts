// Waits for something that no event tells of: asks again until it holds.
import { setTimeout as sleep } from 'node:timers/promises';

const askEveryMs = 20;

/** Rejects when it does not hold within `withinMs`; errors of the question count as no. */
export async function eventually(holds: () => Promise<boolean>, withinMs = 10_000): Promise<void> {
  const endAtMs = performance.now() + withinMs;
  let last: unknown = null;
  while (performance.now() < endAtMs) {
    try {
      if (await holds()) return;
    } catch (error) {
      last = error;
    }
    await sleep(askEveryMs);
  }
  throw new Error(`not so within ${withinMs} ms: ${holds}`, { cause: last });
}
