// A configuration that cannot be served: one message with every problem, exit code 78, nothing started.
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, isPortFree } from '../../../src/cli/servers/free-port.ts';
import { type ConfigFolder, configFolder, shardgate } from '../../support/product.ts';

let folder: ConfigFolder;
let port = 0;
let adminPort = 0;

beforeAll(async () => {
  folder = await configFolder();
  [port, adminPort] = [await freePort(), await freePort()];
});
afterAll(() => folder?.close());

/** Servers nobody runs: what is wrong must be said before anybody is asked. */
function config(change: (text: string) => string = (text) => text): string {
  return change(`listen: { host: 127.0.0.1, port: ${port} }
admin: { host: 127.0.0.1, port: ${adminPort} }
users:
  - { name: app, password: app }
servers:
  s0: { host: 127.0.0.1, port: 1, user: app, password: app }
keyspaces:
  shop:
    vschema: shop.vschema.json
    schema: shop.sql
    shards:
      "-80": { primary: { server: s0, database: shop_0 } }
      "80-": { primary: { server: s0, database: shop_1 } }
`);
}

async function serveFails(text: string, name = 'bad.yaml'): Promise<string> {
  const file = await folder.write(name, text);
  const { code, stdout, stderr } = await shardgate(['serve', '--config', file]);
  expect(code, stderr).toBe(78);
  expect(stdout).toBe('');
  expect(stderr, 'no stack').not.toMatch(/\n\s+at /);
  expect(await isPortFree(port)).toBe(true);
  expect(await isPortFree(adminPort)).toBe(true);
  return stderr;
}

describe('serve refuses', () => {
  test('a file that is not there', async () => {
    const { code, stderr } = await shardgate(['serve', '--config', '/nowhere/shardgate.yaml']);
    expect(code).toBe(78);
    expect(stderr).toMatch(/^\/nowhere\/shardgate\.yaml: .*no such file/);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('a folder instead of a file', async () => {
    const { code, stderr } = await shardgate(['serve', '--config', folder.directory]);
    expect(code).toBe(78);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('broken YAML, with its line', async () => {
    expect(await serveFails(config((text) => text.replace('users:', 'users: [')))).toMatch(/bad\.yaml:\d+/);
  });

  test('a gap in the key ranges', async () => {
    const message = await serveFails(config((text) => text.replace('"80-"', '"90-"')));
    expect(message).toMatch(/keyspaces\.shop\.shards.*80.*90/s);
  });

  test('an overlap of key ranges', async () => {
    const message = await serveFails(config((text) => text.replace('"80-"', '"70-"')));
    expect(message).toContain('keyspaces.shop.shards');
  });

  test('an unknown key, naming the nearest', async () => {
    const message = await serveFails(config((text) => text.replace('vschema:', 'vshema:')));
    expect(message).toMatch(/vshema.*vschema/s);
  });

  test('a vschema file that is not there', async () => {
    const message = await serveFails(config((text) => text.replace('shop.vschema.json', 'gone.json')));
    expect(message).toMatch(/gone\.json.*keyspaces\.shop\.vschema/s);
  });

  test('a vschema with an unknown vindex, naming table and vindex', async () => {
    await folder.write(
      'unknown.json',
      JSON.stringify({
        sharded: true,
        vindexes: { h: { type: 'hash' } },
        tables: { users: { column_vindexes: [{ column: 'id', name: 'hsh' }] } },
      }),
    );
    const message = await serveFails(config((text) => text.replace('shop.vschema.json', 'unknown.json')));
    expect(message).toMatch(/users/);
    expect(message).toMatch(/hsh/);
  });

  test('several problems at once, each on its line', async () => {
    const message = await serveFails(
      config(
        (text) => `${text.replace('"80-"', '"90-"').replace('users:', 'usrs:')}pool: { maxPerShard: zero }\n`,
      ),
    );
    expect(message).toMatch(/usrs/);
    expect(message).toMatch(/pool\.maxPerShard.*"zero"/);
    expect(message.trim().split('\n').length).toBeGreaterThanOrEqual(2);
  });

  test('fault 90: numbers that are none', async () => {
    for (const bad of ['33060abc', '1e9', '.nan', '-1', 'no', '0', '65536', '3307.5', '"3307"']) {
      const message = await serveFails(config((text) => text.replace(`port: ${port}`, `port: ${bad}`)));
      expect(message, bad).toContain('listen.port');
    }
  });

  test('fault 90: a key given twice', async () => {
    const message = await serveFails(`${config()}users: []\n`);
    expect(message).toMatch(/bad\.yaml:\d+: .*unique/);
  });
});

describe('a port that is taken', () => {
  test.each(['listen', 'admin'] as const)('%s: one message, and nothing is left running', async (which) => {
    const holder = createServer();
    const taken = which === 'listen' ? port : adminPort;
    await new Promise<void>((resolve) => holder.listen(taken, '127.0.0.1', resolve));
    try {
      const file = await folder.write(
        'taken.yaml',
        config((text) => `${text}log: { level: fatal }\n`),
      );
      const { code, stderr } = await shardgate(['serve', '--config', file]);
      expect(code).toBe(78);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(stderr).toContain(`port ${taken} is taken`);
    } finally {
      await new Promise((resolve) => holder.close(resolve));
    }
    expect(await isPortFree(which === 'listen' ? adminPort : port)).toBe(true);
  });
});

describe('check', () => {
  test('says ok and exits with 0', async () => {
    const file = await folder.write('good.yaml', config());
    const { code, stdout } = await shardgate(['check', '--config', file]);
    expect(stdout).toBe('ok: no problems\n');
    expect(code).toBe(0);
  });

  test('prints every problem with its path and exits with 1', async () => {
    const file = await folder.write(
      'gap.yaml',
      config((text) => text.replace('"80-"', '"90-"').replace('pass', 'pas')),
    );
    const { code, stdout } = await shardgate(['check', '--config', file]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/gap\.yaml:\d+: users\[0\].*password/);
  });

  test('reports keys that cannot hold over the shards, with their table', async () => {
    await folder.write(
      'unique.sql',
      'CREATE TABLE users (id BIGINT PRIMARY KEY, email VARCHAR(9), UNIQUE KEY mail (email));\n',
    );
    const file = await folder.write(
      'unique.yaml',
      config((text) => text.replace('shop.sql', 'unique.sql')),
    );
    const { code, stdout } = await shardgate(['check', '--config', file]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/shop\.users: .*unique key mail/);
  });

  test('tells a server that does not answer by its path and address', async () => {
    const file = await folder.write('good.yaml', config());
    const { code, stdout } = await shardgate(['check', '--config', file, '--connect']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/keyspaces\.shop\.shards\.-80\.primary: 127\.0\.0\.1:1: .*ECONNREFUSED/);
    expect(stdout).toMatch(/keyspaces\.shop\.shards\.80-\.primary/);
  });
});
