// Oracle's own client, version 9: it knows no other plugin than caching_sha2_password.
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { demoMainSchema, demoSchema, demoVschema } from '../support/demo-shop.ts';

const run = promisify(execFile);
let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({
    vschema: demoVschema(),
    schema: demoSchema(),
    mainSchema: demoMainSchema(),
    oracle: false,
  });
});
afterAll(() => cluster?.close());

/** Runs one statement; rejects with what the client says. */
async function client(sql: string, password = 'app', ...more: readonly string[]): Promise<string> {
  const found = inject('testServers');
  if (found.kind !== 'local') throw new Error('the client comes with the local servers');
  const path = join(dirname(found.binaries.serverPath), '../bin/mysql-here');
  const options = ['-h127.0.0.1', `-P${cluster.mysqlPort}`, '-uapp', '--batch', ...more];
  const env = { ...process.env, MYSQL_PWD: password };
  const { stdout } = await run(path, [...options, 'shop', '-e', sql], { env });
  return stdout;
}

const byKey = ['--ssl-mode=DISABLED', '--get-server-public-key'];

test('logs in, in full and the fast way', async () => {
  for (let round = 0; round < 2; round++) {
    expect(await client('SELECT DATABASE(), USER()', 'app', ...byKey)).toContain('shop\tapp@127.0.0.1');
  }
  await expect(client('SELECT 1', 'wrong', ...byKey)).rejects.toThrow(/ERROR 1045 \(28000\): Access denied/);
});

test('what it asks at the start has an answer', async () => {
  // Whether the server knows dollar-quoted strings, by the error: 8.0 takes it for a column.
  await expect(client('SELECT $$', 'app', ...byKey)).rejects.toThrow(/ERROR (1064 .*near|1054 .*) '\$\$'/);
  expect(await client('SHOW DATABASES', 'app', ...byKey)).toMatch(
    /^Database\ninformation_schema\nmain\n(.*\n)*shop\n/,
  );
  expect(await client('SELECT @@version_comment LIMIT 1', 'app', ...byKey)).toMatch(/^@@version_comment\n/);
});

test('statements over one shard and over all, prepared and in transactions', async () => {
  const rows = Array.from({ length: 8 }, (_, i) => `(${i + 1}, 'n${i}', 'm', 'DE', ${i}, '2024-01-01')`);
  await client(`INSERT INTO users VALUES ${rows.join(', ')}`, 'app', ...byKey);
  const sum = 'SELECT country, COUNT(*), SUM(balance) FROM users GROUP BY country';
  expect(await client(sum, 'app', ...byKey)).toBe('country\tCOUNT(*)\tSUM(balance)\nDE\t8\t28.00\n');
  const prepared = "PREPARE s FROM 'SELECT name FROM users WHERE id = ?'; SET @id = 3; EXECUTE s USING @id";
  expect(await client(prepared, 'app', ...byKey)).toBe('name\nn2\n');
  await client('BEGIN; DELETE FROM users; ROLLBACK', 'app', ...byKey);
  expect(await client('SELECT COUNT(*) FROM users', 'app', ...byKey)).toBe('COUNT(*)\n8\n');
});

test('system tables call their columns as on MySQL', async () => {
  const sql =
    "SELECT table_name, engine AS e FROM information_schema.tables WHERE table_schema = 'shop' LIMIT 1";
  expect(await client(sql, 'app', ...byKey)).toMatch(/^TABLE_NAME\te\n\w+\tInnoDB\n$/);
});
