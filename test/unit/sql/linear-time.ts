// Measures whether work on twice the text takes twice the time.

/** Below this a measurement says nothing. */
const noiseMs = 1;

/**
 * How many times longer `work` takes on `large` than on `small`. In processor time, which other processes touch
 * least, and the best of up to 60 rounds each, because disturbance only ever adds. Ends early below 2.2.
 */
export function timeRatio(small: string, large: string, work: (text: string) => void): number {
  let base = Number.POSITIVE_INFINITY;
  let full = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 60; round += 1) {
    base = Math.min(
      base,
      Math.max(
        noiseMs,
        cpuMs(() => work(small)),
      ),
    );
    full = Math.min(
      full,
      cpuMs(() => work(large)),
    );
    if (round >= 1 && full < base * 2.2) break;
  }
  return full / base;
}

function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const used = process.cpuUsage(before);
  return (used.user + used.system) / 1000;
}
