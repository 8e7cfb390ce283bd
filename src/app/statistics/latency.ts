// Quantiles of a histogram, for people: exact to the width of a bucket.
import type { Histogram } from '../../observability/counters.ts';

/** Seconds below which a share `q` of the observations lies, linear inside a bucket; null when there are none. */
export function quantileSeconds(histogram: Histogram, q: number): number | null {
  if (histogram.count === 0) return null;
  const wanted = q * histogram.count;
  let below = 0;
  for (const [bucket, bound] of histogram.bounds.entries()) {
    const here = histogram.counts[bucket] ?? 0;
    const start = histogram.bounds[bucket - 1] ?? 0;
    if (below + here >= wanted && here > 0) return start + ((wanted - below) / here) * (bound - start);
    below += here;
  }
  // Beyond the last bound nothing more is known.
  return histogram.bounds.at(-1) ?? null;
}
