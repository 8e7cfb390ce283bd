// What writing through Shardgate costs: rows split over shards, and transactions that end on two shards together.
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { type Bench, type Figure, median } from '../report.ts';
import { benchServers, openShards, type Shards } from '../shards/stage.ts';

const vschema = {
  sharded: true,
  vindexes: { hash: { type: 'hash' } },
  tables: { items: { column_vindexes: [{ column: 'id', name: 'hash' }] } },
};
const schema = [
  'CREATE TABLE items (id BIGINT PRIMARY KEY, name VARCHAR(40) NOT NULL, total DECIMAL(12,2) NOT NULL)',
];

const rowsPerInsert = 100;
const insertClients = 8;
const insertRounds = 14;
const insertRoundMs = 500;
const commitRounds = 1_500;
const warmUpRounds = 200;

export const writesBench: Bench = async () => {
  const provider = await benchServers();
  const figures: Figure[] = [];
  for (const durable of [false, true]) {
    const shards = await openShards(provider, { vschema, schema, durable });
    try {
      const where = durable ? ', durable' : '';
      if (!durable) figures.push(await insertThroughput(shards));
      figures.push(...(await commits(shards, where)));
    } finally {
      await shards.close();
    }
  }
  return figures;
};

function rowsFrom(first: number, count: number): string {
  const rows = Array.from({ length: count }, (_, i) => `(${first + i}, 'item number ${first + i}', ${i}.25)`);
  return `INSERT INTO items VALUES ${rows.join(', ')}`;
}

/** Rounds are interleaved; both have as many statements on their way. Direct connections insert a quarter of the rows each. */
async function insertThroughput(shards: Shards): Promise<Figure> {
  let next = 1;
  const proxies = await Promise.all(Array.from({ length: insertClients }, () => shards.connect()));
  const direct = await Promise.all(
    Array.from({ length: insertClients }, () =>
      Promise.all([0, 1, 2, 3].map((at) => shards.connectShard(at))),
    ),
  );
  const throughProxy = async (client: Connection): Promise<void> => {
    const first = next;
    next += rowsPerInsert;
    await client.query(rowsFrom(first, rowsPerInsert));
  };
  const straight = async (client: readonly Connection[]): Promise<void> => {
    const quarter = rowsPerInsert / client.length;
    const first = next;
    next += rowsPerInsert;
    await Promise.all(client.map((one, at) => one.query(rowsFrom(first + at * quarter, quarter))));
  };
  const ratios: number[] = [];
  for (let round = 0; round < insertRounds; round++) {
    const alone = await perSecond(direct, straight);
    ratios.push((await perSecond(proxies, throughProxy)) / alone);
  }
  return {
    name: `INSERT of ${rowsPerInsert} rows over 4 shards: four direct connections / Shardgate, time`,
    value: 1 / median(ratios.slice(2)),
    unit: 'ratio',
    goal: 1 / 0.8,
  };
}

async function perSecond<T>(clients: readonly T[], once: (client: T) => Promise<void>): Promise<number> {
  const from = performance.now();
  let count = 0;
  const work = clients.map(async (client) => {
    while (performance.now() - from < insertRoundMs) {
      await once(client);
      count++;
    }
  });
  await Promise.all(work);
  return (count / (performance.now() - from)) * 1000;
}

interface Timed {
  readonly commit: number[];
  readonly whole: number[];
}

/** One-shard and two-shard transactions of two updates each, in turns, by one client in mode twopc. */
async function commits(shards: Shards, where: string): Promise<readonly Figure[]> {
  const client = await shards.connect();
  await client.query("SET transaction_mode = 'twopc'");
  await client.query(rowsFrom(100_000_001, 64));
  const [[here, there], [also]] = await idsByShard(shards);
  const straight = await shards.connectShard(0);
  const direct: Timed = { commit: [], whole: [] };
  const one: Timed = { commit: [], whole: [] };
  const two: Timed = { commit: [], whole: [] };
  for (let round = 0; round < warmUpRounds + commitRounds; round++) {
    await transaction(straight, [here, there], direct);
    await transaction(client, [here, there], one);
    await transaction(client, [here, also], two);
  }
  const late = (times: readonly number[]): number => median(times.slice(warmUpRounds));
  return [
    { name: `COMMIT on one shard, direct${where}`, value: late(direct.commit), unit: 'ms', goal: null },
    { name: `COMMIT on one shard${where}`, value: late(one.commit), unit: 'ms', goal: null },
    { name: `COMMIT on two shards, twopc${where}`, value: late(two.commit), unit: 'ms', goal: null },
    {
      name: `COMMIT on two shards / on one${where}`,
      value: late(two.commit) / late(one.commit),
      unit: 'ratio',
      goal: 2.2,
    },
    {
      name: `whole transaction on two shards / on one${where}`,
      value: late(two.whole) / late(one.whole),
      unit: 'ratio',
      goal: 2.2,
    },
  ];
}

async function transaction(client: Connection, ids: readonly number[], times: Timed): Promise<void> {
  const from = performance.now();
  await client.query('BEGIN');
  for (const id of ids) await client.query(`UPDATE items SET total = total + 1 WHERE id = ${id}`);
  const before = performance.now();
  await client.query('COMMIT');
  times.commit.push(performance.now() - before);
  times.whole.push(performance.now() - from);
}

/** Two ids of the first shard, then one of the second. */
async function idsByShard(shards: Shards): Promise<[[number, number], [number]]> {
  const ids = await Promise.all(
    [0, 1].map(async (at) => {
      const direct = await shards.connectShard(at);
      const [rows] = await direct.query<RowDataPacket[]>('SELECT id FROM items WHERE id > 100000000 LIMIT 2');
      return rows.map((row) => Number(row['id']));
    }),
  );
  const [[here, there] = [], [also] = []] = ids;
  if (here === undefined || there === undefined || also === undefined) throw new Error('rows are missing');
  return [[here, there], [also]];
}
