import { describe, expect, test } from 'vitest';
import { Counters, Histogram } from '../../../src/observability/counters.ts';
import { EventLoopLag } from '../../../src/observability/event-loop-lag.ts';
import { createMetrics, type MetricSources } from '../../../src/observability/metrics.ts';

const sources: MetricSources = {
  connections: () => [{ labels: { state: 'idle' }, value: 3 }],
  pools: () => [{ keyspace: 'shop', shard: '-80', active: 1, idle: 2, waiting: 0, max: 32 }],
  backendsUp: () => [{ labels: { keyspace: 'shop', shard: '-80', role: 'primary' }, value: 1 }],
  pinnedSessions: () => [{ labels: { reason: 'temporary table' }, value: 1 }],
  inFlight: () => 2,
  planCache: () => ({ hits: 5, misses: 3, size: 17 }),
  vschemaVersion: () => 4,
  twopcUnresolved: () => 0,
  buildInfo: () => ({ version: '0.1.0', backend: '10.11.14-MariaDB' }),
};

function counters(): Counters {
  const all = new Counters(['equal_unique', 'scatter']);
  all.declareKeyspace('shop', ['shop/-80', 'shop/80-']);
  return all;
}

async function scrape(all: Counters): Promise<string> {
  return createMetrics(all, sources, new EventLoopLag()).text();
}

describe('histogram', () => {
  test('bounds are inclusive; above the last is a bucket too', () => {
    const histogram = new Histogram([1, 2]);
    for (const value of [0, 1, 1.5, 2, 3]) histogram.observe(value);
    expect([...histogram.counts]).toEqual([2, 2, 1]);
    expect([histogram.sum, histogram.count]).toEqual([7.5, 5]);
  });
});

describe('metrics', () => {
  test('every promised name is there', async () => {
    const all = counters();
    all.query('shop', 'scatter').finish(true, 0.003);
    all.shard('shop/-80').primaryTotal++;
    all.transaction('multi', 2, 'commit');
    const text = await scrape(all);
    const names = `queries_total query_duration_seconds shard_queries_total shard_query_duration_seconds scatter_fanout
      connections pool_active pool_idle pool_waiting pool_max pool_wait_seconds in_flight plan_cache_hits
      plan_cache_misses plan_cache_size workspace_runs_total workspace_rows_total workspace_bytes_total
      result_bytes_total pinned_sessions transactions_total twopc_unresolved backend_up vschema_version
      vschema_reload_errors_total auth_failures_total protocol_errors_total event_loop_lag_seconds build_info`;
    for (const name of names.split(/\s+/)) expect(text).toContain(`# TYPE shardgate_${name} `);
  });

  test('values and labels', async () => {
    const all = counters();
    all.query('shop', 'scatter').finish(true, 0.003);
    all.query('shop', 'scatter').finish(false, 0.2);
    all.shard('shop/-80').replicaTotal = 5;
    all.transaction('twopc', 1, 'rollback');
    all.scatterFanout.observe(4);
    const text = await scrape(all);
    expect(text).toContain('shardgate_queries_total{keyspace="shop",plan="scatter",status="ok"} 1');
    expect(text).toContain('shardgate_queries_total{keyspace="shop",plan="scatter",status="error"} 1');
    expect(text).toContain(
      'shardgate_query_duration_seconds_bucket{keyspace="shop",plan="scatter",le="0.005"} 1',
    );
    expect(text).toContain(
      'shardgate_query_duration_seconds_bucket{keyspace="shop",plan="scatter",le="+Inf"} 2',
    );
    expect(text).toContain('shardgate_query_duration_seconds_count{keyspace="shop",plan="scatter"} 2');
    expect(text).toContain('shardgate_shard_queries_total{keyspace="shop",shard="-80",role="replica"} 5');
    expect(text).toContain('shardgate_transactions_total{mode="twopc",shards="1",outcome="rollback"} 1');
    expect(text).toContain('shardgate_scatter_fanout_bucket{le="4"} 1');
    expect(text).toContain('shardgate_pool_idle{keyspace="shop",shard="-80"} 2');
    expect(text).toContain('shardgate_build_info{version="0.1.0",backend="10.11.14-MariaDB"} 1');
  });

  test('fault 48: names nobody declared make no series', async () => {
    const all = counters();
    for (let n = 0; n < 100; n++) all.query(`evil${n}`, 'scatter').finish(true, 0);
    all.shard('evil/-').primaryTotal++;
    const text = await scrape(all);
    expect(text).not.toContain('evil');
    expect(text).toContain('shardgate_queries_total{keyspace="",plan="scatter",status="ok"} 100');
    expect(() => all.query('shop', 'evil')).toThrow();
  });

  test('the exposition text is well-formed: each series once, after its HELP and TYPE', async () => {
    const all = counters();
    all.query('shop', 'scatter').finish(true, 0.003);
    const seen = new Set<string>();
    const typed = new Set<string>();
    for (const line of (await scrape(all)).split('\n')) {
      if (line.startsWith('# TYPE ')) typed.add(line.split(' ')[2] ?? '');
      if (line === '' || line.startsWith('#')) continue;
      expect(line).toMatch(/^[a-z_0-9]+(\{[^{}]*\})? (-?[\d.e+-]+|[Nn]a[Nn]|\+Inf)$/);
      const series = line.slice(0, line.lastIndexOf(' '));
      expect(seen.has(series), series).toBe(false);
      seen.add(series);
      const name = series.replace(/\{.*/, '');
      expect(typed.has(name) || typed.has(name.replace(/_(bucket|sum|count)$/, '')), name).toBe(true);
    }
  });
});
