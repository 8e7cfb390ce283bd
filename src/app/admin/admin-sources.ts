// What the admin endpoint shows, read from the running parts when asked.
import type { AdminActions, AdminSources, Readiness } from '../../admin/sources.ts';
import { createMetrics, type MetricSources, type Metrics } from '../../observability/metrics.ts';
import { explainStatement } from '../offline/explain.ts';
import type { RunningParts } from '../parts.ts';
import { quantileSeconds } from '../statistics/latency.ts';
import { readable } from '../statistics/readable-text.ts';
import { productVersion } from '../version.ts';
import type { PlanView, PoolView, QueriesView, SessionView, StatusView, TrafficView } from './admin-views.ts';
import { resolveTransaction, transactionViews } from './transactions.ts';
import { vschemaView } from './vschema-view.ts';

interface AppActions {
  drain(deadlineMs: number): Promise<void>;
  reload(): Promise<readonly string[]>;
}

const drainDeadlineMs = 30_000;

/** What this process tells at once. */
export interface ProcessSources extends AdminSources {
  readiness(): Readiness;
  status(): StatusView;
  vschema(): object;
  pools(): { readonly pools: readonly PoolView[] };
  sessions(): { readonly sessions: readonly SessionView[] };
  queries(): QueriesView;
  plans(): { readonly plans: readonly PlanView[] };
  explain(sql: string, keyspace: string | null): object;
  readonly metrics: Metrics;
}

export interface ProcessActions extends AdminActions {
  killSession(id: number): boolean;
}

export function adminSources(parts: RunningParts): ProcessSources {
  return {
    readiness: () => readinessOf(parts),
    status: () => statusOf(parts),
    vschema: () => vschemaView(parts.holder.current(), parts.tracker.drift()),
    pools: () => ({ pools: poolsOf(parts) }),
    sessions: () => ({ sessions: sessionsOf(parts) }),
    queries: () => ({ queries: parts.statistics.top().slice(0, 200), slow: parts.slow.list() }),
    plans: () => ({ plans: plansOf(parts) }),
    transactions: () => ({ transactions: transactionViews(parts.twopc) }),
    explain: (sql, keyspace) => explainStatement(sql, keyspace, parts.holder.current()).tree,
    metrics: createMetrics(parts.counters, metricSources(parts), parts.lag),
  };
}

export function adminActions(parts: RunningParts, app: AppActions): ProcessActions {
  return {
    reload: () => app.reload(),
    drain: () => void app.drain(drainDeadlineMs),
    killSession(id) {
      const session = parts.registry.get(id);
      session?.kill();
      return session !== null;
    },
    resolveTransaction: (id, decision) => resolveTransaction(parts.twopc, id, decision),
  };
}

function readinessOf(parts: RunningParts): Readiness {
  const { shards } = parts.health.readiness();
  return {
    listening: parts.listener !== null,
    draining: parts.draining,
    shards: shards.map(({ keyspace, shard, ready, reason }) => ({
      keyspace,
      shard,
      up: ready,
      why: ready ? null : reason,
    })),
  };
}

function statusOf(parts: RunningParts): StatusView {
  const vschema = parts.holder.current();
  return {
    version: productVersion,
    node: process.version,
    pid: process.pid,
    server: vschema.flavour.versionText,
    uptimeSeconds: process.uptime(),
    statements: parts.registry.statements,
    inFlight: parts.load.inFlight,
    sessions: parts.registry.size,
    vschemaVersion: vschema.version,
    keyspaces: [...vschema.keyspaces.keys()],
    draining: parts.draining,
    planCache: { size: parts.planCache.size, hits: parts.planCache.hits, misses: parts.planCache.misses },
    eventLoopLagSeconds: parts.lag.p99Seconds(),
    traffic: trafficOf(parts),
  };
}

function trafficOf(parts: RunningParts): readonly TrafficView[] {
  const rows: TrafficView[] = [];
  for (const [keyspace, plans] of parts.counters.queries) {
    for (const [plan, series] of plans) {
      const { okTotal: ok, errorTotal: failed, durations } = series;
      rows.push({
        keyspace,
        plan,
        ok,
        failed,
        meanSeconds: durations.sum / Math.max(1, durations.count),
        p50Seconds: quantileSeconds(durations, 0.5),
        p95Seconds: quantileSeconds(durations, 0.95),
        p99Seconds: quantileSeconds(durations, 0.99),
      });
    }
  }
  return rows;
}

function poolsOf(parts: RunningParts): readonly PoolView[] {
  const health = new Map(
    parts.health.servers().map((server) => [`${server.shardId} ${server.replica}`, server]),
  );
  return parts.gateway.pools().map((pool) => {
    const server = health.get(`${pool.shardId} ${pool.replica}`);
    const up = server?.up === true;
    return {
      ...pool,
      up,
      why: up ? null : (server?.reason ?? null),
      version: server?.version?.versionText ?? null,
    };
  });
}

function sessionsOf(parts: RunningParts): readonly SessionView[] {
  const now = performance.now();
  return parts.registry.all().map((session) => ({
    id: session.connectionId,
    user: session.user,
    host: session.host,
    database: session.database,
    running: session.running === null ? null : readable(session.running),
    inTransaction: session.inTransaction,
    seconds: (now - session.sinceMs) / 1000,
  }));
}

function plansOf(parts: RunningParts): readonly PlanView[] {
  const plans: PlanView[] = [];
  for (const { key, value } of parts.planCache.entries()) {
    if (value.kind !== 'plan') continue;
    plans.push({
      statement: readable(key),
      plan: value.plan.label,
      keyspace: value.plan.keyspace,
      reasons: value.plan.reasons,
    });
    if (plans.length >= 500) break;
  }
  return plans;
}

function pinnedOf(parts: RunningParts): ReturnType<MetricSources['pinnedSessions']> {
  const counts = { transaction: 0, reserved: 0 };
  for (const { pinnedBy } of parts.registry.all()) if (pinnedBy !== null) counts[pinnedBy]++;
  return Object.entries(counts).map(([reason, value]) => ({ labels: { reason }, value }));
}

function metricSources(parts: RunningParts): MetricSources {
  return {
    connections() {
      const counts = parts.listener?.counts();
      return Object.entries(counts ?? {}).map(([state, value]) => ({
        labels: { state },
        value: Number(value),
      }));
    },
    pools: () => parts.gateway.pools().filter((pool) => pool.role === 'primary'),
    backendsUp: () =>
      parts.health.servers().map(({ keyspace, shard, role, up }) => ({
        labels: { keyspace, shard, role },
        value: up === true ? 1 : 0,
      })),
    pinnedSessions: () => pinnedOf(parts),
    inFlight: () => parts.load.inFlight,
    planCache: () => parts.planCache,
    vschemaVersion: () => parts.holder.current().version,
    twopcUnresolved: () => parts.twopc.recovery.unresolved().length,
    buildInfo: () => ({
      version: productVersion,
      node: process.version,
      server: parts.holder.current().flavour.kind,
    }),
  };
}
