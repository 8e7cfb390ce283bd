// The admin endpoint over a running product: paths, guards, health while a shard is away, metrics that move.
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Connection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { demoMainSchema, demoSchema, demoVschema } from '../../support/demo-shop.ts';
import { readExposition, type Sample } from '../../support/prometheus-text.ts';

const token = 'a-token-that-nobody-may-see';
const password = 'hidden-in-the-configuration';
let cluster: Cluster;
let client: Connection;

beforeAll(async () => {
  process.env['ADMIN_TEST_TOKEN'] = token;
  const { freePort } = await import('../../../src/cli/servers/free-port.ts');
  cluster = await startCluster({
    vschema: demoVschema(),
    schema: demoSchema(),
    mainSchema: demoMainSchema(),
    oracle: false,
    config: {
      admin: { host: '127.0.0.1', port: await freePort(), tokenEnv: 'ADMIN_TEST_TOKEN' },
      users: [
        { name: 'app', password: 'app' },
        { name: 'other', password },
      ],
      log: { level: 'error', slowQueryMs: 100 },
    },
  });
  client = await cluster.connect();
  await client.query(
    "INSERT INTO users VALUES (1, 'secret-name', 'a@b', 'DE', 1, '2024-01-01'), (3, 'x', 'c@d', 'FR', 2, '2024-01-01')",
  );
});
afterAll(() => cluster?.close());

const at = (path: string, init?: RequestInit): Promise<Response> =>
  fetch(`http://127.0.0.1:${cluster.adminPort}${path}`, init);

async function json(path: string): Promise<Record<string, never>> {
  const answer = await at(path);
  expect(answer.status, path).toBe(200);
  expect(answer.headers.get('content-type')).toContain('application/json');
  return (await answer.json()) as Record<string, never>;
}

/** A request with header lines of our own choosing, which `fetch` would set itself. */
async function raw(lines: readonly string[]): Promise<string> {
  const socket = connect(cluster.adminPort, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString();
  });
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  await once(socket, 'close');
  return text;
}

describe('reading', () => {
  test('every path answers JSON', async () => {
    expect(await json('/livez')).toEqual({ alive: true });
    expect(await json('/readyz')).toMatchObject({ ready: true, listening: true, draining: false, down: [] });
    expect(await json('/api/status')).toMatchObject({ keyspaces: ['shop', 'main'], draining: false });
    expect(await json('/api/vschema')).toMatchObject({
      keyspaces: {
        shop: {
          sharded: true,
          shards: ['-40', '40-80', '80-c0', 'c0-'],
          tables: { users: { columnVindexes: [{ columns: ['id'], vindex: 'hash' }] } },
        },
      },
    });
    const { pools } = (await json('/api/pools')) as unknown as { pools: Record<string, unknown>[] };
    expect(pools).toHaveLength(5);
    expect(pools[0]).toMatchObject({ keyspace: 'shop', shard: '-40', role: 'primary', up: true, max: 32 });
    expect(await json('/api/sessions')).toMatchObject({
      sessions: [{ user: 'app', database: 'shop', running: null }],
    });
    expect(await json('/api/transactions')).toEqual({ transactions: [] });
  });

  test('statements without their literals, slow ones apart', async () => {
    await client.query("SELECT name FROM users WHERE id = 1 AND name = 'secret-name'");
    await client.query('SELECT SLEEP(0.15) FROM users WHERE id = 1');
    const { queries, slow } = (await json('/api/queries')) as unknown as {
      queries: { statement: string; plan: string; count: number }[];
      slow: { statement: string; shards: number; user: string }[];
    };
    expect(queries.map((query) => query.statement)).toContain(
      'SELECT name FROM users WHERE id = ? AND name = ?',
    );
    expect(slow[0]).toMatchObject({
      statement: 'SELECT SLEEP(?) FROM users WHERE id = ?',
      shards: 1,
      user: 'app',
    });
    const { plans } = (await json('/api/plans')) as unknown as {
      plans: { plan: string; reasons: string[] }[];
    };
    expect(plans.some((plan) => plan.plan === 'equal_unique' && plan.reasons.length > 0)).toBe(true);
  });

  test('fault 87: no secrets and no literals anywhere', async () => {
    const paths = ['status', 'vschema', 'pools', 'sessions', 'queries', 'plans', 'transactions'].map(
      (name) => `/api/${name}`,
    );
    for (const path of [...paths, '/metrics', '/', '/readyz']) {
      const text = await (await at(path)).text();
      for (const secret of [token, password, 'secret-name']) expect(text, path).not.toContain(secret);
    }
  });

  test('unknown paths are 404, wrong methods do nothing', async () => {
    expect((await at('/nothing')).status).toBe(404);
    expect((await at('/api/reload')).status).toBe(404);
    expect((await at('/api/explain')).status).toBe(404);
  });
});

describe('explain', () => {
  const explain = async (
    sql: string,
    keyspace?: string,
  ): Promise<{ status: number; body: Record<string, unknown> }> => {
    const answer = await at('/api/explain', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ sql, ...(keyspace === undefined ? {} : { keyspace }) }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };

  test.each([
    ['SELECT name FROM users WHERE id = 1', 'equal_unique', 1],
    ['SELECT name FROM users WHERE id IN (1, 3)', 'in', 2],
    ["SELECT COUNT(*) FROM events WHERE day BETWEEN '2024-01-15' AND '2024-08-01'", 'range', 2],
    ['SELECT COUNT(*) FROM users', 'scatter', 4],
    ['SELECT country, COUNT(*) AS n FROM users GROUP BY country ORDER BY n DESC LIMIT 3', 'scatter', 4],
    [
      'SELECT u.name, i.product FROM users u JOIN orders o ON o.user_id = u.id JOIN order_items i ON i.user_id = o.user_id AND i.order_id = o.id WHERE u.id = 7',
      'equal_unique',
      1,
    ],
    [
      'SELECT u.name, i.product FROM users u JOIN orders o ON o.user_id = u.id JOIN order_items i ON i.user_id = o.user_id AND i.order_id = o.id',
      'scatter',
      4,
    ],
    ['SELECT name FROM countries', 'reference', 1],
    ['SELECT value FROM main.settings', 'unsharded', 1],
    [
      "INSERT INTO users VALUES (1, 'a', 'b', 'DE', 1, '2024-01-01'), (3, 'a', 'b', 'DE', 1, '2024-01-01')",
      'insert',
      2,
    ],
    ['UPDATE users SET balance = 0 WHERE id = 1', 'update', 1],
    ['DELETE FROM orders', 'delete', 4],
    ['ALTER TABLE users ADD COLUMN note TEXT', 'ddl', 4],
  ])('%s: %s on %i', async (sql, label, shards) => {
    const { status, body } = await explain(sql, 'shop');
    expect(status).toBe(200);
    expect(body).toMatchObject({ label });
    expect(body['shards']).toHaveLength(shards);
    expect(body['reasons']).not.toEqual([]);
    expect(body['statements']).not.toEqual([]);
  });

  test('errors are 422 with errno and SQLSTATE', async () => {
    expect(await explain('SELEC 1')).toMatchObject({
      status: 422,
      body: { error: { errno: 1064, sqlstate: '42000' } },
    });
    expect(await explain('SELECT 1', 'nowhere')).toMatchObject({
      status: 422,
      body: { error: { id: 'SG5011' } },
    });
  });

  test('a body that is no JSON object, or no JSON by its type', async () => {
    const send = (body: string, type: string): Promise<Response> =>
      at('/api/explain', { method: 'POST', headers: { 'Content-Type': type }, body });
    expect((await send('[]', 'application/json')).status).toBe(400);
    expect((await send('{', 'application/json')).status).toBe(400);
    expect((await send('{"sql": 1}', 'application/json')).status).toBe(400);
    expect((await send('{"__proto__": {"sql": "SELECT 1"}}', 'application/json')).status).toBe(400);
    expect((await send('{"sql": "SELECT 1"}', 'text/plain')).status).toBe(415);
    expect((await send('sql=SELECT+1', 'application/x-www-form-urlencoded')).status).toBe(415);
  });
});

describe('fault 86: guards', () => {
  const post = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    at(path, { method: 'POST', headers });

  test.each(['/api/reload', '/api/drain', '/api/sessions/1/kill', '/api/transactions/x/resolve'])(
    '%s needs the token',
    async (path) => {
      expect((await post(path)).status).toBe(401);
      expect((await post(path, { Authorization: 'Bearer wrong' })).status).toBe(401);
      expect((await post(path, { Authorization: token })).status).toBe(401);
      expect((await post(path, { Authorization: 'Bearer ' })).status).toBe(401);
    },
  );

  test('reload and kill with the token', async () => {
    const authorization = { Authorization: `Bearer ${token}` };
    const reloaded = await post('/api/reload', authorization);
    // The stage has no configuration file to read again: the problem is told, nothing changes.
    expect(reloaded.status).toBe(422);
    expect(await reloaded.json()).toMatchObject({ reloaded: false });
    expect((await post('/api/sessions/999999/kill', authorization)).status).toBe(404);
    const victim = await cluster.connect();
    victim.on('error', () => {});
    const [[row]] = (await victim.query('SELECT CONNECTION_ID() AS id')) as unknown as [[{ id: number }]];
    expect((await post(`/api/sessions/${row.id}/kill`, authorization)).status).toBe(200);
    await expect(victim.query('SELECT 1')).rejects.toThrow();
    expect(
      (
        await post('/api/transactions/nobody/resolve', {
          ...authorization,
          'Content-Type': 'application/json',
        })
      ).status,
    ).toBe(400);
  });

  test('names of other sites are not served, probes are', async () => {
    const get = (path: string, host: string): Promise<string> =>
      raw([`GET ${path} HTTP/1.1`, `Host: ${host}`, 'Connection: close']);
    expect(await get('/api/status', 'evil.example')).toMatch(/^HTTP\/1\.1 421/);
    expect(await get('/', 'evil.example:9307')).toMatch(/^HTTP\/1\.1 421/);
    expect(await get('/api/status', 'localhost')).toMatch(/^HTTP\/1\.1 200/);
    expect(await get('/api/status', '[::1]:9307')).toMatch(/^HTTP\/1\.1 200/);
    expect(await get('/metrics', 'shardgate.prod.svc')).toMatch(/^HTTP\/1\.1 200/);
    expect(await get('/readyz', 'shardgate.prod.svc')).toMatch(/^HTTP\/1\.1 200/);
  });

  test('a body above 1 MiB is refused, announced or not', async () => {
    const body = JSON.stringify({ sql: `SELECT '${'x'.repeat(1024 * 1024)}'` });
    const headers = { 'Content-Type': 'application/json' };
    expect((await at('/api/explain', { method: 'POST', headers, body })).status).toBe(413);
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(body));
        controller.close();
      },
    });
    const init = { method: 'POST', headers, body: stream, duplex: 'half' } as RequestInit;
    expect((await at('/api/explain', init)).status).toBe(413);
  });

  test('a request that does not get on is closed within the time-out', async () => {
    const slow = connect(cluster.adminPort, '127.0.0.1');
    slow.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n');
    const body = connect(cluster.adminPort, '127.0.0.1');
    body.write(
      'POST /api/explain HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"sql"',
    );
    const startedAt = performance.now();
    for (const socket of [slow, body]) socket.on('error', () => {}).resume();
    await Promise.all([once(slow, 'close'), once(body, 'close')]);
    expect(performance.now() - startedAt).toBeLessThan(40_000);
    expect((await at('/livez')).status).toBe(200);
  });

  test('the page is served with a policy that lets nothing else in', async () => {
    const page = await at('/');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).toContain('<title>Shardgate</title>');
  });
});

describe('metrics', () => {
  const scrape = async (): Promise<readonly Sample[]> =>
    readExposition(await (await at('/metrics')).text()).samples;
  const value = (
    samples: readonly Sample[],
    name: string,
    labels: Readonly<Record<string, string>> = {},
  ): number => {
    const found = samples.filter(
      (sample) =>
        sample.name === `shardgate_${name}` &&
        Object.entries(labels).every(([key, text]) => sample.labels[key] === text),
    );
    return found.reduce((sum, sample) => sum + sample.value, 0);
  };

  test('the text is what a scraper reads', async () => {
    const answer = await at('/metrics');
    expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    expect(readExposition(await answer.text()).problems).toEqual([]);
  });

  test('what statements do shows in them, under the promised names and labels', async () => {
    const before = await scrape();
    await client.query('SELECT name FROM users WHERE id = 1');
    await client.query('SELECT name FROM users WHERE id = 1');
    await client.query('SELECT name FROM users ORDER BY id');
    await client.query('SELECT country, COUNT(*) FROM users GROUP BY country');
    await client.query('SELECT nonsense FROM users WHERE id = 1').catch(() => {});
    await client.beginTransaction();
    await client.query('UPDATE users SET balance = balance + 1 WHERE id IN (1, 3)');
    await client.commit();
    const after = await scrape();
    const moved = (name: string, labels: Readonly<Record<string, string>> = {}): number =>
      value(after, name, labels) - value(before, name, labels);
    expect(moved('queries_total', { keyspace: 'shop', plan: 'equal_unique', status: 'ok' })).toBe(2);
    expect(moved('queries_total', { keyspace: 'shop', plan: 'equal_unique', status: 'error' })).toBe(1);
    expect(moved('queries_total', { keyspace: 'shop', plan: 'scatter', status: 'ok' })).toBe(2);
    expect(moved('queries_total', { keyspace: 'shop', plan: 'update', status: 'ok' })).toBe(1);
    expect(moved('query_duration_seconds_count', { keyspace: 'shop', plan: 'equal_unique' })).toBe(3);
    expect(
      moved('shard_queries_total', { keyspace: 'shop', shard: '80-c0', role: 'primary' }),
    ).toBeGreaterThanOrEqual(2);
    expect(moved('shard_query_duration_seconds_count', { keyspace: 'shop' })).toBe(
      moved('shard_queries_total', { keyspace: 'shop' }),
    );
    expect(moved('shard_query_duration_seconds_sum', { keyspace: 'shop' })).toBeGreaterThan(0);
    expect(moved('scatter_fanout_count')).toBe(3);
    expect(moved('scatter_fanout_sum')).toBe(4 + 4 + 2);
    expect(moved('plan_cache_hits')).toBeGreaterThan(0);
    expect(moved('plan_cache_misses')).toBeGreaterThan(0);
    expect(value(after, 'plan_cache_size')).toBeGreaterThan(0);
    expect(moved('workspace_runs_total')).toBe(1);
    expect(moved('workspace_rows_total')).toBe(2);
    expect(moved('workspace_bytes_total')).toBeGreaterThan(0);
    expect(moved('result_bytes_total')).toBeGreaterThan(100);
    expect(moved('transactions_total', { mode: 'multi', shards: 'many', outcome: 'commit' })).toBe(1);
    expect(moved('auth_failures_total')).toBe(0);
  });

  test('gauges: connections, pools, servers, what runs', async () => {
    const running = client.query('SELECT SLEEP(1) FROM users WHERE id = 1');
    let samples = await scrape();
    await expect
      .poll(async () => {
        samples = await scrape();
        return value(samples, 'pool_active', { keyspace: 'shop' });
      })
      .toBe(1);
    expect(value(samples, 'in_flight')).toBe(1);
    expect(value(samples, 'connections', { state: 'running' })).toBe(1);
    await running;
    samples = await scrape();
    expect(value(samples, 'in_flight')).toBe(0);
    expect(value(samples, 'pool_active', { keyspace: 'shop' })).toBe(0);
    expect(value(samples, 'pool_max', { keyspace: 'shop', shard: '-40' })).toBe(32);
    expect(value(samples, 'backend_up', { keyspace: 'shop', shard: '-40', role: 'primary' })).toBe(1);
    expect(value(samples, 'vschema_version')).toBeGreaterThan(0);
    expect(samples.some((sample) => sample.name === 'shardgate_build_info' && sample.value === 1)).toBe(true);
    await client.beginTransaction();
    await client.query('SELECT name FROM users WHERE id = 1 FOR UPDATE');
    expect(value(await scrape(), 'pinned_sessions', { reason: 'transaction' })).toBe(1);
    await client.rollback();
    expect(value(await scrape(), 'pinned_sessions')).toBe(0);
  });

  test('refused logins and broken protocols are counted', async () => {
    const before = await scrape();
    await expect(cluster.connect({ password: 'wrong' })).rejects.toMatchObject({ errno: 1045 });
    const socket = connect(cluster.mysqlPort, '127.0.0.1');
    await once(socket, 'data');
    socket.write(Buffer.from('0300000501', 'hex'));
    socket.resume();
    await once(socket, 'close');
    const after = await scrape();
    expect(value(after, 'auth_failures_total') - value(before, 'auth_failures_total')).toBe(1);
    expect(value(after, 'protocol_errors_total') - value(before, 'protocol_errors_total')).toBe(1);
  });
});
