// A file on its way from the client: packets in, chunks out, the client held back while nobody reads.
import type { ClientFile } from '../../engine/contract.ts';
import { SqlError } from '../../errors/sql-error.ts';
import { withinMs } from '../../util/within-ms.ts';

/** Packets that may wait before the client is held back. */
const waitingBytesMax = 1 << 20;
/** A client that was told to stop sends the rest all the same; one that is gone sends nothing. */
const drainMs = 10_000;

/**
 *     push(payload) ... push(empty)      chunks: payload, payload, ... end
 *                    abort               chunks: rejects; `drain` still waits for the empty packet, for a while
 */
export class IncomingFile implements ClientFile {
  readonly #resume: () => void;
  readonly #signal: AbortSignal;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #ended = false;
  #discarding = false;
  #held = false;
  #wake: () => void = () => {};

  /** `resume` lets the client send again. */
  constructor(signal: AbortSignal, resume: () => void) {
    this.#signal = signal;
    this.#resume = resume;
    signal.addEventListener('abort', () => this.#wake());
  }

  /** False: hold the client back until `resume`. */
  push(payload: Buffer): boolean {
    if (payload.length === 0) this.#ended = true;
    else if (!this.#discarding) {
      this.#waiting.push(payload);
      this.#waitingBytes += payload.length;
    }
    this.#wake();
    this.#held = this.#waitingBytes > waitingBytesMax;
    return !this.#held;
  }

  readonly chunks: AsyncIterable<Buffer> = { [Symbol.asyncIterator]: () => this.#read() };

  async *#read(): AsyncGenerator<Buffer> {
    for (;;) {
      if (this.#signal.aborted) throw cancelled(this.#signal);
      const next = this.#waiting.shift();
      if (next !== undefined) {
        this.#waitingBytes -= next.length;
        this.#letSend();
        yield next;
      } else if (this.#ended) {
        return;
      } else {
        await this.#changed();
      }
    }
  }

  async drain(): Promise<void> {
    this.#discarding = true;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#letSend();
    await withinMs(drainMs, this.#toEnd());
  }

  async #toEnd(): Promise<void> {
    while (!this.#ended) await this.#changed();
  }

  #letSend(): void {
    if (!this.#held || this.#waitingBytes > waitingBytesMax / 2) return;
    this.#held = false;
    this.#resume();
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

function cancelled(signal: AbortSignal): SqlError {
  const reason: unknown = signal.reason;
  return reason instanceof SqlError ? reason : new SqlError(1317, '70100', 'Query execution was interrupted');
}
