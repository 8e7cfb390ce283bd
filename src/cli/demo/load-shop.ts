// Creates the demo's tables and fills them, all through Shardgate: what an application would do.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Connection, createConnection } from 'mysql2/promise';
import { defaultMode } from '../../sql/mode.ts';
import { splitStatements } from '../../sql/split.ts';
import { type Output, ProgressBar } from './progress-bar.ts';
import { type DemoTable, demoTables, type Row } from './shop-data.ts';

const rowsPerStatement = 500;
/** More connections than shards would only queue behind the shards. */
const connectionCount = 4;

export interface LoadTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** The tables must not exist yet. `filesDirectory` holds shop.sql and main.sql. Rejects with the first error. */
export async function loadShop(target: LoadTarget, filesDirectory: string, out: Output): Promise<void> {
  const connections: Connection[] = [];
  try {
    for (let i = 0; i < connectionCount; i++)
      connections.push(await createConnection({ ...target, charset: 'utf8mb4' }));
    const [first] = connections;
    if (first === undefined) throw new Error('no connection to load with');
    for (const keyspace of ['main', 'shop']) {
      await first.query(`USE ${keyspace}`);
      for (const statement of await statementsOf(join(filesDirectory, `${keyspace}.sql`)))
        await first.query(statement);
    }
    const total = demoTables.reduce((sum, table) => sum + table.count, 0);
    const bar = new ProgressBar('loading the shop', total, out);
    for (const table of demoTables) await loadTable(connections, table, bar);
    bar.finish();
  } finally {
    await Promise.allSettled(connections.map((connection) => connection.end()));
  }
}

/** Batches go to whichever connection is free; within a table their order does not matter. */
async function loadTable(
  connections: readonly Connection[],
  table: DemoTable,
  bar: ProgressBar,
): Promise<void> {
  const batches = batchesOf(table.rows());
  const insert = `INSERT INTO ${table.keyspace}.${table.name} (${table.columns.join(', ')}) VALUES ?`;
  await Promise.all(
    connections.map(async (connection) => {
      for (const batch of batches) {
        await connection.query(insert, [batch]);
        bar.add(batch.length);
      }
    }),
  );
}

/** One generator shared by all connections: each takes the next batch when it is free. */
function* batchesOf(rows: Iterable<Row>): Generator<Row[]> {
  let batch: Row[] = [];
  for (const row of rows) {
    batch.push(row);
    if (batch.length < rowsPerStatement) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function statementsOf(file: string): Promise<string[]> {
  const text = await readFile(file, 'latin1');
  return splitStatements(text, defaultMode()).map(({ start, end }) =>
    Buffer.from(text.slice(start, end), 'latin1').toString(),
  );
}
