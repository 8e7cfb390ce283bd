// Who waits for a connection: first come, first served, one line per set of handshake flags. No I/O.
import type { SqlError } from '../../errors/sql-error.ts';
import { LinkedList, type ListNode } from '../../util/linked-list.ts';

/** Someone in line. Exactly one of `serve` and `refuse` is called, once, after which it is in no line. */
export interface Waiter<T> {
  readonly flags: number;
  /** Grows with arrival: tells who came first across lines. */
  readonly ticket: number;
  serve(value: T): void;
  refuse(error: SqlError): void;
}

/** How often others may be served before the one in front, because the free connection has their flags. */
const overtakesMax = 16;

export class WaitingLines<T> {
  readonly #lines = new Map<number, LinkedList<Waiter<T>>>();
  #length = 0;
  #overtakes = 0;

  get length(): number {
    return this.#length;
  }

  push(waiter: Waiter<T>): ListNode<Waiter<T>> {
    let line = this.#lines.get(waiter.flags);
    if (line === undefined) {
      line = new LinkedList();
      this.#lines.set(waiter.flags, line);
    }
    this.#length++;
    return line.push(waiter);
  }

  /** Leaves the line; false when it was served or refused before. */
  leave(node: ListNode<Waiter<T>>): boolean {
    if (node.list === null) return false;
    node.list.remove(node);
    this.#length--;
    return true;
  }

  /**
   * Takes the one to serve with a connection of `flags`. Mostly the first in that line; but the one in front of all
   * lines is not passed over for ever, even though its connection must be made anew: look at the waiter's flags.
   */
  next(flags: number): Waiter<T> | null {
    const front = this.#front();
    if (front === null) return null;
    const sameFlags = this.#lines.get(flags);
    const overtakes = front.flags !== flags && sameFlags !== undefined && sameFlags.length > 0;
    if (overtakes && this.#overtakes < overtakesMax) {
      this.#overtakes++;
      return this.#take(flags);
    }
    this.#overtakes = 0;
    return this.#take(front.flags);
  }

  /** Flags of the one who waits longest; null when nobody waits. */
  frontFlags(): number | null {
    return this.#front()?.flags ?? null;
  }

  /** Empties all lines. */
  takeAll(): Waiter<T>[] {
    const all: Waiter<T>[] = [];
    for (let front = this.#front(); front !== null; front = this.#front()) {
      this.#take(front.flags);
      all.push(front);
    }
    return all;
  }

  #front(): Waiter<T> | null {
    if (this.#length === 0) return null;
    let front: Waiter<T> | null = null;
    for (const line of this.#lines.values()) {
      const first = line.peek();
      if (first !== null && (front === null || first.ticket < front.ticket)) front = first;
    }
    return front;
  }

  #take(flags: number): Waiter<T> | null {
    const waiter = this.#lines.get(flags)?.shift() ?? null;
    if (waiter !== null) this.#length--;
    return waiter;
  }
}
