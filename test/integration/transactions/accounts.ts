// Accounts spread over four shards: what the tests of transactions move money between.
import type { RowDataPacket } from 'mysql2/promise';
import { hashUint64 } from '../../../src/vindex/hash.ts';
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
export const idsByShard: readonly number[] = [0, 1, 2, 3].map((quarter) => {
  for (let id = 1; ; id++) if ((hashUint64({ high: 0, low: id })[0] ?? 0) >> 6 === quarter) return id;
});

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

/** Ends the server session that has a transaction open on a shard; resolves when it is gone. */
export async function killBranch(cluster: Cluster, index: number): Promise<void> {
  const shard = cluster.shards[index];
  if (shard === undefined) throw new Error(`no shard ${index}`);
  const admin = await shard.connect();
  const open = `SELECT p.id FROM information_schema.innodb_trx t JOIN information_schema.processlist p
    ON p.id = t.trx_mysql_thread_id WHERE p.db = '${shard.database}' AND p.user = 'app'`;
  const [rows] = await admin.query<RowDataPacket[]>(open);
  const [row] = rows;
  if (row === undefined || rows.length > 1) throw new Error(`${rows.length} transactions on ${shard.name}`);
  await admin.query(`KILL ${Number(row['id'])}`);
  await eventually(async () => {
    const [left] = await admin.query<RowDataPacket[]>(
      `SELECT 1 FROM information_schema.processlist WHERE id = ${Number(row['id'])}`,
    );
    return left.length === 0;
  });
  admin.destroy();
}
