// When to try again after failures: exponential with full jitter, so that many proxies do not knock at once.

const firstMs = 50;
const longestMs = 1_000;

export class BackOff {
  #failures = 0;
  #failedAtMs = 0;
  #untilMs = 0;
  readonly #random: () => number;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /**
   * Records that an attempt begun at `begunAtMs` failed at `nowMs` (both monotonic) and returns how long to wait in all.
   * Attempts that were under way together are one knock: thirty of them failing at once say no more than one does.
   */
  fail(nowMs: number, begunAtMs: number): number {
    if (this.failing && begunAtMs <= this.#failedAtMs) return this.remainingMs(nowMs);
    this.#failedAtMs = nowMs;
    const ceilingMs = Math.min(longestMs, firstMs * 2 ** this.#failures);
    // Half of it is certain: a delay of nothing would be no back-off.
    const delayMs = ceilingMs / 2 + (ceilingMs / 2) * this.#random();
    this.#failures = Math.min(this.#failures + 1, 16);
    this.#untilMs = nowMs + delayMs;
    return delayMs;
  }

  /** True from a failure to the next success. */
  get failing(): boolean {
    return this.#failures > 0;
  }

  succeed(): void {
    this.#failures = 0;
    this.#untilMs = 0;
  }

  /** Milliseconds left until the next try; 0 when it may happen now. */
  remainingMs(nowMs: number): number {
    return Math.max(0, this.#untilMs - nowMs);
  }
}
