// A prom-client histogram whose buckets are counted elsewhere: it only tells what the hot counters hold.
import { Histogram as PromHistogram, type Registry } from 'prom-client';
import type { Histogram } from './counters.ts';

/** One labelled series of a histogram. */
export interface HistogramSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly histogram: Histogram;
}

interface PromLine {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export class HotHistogram extends PromHistogram {
  readonly #name: string;
  readonly #help: string;
  readonly #series: () => Iterable<HistogramSeries>;

  constructor(registry: Registry, name: string, help: string, series: () => Iterable<HistogramSeries>) {
    super({ name, help, registers: [registry] });
    this.#name = name;
    this.#help = help;
    this.#series = series;
  }

  /** What the registry asks for to print it; the inherited `get` does not fit these values. */
  async getForPromString(): Promise<object> {
    const values = [...this.#series()].flatMap((one) => this.#lines(one));
    return { name: this.#name, help: this.#help, type: 'histogram', aggregator: 'sum', values };
  }

  #lines({ labels, histogram }: HistogramSeries): PromLine[] {
    const lines: PromLine[] = [];
    let cumulative = 0;
    histogram.bounds.forEach((bound, bucket) => {
      cumulative += histogram.counts[bucket] ?? 0;
      lines.push({
        metricName: `${this.#name}_bucket`,
        labels: { ...labels, le: String(bound) },
        value: cumulative,
      });
    });
    lines.push(
      { metricName: `${this.#name}_bucket`, labels: { ...labels, le: '+Inf' }, value: histogram.count },
      { metricName: `${this.#name}_sum`, labels, value: histogram.sum },
      { metricName: `${this.#name}_count`, labels, value: histogram.count },
    );
    return lines;
  }
}
