// Loads the TPC-H tables through Shardgate and into the oracle, with the same INSERTs.
import { summary } from '../../support/compare-answers.ts';
import type { ExactClient } from '../../support/exact-client.ts';
import { type Population, tpchRows } from './data.ts';
import type { TableName } from './schema.ts';

const rowsPerInsert = 1000;

export async function loadTpch(clients: readonly ExactClient[], size: Population): Promise<void> {
  const waiting = new Map<TableName, string[]>();
  const flush = async (name: TableName): Promise<void> => {
    const rows = waiting.get(name) ?? [];
    waiting.delete(name);
    if (rows.length > 0) await insert(clients, `INSERT INTO ${name} VALUES ${rows.join(',')}`);
  };
  for (const [name, row] of tpchRows(size)) {
    const rows = waiting.get(name) ?? [];
    rows.push(`(${row})`);
    waiting.set(name, rows);
    if (rows.length >= rowsPerInsert) await flush(name);
  }
  for (const name of [...waiting.keys()]) await flush(name);
}

async function insert(clients: readonly ExactClient[], sql: string): Promise<void> {
  const answers = await Promise.all(clients.map((client) => client.query(sql)));
  for (const answer of answers) {
    if (answer.kind !== 'ok') throw new Error(`${sql.slice(0, 120)}: ${summary(answer)}`);
  }
}
