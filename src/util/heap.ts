// A binary min-heap that replaces its least member in place: what a k-way merge needs.
import { present } from './assert.ts';

/** `before(a, b)` tells that a comes out before b; it must be a strict order. */
export class Heap<T> {
  readonly #members: T[] = [];
  readonly #before: (a: T, b: T) => boolean;

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#members.length;
  }

  /** The least member; undefined when empty. */
  peek(): T | undefined {
    return this.#members[0];
  }

  push(member: T): void {
    let at = this.#members.push(member) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = this.#at(parent);
      if (!this.#before(member, above)) break;
      this.#members[at] = above;
      at = parent;
    }
    this.#members[at] = member;
  }

  /** Removes the least member. */
  pop(): T | undefined {
    const least = this.#members[0];
    const last = this.#members.pop();
    if (last !== undefined && this.#members.length > 0) {
      this.#members[0] = last;
      this.settleTop();
    }
    return least;
  }

  /** Restores the order after the least member has become greater. */
  settleTop(): void {
    const member = this.#members[0];
    if (member === undefined) return;
    const { length } = this.#members;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      if (child + 1 < length && this.#before(this.#at(child + 1), this.#at(child))) child++;
      const below = this.#at(child);
      if (!this.#before(below, member)) break;
      this.#members[at] = below;
      at = child;
    }
    this.#members[at] = member;
  }

  #at(index: number): T {
    return present(this.#members[index], 'heap index');
  }
}
