// Faults 87 to 89: what a process writes and shows holds no secret, no literal and no line that a client made up.

import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectAsAdmin } from '../../../src/cli/servers/wait-until-ready.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { demoMainSchema, demoSchema, demoVschema } from '../../support/demo-shop.ts';
import { ExactClient } from '../../support/exact-client.ts';
import { type ConfigFolder, configFolder, demoConfig, type Serving, serve } from '../../support/product.ts';

const secrets = {
  backend: 'planted-backend-password',
  client: 'planted-client-password',
  token: 'planted-admin-token',
  literal: 'planted-literal',
  parameter: 'planted-parameter',
  statement: 'planted-statement-password',
};
let cluster: Cluster;
let folder: ConfigFolder;
let one: Serving;

beforeAll(async () => {
  cluster = await startCluster({
    vschema: demoVschema(),
    schema: demoSchema(),
    mainSchema: demoMainSchema(),
    oracle: false,
  });
  const [shard] = cluster.shards;
  if (shard === undefined) throw new Error('no shard');
  const admin = await connectAsAdmin(shard.server.admin);
  await admin.query(`CREATE USER keeper@'%' IDENTIFIED BY '${secrets.backend}'`);
  await admin.query("GRANT ALL PRIVILEGES ON *.* TO keeper@'%'");
  await admin.end();
  folder = await configFolder();
  const served = await demoConfig(cluster.shards);
  const text = JSON.stringify({
    ...served.config,
    users: [{ name: 'app', password: secrets.client }],
    log: { level: 'trace', slowQueryMs: 0 },
  }).replaceAll('"user":"app","password":"app"', `"user":"keeper","password":"${secrets.backend}"`);
  one = await serve(await folder.write('secrets.yaml', text), served, { TEST_ADMIN_TOKEN: secrets.token });
});
afterAll(async () => {
  await one?.kill();
  await folder?.close();
  await cluster?.close();
});

const connect = (
  password: string,
  user = 'app',
  attributes: Record<string, string> = {},
): ReturnType<typeof createConnection> =>
  createConnection({
    host: '127.0.0.1',
    port: one.mysqlPort,
    user,
    password,
    database: 'shop',
    connectAttributes: attributes,
  });

test('fault 87: secrets and literals', async () => {
  const client = await connect(secrets.client);
  const { literal, parameter, statement } = secrets;
  await client.query(
    `INSERT INTO users VALUES (1, '${literal}', '${literal}@example.com', 'DE', 1, '2024-01-01')`,
  );
  await client.query(`SELECT '${literal}' AS x, name FROM users WHERE id = 1`);
  await client.query(`SELECT name FROM users WHERE name = '${literal}' ORDER BY id -- ${literal}`);
  await client.execute('SELECT name FROM users WHERE name = ?', [parameter]);
  for (const sql of [
    `SELECT '${literal}' FORM users`,
    `SELECT nonsense FROM users WHERE name = '${literal}'`,
    `INSERT INTO users VALUES (1, '${literal}', 'b', 'DE', 1, '2024-01-01')`,
    `SET PASSWORD = '${statement}'`,
    `SET PASSWORD = PASSWORD('${statement}')`,
    `CREATE USER x IDENTIFIED BY '${statement}'`,
    `ALTER USER x IDENTIFIED BY '${statement}'`,
    `SET @secret = '${literal}'`,
  ])
    await client.query(sql).catch(() => {});
  await connect('wrong').catch(() => {});
  const headers = { Authorization: `Bearer ${secrets.token}` };
  await one.admin('/api/reload', { method: 'POST', headers });
  await one.admin('/api/sessions/1/kill', {
    method: 'POST',
    headers: { Authorization: `Bearer wrong-${secrets.token}` },
  });
  const paths = ['status', 'vschema', 'pools', 'sessions', 'queries', 'plans', 'transactions'].map(
    (name) => `/api/${name}`,
  );
  const texts = await Promise.all(
    [...paths, '/metrics', '/readyz', '/'].map(async (path) => (await one.admin(path)).text()),
  );
  const everything = [one.output.stdout, one.output.stderr, ...texts].join('\n');
  for (const [name, secret] of Object.entries(secrets)) expect(everything.includes(secret), name).toBe(false);
  expect(one.output.stderr).toContain('slow statement');
  client.destroy();
});

test('fault 88: a client cannot write lines of its own into the log', async () => {
  const before = one.output.stderr.length;
  await connect('x', 'mallory\n{"level":60,"msg":"forged"}\u001b[31m\r').catch(() => {});
  const client = await connect(secrets.client, 'app', { program_name: 'a\n{"level":60,"msg":"forged"}' });
  await client.query('SELECT 1 AS `a\n{"level":60,"msg":"forged"}`').catch(() => {});
  client.destroy();
  const lines = one.output.stderr.slice(before).trim().split('\n');
  for (const line of lines) {
    const entry = JSON.parse(line) as { msg: string };
    expect(entry.msg).not.toBe('forged');
    expect(line).not.toContain('\u001b');
  }
});

test('fault 89: names of JavaScript are names like any other', async () => {
  const client = await ExactClient.connect(one.mysqlPort, { database: 'shop', password: secrets.client });
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    const answer = await client.query(`SELECT id AS \`${name}\` FROM users WHERE id = 1`);
    expect(answer).toMatchObject({ kind: 'rows', columns: [{ name }], rows: [Buffer.from('\x011')] });
    expect(await client.query(`SET @\`${name}\` = 5`)).toMatchObject({ kind: 'ok' });
    expect(await client.query(`SELECT @\`${name}\` + 1`)).toMatchObject({ rows: [Buffer.from('\x016')] });
    expect(await client.query(`SELECT * FROM \`${name}\``)).toMatchObject({ kind: 'error', errno: 1146 });
    expect(await client.query(`USE \`${name}\``)).toMatchObject({ kind: 'error', errno: 1049 });
    await expect(connect('x', name)).rejects.toMatchObject({ errno: 1045 });
  }
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  await client.close();
});
