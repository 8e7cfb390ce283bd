// Numbers the hot path adds to: plain fields and typed arrays, no labels resolved, no strings made.

/** Upper bounds in seconds of every duration histogram. */
export const durationBoundsSeconds: readonly number[] = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

/** Upper bounds of the number of shards a statement touched. */
export const fanoutBounds: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** Counts observations in fixed buckets. `counts` has one more member than `bounds`: what lies above the last. */
export class Histogram {
  readonly bounds: readonly number[];
  readonly counts: Float64Array;
  sum = 0;
  count = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    let bucket = 0;
    while (bucket < this.bounds.length && value > (this.bounds[bucket] ?? 0)) bucket++;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sum += value;
    this.count++;
  }
}

/** Statements of one keyspace and plan kind: held by whoever finishes statements. */
export class QuerySeries {
  okTotal = 0;
  errorTotal = 0;
  readonly durations = new Histogram(durationBoundsSeconds);

  finish(ok: boolean, seconds: number): void {
    if (ok) this.okTotal++;
    else this.errorTotal++;
    this.durations.observe(seconds);
  }
}

/** Statements sent to one shard. */
export class ShardSeries {
  primaryTotal = 0;
  replicaTotal = 0;
  readonly durations = new Histogram(durationBoundsSeconds);
}

/** Transactions that ended, by mode, number of shards (`0`, `1`, `many`) and outcome. */
export type TransactionOutcome = 'commit' | 'rollback' | 'failed';

/**
 * Every counter of the process. Label values come from the vschema (keyspaces, shards: declared first) and from fixed
 * sets, so the number of series has a bound; a keyspace nobody declared counts under ''.
 */
export class Counters {
  readonly queries = new Map<string, Map<string, QuerySeries>>();
  readonly shards = new Map<string, ShardSeries>();
  readonly transactions = new Map<string, number>();
  readonly scatterFanout = new Histogram(fanoutBounds);
  readonly poolWait = new Histogram(durationBoundsSeconds);
  readonly #planKinds: ReadonlySet<string>;
  workspaceRuns = 0;
  workspaceRows = 0;
  workspaceBytes = 0;
  resultBytes = 0;
  authFailures = 0;
  protocolErrors = 0;
  vschemaReloadErrors = 0;
  logLinesDropped = 0;

  /** `planKinds`: the values of the `plan` label. */
  constructor(planKinds: readonly string[]) {
    this.#planKinds = new Set(planKinds);
    this.queries.set('', new Map());
  }

  /** Makes room for a keyspace and its shards (`keyspace/name`); repeated calls keep what was counted. */
  declareKeyspace(keyspace: string, shardIds: readonly string[]): void {
    if (!this.queries.has(keyspace)) this.queries.set(keyspace, new Map());
    for (const shardId of shardIds)
      if (!this.shards.has(shardId)) this.shards.set(shardId, new ShardSeries());
  }

  query(keyspace: string, plan: string): QuerySeries {
    const known = this.queries.get(keyspace) ?? this.queries.get('');
    if (known === undefined || !this.#planKinds.has(plan)) throw new Error(`no plan kind ${plan}`);
    let series = known.get(plan);
    if (series === undefined) {
      series = new QuerySeries();
      known.set(plan, series);
    }
    return series;
  }

  /** Series of a declared shard; one that was not declared is counted nowhere visible. */
  shard(shardId: string): ShardSeries {
    return this.shards.get(shardId) ?? undeclaredShard;
  }

  transaction(mode: 'single' | 'multi' | 'twopc', shardCount: number, outcome: TransactionOutcome): void {
    const shards = shardCount === 0 ? '0' : shardCount === 1 ? '1' : 'many';
    const key = `${mode} ${shards} ${outcome}`;
    this.transactions.set(key, (this.transactions.get(key) ?? 0) + 1);
  }
}

const undeclaredShard = new ShardSeries();
