// The configuration: defaults, references, overrides, and every problem at once with its line.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkConfig, loadConfig, parseConfig } from '../../../src/config.ts';
import { formatProblems } from '../../../src/util/problem.ts';

const minimal = `users: [{ name: app, password: app }]
keyspaces:
  main:
    shards: { "-": { primary: { host: db, user: u, database: main } } }
`;

function configOf(text: string, environment: Readonly<Record<string, string>> = {}) {
  return parseConfig(text, { file: '/etc/shardgate/shardgate.yaml', environment });
}

function problemsOf(text: string, environment: Readonly<Record<string, string>> = {}): string {
  const { config, problems } = checkConfig(text, { file: 'shardgate.yaml', environment });
  expect(config).toBeNull();
  return formatProblems(problems);
}

/** The minimal file with one more line in front. */
const withLine = (line: string): string => `${line}\n${minimal}`;

describe('a good configuration', () => {
  test('gets the documented defaults', () => {
    const config = configOf(minimal);
    expect(config).toMatchObject({
      listen: { host: '127.0.0.1', port: 3307, socket: null, tls: { mode: 'disabled' } },
      admin: { host: '127.0.0.1', port: 9307, token: null },
      workers: 1,
      pool: { maxPerShard: 32, minPerShard: 0, acquireTimeoutMs: 5000, waitersMax: 1000 },
      limits: {
        connectionsMax: 5000,
        inFlightMax: 1024,
        queryTimeoutMs: 30_000,
        resultStallMs: 60_000,
        queryMemoryBytes: 67_108_864,
        processMemoryBytes: 536_870_912,
        packetBytesMax: 67_108_864,
      },
      workspace: null,
      transactions: { mode: 'multi' },
      log: { level: 'info', slowQueryMs: 1000 },
    });
    expect(config.keyspaces.get('main')).toMatchObject({ vschemaFile: null, constraints: 'check' });
  });

  test('follows named servers, keeps shard names as written and orders shards by range', () => {
    const config = configOf(
      `
users: [{ name: app, password: [new, old], keyspaces: [shop] }]
servers:
  s0: { host: 10.0.0.1, port: 3310, user: u, passwordEnv: S0_PASSWORD, tls: { mode: disabled } }
keyspaces:
  shop:
    vschema: shop.vschema.json
    shards:
      80-: { primary: { server: s0, database: shop_1 } }
      -80: { primary: { server: s0, database: shop_0 }, replicas: [{ host: r, user: u, database: shop_0 }] }
`,
      { S0_PASSWORD: 'secret', SHARDGATE_ADMIN_TOKEN: 'token' },
    );
    const shop = config.keyspaces.get('shop');
    expect(shop?.vschemaFile).toBe('/etc/shardgate/shop.vschema.json');
    expect(shop?.shards.map((shard) => [shard.id, shard.primary.database])).toEqual([
      ['shop/-80', 'shop_0'],
      ['shop/80-', 'shop_1'],
    ]);
    expect(shop?.shards[0]).toMatchObject({
      primary: { host: '10.0.0.1', port: 3310, password: 'secret', tls: { mode: 'disabled' } },
      replicas: [{ host: 'r', port: 3306, database: 'shop_0' }],
    });
    expect(config.users[0]).toMatchObject({
      secrets: [
        { kind: 'clear', password: 'new' },
        { kind: 'clear', password: 'old' },
      ],
      keyspaces: ['shop'],
    });
    expect(config.admin.token).toBe('token');
  });

  test('is overridden by variables with a double underscore only', () => {
    const config = configOf(minimal, {
      SHARDGATE_POOL__ACQUIRE_TIMEOUT_MS: '77',
      SHARDGATE_LISTEN__PORT: '4000',
      SHARDGATE_LOG__LEVEL: 'warn',
      SHARDGATE_PORT: 'tcp://10.0.0.1:3307',
      SHARDGATE_SERVICE_HOST: '10.0.0.1',
    });
    expect(config.pool.acquireTimeoutMs).toBe(77);
    expect(config.listen.port).toBe(4000);
    expect(config.log.level).toBe('warn');
  });

  test('may be JSON', () => {
    const json = JSON.stringify({
      users: [{ name: 'app', passwordHash: `*${'a'.repeat(40)}` }],
      keyspaces: { main: { shards: { '-': { primary: { host: 'h', user: 'u', database: 'd' } } } } },
    });
    expect(configOf(json).users[0]?.secrets).toEqual([{ kind: 'nativeHash', hash: `*${'a'.repeat(40)}` }]);
  });
});

test('a hash that no server writes is refused without being shown', () => {
  const problems = problemsOf(minimal.replace('password: app', 'passwordHash: deadbeef'));
  expect(problems).toContain('users[0].passwordHash: allowed: * and 40 hexadecimal digits');
  expect(problems).not.toContain('deadbeef');
});

describe('every problem at once', () => {
  test('with line, path, what was found and what is allowed', () => {
    const text = `listen: { port: 33060abc }
admin: { port: 99999 }
pool: { acquireTimeoutMS: 5, maxPerShard: 2.5 }
users: [{ name: app, passwort: app }]
keyspaces:
  main:
    shards: { "-": { primary: { host: db, user: u } } }
`;
    expect(problemsOf(text).split('\n')).toEqual([
      'shardgate.yaml:1: listen.port: found "33060abc"; allowed: a whole number from 1 to 65535',
      'shardgate.yaml:2: admin.port: found 99999 (a number); allowed: a whole number from 1 to 65535',
      'shardgate.yaml:3: pool.maxPerShard: found 2.5 (a number); allowed: a whole number from 1 to 10000',
      'shardgate.yaml:3: pool.acquireTimeoutMS: unknown key "acquireTimeoutMS" (did you mean "acquireTimeoutMs"?)',
      'shardgate.yaml:4: users[0].passwort: unknown key "passwort" (did you mean "password"?)',
      'shardgate.yaml:7: keyspaces.main.shards.-.primary.database: missing; needed: a non-empty string',
    ]);
  });

  test('of references, names and ranges', () => {
    const text = `users:
  - { name: app, password: a, keyspaces: [shpo] }
  - { name: app, passwordEnv: NOT_SET }
servers:
  s0: { host: h, user: u, socket: /run/x.sock }
  s1: { user: u, passwordFile: missing.txt }
workspace: { server: s7 }
keyspaces:
  shop:
    vschema: v.json
    shards:
      "-40": { primary: { server: s2, database: a } }
      "50-": { primary: { server: s0, database: a, port: 3306 } }
  mysql:
    shards: { "-": { primary: { server: s0, database: a } } }
`;
    const problems = problemsOf(text);
    for (const line of [
      ':2: users[0].keyspaces[0]: no keyspace is named "shpo" (did you mean "shop"?)',
      ':3: users[1].name: user "app" is there twice; two passwords: password: [old, new]',
      ':3: users[1].passwordEnv: the environment variable NOT_SET is not set',
      ':5: servers.s0.socket: found socket beside host; give one',
      ':6: servers.s1: missing host (with port) or socket',
      ':6: servers.s1.passwordFile: cannot read missing.txt: ENOENT',
      ':7: workspace.server: no server is named "s7" (did you mean "s0"?)',
      ':12: keyspaces.shop.shards.-40.primary.server: no server is named "s2" (did you mean "s0"?)',
      ':13: keyspaces.shop.shards.50-.primary.port: found port beside server; the named server "s0" gives it',
      ':11: keyspaces.shop.shards: no shard holds the key range 40-50',
      ':14: keyspaces.mysql: "mysql" is a system database; allowed: any other name',
    ]) {
      expect(problems).toContain(`shardgate.yaml${line}`);
    }
  });

  test('of two shards in one database', () => {
    const text = `users: [{ name: app, password: app }]
keyspaces:
  shop:
    vschema: v.json
    shards:
      "-80": { primary: { host: h, user: u, database: d } }
      "80-": { primary: { host: h, user: u, database: d } }
`;
    expect(problemsOf(text)).toContain(
      ':7: keyspaces.shop.shards.80-.primary.database: database "d" on h:3306',
    );
  });

  test('numbers, unknown keys and gaps of one file are told together', () => {
    const text = `listen: { port: 03307 }
polo: {}
users: [{ name: app, password: app }]
keyspaces:
  shop:
    vschema: v.json
    shards:
      "-80": { primary: { host: h, user: u, database: d } }
      "90-": { primary: { host: h, user: u, database: e } }
`;
    const problems = problemsOf(text);
    for (const part of [
      ':1: listen.port: found the number 03307',
      ':2: polo: unknown key',
      'key range 80-90',
    ])
      expect(problems).toContain(part);
  });

  test.each([
    [
      'octal',
      'listen: { port: 03307 }',
      ':1: listen.port: found the number 03307; allowed: plain decimal digits',
    ],
    ['exponents', 'workers: 1e1', ':1: workers: found the number 1e1; allowed: plain decimal digits'],
    ['not a number', 'workers: .nan', ':1: workers: found the number .nan'],
    [
      'negative numbers',
      'workers: -1',
      ':1: workers: found -1 (a number); allowed: a whole number from 1 to 256, or auto',
    ],
    ['yes and no', 'admin: no', ':1: admin: found "no"; allowed: a mapping'],
    ['keys given twice', 'workers: 1\nworkers: 2', ':2: Map keys must be unique: workers'],
    ['broken YAML', 'listen: { port: 1', 'shardgate.yaml:'],
    ['prototype keys', '__proto__: { workers: 3 }', ':1: __proto__: unknown key "__proto__"'],
    [
      'octal passwords, without showing them',
      'servers: { s: { host: h, user: u, password: 0123 } }',
      ':1: servers.s.password: found the number; allowed:',
    ],
    [
      'numbers as passwords',
      'servers: { s: { host: h, user: u, password: 123 } }',
      ':1: servers.s.password: found a number; allowed: a string in quotes',
    ],
    ['one port twice', 'listen: { port: 9307 }', 'admin.port: found 9307, which listen has already'],
    [
      'more idle than allowed connections',
      'pool: { minPerShard: 40 }',
      'pool.minPerShard: found 40; allowed: at most maxPerShard (32)',
    ],
    [
      'TLS without certificate',
      'listen: { tls: { mode: required } }',
      'listen.tls: missing cert; needed: a PEM file',
    ],
  ])('of %s', (_, line, message) => {
    expect(problemsOf(withLine(line))).toContain(message);
  });

  test('of variables, naming them', () => {
    const problems = problemsOf(minimal, {
      SHARDGATE_POOL__MAX_PER_SHARD: 'many',
      SHARDGATE_POOL__SIZE: '1',
    });
    expect(problems).toContain(
      'pool.maxPerShard: found "many"; allowed: a whole number from 1 to 10000 (set by SHARDGATE_POOL__MAX_PER_SHARD)',
    );
    expect(problems).toContain('pool.size: unknown key "size"');
  });

  test('of key ranges that overlap', () => {
    const shards = ['-80', '40-'].map(
      (name) => `"${name}": { primary: { host: h, user: u, database: "d${name}" } }`,
    );
    const text = `users: [{ name: a, password: a }]\nkeyspaces: { k: { vschema: v, shards: { ${shards.join(', ')} } } }`;
    expect(problemsOf(text)).toContain('shards "-80" and "40-" overlap');
  });
});

describe('files', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'shardgate-config-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('a file that is not there is one problem', () => {
    const { config, problems } = loadConfig(join(folder, 'none.yaml'), {});
    expect(config).toBeNull();
    expect(formatProblems(problems)).toContain('none.yaml: ENOENT');
  });

  test('secret files lose their line end', () => {
    writeFileSync(join(folder, 'pw'), 'secret\n');
    const file = join(folder, 'c.yaml');
    writeFileSync(file, minimal.replace('user: u', 'user: u, passwordFile: pw'));
    const { config } = loadConfig(file, {});
    expect(config?.keyspaces.get('main')?.shards[0]?.primary.password).toBe('secret');
  });
});
