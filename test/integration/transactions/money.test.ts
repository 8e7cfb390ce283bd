// Fault 75: proxies die at every point of a commit, a shard as well, and no money is made or lost.
import { expect, test } from 'vitest';
import { runMoney } from '../../support/money.ts';
import { testServers } from '../../support/test-servers.ts';

test('fault 75, 76: money moving in mode twopc while proxies and a shard are killed', {
  timeout: 120_000,
}, async () => {
  const report = await runMoney({
    provider: await testServers(),
    mode: 'twopc',
    seconds: 10,
    clients: 8,
    accounts: 400,
    proxyLives: { passes: 5 },
    proxyLivesMsMax: 4_000,
    shardKillEveryMs: 5_500,
    progress: () => {},
  });
  expect(report).toMatchObject({ sumOff: 0, lost: 0, torn: 0, shardKills: 1 });
  expect(Object.keys(report.proxyKills).length).toBeGreaterThan(4);
  expect(report.acknowledged).toBeGreaterThanOrEqual(7);
  expect(report.resolvedAfterMs).not.toBeNull();
});
