// The numbers of one sequence that this process may give out.

/** Never gives a number twice, nor one that it was told is used. */
export class NumberBlock {
  #next = 0n;
  #end = 0n;
  /** The table gives no number below this. */
  #tableAt = 0n;

  get left(): bigint {
    return this.#end - this.#next;
  }

  /** Numbers just taken from the table. What is left of earlier ones is kept only when they follow each other. */
  add({ first, count }: { readonly first: bigint; readonly count: bigint }): void {
    if (first !== this.#end) this.#next = first;
    this.#end = first + count;
    this.#tableAt = this.#end;
  }

  /** The first of so many; there are as many left. */
  take(count: bigint): bigint {
    const first = this.#next;
    this.#next += count;
    return first;
  }

  /** A number that is used already. True when the table may still give it out. */
  skip(used: bigint): boolean {
    if (used >= this.#next && used < this.#end) this.#next = used + 1n;
    return used >= this.#tableAt;
  }

  /** The table has gone on to this number, by our doing. */
  tableIsAt(next: bigint): void {
    if (next > this.#tableAt) this.#tableAt = next;
  }
}
