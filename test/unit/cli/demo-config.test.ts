// The demo's configuration file: every placeholder filled, and ports where they belong.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { demoFilesDirectory, writeDemoConfig } from '../../../src/cli/demo/demo-config.ts';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shardgate-config-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const servers = new Map(['s0', 's1', 's2', 's3', 'main'].map((name, index) => [name, 33060 + index]));

test('the template becomes a configuration', async () => {
  const file = join(directory, 'new', 'shardgate.yaml');
  await writeDemoConfig(file, { mysql: 3307, admin: 9307, servers });
  const text = await readFile(file, 'utf8');
  expect(text).not.toMatch(/@/);
  const config: unknown = parse(text);
  expect(config).toMatchObject({
    listen: { host: '127.0.0.1', port: 3307 },
    admin: { host: '127.0.0.1', port: 9307 },
    servers: { s0: { port: 33060 }, s3: { port: 33063 }, main: { port: 33064 } },
    keyspaces: {
      shop: {
        vschema: join(demoFilesDirectory, 'shop.vschema.json'),
        shards: {
          '-40': { primary: { server: 's0', database: 'shop_0' } },
          'c0-': { primary: { server: 's3' } },
        },
      },
      main: { shards: { '-': { primary: { server: 'main' } } } },
    },
  });
});

test('a server without a port is noticed', async () => {
  const some = new Map([...servers].slice(1));
  await expect(
    writeDemoConfig(join(directory, 'x.yaml'), { mysql: 1, admin: 2, servers: some }),
  ).rejects.toThrow('@PORT_S0@');
});
