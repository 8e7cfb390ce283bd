// Idle connections at hand without a promise: a stack per set of handshake flags. No I/O, no clock.
//
//   take  <-- top: used last, warm
//             ...
//   sweep <-- bottom: cold ones sink here and leave for the slow pool, which checks them before use

/** The deeper a connection lies, the longer it has been idle. */
const lookedAtMax = 4;

/** What can lie on the shelf. `shelvedAtTick` is the shelf's. */
export interface Shelved {
  readonly flags: number;
  shelvedAtTick: number;
}

export class IdleShelf<T extends Shelved> {
  readonly #stacks = new Map<number, T[]>();
  #tick = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  put(item: T): void {
    item.shelvedAtTick = this.#tick;
    const stack = this.#stacks.get(item.flags);
    if (stack === undefined) this.#stacks.set(item.flags, [item]);
    else stack.push(item);
    this.#size++;
  }

  take(flags: number): T | null {
    const item = this.#stacks.get(flags)?.pop();
    if (item === undefined) return null;
    this.#size--;
    return item;
  }

  /** `item`, just taken, or one of the next few in its place that suits better; `item` then lies on top. */
  better(item: T, suits: (other: T) => boolean): T {
    const stack = this.#stacks.get(item.flags) ?? [];
    for (let at = stack.length - 1; at >= 0 && at >= stack.length - lookedAtMax; at--) {
      const other = stack[at];
      if (other === undefined || !suits(other)) continue;
      stack.splice(at, 1);
      stack.push(item);
      return other;
    }
    return item;
  }

  /** The coldest one of any flags. */
  takeColdest(): T | null {
    let coldest: T[] | null = null;
    for (const stack of this.#stacks.values()) {
      const bottom = stack[0];
      if (bottom === undefined) continue;
      if (coldest === null || bottom.shelvedAtTick < (coldest[0]?.shelvedAtTick ?? 0)) coldest = stack;
    }
    const item = coldest?.shift() ?? null;
    if (item !== null) this.#size--;
    return item;
  }

  /** False when it does not lie here. */
  remove(item: T): boolean {
    const stack = this.#stacks.get(item.flags);
    const at = stack?.indexOf(item) ?? -1;
    if (stack === undefined || at < 0) return false;
    stack.splice(at, 1);
    this.#size--;
    return true;
  }

  /** One tick passes; takes everything that has lain for `ticks` or more. */
  sweep(ticks: number): T[] {
    this.#tick++;
    const cold: T[] = [];
    for (const stack of this.#stacks.values()) {
      let count = 0;
      while (count < stack.length && this.#tick - (stack[count]?.shelvedAtTick ?? 0) >= ticks) count++;
      if (count > 0) cold.push(...stack.splice(0, count));
    }
    this.#size -= cold.length;
    return cold;
  }

  takeAll(): T[] {
    const all = [...this.#stacks.values()].flat();
    this.#stacks.clear();
    this.#size = 0;
    return all;
  }
}
