// A shard that says it is another is not served: swapped servers, and two Shardgates with different vschemas.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adoptShards } from '../../../src/app/identity.ts';
import { readKeyspaces } from '../../../src/app/keyspaces.ts';
import { type App, startApp } from '../../../src/app.ts';
import { freePort } from '../../../src/cli/servers/free-port.ts';
import type { Config } from '../../../src/config/model.ts';
import { parseConfig } from '../../../src/config.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';

const tableBy = (name: string) => ({ [name]: { column_vindexes: [{ column: 'id', name: 'v' }] } });
/** `more`: the name of a second table. */
const vschema = (type: string, more = 'users') => ({
  sharded: true,
  vindexes: { v: { type } },
  tables: { ...tableBy('users'), ...tableBy(more) },
});
const schema = 'CREATE TABLE users (id BIGINT PRIMARY KEY, name VARCHAR(20));\n';

let cluster: Cluster;
let directory: string;

beforeAll(async () => {
  cluster = await startCluster({ vschema: vschema('hash'), schema, oracle: false });
  directory = await mkdtemp(join(tmpdir(), 'shardgate-identity-'));
});

afterAll(async () => {
  await cluster?.close();
  await rm(directory, { recursive: true, force: true });
});

/** `order`: which of the cluster's databases stands behind which key range. */
async function config(
  type: string,
  order: readonly number[] = [0, 1, 2, 3],
  more = 'users',
): Promise<Config> {
  await writeFile(join(directory, 'shop.vschema.json'), JSON.stringify(vschema(type, more)));
  const shards = cluster.shards.map(({ name }, index) => {
    const { server, database } = cluster.shards[order[index] ?? 0] ?? { server: null, database: '' };
    const address = { host: server?.host, port: server?.port, database, user: 'app', password: 'app' };
    return [name, { primary: address }];
  });
  const text = JSON.stringify({
    listen: { host: '127.0.0.1', port: await freePort() },
    admin: { host: '127.0.0.1', port: await freePort() },
    users: [{ name: 'app', password: 'app' }],
    keyspaces: { shop: { vschema: 'shop.vschema.json', shards: Object.fromEntries(shards) } },
    log: { level: 'silent' },
  });
  const file = join(directory, 'shardgate.yaml');
  await writeFile(file, text);
  return parseConfig(text, { file });
}

async function adopt(wanted: Config): Promise<void> {
  expect(await adoptShards(readKeyspaces(wanted).keyspaces)).toEqual([]);
}

async function served(wanted: Config): Promise<App> {
  return startApp(wanted);
}

describe('the identity of a shard', () => {
  test('nobody has said so far: served', async () => {
    const app = await served(await config('hash'));
    await app.close();
  });

  test('swapped servers are not served', async () => {
    await adopt(await config('hash'));
    await (await served(await config('hash'))).close();
    await expect(served(await config('hash', [0, 2, 1, 3]))).rejects.toThrow(
      /shop_2 says it is shard 80-c0 of keyspace shop/,
    );
  });

  test('nor is another vschema, until it is meant', async () => {
    await expect(served(await config('xxhash'))).rejects.toThrow(/another vschema/);
    await adopt(await config('xxhash'));
    await (await served(await config('xxhash'))).close();
    await expect(served(await config('hash'))).rejects.toThrow(/another vschema/);
    await adopt(await config('hash'));
  });

  test('a reload may change the vschema it was served with, but not where rows are, and no other', async () => {
    const app = await served(await config('hash'));
    try {
      await config('xxhash');
      expect(String(await app.reload())).toContain('its rows lie by hash of id');
      await config('hash', [0, 1, 2, 3], 'orders');
      expect(await app.reload()).toEqual([]);
      await config('hash', [1, 0, 2, 3]);
      expect(String(await app.reload())).toContain('says it is shard');
      await config('hash');
      expect(await app.reload()).toEqual([]);
    } finally {
      await app.close();
    }
  });
});
