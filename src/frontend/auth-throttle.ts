// Slows down and then blocks who keeps failing to log in, by address and user name. Book-keeping only.

const freeFailures = 4;
const firstDelayMs = 100;
const delayMsMax = 6_400;
const failuresMax = 20;
const blockMs = 60_000;
// Failures are forgotten when nothing was tried for so long.
const forgetMs = 60_000;
const entriesMax = 10_000;

interface Entry {
  failures: number;
  lastAtMs: number;
}

/** Times are milliseconds of a monotonic clock, given by the caller. Memory has a bound: the oldest entry goes first. */
export class AuthThrottle {
  readonly #entries = new Map<string, Entry>();

  /** True when this address may not try this user now. */
  blocked(address: string, user: string, nowMs: number): boolean {
    const entry = this.#entries.get(keyOf(address, user));
    return entry !== undefined && entry.failures >= failuresMax && nowMs - entry.lastAtMs < blockMs;
  }

  /** Notes a failure; returns how long to hold back the answer: nothing for four, then doubling from 100 ms. */
  failed(address: string, user: string, nowMs: number): number {
    const key = keyOf(address, user);
    const known = this.#entries.get(key);
    const fresh = known === undefined || nowMs - known.lastAtMs >= forgetMs;
    const failures = fresh ? 1 : known.failures + 1;
    this.#entries.delete(key);
    this.#entries.set(key, { failures, lastAtMs: nowMs });
    if (this.#entries.size > entriesMax) this.#dropOldest();
    if (failures <= freeFailures) return 0;
    return Math.min(firstDelayMs * 2 ** (failures - freeFailures - 1), delayMsMax);
  }

  succeeded(address: string, user: string): void {
    this.#entries.delete(keyOf(address, user));
  }

  #dropOldest(): void {
    const oldest = this.#entries.keys().next();
    if (oldest.done !== true) this.#entries.delete(oldest.value);
  }
}

function keyOf(address: string, user: string): string {
  return `${address}\n${user}`;
}
