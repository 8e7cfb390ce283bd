// Short reads of several sessions on one connection, pipelined: one write and one read for all that come in a turn of the
// event loop, instead of one of each per read.
//
//   turn:   read a ─┐                       ┌─ answer a
//           read b ─┼─> one write ─> server ─> one read ─┼─ answer b
//           read c ─┘                       └─ answer c

import type { SqlError } from '../errors/sql-error.ts';
import { frame } from '../protocol/packet-framing.ts';
import { Fifo } from '../util/fifo.ts';
import type {
  BackendConnection,
  Lease,
  LeaseOptions,
  SharedConnection,
  SharedReceiver,
  Terminal,
} from './contract.ts';

/**
 * Reads under way on one connection at once. A server runs them one after the other: eight point reads are a fraction of a
 * millisecond, and more save little.
 */
const readsMax = 8;
/** Reads after which a connection goes back to the pool, where others wait for it. */
const readsPerLease = 64;
/** A connection that has answered nothing for this long is left by those who wait behind its first read. */
const stallMs = 50;

export interface SharedReadsOptions {
  /** An idle connection of the pool, or null. */
  tryLease(options: LeaseOptions): Lease | null;
  /** KILL QUERY on a side connection; never rejects. */
  kill(connection: BackendConnection): Promise<void>;
}

/** The shared connections of one pool. */
export class SharedReads {
  readonly #options: SharedReadsOptions;
  /** What this turn's reads go on; null before the first of a turn. */
  #current: ReadLine | null = null;
  readonly #busy = new Set<ReadLine>();
  readonly #unsent: ReadLine[] = [];
  #watch: NodeJS.Timeout | null = null;
  readonly #endTurn = (): void => this.#sendAll();

  constructor(options: SharedReadsOptions) {
    this.#options = options;
  }

  /** See `Gateway.tryShare`. */
  tryShare(options: LeaseOptions): SharedConnection | null {
    const current = this.#current;
    if (current?.takes(options) === true) return current;
    const lease = this.#options.tryLease(options);
    if (lease === null) return this.#leastBusy(options);
    const line = new ReadLine(this, lease, options);
    this.#busy.add(line);
    this.#current = line;
    return line;
  }

  /** With no connection idle, behind the shortest line that moves. */
  #leastBusy(options: LeaseOptions): ReadLine | null {
    let best: ReadLine | null = null;
    for (const line of this.#busy) {
      if (line.takes(options) && (best === null || line.length < best.length)) best = line;
    }
    return best;
  }

  /** A line has its first unsent read: it leaves at the end of this turn, or as soon as the line is full. */
  sendSoon(line: ReadLine): void {
    this.#unsent.push(line);
    if (this.#unsent.length === 1) setImmediate(this.#endTurn);
    if (this.#watch === null) {
      this.#watch = setInterval(() => this.#look(), stallMs);
      this.#watch.unref();
    }
  }

  /** The line's lease has ended. */
  finished(line: ReadLine): void {
    this.#busy.delete(line);
    if (this.#current === line) this.#current = null;
  }

  kill(connection: BackendConnection): Promise<void> {
    return this.#options.kill(connection);
  }

  #sendAll(): void {
    this.#current = null;
    for (const line of this.#unsent) line.sendNow();
    this.#unsent.splice(0);
  }

  #look(): void {
    for (const line of this.#busy) line.look();
    if (this.#busy.size > 0) return;
    if (this.#watch !== null) clearInterval(this.#watch);
    this.#watch = null;
  }
}

/** One connection and the reads waiting for its answers, in order. It is the receiver of each of them. */
class ReadLine implements SharedConnection {
  readonly connection: BackendConnection;
  readonly #owner: SharedReads;
  readonly #lease: Lease;
  readonly #settingsKey: string;
  readonly #clientFlags: number;
  readonly #receivers = new Fifo<SharedReceiver>();
  #unsent: Buffer[] = [];
  /** Receivers that still want their answer. */
  #wanted = 0;
  #carried = 0;
  #answered = 0;
  #answeredAtLook = -1;
  /** Takes no more reads. */
  #closed = false;
  /** Nobody else may have the connection. */
  #broken = false;

  constructor(owner: SharedReads, lease: Lease, options: LeaseOptions) {
    this.#owner = owner;
    this.#lease = lease;
    this.#settingsKey = options.settings.key;
    this.#clientFlags = options.clientFlags;
    this.connection = lease.connection;
  }

  get length(): number {
    return this.#receivers.length;
  }

  /** Whether another read of such a session may join. */
  takes(options: LeaseOptions): boolean {
    return (
      !this.#closed &&
      this.#receivers.length < readsMax &&
      this.#carried < readsPerLease &&
      this.connection.alive &&
      options.settings.key === this.#settingsKey &&
      options.clientFlags === this.#clientFlags
    );
  }

  send(payload: Buffer, receiver: SharedReceiver): void {
    this.sendPackets(frame(payload, 0), receiver);
  }

  sendPackets(packets: Buffer, receiver: SharedReceiver): void {
    this.#receivers.push(receiver);
    this.#carried++;
    this.#wanted++;
    this.#unsent.push(packets);
    if (this.#unsent.length === 1) this.#owner.sendSoon(this);
    if (this.#receivers.length === readsMax) this.sendNow();
  }

  /** Writes what this turn brought. */
  sendNow(): void {
    const unsent = this.#unsent;
    if (unsent.length === 0) return;
    this.#unsent = [];
    for (const packets of unsent) this.connection.sendPackets(packets, this);
  }

  abandon(): void {
    this.#wanted--;
    if (this.#wanted > 0 || this.#broken) return;
    // Nobody waits for anything here: what runs may be stopped, and cannot be anybody else's.
    this.#closed = true;
    this.#broken = true;
    this.sendNow();
    void this.#owner.kill(this.connection).then(() => this.connection.destroy());
  }

  withdraw(): void {
    if (this.#receivers.length === 0) this.#release();
  }

  data(chunk: Buffer, more?: boolean): boolean {
    return this.#receivers.peek()?.data(chunk, more) ?? true;
  }

  end(chunk: Buffer, terminalAt: number, terminal: Terminal): void {
    this.#answered++;
    const receiver = this.#receivers.shift();
    this.#release();
    this.#wanted -= receiver?.wanted === true ? 1 : 0;
    receiver?.end(chunk, terminalAt, terminal);
  }

  lost(error: SqlError, next?: number | null): void {
    this.#closed = true;
    this.#broken = true;
    const receiver = this.#receivers.shift();
    this.#release();
    this.#wanted -= receiver?.wanted === true ? 1 : 0;
    receiver?.lost(error, next);
  }

  /** Once per `stallMs`: those behind a read that does not end (a lock, a slow disk) go elsewhere; reads may run twice. */
  look(): void {
    const stalled = this.#receivers.length > 0 && this.#answered === this.#answeredAtLook;
    this.#answeredAtLook = this.#answered;
    if (!stalled || this.#closed) return;
    this.#closed = true;
    const waiting = this.#receivers.members().slice(1);
    for (const receiver of waiting) if (receiver.wanted) receiver.stalled();
  }

  /** The lease ends with the last answer. */
  #release(): void {
    if (this.#receivers.length > 0) return;
    this.#owner.finished(this);
    this.#closed = true;
    if (this.#broken) this.#lease.discard();
    else this.#lease.release();
  }
}
