// Quantiles out of buckets.
import { expect, test } from 'vitest';
import { quantileSeconds } from '../../../src/app/statistics/latency.ts';
import { Histogram } from '../../../src/observability/counters.ts';

function filled(values: readonly number[]): Histogram {
  const histogram = new Histogram([0.001, 0.01, 0.1]);
  for (const value of values) histogram.observe(value);
  return histogram;
}

test('nothing observed: no quantile', () => {
  expect(quantileSeconds(filled([]), 0.5)).toBeNull();
});

test('lies in the bucket that holds the share', () => {
  const histogram = filled([0.0005, 0.0005, 0.005, 0.05]);
  expect(quantileSeconds(histogram, 0.5)).toBeCloseTo(0.001);
  expect(quantileSeconds(histogram, 0.75)).toBeCloseTo(0.01);
  expect(quantileSeconds(histogram, 0.99)).toBeGreaterThan(0.09);
  expect(quantileSeconds(histogram, 0.25)).toBeCloseTo(0.0005);
});

test('beyond the last bound it says the bound', () => {
  expect(quantileSeconds(filled([5, 6]), 0.99)).toBe(0.1);
});
