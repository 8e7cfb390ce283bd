// The running product: every part made, connected and ended in order.
import { startAdmin } from './admin/server.ts';
import { adminActions, adminSources } from './app/admin-sources.ts';
import { readKeyspaces } from './app/keyspaces.ts';
import { memoryBudget } from './app/memory-budget.ts';
import { closeParts, makeParts, type RunningParts } from './app/parts.ts';
import { reload } from './app/reload.ts';
import { statementObserver } from './app/statement-observer.ts';
import { statusTables } from './app/status-tables.ts';
import { startTimeouts } from './app/timeouts.ts';
import { liveDirectory } from './app/users.ts';
import { workspaceChooser } from './app/workspace-shard.ts';
import type { Config } from './config/model.ts';
import { ConfigError } from './config.ts';
import type { TwoPhaseTimes } from './control/twopc.ts';
import { startListener } from './frontend/listener.ts';
import { listenerDefaults } from './frontend/options.ts';
import type { Logger } from './observability/log.ts';
import { BackendHandles } from './session/backend-handles.ts';
import type { SessionDependencies } from './session/dependencies.ts';
import { Sessions } from './session/session-factory.ts';
import { SettingChecks } from './session/setting-checks.ts';
import { hasErrors } from './util/problem.ts';

export interface AppOptions {
  /** Made from the configuration, to standard error, when not given. */
  readonly log?: Logger;
  /** For tests that do not want to wait. */
  readonly twopc?: TwoPhaseTimes;
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
}

type Closer = () => Promise<void>;

/**
 * Starts Shardgate. Rejects with ConfigError when vschema or schema files do not serve, with Node's error when a port cannot
 * be had; nothing is left running then. Servers that are down do not keep it from starting: /readyz tells of them.
 */
export async function startApp(config: Config, options: AppOptions = {}): Promise<App> {
  const { keyspaces, problems } = readKeyspaces(config);
  if (hasErrors(problems)) throw new ConfigError(problems);
  const parts = await makeParts(config, keyspaces, options.log, options.twopc);
  const closers: Closer[] = [() => closeParts(parts)];
  const close: Closer = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return await listenAndServe(parts, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function listenAndServe(parts: RunningParts, closers: Closer[], close: Closer): Promise<App> {
  const { config, log } = parts;
  const listener = await startListener(listenerOptions(config), {
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
  const admin = await startAdmin(config.admin, adminSources(parts), adminActions(parts, app));
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

function sessionDependencies(parts: RunningParts): SessionDependencies {
  const { config, counters, gateway, workspaces, twopc, holder, statistics, log } = parts;
  return {
    gateway,
    workspaces,
    twopc,
    vschema: () => holder.current(),
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
