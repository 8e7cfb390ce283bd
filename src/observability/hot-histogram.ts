// A prom-client histogram whose buckets are counted elsewhere: it only tells what the hot counters hold.
import { Histogram as PromHistogram, type Registry } from 'prom-client';
import type { Histogram } from './counters.ts';

/** One labelled series of a histogram. */
export interface HistogramSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly histogram: Histogram;
}

type PromObject = Awaited<ReturnType<PromHistogram['get']>>;

export class HotHistogram extends PromHistogram {
  readonly #head: Pick<PromObject, 'name' | 'help'>;
  readonly #series: () => Iterable<HistogramSeries>;

  constructor(registry: Registry, name: string, help: string, series: () => Iterable<HistogramSeries>) {
    super({ name, help, registers: [registry] });
    this.#head = { name, help };
    this.#series = series;
  }

  override async get(): Promise<PromObject> {
    const head = await super.get();
    return { ...head, ...this.#head, values: [...this.#series()].flatMap((one) => this.#lines(one)) };
  }

  /** What the registry asks for when it prints. */
  getForPromString(): Promise<PromObject> {
    return this.get();
  }

  #lines({ labels, histogram }: HistogramSeries): PromObject['values'] {
    const lines: PromObject['values'] = [];
    let cumulative = 0;
    histogram.bounds.forEach((bound, bucket) => {
      cumulative += histogram.counts[bucket] ?? 0;
      lines.push({
        metricName: `${this.#head.name}_bucket`,
        labels: { ...labels, le: String(bound) },
        value: cumulative,
      });
    });
    lines.push(
      { metricName: `${this.#head.name}_bucket`, labels: { ...labels, le: '+Inf' }, value: histogram.count },
      { metricName: `${this.#head.name}_sum`, labels, value: histogram.sum },
      { metricName: `${this.#head.name}_count`, labels, value: histogram.count },
    );
    return lines;
  }
}
