// One lease of a pooled connection: may be ended once.
import { assert } from '../../util/assert.ts';
import type { SocketConnection } from '../connection/connection.ts';
import type { Lease } from '../contract.ts';
import type { Slot } from './slot.ts';

/** What a lease tells its pool. */
export interface LeaseOwner {
  giveBack(slot: Slot): void;
  giveUp(slot: Slot): void;
  resetAndGiveBack(slot: Slot): Promise<void>;
}

export class PoolLease implements Lease {
  readonly connection: SocketConnection;
  readonly #owner: LeaseOwner;
  readonly #slot: Slot;
  #ended = false;

  constructor(owner: LeaseOwner, slot: Slot, connection: SocketConnection) {
    this.#owner = owner;
    this.#slot = slot;
    this.connection = connection;
  }

  release(): void {
    this.#end();
    this.#owner.giveBack(this.#slot);
  }

  discard(): void {
    this.#end();
    this.#owner.giveUp(this.#slot);
  }

  resetAndRelease(): void {
    this.#end();
    void this.#owner.resetAndGiveBack(this.#slot);
  }

  /** Ending it twice would give one connection to two clients. */
  #end(): void {
    assert(!this.#ended, 'a lease ends once');
    this.#ended = true;
  }
}
