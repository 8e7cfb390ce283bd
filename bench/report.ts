// Figures of benchmarks and the table they end in.

export interface Figure {
  readonly name: string;
  readonly value: number;
  /** `µs`, `MB`, `ratio` ... */
  readonly unit: string;
  /** What it should not exceed; null without a goal. */
  readonly goal: number | null;
}

export type Bench = () => Promise<readonly Figure[]>;

/** One line per figure; with `before` the ratio to the figure of the same name. */
export function printFigures(figures: readonly Figure[], before: readonly Figure[]): void {
  const width = Math.max(...figures.map((figure) => figure.name.length));
  process.stdout.write('\n');
  for (const figure of figures) {
    const old = before.find((candidate) => candidate.name === figure.name);
    const change = old === undefined ? '' : `  ${(figure.value / old.value).toFixed(2)} x before`;
    const goal =
      figure.goal === null ? '' : `  goal ${figure.goal}${figure.value <= figure.goal ? '' : ' MISSED'}`;
    process.stdout.write(
      `${figure.name.padEnd(width)}  ${figure.value.toFixed(3).padStart(10)} ${figure.unit}${goal}${change}\n`,
    );
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
