// The connections of one server of one shard: who gets one now, who waits, when to give up.
//
//   tryLease/release  <──>  shelf (idle, warm, no promise)         waiting lines ── timer wheel
//                             │ cold after 9 s        ^ acquired           ^ served by release or arrival
//                             v                       │                    │
//                           generic-pool: counts, creates, checks by ping, evicts ───┘
//
// To generic-pool everything on the shelf or leased is on loan; its own timeouts stay off, for they cost a timer each.
import { createPool, type Pool } from 'generic-pool';
import { shardgateError } from '../../errors/catalog.ts';
import type { SqlError } from '../../errors/sql-error.ts';
import { Capability, ServerStatus } from '../../protocol/capabilities.ts';
import { present } from '../../util/assert.ts';
import type { TimerWheel } from '../../util/timer-wheel.ts';
import { withinMs } from '../../util/within-ms.ts';
import { applySettings, ProvenSettings, pipelineSettings } from '../connection/apply-settings.ts';
import type { SocketConnection } from '../connection/connection.ts';
import type { Lease, LeaseOptions } from '../contract.ts';
import type { PoolLimits } from '../options.ts';
import { BackOff } from './back-off.ts';
import { IdleShelf } from './idle-shelf.ts';
import { checkIdle, resetConnection } from './pool-checks.ts';
import { PoolLease } from './pool-lease.ts';
import { type Connector, Slot } from './slot.ts';
import { PoolWaiter } from './waiter.ts';
import { WaitingLines } from './waiting-lines.ts';

/** Handshake flags that change results: a connection serves only clients with the same ones. */
const keyedFlags = Capability.foundRows | Capability.ignoreSpace | Capability.extendedMetadata;

/** One tick of `tick()` is a second: idle for 9 to 10 s, a connection leaves the shelf and is checked before use. */
const shelfTicksMax = 9;
const evictAfterMs = 60_000;
const evictEveryMs = 10_000;
/** ER_CON_COUNT_ERROR, ER_TOO_MANY_USER_CONNECTIONS, ER_USER_LIMIT_REACHED: the server is up but full. */
const fullErrors: ReadonlySet<number> = new Set([1040, 1203, 1226]);

export interface PoolOptions {
  readonly shardId: string;
  readonly limits: PoolLimits;
  readonly connect: Connector;
  readonly wheel: TimerWheel;
  /** Called with the seconds somebody waited who had to. */
  readonly waited: (seconds: number) => void;
}

export interface PoolCounts {
  readonly active: number;
  readonly idle: number;
  readonly waiting: number;
  readonly max: number;
}

export class ShardPool {
  readonly shardId: string;
  readonly #limits: PoolLimits;
  readonly #connect: Connector;
  readonly #wheel: TimerWheel;
  readonly #waited: (seconds: number) => void;
  readonly #slots: Pool<Slot>;
  readonly #all = new Set<Slot>();
  readonly #shelf = new IdleShelf<Slot>();
  readonly #lines = new WaitingLines<Slot>();
  readonly #proven = new ProvenSettings();
  readonly #backOff = new BackOff();
  /** Slots asked of generic-pool and not yet given. */
  #asked = 0;
  /** When the first of them was asked for, monotonic. */
  #askedAtMs = 0;
  #leased = 0;
  #lastTicket = 0;
  #retryScheduled = false;
  /** Why an attempt to connect failed last, and when; it may have been mended since: `#backOff` knows. */
  #lastFailure: SqlError | null = null;
  #lastFailureAtMs = 0;
  /** Why nobody gets a connection: the server is down, or the pool is closing. */
  #refusal: SqlError | null = null;
  #closing = false;

  constructor(options: PoolOptions) {
    this.shardId = options.shardId;
    this.#limits = options.limits;
    this.#connect = options.connect;
    this.#wheel = options.wheel;
    this.#waited = options.waited;
    this.#slots = createPool<Slot>(
      {
        create: () => this.#createSlot(),
        destroy: async (slot) => {
          this.#all.delete(slot);
          slot.close();
        },
        validate: (slot) => checkIdle(slot, this.#askedAtMs),
      },
      {
        max: options.limits.maxPerShard,
        min: options.limits.minPerShard,
        testOnBorrow: true,
        fifo: false,
        evictionRunIntervalMillis: evictEveryMs,
        numTestsPerEvictionRun: options.limits.maxPerShard,
        softIdleTimeoutMillis: evictAfterMs,
        idleTimeoutMillis: Number.MAX_SAFE_INTEGER,
      },
    );
  }

  get counts(): PoolCounts {
    let idle = 0;
    for (const slot of this.#all) if (slot.usable && !slot.leased) idle++;
    return {
      active: this.#leased,
      idle,
      waiting: this.#lines.length,
      max: this.#limits.maxPerShard,
    };
  }

  /** See `Gateway.tryLease`. */
  tryLease(options: LeaseOptions): Lease | null {
    if (this.#refusal !== null) return null;
    const slot = this.#fromShelf(options);
    if (slot === null) return null;
    const { connection } = slot;
    if (connection === null || !slot.usable) {
      this.#drop(slot);
      return null;
    }
    if (
      !connection.settings.matches(options.settings) &&
      !pipelineSettings(connection, options.settings, this.#proven)
    ) {
      this.#shelf.put(slot);
      return null;
    }
    return this.#lend(slot, connection);
  }

  /** See `Gateway.lease`. */
  async lease(options: LeaseOptions): Promise<Lease> {
    for (let attempt = 1; ; attempt++) {
      const slot = await this.#slotFor(options);
      const connection = present(slot.connection, 'a slot is served with a connection');
      const lease = this.#lend(slot, connection);
      try {
        if (!connection.settings.matches(options.settings)) {
          await applySettings(connection, options.settings, this.#proven);
        }
        return lease;
      } catch (error) {
        const stale = !connection.alive;
        lease.discard();
        // Nothing of the client's was sent yet: a connection that turns out to be dead is replaced, once.
        if (!stale || attempt > 1) throw error;
      }
    }
  }

  /** Ends a lease: `PoolLease` calls it once. */
  giveBack(slot: Slot): void {
    this.#leased--;
    slot.leased = false;
    const { connection } = slot;
    // A transaction still open would be joined by whoever comes next: the pool's own safeguard, not a service.
    const inTransaction = connection !== null && (connection.status & ServerStatus.inTransaction) !== 0;
    if (!slot.usable || this.#closing || inTransaction || (connection?.pending ?? 0) > 0) {
      this.#drop(slot);
      return;
    }
    this.#offer(slot);
  }

  /** Ends a lease with the connection: `PoolLease` calls it once. */
  giveUp(slot: Slot): void {
    this.#leased--;
    slot.leased = false;
    this.#drop(slot);
  }

  /** Ends a lease after COM_RESET_CONNECTION: `PoolLease` calls it once. */
  async resetAndGiveBack(slot: Slot): Promise<void> {
    const clean = slot.connection !== null && (await resetConnection(slot.connection));
    if (clean) this.giveBack(slot);
    else this.giveUp(slot);
  }

  /** Nobody gets a connection until `markUp`: those who wait and those who come are told `error` at once. */
  markDown(error: SqlError): void {
    if (this.#closing) return;
    this.#refusal = error;
    this.#refuseAll(error);
    for (const slot of this.#shelf.takeAll()) this.#drop(slot);
  }

  markUp(): void {
    if (this.#closing) return;
    this.#refusal = null;
    this.#backOff.succeed();
  }

  /** Once a second: connections idle for long leave the shelf. */
  tick(): void {
    this.#unshelve(this.#shelf.sweep(shelfTicksMax));
  }

  /**
   * Refuses new leases and closes idle connections; resolves when the leased ones have come back, or after `graceMs`, when
   * they are closed under who still holds them.
   */
  async close(graceMs: number): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    const refusal = shardgateError('SG4001', { shard: this.shardId, why: 'Shardgate no longer uses it' });
    this.#refusal = refusal;
    this.#refuseAll(refusal);
    for (const slot of this.#shelf.takeAll()) this.#drop(slot);
    const drained = this.#slots.drain().then(() => this.#slots.clear());
    await withinMs(graceMs, drained);
    for (const slot of this.#all) slot.close();
  }

  /** One that needs no SET, if it is not far; it may have closed meanwhile. */
  #fromShelf({ clientFlags, settings }: LeaseOptions): Slot | null {
    const top = this.#shelf.take(clientFlags & keyedFlags);
    if (top === null || top.connection?.settings.matches(settings) !== false) return top;
    return this.#shelf.better(top, ({ connection }) => connection?.settings.matches(settings) === true);
  }

  #lend(slot: Slot, connection: SocketConnection): Lease {
    this.#leased++;
    slot.leased = true;
    return new PoolLease(this, slot, connection);
  }

  async #createSlot(): Promise<Slot> {
    const slot = new Slot(this.#lines.frontFlags() ?? 0);
    this.#all.add(slot);
    await this.#connectInto(slot, slot.flags);
    return slot;
  }

  async #connectInto(slot: Slot, flags: number): Promise<void> {
    await slot.open(this.#connect, flags);
    if (slot.failure === null) this.#backOff.succeed();
    if (slot.connection !== null) slot.connection.onClosed = (byPeer) => this.#closed(slot, byPeer);
  }

  /** A connection that ends on the shelf leaves it; elsewhere it is found out when it is next looked at. */
  #closed(slot: Slot, byPeer: boolean): void {
    if (this.#shelf.remove(slot)) this.#drop(slot);
    // When a server goes, all its connections break at once, but are heard of one by one: none is trusted unasked.
    if (byPeer) this.#unshelve(this.#shelf.takeAll());
  }

  /** To generic-pool, which pings them before the next use. */
  #unshelve(slots: readonly Slot[]): void {
    for (const slot of slots) {
      slot.checkedAtMs = Number.NEGATIVE_INFINITY;
      void this.#slots.release(slot);
    }
  }

  #slotFor(options: LeaseOptions): Promise<Slot> {
    const flags = options.clientFlags & keyedFlags;
    const refusal = this.#refusalNow();
    if (refusal !== null) return Promise.reject(refusal);
    const idle = this.#fromShelf(options);
    if (idle?.usable) return Promise.resolve(idle);
    if (idle !== null) this.#drop(idle);
    if (this.#lines.length >= this.#limits.waitersMax) {
      return Promise.reject(shardgateError('SG4003', { shard: this.shardId, waiting: this.#lines.length }));
    }
    return new Promise((resolve, reject) => {
      const waiter = new PoolWaiter({
        flags,
        ticket: ++this.#lastTicket,
        resolve,
        reject,
        lines: this.#lines,
        wheel: this.#wheel,
        waited: this.#waited,
        timeoutMs: this.#limits.acquireTimeoutMs,
        timeoutError: () => this.#timeoutError(),
        cancelError: () => shardgateError('SG4006', { shard: this.shardId }),
      });
      if (!waiter.enter(options.signal)) return;
      if (this.#slots.size >= this.#limits.maxPerShard) this.#offerOther();
      this.#ask();
    });
  }

  /** With all connections made, an idle one with other flags is made anew for who waits. */
  #offerOther(): void {
    const other = this.#shelf.takeColdest();
    if (other !== null) this.#offer(other);
  }

  #refusalNow(): SqlError | null {
    if (this.#refusal !== null) return this.#refusal;
    if (this.#lastFailure === null || this.#isFull()) return null;
    // Just failed to connect: fail at once instead of knocking again.
    return this.#backOff.remainingMs(performance.now()) > 0 ? this.#lastFailure : null;
  }

  #isFull(): boolean {
    return this.#backOff.failing && this.#lastFailure !== null && fullErrors.has(this.#lastFailure.errno);
  }

  /** Asks generic-pool for as many slots as are waited for. */
  #ask(): void {
    if (this.#closing) return;
    const backOffMs = this.#backOff.remainingMs(performance.now());
    if (backOffMs > 0) {
      this.#askLater(backOffMs);
      return;
    }
    // A server that was full is asked by one of those who wait, not by all.
    const wanted = this.#isFull() ? 1 : Math.min(this.#lines.length, this.#limits.maxPerShard);
    if (this.#asked === 0) this.#askedAtMs = performance.now();
    while (this.#asked < wanted) {
      this.#asked++;
      void this.#slots.acquire().then(
        (slot) => this.#arrived(slot),
        () => {
          this.#asked--;
        },
      );
    }
  }

  #askLater(delayMs: number): void {
    if (this.#retryScheduled) return;
    this.#retryScheduled = true;
    const retry = {
      expire: () => {
        this.#retryScheduled = false;
        this.#ask();
      },
    };
    this.#wheel.schedule(retry, delayMs);
  }

  #arrived(slot: Slot): void {
    this.#asked--;
    if (slot.failure !== null) {
      this.#failed(slot, slot.failure);
      return;
    }
    if (slot.usable && !this.#closing) this.#offer(slot);
    else this.#drop(slot);
    this.#ask();
  }

  /** A usable slot goes to who is next, else on the shelf. */
  #offer(slot: Slot): void {
    const waiter = this.#lines.next(slot.flags);
    if (waiter === null) {
      this.#shelf.put(slot);
      return;
    }
    if (waiter.flags === slot.flags) {
      waiter.serve(slot);
      return;
    }
    void this.#connectInto(slot, waiter.flags).then(() => {
      if (slot.failure === null && slot.usable) return waiter.serve(slot);
      const failure =
        slot.failure ?? shardgateError('SG4004', { shard: this.shardId, why: 'it closed at once' });
      waiter.refuse(failure);
      this.#failed(slot, failure);
    });
  }

  /** A full server may have room when somebody leaves: those who wait go on waiting. Otherwise all are told at once. */
  #failed(slot: Slot, failure: SqlError): void {
    this.#lastFailure = failure;
    this.#lastFailureAtMs = performance.now();
    this.#backOff.fail(this.#lastFailureAtMs, slot.begunAtMs);
    if (!this.#isFull()) this.#refuseAll(failure);
    this.#drop(slot);
  }

  #refuseAll(error: SqlError): void {
    for (const waiter of this.#lines.takeAll()) waiter.refuse(error);
  }

  #drop(slot: Slot): void {
    void this.#slots.destroy(slot);
    if (this.#lines.length > 0) this.#ask();
  }

  #timeoutError(): SqlError {
    const timeoutMs = this.#limits.acquireTimeoutMs;
    const failedMeanwhile = performance.now() - this.#lastFailureAtMs < timeoutMs;
    const cause =
      failedMeanwhile && this.#lastFailure !== null ? `; last failure: ${this.#lastFailure.message}` : '';
    return shardgateError('SG4002', {
      shard: this.shardId,
      timeoutMs,
      active: this.#leased,
      max: this.#limits.maxPerShard,
      cause,
    });
  }
}
