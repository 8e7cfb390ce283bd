// The Prometheus view: reads the hot counters and asks the parts for their gauges when it is scraped, not before.
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Counters, QuerySeries } from './counters.ts';
import type { EventLoopLag } from './event-loop-lag.ts';
import { type HistogramSeries, HotHistogram } from './hot-histogram.ts';

/** One value with its labels. Label values come from the vschema or a fixed set: the sources guarantee it. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface PoolSample {
  readonly keyspace: string;
  readonly shard: string;
  readonly active: number;
  readonly idle: number;
  readonly waiting: number;
  readonly max: number;
}

/** Where gauges come from; called once per scrape, synchronously, must not throw. */
export interface MetricSources {
  /** `connections{state}`. */
  connections(): readonly Sample[];
  pools(): readonly PoolSample[];
  /** `backend_up{keyspace,shard,role}`. */
  backendsUp(): readonly Sample[];
  /** `pinned_sessions{reason}`. */
  pinnedSessions(): readonly Sample[];
  /** Statements running. */
  inFlight(): number;
  planCache(): { readonly hits: number; readonly misses: number; readonly size: number };
  vschemaVersion(): number;
  twopcUnresolved(): number;
  /** `build_info{...}`: version, backend flavour and the like. */
  buildInfo(): Readonly<Record<string, string>>;
}

export interface Metrics {
  readonly contentType: string;
  /** The exposition text of every metric. */
  text(): Promise<string>;
  /** The same as data, for the process that puts several together. */
  json(): Promise<readonly object[]>;
}

const prefix = 'shardgate_';
const misnamedDefaults = [
  'nodejs_active_resources_total',
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
];

export function createMetrics(counters: Counters, sources: MetricSources, lag: EventLoopLag): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  // Gauges that are named like counters; the same figures by type stay.
  for (const name of misnamedDefaults) registry.removeSingleMetric(name);
  registerCounters(registry, counters);
  registerHistograms(registry, counters);
  registerPoolGauges(registry, sources);
  registerGauges(registry, sources, lag);
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    json: () => dataOf(registry),
  };
}

/** Each metric with its values, in the form in which prom-client adds several processes' up. */
function dataOf(registry: Registry): Promise<readonly object[]> {
  const data = registry.getMetricsAsArray().map(async ({ name }) => {
    const metric = registry.getSingleMetric(name);
    return metric instanceof HotHistogram ? metric.getForPromString() : ((await metric?.get()) ?? {});
  });
  return Promise.all(data);
}

function counter(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly string[],
  samples: () => readonly Sample[],
): void {
  new Counter({
    name: prefix + name,
    help,
    labelNames,
    registers: [registry],
    collect() {
      this.reset();
      for (const { labels, value } of samples()) this.inc(labels, value);
    },
  });
}

function gauge(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly string[],
  samples: () => readonly Sample[],
  /** How the values of several processes become one. */
  aggregator: 'sum' | 'min' | 'max' | 'first' = 'sum',
): void {
  new Gauge({
    name: prefix + name,
    help,
    labelNames,
    aggregator,
    registers: [registry],
    collect() {
      this.reset();
      for (const { labels, value } of samples()) this.set(labels, value);
    },
  });
}

const one = (value: number): readonly Sample[] => [{ labels: {}, value }];

function registerCounters(registry: Registry, counters: Counters): void {
  counter(
    registry,
    'queries_total',
    'Statements by keyspace, plan kind and status.',
    ['keyspace', 'plan', 'status'],
    () =>
      querySeries(counters).flatMap(({ keyspace, plan, series }) => [
        { labels: { keyspace, plan, status: 'ok' }, value: series.okTotal },
        { labels: { keyspace, plan, status: 'error' }, value: series.errorTotal },
      ]),
  );
  counter(registry, 'shard_queries_total', 'Statements sent to a shard.', ['keyspace', 'shard', 'role'], () =>
    [...counters.shards].flatMap(([id, series]) => [
      { labels: { ...shardLabels(id), role: 'primary' }, value: series.primaryTotal },
      { labels: { ...shardLabels(id), role: 'replica' }, value: series.replicaTotal },
    ]),
  );
  counter(
    registry,
    'transactions_total',
    'Ended transactions by mode, shards (0, 1, many) and outcome.',
    ['mode', 'shards', 'outcome'],
    () => [...counters.transactions].map(([key, value]) => ({ labels: transactionLabels(key), value })),
  );
  const plain: readonly (readonly [string, string, () => number])[] = [
    ['workspace_runs_total', 'Statements finished on a workspace.', () => counters.workspaceRuns],
    ['workspace_rows_total', 'Rows carried to workspaces.', () => counters.workspaceRows],
    ['workspace_bytes_total', 'Bytes carried to workspaces.', () => counters.workspaceBytes],
    ['result_bytes_total', 'Bytes of results sent to clients.', () => counters.resultBytes],
    [
      'vschema_reload_errors_total',
      'Reloads refused because of their files.',
      () => counters.vschemaReloadErrors,
    ],
    ['auth_failures_total', 'Refused logins.', () => counters.authFailures],
    ['protocol_errors_total', 'Connections that broke the wire protocol.', () => counters.protocolErrors],
    [
      'log_lines_dropped_total',
      'Log lines dropped because their reader stopped.',
      () => counters.logLinesDropped,
    ],
  ];
  for (const [name, help, read] of plain) counter(registry, name, help, [], () => one(read()));
}

function registerHistograms(registry: Registry, counters: Counters): void {
  const histogram = (name: string, help: string, series: () => Iterable<HistogramSeries>): void => {
    new HotHistogram(registry, prefix + name, help, series);
  };
  histogram('query_duration_seconds', 'Time from command to the end of its answer.', () =>
    querySeries(counters).map(({ keyspace, plan, series }) => ({
      labels: { keyspace, plan },
      histogram: series.durations,
    })),
  );
  histogram('shard_query_duration_seconds', 'Time from sending to the end of a shard answer.', () =>
    [...counters.shards].map(([id, series]) => ({ labels: shardLabels(id), histogram: series.durations })),
  );
  histogram('scatter_fanout', 'Shards per statement that touched several.', () => [
    { labels: {}, histogram: counters.scatterFanout },
  ]);
  histogram('pool_wait_seconds', 'Time spent waiting for a pooled connection.', () => [
    { labels: {}, histogram: counters.poolWait },
  ]);
}

function registerPoolGauges(registry: Registry, sources: MetricSources): void {
  const pool = (name: string, help: string, read: (sample: PoolSample) => number): void =>
    gauge(registry, name, help, ['keyspace', 'shard'], () =>
      sources.pools().map((sample) => ({
        labels: { keyspace: sample.keyspace, shard: sample.shard },
        value: read(sample),
      })),
    );
  pool('pool_active', 'Connections in use.', (sample) => sample.active);
  pool('pool_idle', 'Connections ready for use.', (sample) => sample.idle);
  pool('pool_waiting', 'Statements waiting for a connection.', (sample) => sample.waiting);
  pool('pool_max', 'Connections allowed.', (sample) => sample.max);
}

function registerGauges(registry: Registry, sources: MetricSources, lag: EventLoopLag): void {
  gauge(registry, 'connections', 'Client connections by state.', ['state'], () => sources.connections());
  gauge(
    registry,
    'backend_up',
    'Whether a server answers (1) or not (0).',
    ['keyspace', 'shard', 'role'],
    () => sources.backendsUp(),
    'min',
  );
  gauge(registry, 'pinned_sessions', 'Sessions tied to a server connection.', ['reason'], () =>
    sources.pinnedSessions(),
  );
  gauge(registry, 'in_flight', 'Statements running.', [], () => one(sources.inFlight()));
  // Gauges by type: their names are fixed and counters must end in _total.
  gauge(registry, 'plan_cache_hits', 'Statements whose plan was cached.', [], () =>
    one(sources.planCache().hits),
  );
  gauge(registry, 'plan_cache_misses', 'Statements that were planned.', [], () =>
    one(sources.planCache().misses),
  );
  gauge(registry, 'plan_cache_size', 'Plans in the cache.', [], () => one(sources.planCache().size));
  gauge(
    registry,
    'twopc_unresolved',
    'Distributed transactions without a known end.',
    [],
    () => one(sources.twopcUnresolved()),
    'max',
  );
  gauge(
    registry,
    'vschema_version',
    'Version of the vschema in use.',
    [],
    () => one(sources.vschemaVersion()),
    'max',
  );
  gauge(
    registry,
    'event_loop_lag_seconds',
    '99th percentile of the event loop lag.',
    [],
    () => one(lag.p99Seconds()),
    'max',
  );
  const info = sources.buildInfo();
  gauge(
    registry,
    'build_info',
    'Always 1; its labels say what runs.',
    Object.keys(info),
    () => [{ labels: info, value: 1 }],
    'first',
  );
}

function querySeries(
  counters: Counters,
): { readonly keyspace: string; readonly plan: string; readonly series: QuerySeries }[] {
  return [...counters.queries].flatMap(([keyspace, plans]) =>
    [...plans].map(([plan, series]) => ({ keyspace, plan, series })),
  );
}

function shardLabels(shardId: string): { readonly keyspace: string; readonly shard: string } {
  const slash = shardId.indexOf('/');
  return { keyspace: shardId.slice(0, slash), shard: shardId.slice(slash + 1) };
}

function transactionLabels(key: string): Readonly<Record<string, string>> {
  const [mode = '', shards = '', outcome = ''] = key.split(' ');
  return { mode, shards, outcome };
}
