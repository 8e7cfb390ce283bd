// npm run fuzz -- --seed N --count M [--writes]: random worlds and statements, Shardgate against one server.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findServers, openServers, sourcesFromEnvironment } from '../../src/cli/servers/choose-servers.ts';
import { localServers } from '../../src/cli/servers/local-servers.ts';
import { mysqlLane } from '../support/mysql-lane.ts';
import { Stage } from '../support/stage.ts';
import { emptyTally, fuzzReads, fuzzWorldReads, type Tally } from './run-reads.ts';
import { fuzzWrites } from './run-writes.ts';

const usage = `npm run fuzz -- [--seed N] [--count M] [--per-world K] [--findings F] [--only I] [--writes]
  --seed       of the first world; each next world has the next seed (1)
  --count      statements in all (1000)
  --per-world  statements per world (200)
  --findings   ends after so many differences (10)
  --only       this statement of the first world alone
  --writes     random sessions of writes instead of reads
  --rich       the same over tables that compute, refuse, fill in and cascade, under any sql_mode`;

const line = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      count: { type: 'string', default: '1000' },
      'per-world': { type: 'string', default: '200' },
      findings: { type: 'string', default: '10' },
      only: { type: 'string' },
      writes: { type: 'boolean', default: false },
      rich: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    line(usage);
    return 0;
  }
  let stage = await openStage();
  process.once('SIGINT', () => void stage.close().then(() => process.exit(130)));
  process.once('SIGTERM', () => void stage.close().then(() => process.exit(143)));
  try {
    const run = {
      seed: Number(values.seed),
      statements: Number(values.count),
      statementsPerWorld: Number(values['per-world']),
      findingsMax: Number(values.findings),
      progress: line,
      renew: async () => {
        await stage.abandon();
        stage = await openStage();
        return stage;
      },
    };
    const writes = values.writes || values.rich;
    const reads = values.only === undefined && !writes;
    const tally = reads ? await fuzzReads(stage, run) : emptyTally();
    if (writes) {
      const statementsPerSession = Math.min(run.statementsPerWorld, run.statements);
      const sessions = Math.ceil(run.statements / statementsPerSession);
      await fuzzWrites(stage, { ...run, sessions, statementsPerSession, rich: values.rich }, tally);
    } else if (values.only !== undefined)
      await fuzzWorldReads(stage, run.seed, [Number(values.only)], run, tally);
    summarise(tally);
    return tally.findings.length === 0 ? 0 : 1;
  } finally {
    await stage.close();
  }
}

/** .shardgate of the working directory, which the bootstrap made the repository's root. */
async function openStage(): Promise<Stage> {
  const directory = fileURLToPath(new URL('.shardgate', `file://${process.cwd()}/`));
  const wanted = process.env['SHARDGATE_SERVERS'];
  if (wanted === 'mysql') {
    const { binaries } = await mysqlLane(join(directory, 'mysql'), line);
    return Stage.open(localServers(binaries, join(directory, 'templates')));
  }
  const sources = sourcesFromEnvironment(wanted);
  return Stage.open(openServers(await findServers({ directory, sources, progress: line })));
}

function summarise(tally: Tally): void {
  line(`${tally.statements} statements, ${tally.executions} executions, ${tally.rows} rows compared`);
  line(`${tally.errors} failed alike on both, ${tally.findings.length} different`);
  if (tally.undetermined > 0) line(`${tally.undetermined} on which one server contradicts itself`);
  if (tally.lost > 0) line(`${tally.lost} that a server itself did not survive or never answered`);
  for (const [id, count] of [...tally.refusals].sort((a, b) => b[1] - a[1])) line(`refused ${id}: ${count}`);
}

process.exitCode = await main();
