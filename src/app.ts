// The running product: every part made, connected and ended in order.
import { EventLoopLag } from './observability/event-loop-lag.ts';
import { Counters } from './observability/counters.ts';
import { createLogger, type Logger } from './observability/log.ts';
import { type AdminServer, startAdmin } from './admin/server.ts';
import { adminActions, adminSources } from './app/admin-sources.ts';
import { type ConfiguredKeyspace, readKeyspaces } from './app/keyspaces.ts';
import { memoryBudget } from './app/memory-budget.ts';
import { QueryStatistics } from './app/query-statistics.ts';
import { snapshot } from './app/schema.ts';
import { statementObserver } from './app/statement-observer.ts';
import { statusTables } from './app/status-tables.ts';
import { startTimeouts } from './app/timeouts.ts';
import { directoryOf } from './app/users.ts';
import { PoolGateway } from './backend/gateway.ts';
import type { ShardTargets } from './backend/options.ts';
import { ConfigError } from './config.ts';
import type { Config } from './config/model.ts';
import { HealthMonitor } from './control/health.ts';
import { SchemaTracker } from './control/schema-tracker.ts';
import { type Listener, startListener } from './frontend/listener.ts';
import { listenerDefaults } from './frontend/options.ts';
import { planLabels } from './plan/labels.ts';
import { BackendHandles } from './session/backend-handles.ts';
import type { SessionDependencies } from './session/dependencies.ts';
import { PlanCache } from './session/plan-cache.ts';
import { SessionRegistry } from './session/registry.ts';
import { Sessions } from './session/session-factory.ts';
import { SettingChecks } from './session/setting-checks.ts';
import { hasErrors } from './util/problem.ts';
import { createVSchemaHolder, type VSchemaHolder } from './vschema/holder.ts';

export interface AppOptions {
  /** null: made from the configuration, to standard error. */
  readonly log?: Logger;
}

export interface App {
  readonly mysqlPort: number;
  readonly adminPort: number;
  /** Stops accepting, lets running statements and transactions end for so long, then closes everything. */
  drain(deadlineMs: number): Promise<void>;
  /** Closes everything now. */
  close(): Promise<void>;
  /** Reads the vschema and schema files again; problems when they do not serve, and then nothing has changed. */
  reload(): Promise<readonly string[]>;
}

/** What runs, for the parts that look at it from outside (admin, metrics). */
export interface RunningParts {
  readonly config: Config;
  readonly log: Logger;
  readonly counters: Counters;
  readonly lag: EventLoopLag;
  readonly gateway: PoolGateway;
  readonly holder: VSchemaHolder;
  readonly health: HealthMonitor;
  readonly tracker: SchemaTracker;
  readonly registry: SessionRegistry;
  readonly planCache: PlanCache;
  readonly statistics: QueryStatistics;
  readonly state: { keyspaces: readonly ConfiguredKeyspace[]; listener: Listener | null; draining: boolean };
}

/**
 * Starts Shardgate. Rejects with ConfigError when vschema or schema files do not serve, with Node's error when a port cannot
 * be had; nothing is left running then. Servers that are down do not keep it from starting: /readyz tells of them.
 */
export async function startApp(config: Config, options: AppOptions = {}): Promise<App> {
  const { keyspaces, problems } = readKeyspaces(config);
  if (hasErrors(problems)) throw new ConfigError(problems);
  const parts = await makeParts(config, keyspaces, options);
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  closers.push(() => closeParts(parts));
  try {
    return await listenAndServe(parts, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function makeParts(
  config: Config,
  keyspaces: readonly ConfiguredKeyspace[],
  options: AppOptions,
): Promise<RunningParts> {
  const counters = new Counters(planLabels);
  const log =
    options.log ??
    createLogger({ level: config.log.level, pretty: null, output: 2 }, () => {
      counters.logLinesDropped++;
    });
  const targets = targetsOf(config);
  for (const keyspace of config.keyspaces.values()) {
    const ids = keyspace.shards.map((shard) => shard.id);
    counters.declareKeyspace(keyspace.name, ids);
  }
  const gateway = new PoolGateway(targets, config.pool, counters);
  const health = new HealthMonitor(log, (shardId, replica, up, why) => gateway.report(shardId, replica, up, why));
  const state: RunningParts['state'] = { keyspaces, listener: null, draining: false };
  const flavour = () => health.servers().find((server) => server.version !== null)?.version ?? null;
  let holder: VSchemaHolder | null = null;
  const tracker = new SchemaTracker(targets, {
    log,
    onChange: () => holder?.swap((version) => snapshot(version, state.keyspaces, tracker, flavour())),
  });
  await Promise.all([health.watch(targets), tracker.start()]);
  holder = createVSchemaHolder((version) => snapshot(version, state.keyspaces, tracker, flavour()));
  const planCache = new PlanCache();
  holder.onChange(() => planCache.clear());
  const lag = new EventLoopLag();
  lag.start();
  const registry = new SessionRegistry();
  const statistics = new QueryStatistics();
  return { config, log, counters, lag, gateway, holder, health, tracker, registry, planCache, statistics, state };
}

function targetsOf(config: Config): readonly ShardTargets[] {
  return [...config.keyspaces.values()].flatMap((keyspace) => keyspace.shards);
}

async function closeParts(parts: RunningParts): Promise<void> {
  parts.lag.stop();
  parts.health.stop();
  parts.tracker.stop();
  await parts.gateway.close(0);
}

async function listenAndServe(
  parts: RunningParts,
  closers: (() => Promise<void>)[],
  close: () => Promise<void>,
): Promise<App> {
  const { config, log, state } = parts;
  const workspaces = new PoolGateway(targetsOf(config), config.pool, parts.counters);
  closers.push(() => workspaces.close(0));
  const sessions = new Sessions(sessionDependencies(parts, workspaces));
  const listener = await startListener(listenerOptions(config), {
    sessions,
    users: directoryOf(config),
    counters: parts.counters,
    log,
  });
  state.listener = listener;
  closers.push(() => listener.close());
  const timeouts = startTimeouts(parts.registry, config.limits.queryTimeoutMs);
  closers.push(async () => timeouts.stop());
  const app = { drain: (deadlineMs: number) => drain(parts, deadlineMs), reload: () => reload(parts) };
  const admin: AdminServer = await startAdmin(config.admin, adminSources(parts), adminActions(parts, app));
  closers.push(() => admin.close());
  log.info({ mysql: listener.port, admin: admin.port }, 'shardgate serves');
  return { mysqlPort: listener.port ?? 0, adminPort: admin.port, close, ...app };
}

function listenerOptions(config: Config): Parameters<typeof startListener>[0] {
  const { listen, limits } = config;
  const { cert, key, mode } = listen.tls;
  return {
    ...listenerDefaults,
    host: listen.host,
    port: listen.port,
    socketPath: listen.socket,
    tls: cert === null || key === null ? null : { mode, cert, key },
    connectionsMax: limits.connectionsMax,
    packetBytesMax: limits.packetBytesMax,
    resultStallMs: limits.resultStallMs,
  };
}

function sessionDependencies(parts: RunningParts, workspaces: PoolGateway): SessionDependencies {
  const { config, counters, gateway, holder, tracker, statistics, log } = parts;
  return {
    gateway,
    workspaces,
    vschema: () => holder.current(),
    refreshSchema: (keyspace) => tracker.refresh(keyspace),
    planCache: parts.planCache,
    handles: new BackendHandles(),
    settingChecks: new SettingChecks(),
    registry: parts.registry,
    observer: statementObserver(counters, statistics, log, config.log.slowQueryMs),
    status: statusTables(parts),
    limits: memoryBudget(config.limits.queryMemoryBytes, config.limits.processMemoryBytes),
    transactionMode: config.transactions.mode,
    queryTimeoutMs: config.limits.queryTimeoutMs,
    workspaceShard: (keyspace) => workspaceShard(parts, keyspace),
  };
}

let nextWorkspace = 0;

/** Workspaces take turns over the shards of the keyspace, so that none carries all finishing. */
function workspaceShard(parts: RunningParts, keyspace: string): string {
  const shards = parts.config.keyspaces.get(keyspace)?.shards ?? [];
  const up = shards.filter((shard) => parts.health.readiness().shards.some((one) => one.ready && `${one.keyspace}/${one.shard}` === shard.id));
  const candidates = up.length > 0 ? up : shards;
  const shard = candidates[nextWorkspace++ % Math.max(1, candidates.length)];
  return shard?.id ?? '';
}

async function drain(parts: RunningParts, deadlineMs: number): Promise<void> {
  parts.state.draining = true;
  parts.log.info({ deadlineMs }, 'draining');
  await parts.state.listener?.drain(deadlineMs);
}

/** One atomic swap: every statement sees the old files' vschema or the new one's. */
async function reload(parts: RunningParts): Promise<readonly string[]> {
  const { keyspaces, problems } = readKeyspaces(parts.config);
  const errors = problems.filter((problem) => problem.severity === 'error');
  if (errors.length > 0) {
    parts.counters.vschemaReloadErrors++;
    const texts = errors.map((problem) => `${problem.file ?? ''}: ${problem.path}: ${problem.message}`);
    parts.log.error({ problems: texts }, 'reload refused; the old vschema serves on');
    return texts;
  }
  parts.state.keyspaces = keyspaces;
  const flavour = parts.health.servers().find((server) => server.version !== null)?.version ?? null;
  const swapped = parts.holder.swap((version) => snapshot(version, keyspaces, parts.tracker, flavour));
  parts.log.info({ version: swapped.version }, 'reloaded');
  return [];
}
