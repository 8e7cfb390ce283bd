// One of several processes behind one port: serves clients, answers the primary's questions, ends when told to.

import cluster from 'node:cluster';
import { transactionViews } from '../../app/admin/transactions.ts';
import { type App, startApp } from '../../app.ts';
import type { Config } from '../../config/model.ts';
import type { KillOutcome } from '../../session/registry.ts';
import { exitBadConfiguration } from '../exit-codes.ts';
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

export interface WorkerOptions {
  readonly place: { readonly index: number; readonly count: number };
  readonly drainDeadlineMs: number;
  /** What a failed start says of the configuration; null: it is a bug. */
  problemOf(error: unknown): string | null;
}

/** Resolves when it serves. When the configuration cannot be served the primary hears why and the process ends. */
export async function startWorker(config: Config, options: WorkerOptions): Promise<void> {
  const answerers: Answerers = {};
  const channel = new Channel({ send: (message) => process.send?.(message) ?? false }, answerers);
  process.on('message', (message) => channel.received(message));
  let app: App | null = null;
  let draining: Promise<void> | null = null;
  const drain = (): null => {
    // Nothing serves yet: nothing is lost.
    const ending = app;
    if (ending === null) process.exit(0);
    draining ??= ending.drain(options.drainDeadlineMs).then(() => ending.close());
    void draining.then(() => process.exit(0));
    return null;
  };
  process.on('SIGTERM', drain);
  // A terminal signals the whole group; the primary decides what it means.
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGUSR2'] as const) process.on(signal, () => {});
  app = await startOrTell(config, options, channel);
  app.parts.registry.elsewhere = {
    kill: (id, user, queryOnly): Promise<KillOutcome> => channel.ask('kill', { id, user, queryOnly }),
  };
  Object.assign(answerers, answerersOf(app, drain));
  await channel.ask('serving', null);
}

async function startOrTell(config: Config, options: WorkerOptions, channel: Channel): Promise<App> {
  try {
    return await startApp(config, { worker: options.place });
  } catch (error) {
    const message = options.problemOf(error);
    if (message === null) throw error;
    await channel.ask('failed', { message }).catch(() => {});
    process.exit(exitBadConfiguration);
  }
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
