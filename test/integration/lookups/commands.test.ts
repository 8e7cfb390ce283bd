// `shardgate vindex` and `check --connect --rows` over real shards: what is wrong is found, and mended.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { checkCommand } from '../../../src/cli/check-command.ts';
import { vindexCommand } from '../../../src/cli/vindex-command.ts';
import { type Cluster, type ClusterShard, startCluster } from '../../support/cluster.ts';
import { exactCollation } from '../../support/test-servers.ts';
import { idHex } from '../writes/shadow.ts';

const vschema = {
  sharded: true,
  vindexes: {
    hash: { type: 'hash' },
    by_email: {
      type: 'consistent_lookup_unique',
      params: { table: 'main.email_idx', from: 'email', to: 'keyspace_id' },
      owner: 'users',
    },
    by_name: {
      type: 'lookup',
      params: { table: 'name_idx', from: 'name', to: 'keyspace_id', write_only: 'true' },
      owner: 'users',
    },
    xx: { type: 'xxhash' },
  },
  tables: {
    users: {
      column_vindexes: [
        { column: 'id', name: 'hash' },
        { column: 'email', name: 'by_email' },
        { column: 'name', name: 'by_name' },
      ],
    },
    name_idx: { column_vindexes: [{ column: 'name', name: 'xx' }] },
  },
};
const schema = `
CREATE TABLE users (id BIGINT PRIMARY KEY, email VARCHAR(60) COLLATE utf8mb4_general_ci, name VARCHAR(40) COLLATE ${exactCollation()},
  UNIQUE KEY email (email)) CHARSET utf8mb4;
CREATE TABLE name_idx (name VARCHAR(40) COLLATE ${exactCollation()}, keyspace_id VARBINARY(16), PRIMARY KEY (name, keyspace_id)) CHARSET utf8mb4;
`;
const mainSchema = `
CREATE TABLE email_idx (email VARCHAR(60) COLLATE utf8mb4_general_ci PRIMARY KEY, keyspace_id VARBINARY(16)) CHARSET utf8mb4;
`;

let cluster: Cluster;
let directory: string;
let file: string;
let proxy: Connection;

beforeAll(async () => {
  cluster = await startCluster({ vschema, schema, mainSchema, oracle: false });
  directory = await mkdtemp(join(tmpdir(), 'shardgate-vindex-'));
  file = join(directory, 'shardgate.yaml');
  proxy = await cluster.connect();
  await writeFile(join(directory, 'shop.vschema.json'), JSON.stringify(vschema));
  await writeFile(file, JSON.stringify(config(cluster.shards)));
  const rows = Array.from(
    { length: 1500 },
    (_, i) => `(${i + 1}, 'u${i + 1}@x', ${i % 5 === 0 ? 'NULL' : `'n${i % 50}'`})`,
  );
  await proxy.query(`INSERT INTO users VALUES ${rows.join(', ')}`);
});

afterAll(async () => {
  await cluster?.close();
  await rm(directory, { recursive: true, force: true });
});

function config(shards: readonly ClusterShard[]): object {
  const at = ({ server }: ClusterShard, database: string): object => ({
    primary: { host: server.host, port: server.port, database, user: 'app', password: 'app' },
  });
  const [first] = shards;
  if (first === undefined) throw new Error('no shard');
  return {
    users: [{ name: 'app', password: 'app' }],
    pool: { maxPerShard: 4 },
    keyspaces: {
      shop: {
        vschema: 'shop.vschema.json',
        shards: Object.fromEntries(shards.map((shard) => [shard.name, at(shard, shard.database)])),
      },
      main: { shards: { '-': at(first, 'main_0') } },
    },
  };
}

/** A command in this process: what it printed, and its exit code. */
async function run(command: 'vindex' | 'check', ...args: string[]): Promise<{ out: string; code: number }> {
  let out = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  const before = process.exitCode;
  try {
    process.exitCode = 0;
    const made = command === 'vindex' ? vindexCommand() : checkCommand();
    await made.parseAsync([...args, '--config', file], { from: 'user' });
    return { out, code: Number(process.exitCode ?? 0) };
  } finally {
    process.exitCode = before;
    write.mockRestore();
  }
}

/** A number above all others whose keyspace id begins with a byte in `[low, high)`. */
function idBetween(low: number, high: number): number {
  for (let id = 700_001; ; id++) {
    const first = Number.parseInt(idHex('hash', id).slice(0, 2), 16);
    if (first >= low && first < high) return id;
  }
}

async function on(shard: number, sql: string): Promise<void> {
  const connection = await cluster.shards[shard]?.connect();
  await connection?.query(sql);
  connection?.destroy();
}

describe('vindex', () => {
  test('verify finds nothing where all is well', async () => {
    expect(await run('vindex', 'verify', 'shop.by_email')).toEqual({
      out: 'shop.by_email: 1500 rows, 0 missing, 0 orphans, 0 conflicts\n',
      code: 0,
    });
    expect(await run('vindex', 'verify', 'shop.by_name')).toMatchObject({ code: 0 });
  });

  test('verify finds, repair mends', async () => {
    await proxy.query("DELETE FROM main.email_idx WHERE email IN ('u5@x', 'u6@x')");
    await proxy.query(
      `UPDATE main.email_idx SET keyspace_id = x'${idHex('hash', 99_999)}' WHERE email = 'u7@x'`,
    );
    await proxy.query(`INSERT INTO main.email_idx VALUES ('nobody@x', x'${idHex('hash', 8)}')`);
    const found = await run('vindex', 'verify', 'shop.by_email');
    expect(found.out).toContain('1500 rows, 3 missing, 2 orphans');
    expect(found.code).toBe(1);
    expect(found.out).toContain('missing: (u5@x) of row (5)');
    const mended = await run('vindex', 'repair', 'shop.by_email');
    expect(mended.out).toMatch(/3 missing, 1 orphans, 0 conflicts, 4 mended/);
    expect(mended.code).toBe(0);
    expect(await run('vindex', 'verify', 'shop.by_email')).toMatchObject({ code: 0 });
    const [rows] = await proxy.query("SELECT id FROM users WHERE email IN ('u5@x', 'u7@x') ORDER BY id");
    expect(rows).toEqual([{ id: 5 }, { id: 7 }]);
  });

  test('backfill fills an empty lookup table', async () => {
    for (const shard of [0, 1, 2, 3]) await on(shard, 'DELETE FROM name_idx');
    const filled = await run('vindex', 'backfill', 'shop.by_name');
    expect(filled.out).toContain('1200 missing');
    expect(await run('vindex', 'verify', 'shop.by_name')).toMatchObject({ code: 0 });
  });

  test('values that are there twice are told, not lost', async () => {
    // Past Shardgate, each on the shard it belongs to.
    const lowest = idBetween(0x00, 0x40);
    const next = idBetween(0x40, 0x80);
    await on(0, `INSERT INTO users VALUES (${lowest}, 'twice@x', NULL)`);
    await on(1, `INSERT INTO users VALUES (${next}, 'Twice@x', NULL)`);
    const { out, code } = await run('vindex', 'repair', 'shop.by_email');
    expect(out).toContain('2 missing, 0 orphans, 1 conflicts, 1 mended');
    expect(out).toContain(`(Twice@x) is in two rows, one of them (${next})`);
    expect(code).toBe(1);
    for (const shard of [0, 1]) await on(shard, 'DELETE FROM users WHERE id > 700000');
    await run('vindex', 'repair', 'shop.by_email');
  });

  test('names that are none', async () => {
    for (const name of ['by_email', 'nope.by_email', 'shop.nope', 'shop.hash']) {
      expect(await run('vindex', 'verify', name)).toMatchObject({ code: 78 });
    }
  });
});

describe('check --connect --rows', () => {
  test('no row is misplaced, then one is', async () => {
    expect(await run('check', '--connect', '--rows')).toEqual({ out: 'ok: no problems\n', code: 0 });
    const wrong = cluster.shards.findIndex(({ name }) => name === '-40');
    await on(wrong, "INSERT INTO users VALUES (1, 'copy@x', NULL) ON DUPLICATE KEY UPDATE email = email");
    await on(wrong, "INSERT INTO users VALUES (3, 'copy3@x', NULL) ON DUPLICATE KEY UPDATE email = email");
    const { out, code } = await run('check', '--connect', '--rows');
    expect(code).toBe(1);
    expect(out).toMatch(/keyspaces\.shop\.shards\.-40: users: \d misplaced rows; by id: \(\d\) belongs to/);
  });
});
