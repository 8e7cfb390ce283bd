// `shardgate explain` and `assess` as processes: what they print, how they exit, what they say of bad input.
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConfigFolder, configFolder, type Finished, shardgate } from '../../support/product.ts';

const driverStatements = fileURLToPath(new URL('../../fixtures/driver-statements.sql', import.meta.url));
let folder: ConfigFolder;
let config = '';

beforeAll(async () => {
  folder = await configFolder();
  const server = { host: '127.0.0.1', port: 1, user: 'u' };
  const shards = ['-40', '40-80', '80-c0', 'c0-'].map((name, index) => [
    name,
    { primary: { ...server, database: `shop_${index}` } },
  ]);
  config = await folder.write(
    'shardgate.yaml',
    JSON.stringify({
      users: [{ name: 'app', password: 'app' }],
      keyspaces: {
        shop: { vschema: 'shop.vschema.json', shards: Object.fromEntries(shards) },
        main: { schema: 'main.sql', shards: { '-': { primary: { ...server, database: 'main' } } } },
      },
    }),
  );
});
afterAll(() => folder?.close());

const schema = (): string[] => [
  '--config',
  config,
  '--schema',
  `${folder.directory}/shop.sql`,
  '--keyspace',
  'shop',
];
const explain = (sql: string, ...options: string[]): Promise<Finished> =>
  shardgate(['explain', ...schema(), ...options, sql]);
const assess = (input: string, ...options: string[]): Promise<Finished> =>
  shardgate(['assess', ...schema(), ...options, '-'], { stdin: input });

describe('explain', () => {
  test.each([
    ['SELECT name FROM users WHERE id = 42', 'equal_unique', 1],
    ['SELECT name FROM users WHERE id IN (1, 3)', 'in', 2],
    [
      "SELECT kind, COUNT(*) FROM events WHERE day >= '2024-08-01' AND day < '2025-03-01' GROUP BY kind",
      'range',
      2,
    ],
    ['SELECT COUNT(*) FROM users', 'scatter', 4],
    ['SELECT country, COUNT(*) FROM users GROUP BY country ORDER BY COUNT(*) DESC LIMIT 5', 'scatter', 4],
    [
      'SELECT u.name, i.product FROM users u JOIN orders o ON o.user_id = u.id JOIN order_items i ON i.user_id = u.id AND i.order_id = o.id WHERE u.id = 42',
      'equal_unique',
      1,
    ],
    [
      'SELECT COUNT(*) FROM users u JOIN orders o ON o.user_id = u.id JOIN order_items i ON i.user_id = u.id AND i.order_id = o.id',
      'scatter',
      4,
    ],
    ["INSERT INTO users VALUES (1, 'a', 'b', 'DE', 1, NOW())", 'insert', 1],
  ])('%s', async (sql, plan, shards) => {
    const { code, stdout } = await explain(sql);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^plan: ${plan}\nreasons:\n  - `));
    expect(stdout).toContain(`\nshards: ${shards} (shop/`);
    expect(stdout).toContain('\nstatements:\n  shop/');
  });

  test('statements as each shard gets them: one text per shard where they differ', async () => {
    const { stdout } = await explain(
      "INSERT INTO users VALUES (1, 'größe', 'b', 'DE', 1, '2024-01-01'), (3, 'x', 'b', 'DE', 1, '2024-01-01')",
    );
    expect(stdout).toMatch(
      / {2}shop\/-40:\n {4}INSERT INTO users VALUES +\(1, 'größe'.*\n {2}shop\/40-80:\n {4}INSERT INTO users VALUES +\(3, 'x'/,
    );
    const qualified = await explain('SELECT COUNT(*) FROM shop.users');
    for (const database of ['shop_0', 'shop_1', 'shop_2', 'shop_3'])
      expect(qualified.stdout).toContain(`FROM \`${database}\`.`);
  });

  test('fragments, and the finish on the workspace', async () => {
    const { stdout } = await explain(
      'SELECT u.country, AVG(o.total) FROM users u JOIN orders o ON o.user_id = u.id GROUP BY u.country',
    );
    expect(stdout).toMatch(/ {2}workspace:\n {4}SELECT/);
  });

  test('--json is the same as data', async () => {
    const { code, stdout } = await explain('SELECT COUNT(*) FROM users', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      label: 'scatter',
      shards: ['shop/-40', 'shop/40-80', 'shop/80-c0', 'shop/c0-'],
      statements: [
        { on: ['shop/-40', 'shop/40-80', 'shop/80-c0', 'shop/c0-'], sql: 'SELECT COUNT(*) FROM users' },
      ],
    });
  });

  test('what is refused exits with 1 and says why', async () => {
    const syntax = await explain('SELEC 1');
    expect(syntax).toMatchObject({ code: 1, stdout: '' });
    expect(syntax.stderr).toMatch(/^ERROR 1064 \(42000\): .*near 'SELEC 1' at line 1\n$/);
    const refused = await explain("SELECT id FROM users WHERE MATCH (name) AGAINST ('x')");
    expect(refused.code).toBe(1);
    expect(refused.stdout + refused.stderr).toContain('SG2017');
  });

  test('files that are not there, keyspaces that do not exist: one line, 78', async () => {
    for (const args of [
      ['--config', '/nowhere.yaml'],
      ['--config', config, '--schema', '/nowhere.sql'],
      ['--config', config, '--keyspace', 'shp'],
    ]) {
      const { code, stderr } = await shardgate(['explain', ...args, 'SELECT 1']);
      expect(code, args.join(' ')).toBe(78);
      expect(stderr.trim().split('\n'), args.join(' ')).toHaveLength(1);
    }
  });
});

describe('assess', () => {
  test('a report of distinct statements with counts, reasons and a summary', async () => {
    const { code, stdout } = await assess(
      'SELECT name FROM users WHERE id = 1;\nSELECT name FROM users WHERE id = 2;\nSELECT COUNT(*) FROM users;\nSELEC;\n',
    );
    expect(code).toBe(0);
    expect(stdout.match(/SELECT name FROM users WHERE id = \?/g)).toHaveLength(1);
    expect(stdout).toMatch(/equal_unique +1 +2\n/);
    expect(stdout).toMatch(/scatter +1 +1\n/);
    expect(stdout).toMatch(/not understood +1 +1\n/);
  });

  test('--json: a line each, in input order, nothing left out', async () => {
    const { stdout } = await assess(
      'SELECT 1;\nSELECT name FROM users WHERE id = 1;\nSELECT 1;\nSELEC;\n',
      '--json',
    );
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map((line) => line['sql'])).toEqual([
      'SELECT 1',
      'SELECT name FROM users WHERE id = 1',
      'SELECT 1',
      'SELEC',
    ]);
    for (const line of lines)
      expect(Object.keys(line)).toEqual([
        'sql',
        'parsed',
        'ok',
        'kind',
        'plan',
        'shards',
        'reasons',
        'error',
      ]);
    expect(lines[3]).toMatchObject({
      parsed: false,
      ok: false,
      plan: null,
      error: { errno: 1064, sqlstate: '42000' },
    });
  });

  test('what drivers and ORMs send', async () => {
    const { code, stdout } = await shardgate(['assess', ...schema(), '--json', driverStatements]);
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { parsed: boolean });
    expect(lines.length).toBeGreaterThanOrEqual(200);
    expect(lines.filter((line) => !line.parsed)).toEqual([]);
  });

  test('a file that is not there: one line, exit 1', async () => {
    const { code, stderr } = await shardgate(['assess', ...schema(), '/nowhere.sql']);
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
