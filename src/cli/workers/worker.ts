// One of several processes behind one port: serves clients, answers the primary's questions, ends when told to.

import cluster from 'node:cluster';
import { transactionViews } from '../../app/transactions.ts';
import { type App, startApp } from '../../app.ts';
import type { Config } from '../../config/model.ts';
import type { KillOutcome } from '../../session/registry.ts';
import { type Answerers, Channel } from './messages.ts';

/** Set for a worker by its primary: which one of how many it is. */
export const workerVariable = 'SHARDGATE_WORKER';

/** null: not a worker. */
export function workerPlace(
  environment: Readonly<Record<string, string | undefined>>,
): { index: number; count: number } | null {
  if (!cluster.isWorker) return null;
  const match = /^(\d+)\/(\d+)$/.exec(environment[workerVariable] ?? '');
  return match === null ? null : { index: Number(match[1]), count: Number(match[2]) };
}

/** Resolves when it serves. Rejects like `startApp`. */
export async function startWorker(
  config: Config,
  place: { index: number; count: number },
  drainDeadlineMs: number,
): Promise<App> {
  let app: App | null = null;
  let draining: Promise<void> | null = null;
  const drain = (): null => {
    // Nothing serves yet: nothing is lost.
    const ending = app;
    if (ending === null) process.exit(0);
    draining ??= ending.drain(drainDeadlineMs).then(() => ending.close());
    void draining.then(() => process.exit(0));
    return null;
  };
  process.on('SIGTERM', drain);
  // A terminal signals the whole group; the primary decides what it means.
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGUSR2'] as const) process.on(signal, () => {});
  app = await startApp(config, { worker: place });
  const channel = new Channel(
    { send: (message) => process.send?.(message) ?? false },
    answerersOf(app, drain),
  );
  app.parts.registry.elsewhere = {
    kill: (id, user, queryOnly): Promise<KillOutcome> => channel.ask('kill', { id, user, queryOnly }),
  };
  process.on('message', (message) => channel.received(message));
  await channel.ask('serving', null);
  return app;
}

function answerersOf(app: App, drain: () => null): Answerers {
  const { sources, actions, parts } = app;
  return {
    readiness: () => sources.readiness(),
    status: () => sources.status(),
    vschema: () => sources.vschema(),
    pools: () => sources.pools().pools,
    sessions: () => sources.sessions().sessions,
    queries: () => sources.queries(),
    plans: () => sources.plans().plans,
    transactions: () => transactionViews(parts.twopc),
    metrics: () => sources.metrics.json(),
    explain: ({ sql, keyspace }) => sources.explain(sql, keyspace),
    reload: () => actions.reload(),
    drain,
    killSession: ({ id }) => actions.killSession(id),
    resolve: ({ id, decision }) => actions.resolveTransaction(id, decision),
    kill: ({ id, user, queryOnly }) => parts.registry.kill(id, user, queryOnly),
  };
}
