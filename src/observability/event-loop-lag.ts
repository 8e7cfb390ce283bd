// How late the event loop runs what is due, from the histogram Node keeps.
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

const resolutionMs = 20;
const windowMs = 15_000;

/** Lag over a moving window: reading never shortens another reader's window to nothing. */
export class EventLoopLag {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: resolutionMs });
  #startedAtMs = performance.now();
  #previousSeconds = 0;

  start(): void {
    this.#histogram.enable();
  }

  stop(): void {
    this.#histogram.disable();
  }

  /** 99th percentile in seconds beyond the sampling interval; of the previous window while the current one is young. */
  p99Seconds(): number {
    const nowMs = performance.now();
    const raw = this.#histogram.percentile(99);
    const current = Number.isFinite(raw) ? Math.max(0, raw / 1e9 - resolutionMs / 1e3) : 0;
    if (nowMs - this.#startedAtMs < windowMs) return Math.max(current, this.#previousSeconds);
    this.#startedAtMs = nowMs;
    this.#previousSeconds = current;
    this.#histogram.reset();
    return current;
  }
}
