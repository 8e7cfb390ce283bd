// The relay against the floor: sysbench point selects and 1 GB of rows; direct, through a pipe, through Shardgate.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2';
import { type Bench, type Figure, median } from '../report.ts';
import { cpuMicroseconds, openStage, type Place, residentMegabytes, type Stage } from './stage.ts';

const run = promisify(execFile);
const tableRows = 10_000;
const secondsPerRun = 5;
const rounds = 5;

export const relayBench: Bench = async () => {
  const stage = await openStage();
  try {
    await sysbench(stage.places[0], 1, 'prepare');
    const figures: Figure[] = [];
    for (const clients of [16, 64]) figures.push(...(await pointSelects(stage, clients)));
    figures.push(...(await bigResult(stage)));
    return figures;
  } finally {
    await stage.close();
  }
};

/** Interleaved: each round runs every place once, and ratios are taken within a round. */
async function pointSelects(stage: Stage, clients: number): Promise<readonly Figure[]> {
  const perQuery = new Map<string, number[]>();
  const rate = new Map<string, number[]>();
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const figures = new Map<string, number>();
    for (const place of stage.places) {
      const before = place.pid === null ? 0 : cpuMicroseconds(place.pid);
      const queries = await sysbench(place, clients, 'run');
      const cost = place.pid === null ? 0 : (cpuMicroseconds(place.pid) - before) / queries;
      figures.set(place.name, cost);
      perQuery.set(place.name, [...(perQuery.get(place.name) ?? []), cost]);
      rate.set(place.name, [...(rate.get(place.name) ?? []), queries / secondsPerRun]);
    }
    ratios.push((figures.get('shardgate') ?? 0) / (figures.get('pipe') ?? 1));
  }
  const of = (name: string): number => median(perQuery.get(name) ?? []);
  return [
    { name: `point select, ${clients} clients: pipe CPU`, value: of('pipe'), unit: 'µs', goal: null },
    {
      name: `point select, ${clients} clients: Shardgate CPU`,
      value: of('shardgate'),
      unit: 'µs',
      goal: null,
    },
    {
      name: `point select, ${clients} clients: Shardgate / pipe`,
      value: median(ratios),
      unit: 'ratio',
      goal: 1.25,
    },
    ...stage.places.map((place) => ({
      name: `point select, ${clients} clients: ${place.name} rate`,
      value: median(rate.get(place.name) ?? []),
      unit: '1/s',
      goal: null,
    })),
  ];
}

/** Returns the queries done. Text protocol, so that every statement is lexed. */
async function sysbench(
  place: Place | undefined,
  clients: number,
  command: 'prepare' | 'run',
): Promise<number> {
  if (place === undefined) throw new Error('no place to run at');
  const options = [
    'oltp_point_select',
    '--db-ps-mode=disable',
    '--mysql-host=127.0.0.1',
    `--mysql-port=${place.port}`,
    '--mysql-user=app',
    '--mysql-password=app',
    '--mysql-db=sb',
    '--tables=1',
    `--table-size=${tableRows}`,
    `--threads=${clients}`,
    `--time=${secondsPerRun}`,
    command,
  ];
  const { stdout } = await run('sysbench', options).catch((error: Error) => {
    throw new Error(`sysbench failed (apt-get install sysbench): ${error.message}`);
  });
  return Number(/ total:\s+(\d+)/.exec(stdout)?.[1] ?? 0);
}

const bigRowBytes = 1_000_000;
const bigRows = 1000;

/** 1 GB of rows to a client that throws them away: how much the proxy grows meanwhile. */
async function bigResult(stage: Stage): Promise<readonly Figure[]> {
  const place = stage.places.find(({ name }) => name === 'shardgate');
  if (place === undefined || place.pid === null) return [];
  const { pid } = place;
  const before = residentMegabytes(pid);
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, residentMegabytes(pid));
  }, 20);
  const connection = createConnection({
    host: '127.0.0.1',
    port: place.port,
    user: 'app',
    password: 'app',
    database: 'sb',
  });
  const sql = `SELECT REPEAT('x', ${bigRowBytes}) FROM sbtest1 LIMIT ${bigRows}`;
  const rows = await new Promise<number>((resolve, reject) => {
    let count = 0;
    connection
      .query(sql)
      .on('result', () => {
        count++;
      })
      .on('error', reject)
      .on('end', () => resolve(count));
  });
  clearInterval(timer);
  connection.destroy();
  if (rows !== bigRows) throw new Error(`${rows} of ${bigRows} rows arrived`);
  return [{ name: '1 GB result: growth of Shardgate', value: peak - before, unit: 'MB', goal: 64 }];
}
