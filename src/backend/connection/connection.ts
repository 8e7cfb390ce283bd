// A connection to a server after login: a queue of commands going out, their responses coming back in order.
//
//   send ─> receivers: [c1 c2 c3]     outgoing: one write per turn of the event loop ─> server
//   chunk ─> scanner ─> data, data, end of c1 ─> data, end of c2 ...
import { shardgateError } from '../../errors/catalog.ts';
import { SqlError } from '../../errors/sql-error.ts';
import { Command } from '../../protocol/commands.ts';
import { encodeError } from '../../protocol/messages.ts';
import {
  frame,
  packetCount,
  packetHeaderBytes,
  packetPayloadMax,
  packetTooLarge,
} from '../../protocol/packet-framing.ts';
import { ResultScanner, responseShape, type ScanSink } from '../../protocol/result-scanner.ts';
import { Fifo } from '../../util/fifo.ts';
import type { BackendConnection, ResponseReceiver, Terminal } from '../contract.ts';
import type { BackendTarget } from '../options.ts';
import type { ServerVersion } from './server-version.ts';
import { ConnectionSettings } from './settings.ts';
import type { Wire } from './wire.ts';

/** What login found out. */
export interface ServerFacts {
  readonly server: ServerVersion;
  readonly threadId: number;
  /** Of the greeting's OK. */
  readonly status: number;
  /** Largest payload the server takes. */
  readonly packetBytesMax: number;
}

/** Errors after which the server closes the connection: shutdown, killed, idle for too long. */
const closingErrors: ReadonlySet<number> = new Set([1053, 1152, 1153, 1184, 1927, 4031]);

const joinedBytesMax = 16 * 1024;

let lastId = 0;

export class SocketConnection implements BackendConnection {
  readonly id = ++lastId;
  readonly shardId: string;
  readonly target: BackendTarget;
  readonly server: ServerVersion;
  threadId: number;
  packetBytesMax: number;
  readonly settings = new ConnectionSettings();
  /** Must not be used by anybody else: closed when its lease ends. */
  retired = false;
  /** Called once when the connection is gone: by the other side, or by us. */
  onClosed: ((byPeer: boolean) => void) | null = null;
  status: number;
  alive = true;
  /** The other side ended it, or it broke on the way. */
  lostByPeer = false;
  readonly #wire: Wire;
  readonly #scanner = new ResultScanner();
  readonly #receivers = new Fifo<ResponseReceiver>();
  /** Command byte and number of packets of each receiver's command: `packets << 8 | command`. */
  readonly #expected = new Fifo<number>();
  readonly #outgoing: Uint8Array[] = [];
  readonly #flush = (): void => this.#writeOutgoing();
  readonly #sink: ScanSink;
  #poison: SqlError | null = null;

  constructor(shardId: string, target: BackendTarget, wire: Wire, facts: ServerFacts) {
    this.shardId = shardId;
    this.target = target;
    this.server = facts.server;
    this.threadId = facts.threadId;
    this.packetBytesMax = facts.packetBytesMax;
    this.status = facts.status;
    this.#wire = wire;
    this.#sink = {
      data: (chunk, more) => this.#data(chunk, more),
      end: (chunk, terminalAt, terminal) => this.#end(chunk, terminalAt, terminal),
    };
    wire.events = {
      chunk: (chunk) => this.#chunk(chunk),
      closed: (reason) => this.#lost(shardgateError('SG4004', { shard: shardId, why: reason }), true),
    };
  }

  get pending(): number {
    return this.#receivers.length;
  }

  get charsetSql(): string {
    return this.settings.charsetSql;
  }

  get sendsUtf8(): boolean {
    return this.settings.resultCharset === 'utf8mb4';
  }

  /**
   * A payload larger than the server takes is answered with error 1153 here, before earlier responses if need be: the
   * server would close the connection, and earlier results could be lost with it.
   */
  send(payload: Buffer, receiver: ResponseReceiver): void {
    if (payload.length > this.packetBytesMax) {
      this.#refuse(receiver, packetTooLarge());
      return;
    }
    this.#enqueue(payload[0] ?? 0, packetCount(payload.length), receiver, frame(payload, 0));
  }

  sendPackets(packets: Buffer, receiver: ResponseReceiver): void {
    const count = countPackets(packets);
    if (packets.length - count * packetHeaderBytes > this.packetBytesMax) {
      this.#refuse(receiver, packetTooLarge());
      return;
    }
    this.#enqueue(packets[packetHeaderBytes] ?? 0, count, receiver, packets);
  }

  sendSilent(payload: Buffer): void {
    if (this.alive) this.#queueBytes(frame(payload, 0));
  }

  pause(): void {
    if (this.alive) this.#wire.pause();
  }

  resume(): void {
    if (this.alive) this.#wire.resume();
  }

  destroy(): void {
    this.fail(shardgateError('SG4004', { shard: this.shardId, why: 'Shardgate closed it' }));
  }

  /** Closes now; pending receivers get `error`. */
  fail(error: SqlError): void {
    if (!this.alive) return;
    this.#wire.destroy(error.message);
    this.#lost(error, false);
  }

  /** From now on every response is `error`: what runs here runs under settings nobody asked for. */
  poison(error: SqlError): void {
    this.#poison = error;
    this.retired = true;
  }

  /** Says goodbye, so that the server does not count an aborted client, and closes. */
  quit(): void {
    if (!this.alive) return;
    if (this.#receivers.length === 0 && this.#wire.writable) this.#wire.write(frame(quitPayload, 0));
    this.destroy();
  }

  #enqueue(command: number, packets: number, receiver: ResponseReceiver, bytes: Uint8Array): void {
    if (!this.alive) {
      process.nextTick(() =>
        receiver.lost(shardgateError('SG4004', { shard: this.shardId, why: 'it is closed' })),
      );
      return;
    }
    this.#receivers.push(receiver);
    this.#expected.push((packets << 8) | command);
    this.#queueBytes(bytes);
  }

  /** Settings and the first command, or several pipelined ones, leave in one write at the end of this turn. */
  #queueBytes(bytes: Uint8Array): void {
    this.#outgoing.push(bytes);
    if (this.#outgoing.length === 1) process.nextTick(this.#flush);
  }

  #writeOutgoing(): void {
    if (!this.alive) return;
    const first = this.#outgoing[0];
    if (this.#outgoing.length === 1 && first !== undefined) this.#wire.write(first);
    else this.#writeSeveral(this.#outgoing);
    // Setting the length is a call into the runtime, popping is not; mostly there is one.
    while (this.#outgoing.pop() !== undefined);
  }

  /** Small commands leave as one buffer: a vector of them costs more than the copy. */
  #writeSeveral(parts: readonly Uint8Array[]): void {
    let bytes = 0;
    for (const part of parts) bytes += part.length;
    if (bytes <= joinedBytesMax) this.#wire.write(Buffer.concat(parts, bytes));
    else this.#wire.writeAll(parts);
  }

  #refuse(receiver: ResponseReceiver, error: SqlError): void {
    process.nextTick(() => receiver.end(frame(encodeError(error), 1), 0, errorTerminal(error)));
  }

  #chunk(chunk: Buffer): void {
    try {
      let rest: Buffer | null = chunk;
      while (rest !== null && this.alive) {
        if (!this.#scanner.active && !this.#beginNext()) {
          this.#unasked();
          return;
        }
        rest = this.#scanner.push(rest, this.#sink);
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.fail(shardgateError('SG4008', { shard: this.shardId, why }));
      // Anything else than a broken stream is a bug in a receiver: it must be seen.
      if (!(error instanceof SqlError)) throw error;
    }
  }

  #beginNext(): boolean {
    const expected = this.#expected.shift();
    if (expected === undefined) return false;
    const shape = responseShape(expected & 0xff);
    if (shape === null) return false;
    this.#scanner.begin(shape, expected >>> 8, this.status);
    return true;
  }

  /** Bytes nobody asked for: a server saying why it closes an idle connection. */
  #unasked(): void {
    this.fail(shardgateError('SG4004', { shard: this.shardId, why: 'the server spoke unasked' }));
  }

  #data(chunk: Buffer, more: boolean): void {
    if (this.#poison !== null) return;
    if (this.#receivers.peek()?.data(chunk, more) === false) this.#wire.pause();
  }

  #end(chunk: Buffer, terminalAt: number, terminal: Terminal): void {
    if (terminal.error === null) this.status = terminal.status;
    else if (closingErrors.has(terminal.error.errno)) this.retired = true;
    const receiver = this.#receivers.shift();
    if (this.#poison === null) receiver?.end(chunk, terminalAt, terminal);
    else receiver?.end(frame(encodeError(this.#poison), 1), 0, errorTerminal(this.#poison));
  }

  #lost(error: SqlError, byPeer: boolean): void {
    if (!this.alive) return;
    this.alive = false;
    this.lostByPeer = byPeer;
    this.#outgoing.length = 0;
    // Only the first response can be under way.
    let next = this.#scanner.boundary;
    for (let receiver = this.#receivers.shift(); receiver !== undefined; receiver = this.#receivers.shift()) {
      receiver.lost(error, next);
      next = null;
    }
    this.onClosed?.(byPeer);
  }
}

const quitPayload = Buffer.from([Command.quit]);

export function errorTerminal(error: SqlError): Terminal {
  return { kind: 'error', affectedRows: 0n, lastInsertId: 0n, warnings: 0, status: 0, info: '', error };
}

/** Packets in a buffer that holds exactly the packets of one command. */
function countPackets(packets: Buffer): number {
  let count = 0;
  for (let at = 0; at + packetHeaderBytes <= packets.length; count++) {
    const length = packets.readUIntLE(at, 3);
    at += packetHeaderBytes + length;
    if (length < packetPayloadMax) return count + 1;
  }
  return count;
}
