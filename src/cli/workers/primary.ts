// The process in front of several workers: shares the port out, answers the admin endpoint for all of them.
import { AggregatorRegistry } from 'prom-client';
import { type AdminServer, startAdmin } from '../../admin/server.ts';
import type { AdminActions, AdminSources } from '../../admin/sources.ts';
import type { Config } from '../../config/model.ts';
import { createLogger, type Logger } from '../../observability/log.ts';
import { Crew } from './crew.ts';
import { mergeBy, mergePlans, mergePools, mergeQueries, mergeReadiness, mergeStatus } from './merge.ts';

export interface Primary {
  drain(): Promise<void>;
  /** Ends everything now. */
  kill(): Promise<void>;
  reload(): Promise<readonly string[]>;
}

/** Resolves when all workers serve; with a message when the configuration cannot be served. Rejects when the admin port is taken. */
export async function startPrimary(config: Config, count: number): Promise<Primary | string> {
  const log = createLogger({ level: config.log.level, pretty: null, output: 2 }, () => {});
  const crew = new Crew(count, log);
  let draining = false;
  const primary: Primary = {
    async drain() {
      draining = true;
      await crew.drain();
    },
    kill: () => crew.kill(),
    reload: async () => [...new Set((await crew.askAll('reload', null)).flat())],
  };
  const admin = await startAdmin(
    config.admin,
    sourcesOf(crew, () => draining),
    actionsOf(crew, primary),
  );
  const failed = await crew.start();
  if (failed !== null) {
    await crew.kill();
    await admin.close();
    return failed;
  }
  announce(log, config, admin, count);
  return primary;
}

function announce(log: Logger, config: Config, admin: AdminServer, workers: number): void {
  log.info({ mysql: config.listen.port, admin: admin.port, workers }, 'shardgate serves');
}

function sourcesOf(crew: Crew, draining: () => boolean): AdminSources {
  return {
    async readiness() {
      const merged = mergeReadiness(await crew.askAll('readiness', null));
      return { ...merged, draining: merged.draining || draining() };
    },
    status: async () => mergeStatus(await crew.askAll('status', null)),
    vschema: () => crew.askOne('vschema', null),
    pools: async () => ({ pools: mergePools((await crew.askAll('pools', null)).flat()) }),
    sessions: async () => ({ sessions: (await crew.askAll('sessions', null)).flat() }),
    queries: async () => mergeQueries(await crew.askAll('queries', null)),
    plans: async () => ({ plans: mergePlans((await crew.askAll('plans', null)).flat()) }),
    transactions: async () => ({
      transactions: mergeBy(
        (await crew.askAll('transactions', null)).flat(),
        ({ id }) => id,
        (first) => first,
      ),
    }),
    explain: (sql, keyspace) => crew.askOne('explain', { sql, keyspace }),
    metrics: {
      contentType: AggregatorRegistry.PROMETHEUS_CONTENT_TYPE,
      text: async () => AggregatorRegistry.aggregate([...(await crew.askAll('metrics', null))]).metrics(),
    },
  };
}

function actionsOf(crew: Crew, primary: Primary): AdminActions {
  return {
    reload: () => primary.reload(),
    drain: () => void primary.drain(),
    killSession: async (id) => (await crew.askAll('killSession', { id })).includes(true),
    resolveTransaction: (id, decision) => crew.askOne('resolve', { id, decision }),
  };
}
