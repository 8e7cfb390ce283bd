// `npm run compat [-- names...] [-- --hold]`: each client's session through Shardgate and against one plain server.
import { parseArgs } from 'node:util';
import { transcript } from './client.ts';
import { clients } from './clients.ts';
import { openStage } from './stage.ts';

const { values, positionals } = parseArgs({
  options: { hold: { type: 'boolean', default: false }, verbose: { type: 'boolean', default: false } },
  allowPositionals: true,
});

const shownLinesMax = 6;

/** Where two transcripts part, a few lines of each; null when they are equal. */
function differenceOf(server: string, shardgate: string): string | null {
  if (server === shardgate) return null;
  const [one, other] = [server.split('\n'), shardgate.split('\n')];
  const shown: string[] = [];
  for (let i = 0; i < Math.max(one.length, other.length) && shown.length < shownLinesMax; i++) {
    if (one[i] === other[i]) continue;
    shown.push(
      `  line ${i + 1}\n    server:    ${one[i] ?? '(ended)'}\n    Shardgate: ${other[i] ?? '(ended)'}`,
    );
  }
  return shown.join('\n');
}

const stage = await openStage();
process.once('SIGINT', () => void stage.close().then(() => process.exit(130)));
process.once('SIGTERM', () => void stage.close().then(() => process.exit(143)));
let failed = 0;
if (values.hold) {
  await stage.refill();
  process.stdout.write(
    `Shardgate on port ${stage.shardgatePort}, one plain server on ${stage.serverPort}; Ctrl-C ends both\n`,
  );
  await new Promise(() => setInterval(() => {}, 1_000_000));
}
for (const client of clients) {
  if (
    positionals.length > 0 &&
    !positionals.some((name) => client.name.toLowerCase().includes(name.toLowerCase()))
  )
    continue;
  const found = await client.find();
  if (found === null) {
    process.stdout.write(`not here  ${client.name}: ${client.advice}\n`);
    continue;
  }
  await stage.refill();
  const server = await transcript(found.command, stage.serverPort);
  const shardgate = await transcript(found.command, stage.shardgatePort);
  const difference = differenceOf(server, shardgate);
  const broken =
    difference === null && /\nended with \S+$/.test(server) ? '  the session itself fails' : null;
  if (values.verbose) process.stdout.write(`${shardgate}\n`);
  process.stdout.write(
    `${difference === null && broken === null ? 'equal    ' : 'DIFFERENT'} ${client.name}: ${found.version}\n`,
  );
  if (difference === null && broken === null) continue;
  failed++;
  process.stdout.write(
    `${difference ?? `${broken}\n${server.split('\n').slice(-shownLinesMax).join('\n')}`}\n`,
  );
}
await stage.close();
process.stdout.write(failed === 0 ? '\nno difference\n' : `\n${failed} clients see a difference\n`);
process.exit(failed === 0 ? 0 : 1);
