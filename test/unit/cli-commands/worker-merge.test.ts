// Several processes' figures as one.
import { expect, test } from 'vitest';
import type { PoolView, StatusView } from '../../../src/app/admin/admin-views.ts';
import { mergePools, mergeQueries, mergeReadiness, mergeStatus } from '../../../src/cli/workers/merge.ts';

const shard = (name: string, up: boolean) => ({
  keyspace: 'shop',
  shard: name,
  up,
  why: up ? null : 'refused',
});

test('a shard is up when every process reaches it', () => {
  const merged = mergeReadiness([
    { listening: true, draining: false, shards: [shard('-80', true), shard('80-', true)] },
    { listening: true, draining: false, shards: [shard('-80', false), shard('80-', true)] },
  ]);
  expect(merged).toEqual({
    listening: true,
    draining: false,
    shards: [shard('-80', false), shard('80-', true)],
  });
  expect(mergeReadiness([])).toEqual({ listening: false, draining: false, shards: [] });
});

test('counts add up, means are weighted, the slowest quantile speaks', () => {
  const status = (pid: number, ok: number, meanSeconds: number, p99Seconds: number | null): StatusView => ({
    version: '1',
    node: 'v20',
    server: '10.11',
    pid,
    uptimeSeconds: pid,
    statements: ok,
    inFlight: 1,
    sessions: 2,
    vschemaVersion: 3,
    keyspaces: ['shop'],
    draining: false,
    planCache: { size: 1, hits: 2, misses: 3 },
    eventLoopLagSeconds: pid / 100,
    traffic: [
      {
        keyspace: 'shop',
        plan: 'in',
        ok,
        failed: 0,
        meanSeconds,
        p50Seconds: null,
        p95Seconds: null,
        p99Seconds,
      },
    ],
  });
  const merged = mergeStatus([status(1, 1, 4, 0.5), status(2, 3, 8, null)]);
  expect(merged).toMatchObject({
    statements: 4,
    sessions: 4,
    inFlight: 2,
    uptimeSeconds: 2,
    planCache: { size: 2, hits: 4, misses: 6 },
    eventLoopLagSeconds: 0.02,
    traffic: [{ ok: 4, meanSeconds: 7, p50Seconds: null, p99Seconds: 0.5 }],
    processes: [{ pid: 1 }, { pid: 2 }],
  });
});

test('pools add up; one that is down somewhere shows why', () => {
  const pool = (up: boolean, active: number): PoolView => ({
    shardId: 'shop/-80',
    keyspace: 'shop',
    shard: '-80',
    role: 'primary',
    replica: null,
    address: 'a:1',
    active,
    idle: 1,
    waiting: 0,
    max: 32,
    up,
    why: up ? null : 'refused',
    version: null,
  });
  expect(mergePools([pool(true, 1), pool(false, 2)])).toEqual([{ ...pool(false, 3), idle: 2, max: 64 }]);
});

test('statements of all processes by total time, slow ones newest first', () => {
  const query = (statement: string, count: number, meanSeconds: number) => ({
    statement,
    plan: 'in',
    count,
    failed: 0,
    meanSeconds,
    maxSeconds: meanSeconds,
  });
  const slow = (at: string) => ({
    at,
    statement: 's',
    keyspace: 'k',
    plan: 'in',
    shards: 1,
    user: 'u',
    seconds: 2,
    failed: false,
  });
  const merged = mergeQueries([
    { queries: [query('a', 1, 1), query('b', 1, 2)], slow: [slow('2024-01-02'), slow('2024-01-01')] },
    { queries: [query('a', 3, 1)], slow: [slow('2024-01-03')] },
  ]);
  expect(merged.queries).toEqual([query('a', 4, 1), query('b', 1, 2)]);
  expect(merged.slow.map(({ at }) => at)).toEqual(['2024-01-03', '2024-01-02', '2024-01-01']);
});
