// What putting shards' answers together costs: in the proxy alone, and beside the shards' own time.
import type { Connection } from 'mysql2/promise';
import { type Bench, type Figure, median } from '../report.ts';
import { benchServers, openShards, type Shards } from '../shards/stage.ts';
import { sortedRowsFigures } from './sorted-rows.ts';

const bigRowsPerShard = 150_000;
const countries = 10;
const bigRounds = 15;
const smallRounds = 300;

const vschema = {
  sharded: true,
  vindexes: { hash: { type: 'hash' } },
  tables: {
    big: { column_vindexes: [{ column: 'id', name: 'hash' }] },
    small: { column_vindexes: [{ column: 'id', name: 'hash' }] },
  },
};

const columns =
  'id BIGINT PRIMARY KEY, country CHAR(2) NOT NULL, total DECIMAL(12,2) NOT NULL, made DATE NOT NULL';

export const mergeBench: Bench = async () => {
  const alone = await sortedRowsFigures();
  const shards = await openShards(await benchServers(), {
    vschema,
    schema: [`CREATE TABLE big (${columns})`, `CREATE TABLE small (${columns})`],
  });
  try {
    await fill(shards);
    return [...alone, ...(await beside(shards)), await finishCost(shards)];
  } finally {
    await shards.close();
  }
};

/** Straight into the shards: nothing here reads by id. */
async function fill(shards: Shards): Promise<void> {
  for (let shard = 0; shard < 4; shard++) {
    const direct = await shards.connectShard(shard);
    for (const [table, rows] of [
      ['big', bigRowsPerShard],
      ['small', countries],
    ] as const) {
      const country = `CONCAT('C', seq % ${countries})`;
      await direct.query(
        `INSERT INTO ${table} SELECT seq * 4 + ${shard}, ${country}, (seq * 37 % 100000) / 100, '2024-01-01' + INTERVAL seq % 365 DAY FROM seq_1_to_${rows}`,
      );
    }
  }
}

async function milliseconds(connection: Connection, sql: string): Promise<number> {
  const from = performance.now();
  await connection.query(sql);
  return performance.now() - from;
}

/** Rounds are interleaved; the shards alone run at once too, so that both have the same cores. */
async function beside(shards: Shards): Promise<readonly Figure[]> {
  const direct = await Promise.all([0, 1, 2, 3].map((index) => shards.connectShard(index)));
  const proxy = await shards.connect();
  const figures: Figure[] = [];
  for (const [name, sql] of [
    ['COUNT', 'SELECT COUNT(*) FROM big WHERE total > 10'],
    ['GROUP BY', 'SELECT country, COUNT(*), SUM(total) FROM big GROUP BY country'],
  ] as const) {
    const ratios: number[] = [];
    for (let round = 0; round < bigRounds; round++) {
      const alone = await Promise.all(direct.map((connection) => milliseconds(connection, sql)));
      ratios.push((await milliseconds(proxy, sql)) / Math.max(...alone));
    }
    figures.push({
      name: `${name} over 4 shards / slowest shard`,
      value: median(ratios),
      unit: 'ratio',
      goal: 1.3,
    });
  }
  return figures;
}

/** The same few rows once merely passed on and once finished on the workspace; the best of many, as others only ever add. */
async function finishCost(shards: Shards): Promise<Figure> {
  const proxy = await shards.connect();
  const passed: number[] = [];
  const finished: number[] = [];
  for (let round = 0; round < smallRounds; round++) {
    passed.push(await milliseconds(proxy, 'SELECT id, SUM(total) FROM small GROUP BY id'));
    finished.push(await milliseconds(proxy, 'SELECT country, AVG(total) FROM small GROUP BY country'));
  }
  return {
    name: 'finish over 10 rows, beyond passing them on',
    value: Math.min(...finished) - Math.min(...passed),
    unit: 'ms',
    goal: 1,
  };
}
