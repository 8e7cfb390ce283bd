// The long form of a race: 50 writers of one value, 100 times, in both ways of committing over several shards.
import type { RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { exactCollation } from '../support/test-servers.ts';

const writers = 50;
const rounds = 100;
const email = `email VARCHAR(60) COLLATE ${exactCollation()}`;
let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({
    vschema: {
      sharded: true,
      vindexes: {
        hash: { type: 'hash' },
        xx: { type: 'xxhash' },
        by_email: {
          type: 'consistent_lookup_unique',
          params: { table: 'email_idx', from: 'email', to: 'keyspace_id' },
          owner: 'users',
        },
      },
      tables: {
        users: {
          column_vindexes: [
            { column: 'id', name: 'hash' },
            { column: 'email', name: 'by_email' },
          ],
        },
        email_idx: { column_vindexes: [{ column: 'email', name: 'xx' }] },
      },
    },
    schema: `CREATE TABLE users (id BIGINT PRIMARY KEY, ${email}, UNIQUE KEY email (email)) CHARSET utf8mb4;
CREATE TABLE email_idx (${email} PRIMARY KEY, keyspace_id VARBINARY(16)) CHARSET utf8mb4;
`,
    oracle: false,
  });
});
afterAll(() => cluster?.close());

test.each(['multi', 'twopc'])(
  'exactly one of 50 wins, 100 rounds: %s',
  { timeout: 600_000 },
  async (mode) => {
    const clients = await Promise.all(Array.from({ length: writers }, () => cluster.connect()));
    for (const client of clients) await client.query(`SET transaction_mode = '${mode}'`);
    const base = mode === 'multi' ? 0 : 1_000_000;
    const outcomes = new Map<string, number>();
    for (let round = 0; round < rounds; round++) {
      const results = await Promise.allSettled(
        clients.map((client, i) =>
          client.query(`INSERT INTO users VALUES (${base + round * writers + i}, '${mode} ${round}')`),
        ),
      );
      const won = results.filter((one) => one.status === 'fulfilled').length;
      const errors = results.flatMap((one) => (one.status === 'rejected' ? [errnoOf(one.reason)] : []));
      const outcome = `${won} won, others ${[...new Set(errors)].join(' ')}`;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    expect([...outcomes]).toEqual([['1 won, others 1062', rounds]]);
    const [rows] = (await clients[0]?.query<RowDataPacket[]>(
      `SELECT COUNT(*) AS n FROM users WHERE email LIKE '${mode} %'`,
    )) ?? [[]];
    expect(rows).toEqual([{ n: rounds }]);
  },
);

function errnoOf(reason: unknown): unknown {
  return typeof reason === 'object' && reason !== null && 'errno' in reason ? reason.errno : reason;
}
