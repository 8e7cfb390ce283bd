// Who is let in when many come at once: limits on all connections and on those not logged in yet. Book-keeping only.

/** Share of all slots that clients without a login may hold. */
const pendingShare = 0.2;
/** So many may log in at once in any case, slots permitting: small limits are for small pools, which open all at once. */
const pendingMin = 100;
const pendingPerAddressMax = 100;
/** Younger ones are clients in the middle of an ordinary login: a burst of 200 workers is no attack. */
const stalePendingMs = 1_000;

export interface Pending {
  readonly address: string;
  /** Monotonic milliseconds. */
  readonly acceptedAtMs: number;
}

/**
 * - `admit`: take it in.
 * - `replace`: take it in and close `victim`, which holds a slot without logging in.
 * - `refuse`: error 1040.
 */
export type Verdict<P extends Pending> =
  | { readonly kind: 'admit' }
  | { readonly kind: 'replace'; readonly victim: P }
  | { readonly kind: 'refuse' };

export class Admission<P extends Pending> {
  readonly #connectionsMax: number;
  readonly #pendingMax: number;
  // Oldest first.
  readonly #pending = new Set<P>();
  readonly #byAddress = new Map<string, Set<P>>();
  #connections = 0;

  constructor(connectionsMax: number) {
    this.#connectionsMax = connectionsMax;
    this.#pendingMax = Math.max(Math.floor(connectionsMax * pendingShare), pendingMin);
  }

  get connections(): number {
    return this.#connections;
  }

  get pending(): number {
    return this.#pending.size;
  }

  /** Decides about a new client; `add` must follow when it is taken in, and `remove` for a victim. */
  judge(address: string, nowMs: number): Verdict<P> {
    const ofAddress = this.#byAddress.get(address);
    const perAddress = ofAddress !== undefined && ofAddress.size >= pendingPerAddressMax;
    if (perAddress) {
      const victim = oldestStale(ofAddress, nowMs);
      if (victim !== null) return { kind: 'replace', victim };
    }
    const tooMany = this.#connections >= this.#connectionsMax;
    if (!tooMany && this.#pending.size < this.#pendingMax) return { kind: 'admit' };
    const victim = oldestStale(this.#pending, nowMs);
    return victim === null ? { kind: 'refuse' } : { kind: 'replace', victim };
  }

  add(pending: P): void {
    this.#connections += 1;
    this.#pending.add(pending);
    const ofAddress = this.#byAddress.get(pending.address);
    if (ofAddress === undefined) this.#byAddress.set(pending.address, new Set([pending]));
    else ofAddress.add(pending);
  }

  loggedIn(pending: P): void {
    this.#pending.delete(pending);
    const ofAddress = this.#byAddress.get(pending.address);
    ofAddress?.delete(pending);
    if (ofAddress?.size === 0) this.#byAddress.delete(pending.address);
  }

  /** The connection is gone, whatever its state; once per `add`. */
  remove(pending: P): void {
    this.#connections -= 1;
    this.loggedIn(pending);
  }
}

function oldestStale<P extends Pending>(pending: ReadonlySet<P>, nowMs: number): P | null {
  const first = pending.values().next();
  if (first.done === true) return null;
  return nowMs - first.value.acceptedAtMs >= stalePendingMs ? first.value : null;
}
