// Program: money moves over four shards for a minute while proxies and shards are killed; in twopc, then in multi.
//   money.js [seconds] [twopc|multi]
import { join } from 'node:path';
import { findServers, openServers, sourcesFromEnvironment } from '../../src/cli/servers/choose-servers.ts';
import { runMoney } from '../support/money.ts';

const [secondsText = '60', ...modes] = process.argv.slice(2);
const progress = (line: string): void => void process.stdout.write(`${line}\n`);
const found = await findServers({
  directory: join(process.cwd(), '.shardgate'),
  sources: sourcesFromEnvironment(process.env['SHARDGATE_SERVERS']),
  progress,
});
const provider = await openServers(found);
let wrong = false;
for (const mode of ['twopc', 'multi'] as const) {
  if (modes.length > 0 && !modes.includes(mode)) continue;
  const report = await runMoney({
    provider,
    mode,
    seconds: Number(secondsText),
    clients: 16,
    accounts: 1000,
    proxyLives: { ms: 5_000 },
    proxyLivesMsMax: 7_000,
    shardKillEveryMs: 12_000,
    progress,
  });
  progress(`${mode}: ${JSON.stringify(report, null, 2)}`);
  const { sumOff, lost, torn, resolvedAfterMs } = report;
  if (mode === 'twopc' && (sumOff !== 0 || lost > 0 || torn > 0 || resolvedAfterMs === null)) wrong = true;
}
process.exitCode = wrong ? 1 : 0;
