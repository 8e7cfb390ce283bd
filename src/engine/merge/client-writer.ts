// Rows on their way to the client: in batches, no faster than it reads.
import { untilCancelled } from '../cancel.ts';
import type { Execution } from '../contract.ts';

/** What of an execution its rows' way to the client needs. */
export type ClientSide = Pick<Execution, 'sink' | 'signal'>;

/** Several producers may write; while the client is slow all of them wait on one promise. */
export class ClientWriter {
  readonly #execution: ClientSide;
  #draining: Promise<void> | null = null;

  constructor(execution: ClientSide) {
    this.#execution = execution;
  }

  /** Hands rows over; null when the writer may go on at once, else a promise to await first. */
  write(rows: readonly Uint8Array[]): Promise<void> | null {
    if (rows.length === 0) return this.#draining;
    const { sink, signal } = this.#execution;
    if (sink.rows(rows) || this.#draining !== null) return this.#draining;
    this.#draining = untilCancelled(sink.drained(), signal).finally(() => {
      this.#draining = null;
    });
    return this.#draining;
  }
}
