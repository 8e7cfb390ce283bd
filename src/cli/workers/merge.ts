// Several processes' figures as one: counts add up, the slowest and the worst speak for all.
import type { Readiness } from '../../admin/sources.ts';
import type {
  PlanView,
  PoolView,
  QueriesView,
  QueryView,
  StatusView,
  TrafficView,
} from '../../app/admin/admin-views.ts';
import { present } from '../../util/assert.ts';

const slowMax = 100;
const queriesMax = 200;

/** A shard serves when every process reaches it. */
export function mergeReadiness(all: readonly Readiness[]): Readiness {
  const shards = new Map<string, Readiness['shards'][number]>();
  for (const one of all.flatMap((readiness) => readiness.shards)) {
    const key = `${one.keyspace}/${one.shard}`;
    const known = shards.get(key);
    if (known === undefined || (known.up && !one.up)) shards.set(key, one);
  }
  return {
    listening: all.some(({ listening }) => listening),
    draining: all.some(({ draining }) => draining),
    shards: [...shards.values()],
  };
}

/** `processes` tells each by itself. There is at least one. */
export function mergeStatus(
  all: readonly StatusView[],
): StatusView & { readonly processes: readonly object[] } {
  const first = present(all[0], 'a process to ask');
  const sum = (read: (status: StatusView) => number): number =>
    all.reduce((total, one) => total + read(one), 0);
  return {
    ...first,
    uptimeSeconds: Math.max(...all.map((one) => one.uptimeSeconds)),
    statements: sum((one) => one.statements),
    inFlight: sum((one) => one.inFlight),
    sessions: sum((one) => one.sessions),
    draining: all.some((one) => one.draining),
    planCache: {
      size: sum((one) => one.planCache.size),
      hits: sum((one) => one.planCache.hits),
      misses: sum((one) => one.planCache.misses),
    },
    eventLoopLagSeconds: Math.max(...all.map((one) => one.eventLoopLagSeconds)),
    traffic: mergeBy(
      all.flatMap((one) => one.traffic),
      ({ keyspace, plan }) => `${keyspace}\0${plan}`,
      addTraffic,
    ),
    processes: all.map(({ pid, uptimeSeconds, statements, sessions }) => ({
      pid,
      uptimeSeconds,
      statements,
      sessions,
    })),
  };
}

function addTraffic(a: TrafficView, b: TrafficView): TrafficView {
  const [countA, countB] = [a.ok + a.failed, b.ok + b.failed];
  return {
    ...a,
    ok: a.ok + b.ok,
    failed: a.failed + b.failed,
    meanSeconds: weighted(a.meanSeconds, countA, b.meanSeconds, countB),
    p50Seconds: larger(a.p50Seconds, b.p50Seconds),
    p95Seconds: larger(a.p95Seconds, b.p95Seconds),
    p99Seconds: larger(a.p99Seconds, b.p99Seconds),
  };
}

function weighted(a: number, countA: number, b: number, countB: number): number {
  return (a * countA + b * countB) / Math.max(1, countA + countB);
}

function larger(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}

export function mergePools(all: readonly PoolView[]): readonly PoolView[] {
  return mergeBy(
    all,
    ({ shardId, replica }) => `${shardId}\0${replica}`,
    (a, b) => ({
      ...(a.up ? b : a),
      active: a.active + b.active,
      idle: a.idle + b.idle,
      waiting: a.waiting + b.waiting,
      max: a.max + b.max,
    }),
  );
}

export function mergeQueries(all: readonly QueriesView[]): QueriesView {
  const queries = mergeBy(
    all.flatMap((one) => one.queries),
    ({ statement, plan }) => `${statement}\0${plan}`,
    addQuery,
  );
  const total = (query: QueryView): number => query.meanSeconds * query.count;
  return {
    queries: queries.toSorted((a, b) => total(b) - total(a)).slice(0, queriesMax),
    slow: all
      .flatMap((one) => one.slow)
      .toSorted((a, b) => (a.at < b.at ? 1 : -1))
      .slice(0, slowMax),
  };
}

function addQuery(a: QueryView, b: QueryView): QueryView {
  return {
    ...a,
    count: a.count + b.count,
    failed: a.failed + b.failed,
    meanSeconds: weighted(a.meanSeconds, a.count, b.meanSeconds, b.count),
    maxSeconds: Math.max(a.maxSeconds, b.maxSeconds),
  };
}

export function mergePlans(all: readonly PlanView[]): readonly PlanView[] {
  return mergeBy(
    all,
    ({ statement, plan, keyspace }) => `${statement}\0${plan}\0${keyspace}`,
    (first) => first,
  );
}

/** In order of first appearance. */
export function mergeBy<T>(
  all: readonly T[],
  keyOf: (one: T) => string,
  merge: (a: T, b: T) => T,
): readonly T[] {
  const merged = new Map<string, T>();
  for (const one of all) {
    const key = keyOf(one);
    const known = merged.get(key);
    merged.set(key, known === undefined ? one : merge(known, one));
  }
  return [...merged.values()];
}
