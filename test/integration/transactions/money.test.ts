// Fault 75: proxies die at every point of a commit, a shard as well, and no money is made or lost.
import { expect, test } from 'vitest';
import { crashPoints } from '../../../src/session/crash-points.ts';
import { runMoney } from '../../support/money.ts';
import { testServers } from '../../support/test-servers.ts';

test('fault 75, 76: money moving in mode twopc while proxies and a shard are killed', {
  timeout: 120_000,
}, async () => {
  const report = await runMoney({
    provider: await testServers(),
    mode: 'twopc',
    seconds: 12,
    clients: 8,
    accounts: 400,
    proxyLivesMs: 1_200,
    shardKillEveryMs: 6_000,
    progress: () => {},
  });
  expect(report).toMatchObject({ sumOff: 0, lost: 0, torn: 0, shardKills: 1 });
  expect(Object.keys(report.proxyKills).length).toBeGreaterThanOrEqual(Math.min(5, crashPoints.length));
  expect(report.acknowledged).toBeGreaterThan(50);
  expect(report.resolvedAfterMs).not.toBeNull();
});
