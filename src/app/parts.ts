// The long-lived parts of a running Shardgate, made once and looked at by everything that composes it.

import type { ServerVersion } from '../backend/connection/server-version.ts';
import { PoolGateway } from '../backend/gateway.ts';
import type { Config } from '../config/model.ts';
import { HealthMonitor } from '../control/health.ts';
import { SchemaTracker } from '../control/schema-tracker.ts';
import { TwoPhaseControl, type TwoPhaseTimes } from '../control/twopc.ts';
import type { Listener } from '../frontend/listener.ts';
import type { UserDirectory } from '../frontend/options.ts';
import { Counters } from '../observability/counters.ts';
import { EventLoopLag } from '../observability/event-loop-lag.ts';
import { createLogger, type Logger } from '../observability/log.ts';
import { planLabels } from '../plan/labels.ts';
import { SessionRegistry } from '../session/registry.ts';
import { PlanCache } from '../session/statement/plan-cache.ts';
import type { StatementLoad } from '../session/statement/statement-load.ts';
import { createVSchemaHolder, type VSchemaHolder } from '../vschema/holder.ts';
import type { ConfiguredKeyspace } from './keyspaces.ts';
import { programWarnings } from './program-warnings.ts';
import { snapshot } from './schema.ts';
import { QueryStatistics } from './statistics/query-statistics.ts';
import { SlowStatements } from './statistics/slow-statements.ts';
import { targetsOf } from './targets.ts';
import { directoryOf } from './users.ts';

/** Members without `readonly` change with a reload or over the life of the process. */
export interface RunningParts {
  config: Config;
  keyspaces: readonly ConfiguredKeyspace[];
  tracker: SchemaTracker;
  listener: Listener | null;
  draining: boolean;
  readonly users: { current: UserDirectory };
  readonly log: Logger;
  readonly counters: Counters;
  readonly lag: EventLoopLag;
  readonly gateway: PoolGateway;
  readonly workspaces: PoolGateway;
  readonly twopc: TwoPhaseControl;
  readonly holder: VSchemaHolder;
  readonly health: HealthMonitor;
  readonly registry: SessionRegistry;
  readonly load: StatementLoad;
  readonly planCache: PlanCache;
  readonly statistics: QueryStatistics;
  readonly slow: SlowStatements;
  /** Of the first server that answers, else of the last that did; null before. */
  flavour(): ServerVersion | null;
  /** One that did not before: the snapshot may rest on an assumption. */
  serverAnswered(): void;
  /** Builds and installs a snapshot from what tracker and files say now. */
  schemaChanged(): void;
}

/** Resolves when every server has been asked once. Never rejects for servers that are down. */
export async function makeParts(
  config: Config,
  keyspaces: readonly ConfiguredKeyspace[],
  givenLog: Logger | undefined,
  twopcTimes: TwoPhaseTimes = {},
): Promise<RunningParts> {
  const counters = new Counters(planLabels);
  const dropped = (): void => {
    counters.logLinesDropped++;
  };
  const log = givenLog ?? createLogger({ level: config.log.level, pretty: null, output: 2 }, dropped);
  const targets = targetsOf(config);
  for (const keyspace of config.keyspaces.values()) {
    const ids = keyspace.shards.map((shard) => shard.id);
    counters.declareKeyspace(keyspace.name, ids);
  }
  const gateway = new PoolGateway(targets, config.pool, counters);
  const workspaces = new PoolGateway(targets, config.pool, counters);
  const health = new HealthMonitor(log, (shardId, replica, up, why) => {
    gateway.report(shardId, replica, up, why);
    workspaces.report(shardId, replica, up, why);
    if (up) parts?.serverAnswered();
  });
  const flavour = flavourOf(health);
  let parts: RunningParts | null = null;
  const tracker = new SchemaTracker(targets, { log, onChange: () => parts?.schemaChanged() });
  await Promise.all([health.watch(targets), tracker.start()]);
  const twopc = new TwoPhaseControl(targets, log, config.transactions.mode === 'twopc', twopcTimes);
  twopc.recovery.start();
  const planCache = new PlanCache();
  const holder = createVSchemaHolder((version) => snapshot(version, keyspaces, tracker, flavour()));
  const registry = new SessionRegistry();
  follow(holder, planCache, registry, log);
  const lag = new EventLoopLag();
  lag.start();
  const made: RunningParts = {
    config,
    keyspaces,
    tracker,
    listener: null,
    draining: false,
    users: { current: directoryOf(config) },
    log,
    counters,
    lag,
    gateway,
    workspaces,
    twopc,
    holder,
    health,
    registry,
    load: { inFlight: 0, inFlightMax: config.limits.inFlightMax },
    planCache,
    statistics: new QueryStatistics(),
    slow: new SlowStatements(),
    flavour,
    schemaChanged: () =>
      void holder.swap((version) => snapshot(version, made.keyspaces, made.tracker, flavour())),
    // Until one has, what servers are is an assumption.
    serverAnswered: () => {
      const [found, taken] = [flavour(), holder.current().flavour];
      if (found !== null && found.versionText !== taken.versionText) made.schemaChanged();
    },
  };
  parts = made;
  return made;
}

/** What a new snapshot means for those who were there before it. */
function follow(holder: VSchemaHolder, planCache: PlanCache, registry: SessionRegistry, log: Logger): void {
  const warn = programWarnings(log);
  warn(holder.current());
  holder.onChange(() => {
    planCache.clear();
    for (const session of registry.all()) session.servedBy(holder.current().flavour);
    warn(holder.current());
  });
}

/** What a server was stays known while none answers. */
function flavourOf(health: HealthMonitor): () => ServerVersion | null {
  let known: ServerVersion | null = null;
  return () => {
    known = health.servers().find((server) => server.version !== null)?.version ?? known;
    return known;
  };
}

export async function closeParts(parts: RunningParts): Promise<void> {
  parts.lag.stop();
  parts.health.stop();
  parts.tracker.stop();
  await Promise.all([parts.twopc.stop(), parts.gateway.close(0), parts.workspaces.close(0)]);
}
