// A queue as a ring in one array: no allocation per member once it has grown.

const initialCapacity = 8;

/** First in, first out. `undefined` is no member. */
export class Fifo<T> {
  #ring: (T | undefined)[] = new Array(initialCapacity);
  #first = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: T): void {
    if (this.#length === this.#ring.length) this.#grow();
    this.#ring[(this.#first + this.#length) & (this.#ring.length - 1)] = value;
    this.#length++;
  }

  peek(): T | undefined {
    return this.#ring[this.#first];
  }

  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const value = this.#ring[this.#first];
    this.#ring[this.#first] = undefined;
    this.#first = (this.#first + 1) & (this.#ring.length - 1);
    this.#length--;
    return value;
  }

  /** All of them, first in first. */
  members(): T[] {
    const members: T[] = [];
    for (let at = 0; at < this.#length; at++) {
      const value = this.#ring[(this.#first + at) & (this.#ring.length - 1)];
      if (value !== undefined) members.push(value);
    }
    return members;
  }

  /** The capacity stays a power of two, so that wrapping is a mask. */
  #grow(): void {
    const members = [...this.#ring.slice(this.#first), ...this.#ring.slice(0, this.#first)];
    this.#ring = members.concat(new Array(members.length));
    this.#first = 0;
  }
}
