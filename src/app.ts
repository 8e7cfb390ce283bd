// The running product: every part made, connected and ended in order.
import { startAdmin } from './admin/server.ts';
import {
  adminActions,
  adminSources,
  type ProcessActions,
  type ProcessSources,
} from './app/admin/admin-sources.ts';
import { statusTables } from './app/admin/status-tables.ts';
import { checkIdentities } from './app/identity.ts';
import { readKeyspaces } from './app/keyspaces.ts';
import { memoryBudget } from './app/memory-budget.ts';
import { closeParts, makeParts, type RunningParts } from './app/parts.ts';
import { reload } from './app/reload.ts';
import { statementObserver } from './app/statistics/statement-observer.ts';
import { startTimeouts } from './app/timeouts.ts';
import { liveDirectory } from './app/users.ts';
import { workspaceChooser } from './app/workspace-shard.ts';
import type { Config } from './config/model.ts';
import { ConfigError } from './config.ts';
import type { TwoPhaseTimes } from './control/twopc.ts';
import { startListener } from './frontend/listener.ts';
import { listenerDefaults } from './frontend/options.ts';
import type { Logger } from './observability/log.ts';
import type { SessionDependencies } from './session/dependencies.ts';
import { Sequences } from './session/numbers/sequences.ts';
import { BackendHandles } from './session/prepared/backend-handles.ts';
import { Sessions } from './session/session-factory.ts';
import { SettingChecks } from './session/variables/setting-checks.ts';
import { hasErrors } from './util/problem.ts';

export interface AppOptions {
  /** Made from the configuration, to standard error, when not given. */
  readonly log?: Logger;
  /** For tests that do not want to wait. */
  readonly twopc?: TwoPhaseTimes;
  /** One of several processes: no HTTP of its own. */
  readonly worker?: WorkerPlace;
}

/** Which of several processes behind one port this is. */
export interface WorkerPlace {
  /** From 0. */
  readonly index: number;
  readonly count: number;
}

export interface App {
  readonly mysqlPort: number;
  readonly adminPort: number;
  /** Stops accepting, lets running statements and transactions end for so long, then closes everything. */
  drain(deadlineMs: number): Promise<void>;
  /** Closes everything now. */
  close(): Promise<void>;
  /** Reads configuration, vschema and schema files again; problems when they do not serve, and then nothing has changed. */
  reload(): Promise<readonly string[]>;
  /** What the admin endpoint shows and does, for a process that others ask. */
  readonly sources: ProcessSources;
  readonly actions: ProcessActions;
  readonly parts: RunningParts;
}

type Closer = () => Promise<void>;

/**
 * Starts Shardgate. Rejects with ConfigError when vschema or schema files do not serve or a shard says it is another, with Node's error when a port cannot
 * be had; nothing is left running then. Servers that are down do not keep it from starting: /readyz tells of them.
 */
export async function startApp(config: Config, options: AppOptions = {}): Promise<App> {
  const { keyspaces, problems } = readKeyspaces(config);
  if (hasErrors(problems)) throw new ConfigError(problems);
  const identity = await checkIdentities(keyspaces);
  if (hasErrors(identity)) throw new ConfigError(identity);
  const parts = await makeParts(config, keyspaces, options.log, options.twopc);
  for (const { path, message } of identity) parts.log.warn({ shard: path }, message);
  const closers: Closer[] = [() => closeParts(parts)];
  const close: Closer = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return await listenAndServe(parts, options.worker ?? null, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function listenAndServe(
  parts: RunningParts,
  worker: WorkerPlace | null,
  closers: Closer[],
  close: Closer,
): Promise<App> {
  const { config, log } = parts;
  const listener = await startListener(listenerOptions(config, worker), {
    sessions: new Sessions(sessionDependencies(parts)),
    users: liveDirectory(parts.users),
    counters: parts.counters,
    log,
  });
  parts.listener = listener;
  closers.push(() => listener.close());
  const timeouts = startTimeouts(parts.registry, config.limits.queryTimeoutMs);
  closers.push(async () => timeouts.stop());
  const app = { drain: (deadlineMs: number) => drain(parts, deadlineMs), reload: () => reload(parts) };
  const sources = adminSources(parts);
  const actions = adminActions(parts, app);
  const served = { mysqlPort: listener.port ?? 0, close, ...app, sources, actions, parts };
  if (worker !== null) {
    log.debug({ mysql: listener.port, worker: worker.index }, 'worker serves');
    return { ...served, adminPort: 0 };
  }
  const admin = await startAdmin(config.admin, sources, actions);
  closers.push(() => admin.close());
  log.info({ mysql: listener.port, admin: admin.port }, 'shardgate serves');
  return { ...served, adminPort: admin.port };
}

function listenerOptions(config: Config, worker: WorkerPlace | null): Parameters<typeof startListener>[0] {
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
    // Ids are the same for all processes: KILL names one session.
    ...(worker === null ? {} : { connectionIds: { first: worker.index + 1, step: worker.count } }),
  };
}

function sessionDependencies(parts: RunningParts): SessionDependencies {
  const { config, counters, gateway, workspaces, twopc, holder, statistics, log } = parts;
  return {
    gateway,
    workspaces,
    twopc,
    vschema: () => holder.current(),
    sequences: new Sequences(workspaces, () => holder.current()),
    refreshSchema: (keyspace) => parts.tracker.refresh(keyspace),
    planCache: parts.planCache,
    handles: new BackendHandles(),
    settingChecks: new SettingChecks(),
    registry: parts.registry,
    observer: statementObserver(counters, statistics, parts.slow, log, config.log.slowQueryMs),
    status: statusTables(parts),
    load: parts.load,
    limits: memoryBudget(config.limits.queryMemoryBytes, config.limits.processMemoryBytes),
    transactionMode: config.transactions.mode,
    queryTimeoutMs: config.limits.queryTimeoutMs,
    workspaceShard: workspaceChooser(parts),
  };
}

async function drain(parts: RunningParts, deadlineMs: number): Promise<void> {
  parts.draining = true;
  parts.log.info({ deadlineMs }, 'draining');
  await parts.listener?.drain(deadlineMs);
}
