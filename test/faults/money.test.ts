// The long form of moving money: a minute over four durable shards while proxies and shards are killed; in twopc, then in multi.
import { expect, test } from 'vitest';
import { type MoneyReport, runMoney } from '../support/money.ts';
import { testServers } from '../support/test-servers.ts';

async function minute(mode: 'twopc' | 'multi'): Promise<MoneyReport> {
  const progress = (line: string): void => void process.stdout.write(`${line}\n`);
  const report = await runMoney({
    provider: await testServers(),
    mode,
    seconds: 60,
    clients: 16,
    accounts: 1000,
    proxyLives: { ms: 5_000 },
    proxyLivesMsMax: 7_000,
    shardKillEveryMs: 12_000,
    progress,
  });
  progress(`${mode}: ${JSON.stringify(report, null, 2)}`);
  return report;
}

test('a minute in twopc: no money is made or lost, nothing stays undecided', {
  timeout: 300_000,
}, async () => {
  const report = await minute('twopc');
  expect(report).toMatchObject({ sumOff: 0, lost: 0, torn: 0 });
  expect(report.resolvedAfterMs).not.toBeNull();
});

/** By count, why twopc exists: what is torn here is told, not forbidden. */
test('the same minute in multi', { timeout: 300_000 }, async () => {
  const report = await minute('multi');
  expect(report.acknowledged).toBeGreaterThan(0);
});
