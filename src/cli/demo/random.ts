// Numbers that look random and are the same on every machine and in every run.
import { present } from '../../util/assert.ts';

/** A generator of integers in [0, below); `below` at most 2^32. Deterministic in `seed`. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  integer(below: number): number {
    return Math.floor((this.#next() / 2 ** 32) * below);
  }

  /** From `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.integer(high - low + 1);
  }

  pick<T>(choices: readonly T[]): T {
    return present(choices[this.integer(choices.length)], 'a choice among none');
  }

  /** Like `pick`, but the first choices come up far more often, as with real customers. */
  pickSkewed<T>(choices: readonly T[]): T {
    const index = Math.floor((this.integer(1_000_000) / 1_000_000) ** 2 * choices.length);
    return present(choices[index], 'a choice among none');
  }

  /** A counter run through an integer hash with good avalanche (the finaliser published with MurmurHash3). */
  #next(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  }
}
