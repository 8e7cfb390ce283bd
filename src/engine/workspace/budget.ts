// What a gather may move: counted per query and against the process, freed at the end.
import { shardgateError } from '../../errors/catalog.ts';
import type { EngineLimits } from '../contract.ts';

export class Budget {
  readonly #limits: EngineLimits;
  #total = 0;

  constructor(limits: EngineLimits) {
    this.#limits = limits;
  }

  /** Accounts `bytes` more of a fragment that has had `fragmentBytes` so far; throws naming the fragment. */
  spend(bytes: number, fragmentBytes: number, fragment: string): void {
    if (!this.#limits.reserve(bytes)) {
      throw shardgateError('SG4022', { fragment, bytes: fragmentBytes + bytes });
    }
    this.#total += bytes;
    const bytesMax = this.#limits.queryMemoryBytes;
    if (this.#total > bytesMax) {
      throw shardgateError('SG4021', { fragment, bytes: fragmentBytes + bytes, bytesMax });
    }
  }

  /** Once, at the end of the query. */
  free(): void {
    this.#limits.free(this.#total);
    this.#total = 0;
  }
}
