// Accounts spread over four shards: what the tests of transactions move money between.
import { setTimeout as sleep } from 'node:timers/promises';
import type { RowDataPacket } from 'mysql2/promise';
import { hashUint64 } from '../../../src/vindex/kinds/hash.ts';
import type { Cluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';

export const accountsSchema = `
CREATE TABLE accounts (id BIGINT NOT NULL PRIMARY KEY, balance BIGINT NOT NULL);
CREATE TABLE transfers (id BIGINT NOT NULL PRIMARY KEY, source BIGINT NOT NULL, target BIGINT NOT NULL);
`;

export const accountsVschema = {
  sharded: true,
  vindexes: { hash: { type: 'hash' } },
  tables: {
    accounts: { column_vindexes: [{ column: 'id', name: 'hash' }] },
    transfers: { column_vindexes: [{ column: 'id', name: 'hash' }] },
  },
};

/** The smallest positive ids that live on the four quarters, in shard order. */
export const idsByShard: readonly number[] = [0, 1, 2, 3].map((quarter) => nextId(quarter, 1));

/** The smallest id from `from` on that lives on a quarter. */
export function nextId(quarter: number, from: number): number {
  let id = from;
  while ((hashUint64({ high: 0, low: id })[0] ?? 0) >> 6 !== quarter) id++;
  return id;
}

/** MySQL shows prepared transactions to accounts with this privilege only; MariaDB to all. */
export async function allowRecovery(cluster: Cluster): Promise<void> {
  for (const shard of cluster.shards) {
    const admin = await shard.connect();
    const [rows] = await admin.query<RowDataPacket[]>('SELECT VERSION() AS version');
    if (!String(rows[0]?.['version']).includes('MariaDB'))
      await admin.query("GRANT XA_RECOVER_ADMIN ON *.* TO app@'%'");
    admin.destroy();
  }
}

/** Prepared branches on any server of the cluster, as text. */
export async function prepared(cluster: Cluster): Promise<readonly string[]> {
  const seen = new Set<string>();
  for (const shard of cluster.shards) {
    const connection = await shard.connect();
    const [rows] = await connection.query<RowDataPacket[]>('XA RECOVER');
    for (const row of rows) seen.add(String(row['data']));
    connection.destroy();
  }
  return [...seen];
}

/** Decision records on all shards. */
export async function recordCount(cluster: Cluster): Promise<number> {
  let count = 0;
  for (const shard of cluster.shards) {
    const connection = await shard.connect();
    const [tables] = await connection.query<RowDataPacket[]>("SHOW TABLES LIKE 'shardgate_transactions'");
    if (tables.length > 0) {
      const [rows] = await connection.query<RowDataPacket[]>('SELECT dtid FROM shardgate_transactions');
      count += rows.length;
    }
    connection.destroy();
  }
  return count;
}

/** InnoDB shows its transactions as they were up to a tenth of a second ago. */
const innodbTrxAgeMs = 120;

/** Ends the server session that has a transaction open on a shard; resolves when it is gone. */
export async function killBranch(cluster: Cluster, index: number): Promise<void> {
  const shard = cluster.shards[index];
  if (shard === undefined) throw new Error(`no shard ${index}`);
  const admin = await shard.connect();
  const ids = async (sql: string): Promise<readonly number[]> => {
    const [rows] = await admin.query<RowDataPacket[]>(sql);
    return rows.map((row) => Number(row['id']));
  };
  const session = `SELECT p.id AS id FROM information_schema.processlist p WHERE p.db = '${shard.database}' AND p.user = 'app'`;
  await sleep(innodbTrxAgeMs);
  const [id, ...others] = await ids(
    `${session} AND p.id IN (SELECT trx_mysql_thread_id FROM information_schema.innodb_trx)`,
  );
  if (id === undefined || others.length > 0) throw new Error(`not one transaction on ${shard.name}`);
  await admin.query(`KILL ${id}`);
  await eventually(async () => (await ids(`${session} AND p.id = ${id}`)).length === 0);
  admin.destroy();
}
