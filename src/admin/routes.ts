// The admin endpoint's paths.
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { SqlError } from '../errors/sql-error.ts';
import { hostGuard, jsonOnly, tokenGuard } from './guard.ts';
import { page } from './page.ts';
import type { AdminActions, AdminOptions, AdminSources } from './sources.ts';

const bodyBytesMax = 1024 * 1024;

export function adminRoutes(options: AdminOptions, sources: AdminSources, actions: AdminActions): Hono {
  const app = new Hono();
  app.use(hostGuard(options.host));
  app.use(bodyLimit({ maxSize: bodyBytesMax, onError: tooLarge }));
  app.use(async (context, next) => {
    await next();
    context.header('X-Content-Type-Options', 'nosniff');
    context.header('Cache-Control', 'no-store');
  });
  addHealth(app, sources);
  addReads(app, sources);
  addExplain(app, sources);
  addActions(app, options, actions);
  app.get('/', (context) => {
    context.header(
      'Content-Security-Policy',
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    );
    return context.html(page);
  });
  app.notFound((context) => context.json({ error: `nothing at ${context.req.path}` }, 404));
  app.onError((error, context) => {
    if (!(error instanceof SqlError)) return context.json({ error: error.message }, 500);
    const { errno, sqlState, message, id } = error;
    return context.json({ error: { id, errno, sqlstate: sqlState, message } }, 422);
  });
  return app;
}

function tooLarge(context: Context): Response {
  return context.json({ error: `a request may have at most ${bodyBytesMax} bytes` }, 413);
}

function addHealth(app: Hono, sources: AdminSources): void {
  app.get('/livez', (context) => context.json({ alive: true }));
  app.get('/readyz', async (context) => {
    const { listening, draining, shards } = await sources.readiness();
    const down = shards.filter((shard) => !shard.up);
    const enough = context.req.query('shards') === 'any' ? down.length < shards.length : down.length === 0;
    const ready = listening && !draining && enough;
    return context.json({ ready, listening, draining, down, shards: shards.length }, ready ? 200 : 503);
  });
  app.get('/metrics', async (context) => {
    context.header('Content-Type', sources.metrics.contentType);
    return context.body(await sources.metrics.text());
  });
}

function addReads(app: Hono, sources: AdminSources): void {
  app.get('/api/status', async (context) => context.json(await sources.status()));
  app.get('/api/vschema', async (context) => context.json(await sources.vschema()));
  app.get('/api/pools', async (context) => context.json(await sources.pools()));
  app.get('/api/sessions', async (context) => context.json(await sources.sessions()));
  app.get('/api/queries', async (context) => context.json(await sources.queries()));
  app.get('/api/plans', async (context) => context.json(await sources.plans()));
  app.get('/api/transactions', async (context) => context.json(await sources.transactions()));
}

function addExplain(app: Hono, sources: AdminSources): void {
  app.post('/api/explain', jsonOnly(), async (context) => {
    const body: unknown = await context.req.json().catch(() => null);
    const sql = field(body, 'sql');
    if (sql === null) return context.json({ error: 'send {"sql": "...", "keyspace": "..."}' }, 400);
    return context.json(await sources.explain(sql, field(body, 'keyspace')));
  });
}

function addActions(app: Hono, options: AdminOptions, actions: AdminActions): void {
  const guard = tokenGuard(options.token);
  app.post('/api/reload', guard, async (context) => {
    const problems = await actions.reload();
    return context.json({ reloaded: problems.length === 0, problems }, problems.length === 0 ? 200 : 422);
  });
  app.post('/api/drain', guard, (context) => {
    actions.drain();
    return context.json({ draining: true }, 202);
  });
  app.post('/api/sessions/:id/kill', guard, async (context) => {
    const killed = await actions.killSession(Number(context.req.param('id')));
    return context.json({ killed }, killed ? 200 : 404);
  });
  app.post('/api/transactions/:id/resolve', guard, jsonOnly(), async (context) => {
    const decision = field(await context.req.json().catch(() => null), 'decision');
    if (decision !== 'commit' && decision !== 'rollback') {
      return context.json({ error: 'send {"decision": "commit"} or {"decision": "rollback"}' }, 400);
    }
    try {
      const resolved = await actions.resolveTransaction(context.req.param('id'), decision);
      return context.json({ resolved }, resolved ? 200 : 404);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      return context.json({ resolved: false, error: error.message }, 409);
    }
  });
}

/** A text member of a JSON body; null when it is missing or no text. */
function field(body: unknown, name: string): string | null {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return null;
  const value: unknown = Reflect.get(body, name);
  return typeof value === 'string' ? value : null;
}
