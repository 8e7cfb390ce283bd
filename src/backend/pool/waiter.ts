// One who waits for a connection: until served, refused, cancelled or out of time.
import type { SqlError } from '../../errors/sql-error.ts';
import type { ListNode } from '../../util/linked-list.ts';
import type { Expirable, TimerWheel, WheelTimeout } from '../../util/timer-wheel.ts';
import type { Slot } from './slot.ts';
import type { Waiter, WaitingLines } from './waiting-lines.ts';

export interface PoolWaiterOptions {
  readonly flags: number;
  readonly ticket: number;
  readonly resolve: (slot: Slot) => void;
  readonly reject: (error: SqlError) => void;
  readonly lines: WaitingLines<Slot>;
  readonly wheel: TimerWheel;
  readonly waited: (seconds: number) => void;
  readonly timeoutMs: number;
  readonly timeoutError: () => SqlError;
  readonly cancelError: () => SqlError;
}

export class PoolWaiter implements Waiter<Slot>, Expirable {
  readonly flags: number;
  readonly ticket: number;
  readonly #options: PoolWaiterOptions;
  readonly #enteredAtMs = performance.now();
  readonly #cancel = (): void => this.#leave(this.#options.cancelError());
  #node: ListNode<Waiter<Slot>> | null = null;
  #timeout: WheelTimeout | null = null;
  #signal: AbortSignal | null = null;

  constructor(options: PoolWaiterOptions) {
    this.flags = options.flags;
    this.ticket = options.ticket;
    this.#options = options;
  }

  /** Joins its line. False when `signal` was aborted before: it has been refused then. */
  enter(signal: AbortSignal | null): boolean {
    if (signal?.aborted === true) {
      this.#options.reject(this.#options.cancelError());
      return false;
    }
    this.#signal = signal;
    signal?.addEventListener('abort', this.#cancel, { once: true });
    this.#node = this.#options.lines.push(this);
    this.#timeout = this.#options.wheel.schedule(this, this.#options.timeoutMs);
    return true;
  }

  serve(slot: Slot): void {
    this.#settle();
    this.#options.resolve(slot);
  }

  refuse(error: SqlError): void {
    this.#settle();
    this.#options.reject(error);
  }

  expire(): void {
    this.#leave(this.#options.timeoutError());
  }

  /** Only while in line: one that is being connected for is served or refused soon. */
  #leave(error: SqlError): void {
    if (this.#node !== null && this.#options.lines.leave(this.#node)) this.refuse(error);
  }

  #settle(): void {
    this.#node = null;
    if (this.#timeout !== null) this.#options.wheel.cancel(this.#timeout);
    this.#signal?.removeEventListener('abort', this.#cancel);
    this.#options.waited((performance.now() - this.#enteredAtMs) / 1000);
  }
}
