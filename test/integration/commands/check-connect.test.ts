// `shardgate check --connect` against real servers: each privilege by itself, limits, drift, constraints.
import { readFile } from 'node:fs/promises';
import type { Connection } from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectAsAdmin } from '../../../src/cli/servers/wait-until-ready.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { demoMainSchema, demoSchema, demoVschema } from '../../support/demo-shop.ts';
import {
  type ConfigFolder,
  configFolder,
  demoConfig,
  type Finished,
  shardgate,
} from '../../support/product.ts';

let cluster: Cluster;
let folder: ConfigFolder;
let admin: Connection;
let config: Record<string, unknown>;

beforeAll(async () => {
  cluster = await startCluster({
    vschema: demoVschema(),
    schema: demoSchema(),
    mainSchema: demoMainSchema(),
    oracle: false,
  });
  folder = await configFolder();
  config = (await demoConfig(cluster.shards)).config;
  const [first] = cluster.shards;
  if (first === undefined) throw new Error('no shard');
  admin = await connectAsAdmin(first.server.admin);
});
afterAll(async () => {
  await admin?.end();
  await folder?.close();
  await cluster?.close();
});

async function check(change: Record<string, unknown> = {}): Promise<Finished> {
  const file = await folder.write('check.yaml', JSON.stringify({ ...config, ...change }));
  return shardgate(['check', '--config', file, '--connect']);
}

test('servers that fit: ok', async () => {
  const { code, stdout } = await check({ pool: { maxPerShard: 4 } });
  expect(stdout).toBe('ok: no problems\n');
  expect(code).toBe(0);
});

const privileges = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE TEMPORARY TABLES'];

test.each(privileges)('a user without %s', async (privilege) => {
  await admin.query("DROP USER IF EXISTS little@'%'; CREATE USER little@'%' IDENTIFIED BY 'little'");
  const rest = privileges.filter((other) => other !== privilege).join(', ');
  for (const { database } of cluster.shards)
    await admin.query(`GRANT ${rest}, SHOW VIEW, TRIGGER ON ${database}.* TO little@'%'`);
  await admin.query(`GRANT ${rest}, SHOW VIEW, TRIGGER ON main_0.* TO little@'%'`);
  const text = JSON.stringify(config).replaceAll(
    '"user":"app","password":"app"',
    '"user":"little","password":"little"',
  );
  const file = await folder.write('little.yaml', text.replace(/\}$/, ',"pool":{"maxPerShard":4}}'));
  const { code, stdout } = await shardgate(['check', '--config', file, '--connect']);
  expect(code).toBe(1);
  expect(stdout).toContain(
    `keyspaces.shop.shards.-40.primary: user 'little' lacks ${privilege}: GRANT ${privilege} ON \`shop_0\`.* TO 'little'\n`,
  );
  expect(stdout).toContain('5 errors, 0 warnings');
});

test('a user without SHOW VIEW or TRIGGER is warned about, with and without a view to try it on', async () => {
  await admin.query("DROP USER IF EXISTS little@'%'; CREATE USER little@'%' IDENTIFIED BY 'little'");
  for (const { database } of cluster.shards)
    await admin.query(`GRANT ${privileges.join(', ')} ON ${database}.* TO little@'%'`);
  await admin.query(`GRANT ${privileges.join(', ')}, SHOW VIEW, TRIGGER ON main_0.* TO little@'%'`);
  const text = JSON.stringify(config).replaceAll(
    '"user":"app","password":"app"',
    '"user":"little","password":"little"',
  );
  const file = await folder.write('little.yaml', text.replace(/\}$/, ',"pool":{"maxPerShard":4}}'));
  const before = await shardgate(['check', '--config', file, '--connect']);
  expect(before.stdout).toContain(
    "keyspaces.shop.shards.-40.primary: warning: user 'little' lacks SHOW VIEW",
  );
  expect(before.stdout).toContain("80-c0.primary: warning: user 'little' lacks TRIGGER: triggers that");
  expect(before.stdout).not.toContain('main.shards.-.primary: warning');
  for (const { database } of cluster.shards)
    await admin.query(
      `CREATE VIEW ${database}.germans AS SELECT id FROM ${database}.users WHERE country = 'DE'`,
    );
  try {
    const { stdout } = await shardgate(['check', '--config', file, '--connect']);
    expect(stdout).toContain("keyspaces.shop.shards.c0-.primary: warning: user 'little' lacks SHOW VIEW");
  } finally {
    for (const { database } of cluster.shards) await admin.query(`DROP VIEW ${database}.germans`);
  }
});

test('max_connections against pool x workers', async () => {
  const { code, stdout } = await check({ pool: { maxPerShard: 80 }, workers: 2 });
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /-40\.primary: warning: .*max_connections is 300; pool\.maxPerShard 80 x workers 2 x 5 shards/,
  );
});

test('a wrong password, an unknown database', async () => {
  const text = JSON.stringify(config)
    .replace('"password":"app"}}', '"password":"no"}}')
    .replace('shop_1', 'gone');
  const file = await folder.write('wrong.yaml', text);
  const { code, stdout } = await shardgate(['check', '--config', file, '--connect']);
  expect(code).toBe(1);
  expect(stdout).toMatch(/shards\.-40\.primary: .*Access denied/);
  expect(stdout).toMatch(/shards\.40-80\.primary: .*gone/);
});

test('shards that differ, and keys that cannot hold', async () => {
  const [first, second] = cluster.shards;
  await admin.query(`ALTER TABLE ${second?.database}.orders ADD COLUMN note TEXT`);
  for (const { database } of cluster.shards)
    await admin.query(`ALTER TABLE ${database}.users ADD UNIQUE KEY mail (email)`);
  try {
    const { code, stdout } = await check({ pool: { maxPerShard: 4 } });
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /keyspaces\.shop\.shards\.40-80: table orders: a column note, which -40 does not have/,
    );
    expect(stdout).toMatch(/shop\.users: warning: unique key mail does not contain the sharding column id/);
  } finally {
    await admin.query(`ALTER TABLE ${second?.database}.orders DROP COLUMN note`);
    for (const { database } of cluster.shards)
      await admin.query(`ALTER TABLE ${database}.users DROP KEY mail`);
  }
  expect(first?.name).toBe('-40');
});

test('triggers and events that put rows where nobody finds them', async () => {
  for (const { database } of cluster.shards)
    await admin.query(
      `CREATE TRIGGER ${database}.moved BEFORE INSERT ON ${database}.users FOR EACH ROW SET NEW.id = NEW.id + 1;
       CREATE TRIGGER ${database}.fine BEFORE INSERT ON ${database}.orders FOR EACH ROW SET NEW.total = 1;
       CREATE EVENT ${database}.purge ON SCHEDULE EVERY 1 YEAR DISABLE DO DELETE FROM orders`,
    );
  const [, second] = cluster.shards;
  await admin.query(`DROP TRIGGER ${second?.database}.fine`);
  try {
    const { code, stdout } = await check({ pool: { maxPerShard: 4 } });
    expect(code).toBe(1);
    expect(stdout).toContain(
      'shop.users: warning: trigger moved: it assigns id, by which vindex hash routes; INSERT of the table is refused',
    );
    expect(stdout).toContain(
      'shop: warning: scheduled event purge: it writes orders on every shard for itself',
    );
    expect(stdout).toContain('shards.40-80: table orders: no trigger fine, which -40 has');
  } finally {
    for (const { database } of cluster.shards)
      await admin.query(
        `DROP TRIGGER ${database}.moved; DROP TRIGGER IF EXISTS ${database}.fine; DROP EVENT ${database}.purge`,
      );
  }
});

test("the demo's own schema needs no server", async () => {
  const file = await folder.write('offline.yaml', JSON.stringify(config));
  expect(await readFile(file, 'utf8')).toContain('shop.sql');
  expect((await shardgate(['check', '--config', file])).code).toBe(0);
});
