// `npm run soak -- --minutes M`: money moved and rows read for M minutes while clients, connections, proxies and servers go.
//   node main.js [--minutes M]
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findServers, openServers, sourcesFromEnvironment } from '../../src/cli/servers/choose-servers.ts';
import { runMoney } from '../support/money.ts';
import { runReads } from './reads.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error(`--minutes ${values.minutes}: a number above 0 is needed`);

/** Each round is half money and half reads. */
const roundSeconds = Math.min(60, minutes * 30);
const progress = (line: string): void => void process.stdout.write(`${line}\n`);
const provider = openServers(
  await findServers({
    directory: join(process.cwd(), '.shardgate'),
    sources: sourcesFromEnvironment(process.env['SHARDGATE_SERVERS']),
    progress,
  }),
);
const endAtMs = performance.now() + minutes * 60_000;
const problems: string[] = [];
let transfers = 0;
let reads = 0;
let kills = 0;
for (let round = 1; performance.now() < endAtMs; round++) {
  const money = await runMoney({
    provider,
    mode: 'twopc',
    seconds: roundSeconds,
    clients: 16,
    accounts: 1000,
    proxyLives: { ms: 5_000 },
    proxyLivesMsMax: 7_000,
    shardKillEveryMs: 12_000,
    progress: () => {},
  });
  transfers += money.acknowledged;
  kills += money.shardKills + Object.values(money.proxyKills).reduce((sum, count) => sum + count, 0);
  const isWhole = money.sumOff === 0 && money.lost === 0 && money.torn === 0;
  if (!isWhole || money.resolvedAfterMs === null)
    problems.push(`round ${round}: money ${JSON.stringify(money)}`);
  const read = await runReads({ provider, seconds: roundSeconds, clients: 40 });
  reads += read.answered;
  kills += read.disturbances;
  problems.push(...read.problems.map((problem) => `round ${round}: ${problem}`));
  progress(
    `round ${round}: ${money.acknowledged} transfers, ${read.answered} reads, ` +
      `${read.heapMegabytes.toFixed(0)} MB of heap at its end, ${problems.length} problems so far`,
  );
}
progress(`${transfers} transfers, ${reads} reads, ${kills} processes and connections ended on purpose`);
for (const problem of problems) progress(`PROBLEM ${problem}`);
progress(problems.length === 0 ? 'no problem' : `${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
