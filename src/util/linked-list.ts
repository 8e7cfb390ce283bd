// A FIFO whose members can leave from the middle in constant time: waiting lists and timer slots.

/** One place in a list. A node is in at most one list. */
export interface ListNode<T> {
  readonly value: T;
  previous: ListNode<T> | null;
  next: ListNode<T> | null;
  list: LinkedList<T> | null;
}

export class LinkedList<T> {
  #head: ListNode<T> | null = null;
  #tail: ListNode<T> | null = null;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Appends; the returned node is the handle for `remove`. */
  push(value: T): ListNode<T> {
    return this.append({ value, previous: null, next: null, list: null });
  }

  /** Appends a node that is in no list, so that its handle stays good while it moves between lists. */
  append(node: ListNode<T>): ListNode<T> {
    node.list = this;
    node.previous = this.#tail;
    if (this.#tail === null) this.#head = node;
    else this.#tail.next = node;
    this.#tail = node;
    this.#length++;
    return node;
  }

  peek(): T | null {
    return this.#head === null ? null : this.#head.value;
  }

  shift(): T | null {
    return this.shiftNode()?.value ?? null;
  }

  /** Takes out the first node itself. */
  shiftNode(): ListNode<T> | null {
    const node = this.#head;
    if (node !== null) this.remove(node);
    return node;
  }

  /** Takes a node out; false when it was no longer in this list. */
  remove(node: ListNode<T>): boolean {
    if (node.list !== this) return false;
    if (node.previous === null) this.#head = node.next;
    else node.previous.next = node.next;
    if (node.next === null) this.#tail = node.previous;
    else node.next.previous = node.previous;
    node.previous = null;
    node.next = null;
    node.list = null;
    this.#length--;
    return true;
  }
}
