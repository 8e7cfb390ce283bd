// Many coarse timeouts on one interval: scheduling and cancelling cost a list operation, no timer and no closure.
//
//   slot 0   slot 1   slot 2  ...  slot n-1
//     |        |        |
//   entries  entries  entries          the hand moves one slot per tick; an entry whose rounds are up expires
import { LinkedList, type ListNode } from './linked-list.ts';

/** Something that can expire. Called at most once per `schedule`, synchronously from the wheel's tick. */
export interface Expirable {
  expire(): void;
}

interface Entry {
  readonly target: Expirable;
  rounds: number;
}

/** Handle of one scheduled timeout. */
export type WheelTimeout = ListNode<Entry>;

export class TimerWheel {
  readonly #tickMs: number;
  readonly #slots: LinkedList<Entry>[];
  #hand = 0;
  #size = 0;
  #interval: NodeJS.Timeout | null = null;
  /** Monotonic time of the last tick handled, so that late intervals catch up and clock jumps mean nothing. */
  #tickedAtMs = 0;

  constructor(tickMs: number, slotCount: number) {
    this.#tickMs = tickMs;
    this.#slots = Array.from({ length: slotCount }, () => new LinkedList<Entry>());
  }

  get size(): number {
    return this.#size;
  }

  /** `target.expire()` is called after `delayMs`, at most two ticks late and never early. */
  schedule(target: Expirable, delayMs: number): WheelTimeout {
    if (this.#interval === null) this.#start();
    const elapsedTicks = (performance.now() - this.#tickedAtMs) / this.#tickMs;
    const ticks = Math.max(1, Math.ceil(delayMs / this.#tickMs + elapsedTicks));
    const slot = this.#slots[(this.#hand + ticks) % this.#slots.length];
    if (slot === undefined) throw new Error('a wheel has at least one slot');
    this.#size++;
    return slot.push({ target, rounds: Math.floor((ticks - 1) / this.#slots.length) });
  }

  /** Does nothing when it has expired or was cancelled before. */
  cancel(timeout: WheelTimeout): void {
    const list = timeout.list;
    if (list === null) return;
    list.remove(timeout);
    this.#size--;
    if (this.#size === 0) this.#stop();
  }

  /** Forgets all entries without expiring them. */
  close(): void {
    for (const slot of this.#slots) while (slot.shift() !== null);
    this.#size = 0;
    this.#stop();
  }

  #start(): void {
    this.#tickedAtMs = performance.now();
    this.#interval = setInterval(() => this.#advance(), this.#tickMs);
    this.#interval.unref();
  }

  #stop(): void {
    if (this.#interval !== null) clearInterval(this.#interval);
    this.#interval = null;
  }

  #advance(): void {
    const nowMs = performance.now();
    while (this.#tickedAtMs + this.#tickMs <= nowMs && this.#interval !== null) {
      this.#tickedAtMs += this.#tickMs;
      this.#hand = (this.#hand + 1) % this.#slots.length;
      this.#expireSlot(this.#hand);
    }
  }

  #expireSlot(index: number): void {
    const due = this.#slots[index];
    if (due === undefined || due.length === 0) return;
    // A fresh list first: what expiring entries schedule into this slot belongs to a later round.
    const later = new LinkedList<Entry>();
    this.#slots[index] = later;
    for (let node = due.shiftNode(); node !== null; node = due.shiftNode()) {
      if (node.value.rounds > 0) {
        node.value.rounds--;
        later.append(node);
        continue;
      }
      this.#size--;
      node.value.target.expire();
    }
    if (this.#size === 0) this.#stop();
  }
}
