// Millions of rows through a Shardgate with little memory: how much it grows, and that it survives.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection as CallbackConnection, createConnection } from 'mysql2';
import type { ServerProvider } from '../../src/cli/servers/server-provider.ts';
import { residentMegabytes } from '../relay/stage.ts';
import { openShards, type Shards } from '../shards/stage.ts';

export interface BigResults {
  /** Rows the slow client got, in order. */
  readonly sortedRows: number;
  /** By how much the process grew meanwhile, beyond what it had when the first rows went out. */
  readonly sortedGrowthMb: number;
  /** What became of a GROUP BY with millions of groups: its number of rows or the error's id. */
  readonly manyGroups: number | string;
  /** And of one with few groups. */
  readonly fewGroups: number;
  readonly peakMb: number;
}

const heapMb = 256;

const vschema = {
  sharded: true,
  vindexes: { hash: { type: 'hash' } },
  tables: { big: { column_vindexes: [{ column: 'id', name: 'hash' }] } },
};

const schema = [
  'CREATE TABLE big (id BIGINT PRIMARY KEY, k INT UNSIGNED NOT NULL, word VARCHAR(40) NOT NULL, sort VARCHAR(10) NOT NULL)',
];

/** `rows` in all, a quarter on each shard. */
export async function bigResults(
  provider: ServerProvider,
  rows: number,
  limits: Readonly<Record<string, number>> = {},
): Promise<BigResults> {
  const nodeOptions = [`--max-old-space-size=${heapMb}`];
  const shards = await openShards(provider, { vschema, schema, nodeOptions, limits });
  const memory = new MemoryWatch(shards.pid);
  try {
    await fill(shards, rows / 4);
    const sorted = await readSlowly(shards, memory);
    const manyGroups = await groups(shards, 'word');
    const fewGroups = await groups(shards, 'sort');
    if (shards.shardgate.exitCode !== null || shards.shardgate.signalCode !== null) {
      throw new Error('Shardgate has died');
    }
    if (typeof fewGroups === 'string') throw new Error(`few groups: ${fewGroups}`);
    return { ...sorted, manyGroups, fewGroups, peakMb: memory.peakMb };
  } finally {
    memory.stop();
    await shards.close();
  }
}

/** Straight into the shards: nothing here reads by id. */
async function fill(shards: Shards, rowsPerShard: number): Promise<void> {
  await Promise.all(
    [0, 1, 2, 3].map(async (shard) => {
      const direct = await shards.connectShard(shard);
      const id = `seq * 4 + ${shard}`;
      await direct.query(
        `INSERT INTO big SELECT ${id}, CRC32(${id}), CONCAT('word ', CRC32(${id})), CONCAT('s', seq % 1000) FROM seq_1_to_${rowsPerShard}`,
      );
    }),
  );
}

class MemoryWatch {
  peakMb = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(pid: number) {
    this.#timer = setInterval(() => {
      this.peakMb = Math.max(this.peakMb, residentMegabytes(pid));
    }, 20);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

const pauseMs = 1500;
const pauses = 3;

/** Sorted rows to a client that now and then reads nothing at all. */
async function readSlowly(
  shards: Shards,
  memory: MemoryWatch,
): Promise<Pick<BigResults, 'sortedRows' | 'sortedGrowthMb'>> {
  const { client, socket } = await slowClient(shards.port);
  let rows = 0;
  let last = -1;
  let baseMb = 0;
  const result = client.query('SELECT k, id, word FROM big ORDER BY k').on('result', (row) => {
    const key = 'k' in row ? Number(row['k']) : Number.NaN;
    if (!(key >= last)) result.emit('error', new Error(`row ${rows}: ${key} after ${last}`));
    last = key;
    rows++;
    if (rows % 100_000 !== 0 || rows / 100_000 > pauses) return;
    baseMb ||= residentMegabytes(shards.pid);
    memory.peakMb = 0;
    socket.pause();
    void sleep(pauseMs).then(() => socket.resume());
  });
  await once(result, 'end');
  client.destroy();
  return { sortedRows: rows, sortedGrowthMb: memory.peakMb - baseMb };
}

async function slowClient(
  port: number,
): Promise<{ readonly client: CallbackConnection; readonly socket: Socket }> {
  const socket = connect({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  const client = createConnection({ stream: socket, user: 'app', password: 'app', database: 'shop' });
  return { client, socket };
}

async function groups(shards: Shards, column: string): Promise<number | string> {
  const proxy = await shards.connect();
  try {
    const [rows] = await proxy.query(`SELECT ${column}, COUNT(*) FROM big GROUP BY ${column}`);
    return Array.isArray(rows) ? rows.length : 'no rows';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
