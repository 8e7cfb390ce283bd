// How many gathers run at once: each holds its workspace while it waits for the connections of its fragments.
import { Fifo } from '../../util/fifo.ts';
import { cancelReason } from '../cancel.ts';
import type { EngineLimits } from '../contract.ts';

/** Half of the default pool: with two connections of one shard per gather, some gather always gets its second one. */
const gathersMaxDefault = 16;

class Gate {
  #free: number;
  readonly #waiting = new Fifo<() => void>();

  constructor(places: number) {
    this.#free = places;
  }

  /** Resolves with the call that gives the place back; rejects when cancelled. First come, first served. */
  async enter(signal: AbortSignal): Promise<() => void> {
    if (this.#free > 0) this.#free--;
    else await this.#turn(signal);
    return () => this.#leave();
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      let cancelled = false;
      const onAbort = () => {
        cancelled = true;
        reject(cancelReason(signal));
      };
      signal.addEventListener('abort', onAbort);
      this.#waiting.push(() => {
        signal.removeEventListener('abort', onAbort);
        if (cancelled) this.#leave();
        else resolve();
      });
    });
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}

/** One gate per process, that is per set of limits. */
const gates = new WeakMap<EngineLimits, Gate>();

export function enterGather(limits: EngineLimits, signal: AbortSignal): Promise<() => void> {
  let gate = gates.get(limits);
  if (gate === undefined) {
    gate = new Gate(limits.gathersMax ?? gathersMaxDefault);
    gates.set(limits, gate);
  }
  return gate.enter(signal);
}
