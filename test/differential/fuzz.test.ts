// Generated statements with fixed seeds: what `npm run fuzz` does, in small and the same every time.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emptyTally, fuzzReads } from '../fuzz/run-reads.ts';
import { fuzzWrites } from '../fuzz/run-writes.ts';
import { Stage } from '../support/stage.ts';
import { testServers } from '../support/test-servers.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open(await testServers());
});
afterAll(() => stage?.close());

const quiet = (): void => undefined;

test('2,000 generated reads over ten worlds: no difference', { timeout: 300_000 }, async () => {
  const run = { seed: 7001, statements: 2_000, statementsPerWorld: 200, findingsMax: 3, progress: quiet };
  const tally = await fuzzReads(stage, run);
  expect(tally.findings.join('\n')).toBe('');
  expect(tally.statements).toBe(2_000);
  // Were most refused or empty, agreement would say nothing.
  const refused = [...tally.refusals.values()].reduce((sum, count) => sum + count, 0);
  expect(refused).toBeLessThan(100);
  expect(tally.rows).toBeGreaterThan(5_000);
});

test('sessions of generated writes: no difference, no row out of place', { timeout: 300_000 }, async () => {
  const tally = emptyTally();
  const run = { seed: 8001, sessions: 5, statementsPerSession: 120, findingsMax: 2, progress: quiet };
  await fuzzWrites(stage, run, tally);
  expect(tally.findings.join('\n')).toBe('');
  expect(tally.statements).toBe(600);
});
