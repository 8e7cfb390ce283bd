// Actions without a configured token: closed, and the answer says how to open them.
import { expect, test } from 'vitest';
import { adminRoutes } from '../../../src/admin/routes.ts';
import type { AdminActions, AdminSources } from '../../../src/admin/sources.ts';
import { parseConfig } from '../../../src/config.ts';

const sources: AdminSources = {
  readiness: () => ({ listening: true, draining: false, shards: [] }),
  status: () => ({}),
  vschema: () => ({}),
  pools: () => ({}),
  sessions: () => ({}),
  queries: () => ({}),
  plans: () => ({}),
  transactions: () => ({}),
  explain: () => ({}),
  metrics: { contentType: 'text/plain', text: async () => '' },
};

function endpoint(token: string | null) {
  const done: string[] = [];
  const actions: AdminActions = {
    reload: async () => [],
    drain: () => void done.push('drain'),
    killSession: () => true,
    resolveTransaction: async () => true,
  };
  const app = adminRoutes({ host: '127.0.0.1', port: 0, token }, sources, actions);
  const drain = (authorization: string): Response | Promise<Response> =>
    app.request('http://127.0.0.1/api/drain', {
      method: 'POST',
      headers: { Host: '127.0.0.1', Authorization: authorization },
    });
  return { drain, done };
}

test('no token configured: 403 with the hint, whatever is sent', async () => {
  const { drain, done } = endpoint(null);
  for (const authorization of ['', 'Bearer', 'Bearer ', 'Bearer null', 'Bearer x']) {
    const answer = await drain(authorization);
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('admin.tokenEnv');
  }
  expect(done).toEqual([]);
});

test('the right token acts, a part of it does not', async () => {
  const { drain, done } = endpoint('right');
  for (const authorization of ['Bearer righ', 'Bearer right2', 'right', 'Basic right', '']) {
    expect((await drain(authorization)).status).toBe(401);
  }
  expect(done).toEqual([]);
  expect((await drain('bearer right')).status).toBe(202);
  expect(done).toEqual(['drain']);
});

test('an environment variable that is empty holds no token', () => {
  const text = `users: [{ name: app, password: app }]
keyspaces: { main: { shards: { "-": { primary: { host: db, user: u, database: main } } } } }
`;
  const tokenOf = (environment: Record<string, string>): string | null =>
    parseConfig(text, { file: '/etc/shardgate.yaml', environment }).admin.token;
  expect(tokenOf({ SHARDGATE_ADMIN_TOKEN: '' })).toBeNull();
  expect(tokenOf({})).toBeNull();
  expect(tokenOf({ SHARDGATE_ADMIN_TOKEN: 'x' })).toBe('x');
});
