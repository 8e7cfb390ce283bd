// The JSON of the admin endpoint, as types: what one process tells, and what several put together.
import type { SlowStatement } from '../statistics/slow-statements.ts';

export interface TrafficView {
  readonly keyspace: string;
  readonly plan: string;
  readonly ok: number;
  readonly failed: number;
  readonly meanSeconds: number;
  /** null: none yet. Of several processes the slowest one's. */
  readonly p50Seconds: number | null;
  readonly p95Seconds: number | null;
  readonly p99Seconds: number | null;
}

export interface StatusView {
  readonly version: string;
  readonly node: string;
  /** The backends' version text. */
  readonly server: string;
  readonly pid: number;
  readonly uptimeSeconds: number;
  readonly statements: number;
  readonly inFlight: number;
  readonly sessions: number;
  readonly vschemaVersion: number;
  readonly keyspaces: readonly string[];
  readonly draining: boolean;
  readonly planCache: { readonly size: number; readonly hits: number; readonly misses: number };
  readonly eventLoopLagSeconds: number;
  readonly traffic: readonly TrafficView[];
}

export interface PoolView {
  readonly shardId: string;
  readonly keyspace: string;
  readonly shard: string;
  readonly role: string;
  readonly replica: number | null;
  readonly address: string;
  readonly active: number;
  readonly idle: number;
  readonly waiting: number;
  readonly max: number;
  readonly up: boolean;
  readonly why: string | null;
  readonly version: string | null;
}

export interface SessionView {
  readonly id: number;
  readonly user: string;
  readonly host: string;
  readonly database: string | null;
  readonly running: string | null;
  readonly inTransaction: boolean;
  readonly seconds: number;
}

export interface QueryView {
  readonly statement: string;
  readonly plan: string;
  readonly count: number;
  readonly failed: number;
  readonly meanSeconds: number;
  readonly maxSeconds: number;
}

export interface QueriesView {
  readonly queries: readonly QueryView[];
  readonly slow: readonly SlowStatement[];
}

export interface PlanView {
  readonly statement: string;
  readonly plan: string;
  readonly keyspace: string;
  readonly reasons: readonly string[];
}
