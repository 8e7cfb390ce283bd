// One answer on its way to the client: relayed bytes or composed packets, status flags always the session's own.
import type { Terminal } from '../../backend/contract.ts';
import type { ClientFile, OkResult, ResultSink } from '../../engine/contract.ts';
import type { SqlError } from '../../errors/sql-error.ts';
import {
  encodeColumnCount,
  encodeEof,
  encodeError,
  encodeOk,
  type StateChange,
} from '../../protocol/messages.ts';
import { frame, frameAll } from '../../protocol/packet-framing.ts';
import { encodeColumnDefinition } from '../../value/column-codec.ts';
import type { ColumnDefinition } from '../../value/column-definition.ts';
import type { ClientChannel } from '../contract.ts';
import { IncomingFile } from './client-file.ts';
import { SequenceShift } from './sequence-shift.ts';
import { type StatusFacts, statusFlags } from './status.ts';
import { patchStatus } from './status-patch.ts';

/** How a response ended: what ROW_COUNT(), LAST_INSERT_ID(), SHOW WARNINGS and the log need of it. */
export interface Outcome {
  readonly error: SqlError | null;
  /** The answer was a result set (ROW_COUNT() is -1 then). */
  readonly rows: boolean;
  /** How many. */
  readonly rowCount: number;
  readonly affectedRows: bigint;
  readonly lastInsertId: bigint;
  /** As in the engine's `OkResult`. */
  readonly generated?: boolean;
  readonly warnings: number;
}

/** What the client asked for at login and answers must have. */
export interface ClientWishes {
  readonly extendedMetadata: boolean;
  /** Changes of the session that the client has not been told of; always empty for one that does not ask. */
  takeChanges(): readonly StateChange[];
}

/**
 * Serves one command: several results when the text held several statements (`more` then is true for all but the last).
 * Relayed bytes carry sequence numbers from 1; behind an earlier result of the same command they are shifted.
 */
export class ClientSink implements ResultSink {
  readonly #channel: ClientChannel;
  readonly #facts: StatusFacts;
  readonly #wishes: ClientWishes;
  /** Sequence number of the next packet to the client. */
  #sequence = 1;
  #more = false;
  #shift: SequenceShift | null = null;
  #relayed = false;
  #columns = false;
  #file = false;
  #rowCount = 0;
  /** Set by the owner: called at the ending of each result. */
  onEnd: ((outcome: Outcome) => void) | null = null;
  /** The last composed answer's bytes before they are written: one write for a whole small result. */
  #pending: Buffer[] = [];
  #pendingBytes = 0;

  constructor(channel: ClientChannel, facts: StatusFacts, wishes: ClientWishes) {
    this.#wishes = wishes;
    this.#channel = channel;
    this.#facts = facts;
  }

  /** Starts the answer to a new command. */
  restart(): void {
    this.#sequence = 1;
    this.#more = false;
    this.#begin();
  }

  /** Starts the answer to one statement of a command. */
  nextResult(more: boolean): void {
    this.#more = more;
    this.#begin();
  }

  #begin(): void {
    this.#shift = this.#sequence === 1 ? null : new SequenceShift(this.#sequence - 1);
    this.#relayed = false;
    this.#columns = false;
    this.#file = false;
    this.#rowCount = 0;
  }

  /** Bytes of an answer went out already: an error can only follow as a packet of it. */
  get started(): boolean {
    return this.#relayed || this.#columns || this.#file;
  }

  /** Asks for a file of the client's (LOAD DATA LOCAL); the answer follows when all of it was sent. */
  requestFile(name: string, signal: AbortSignal): ClientFile {
    this.#file = true;
    const file = new IncomingFile(signal, () => this.#channel.resumePackets?.());
    this.#channel.write(frame(encodeFileRequest(name), this.#sequence));
    this.#sequence = (this.#sequence + 1) & 0xff;
    this.#channel.takePackets?.(this.#sequence, (packets, payload) => {
      const frames = Math.floor(payload.length / packetPayloadMax) + 1;
      this.#sequence = ((packets[3] ?? 0) + frames) & 0xff;
      return file.push(payload);
    });
    return file;
  }

  relay(chunk: Buffer, more = false): boolean {
    this.#relayed = true;
    return this.#channel.write(this.#shift === null ? chunk : this.#shift.apply(chunk), more);
  }

  relayEnd(chunk: Buffer, terminalAt: number, terminal: Terminal): void {
    if (terminal.error === null) patchStatus(chunk, terminalAt, statusFlags(this.#facts, this.#more));
    const bytes = this.#shift === null ? chunk : this.#shift.apply(chunk);
    this.#sequence = ((bytes[terminalAt + 3] ?? 0) + 1) & 0xff;
    this.#channel.write(bytes);
    this.#ended({
      error: terminal.error,
      rows: terminal.kind === 'eof',
      rowCount: terminal.rows ?? 0,
      affectedRows: terminal.affectedRows,
      lastInsertId: terminal.lastInsertId,
      warnings: terminal.warnings,
    });
  }

  columns(columns: readonly ColumnDefinition[]): void {
    this.#columns = true;
    this.#packet(encodeColumnCount(columns.length));
    for (const column of columns) this.#packet(encodeColumnDefinition(column, this.#wishes.extendedMetadata));
    this.#packet(encodeEof({ warnings: 0, status: statusFlags(this.#facts, this.#more) }));
  }

  rows(payloads: readonly Uint8Array[]): boolean {
    if (payloads.length === 0) return true;
    this.#rowCount += payloads.length;
    const { bytes, nextSequence } = frameAll(payloads, this.#sequence);
    this.#sequence = nextSequence;
    return this.#push(bytes);
  }

  end(warnings: number, generated: bigint | null = null): void {
    this.#packet(encodeEof({ warnings, status: statusFlags(this.#facts, this.#more) }));
    this.#flush();
    const rowCount = this.#rowCount;
    const told = { lastInsertId: generated ?? 0n, generated: generated !== null };
    this.#ended({ error: null, rows: true, rowCount, affectedRows: 0n, ...told, warnings });
  }

  ok(result: OkResult): void {
    const changes = this.#wishes.takeChanges();
    const status = statusFlags(this.#facts, this.#more);
    this.#packet(encodeOk(changes.length === 0 ? { ...result, status } : { ...result, status, changes }));
    this.#flush();
    this.#ended({
      error: null,
      rows: false,
      rowCount: 0,
      affectedRows: result.affectedRows,
      lastInsertId: result.lastInsertId,
      generated: result.generated === true,
      warnings: result.warnings,
    });
  }

  fail(error: SqlError, next: number | null = null): void {
    if (this.#relayed) this.#failRelay(error, next);
    else {
      this.#packet(encodeError(error));
      this.#flush();
    }
    this.#ended({ error, rows: false, rowCount: 0, affectedRows: 0n, lastInsertId: 0n, warnings: 0 });
  }

  drained(): Promise<void> {
    return this.#channel.drained();
  }

  /** Packets of answers that are neither results nor OK (prepare OK, statistics), already framed from sequence 1. */
  raw(bytes: Buffer): void {
    this.#channel.write(bytes);
    this.#ended({ error: null, rows: false, rowCount: 0, affectedRows: 0n, lastInsertId: 0n, warnings: 0 });
  }

  /** A result that broke off between packets goes on with the error; inside a packet nothing can follow it. */
  #failRelay(error: SqlError, next: number | null): void {
    const sequence = this.#shift === null || next === null ? next : this.#shift.boundary();
    if (sequence === null) this.#channel.close();
    else this.#channel.write(frame(encodeError(error), sequence));
  }

  #packet(payload: Buffer): void {
    this.#push(frame(payload, this.#sequence));
    this.#sequence = (this.#sequence + 1) & 0xff;
  }

  #push(bytes: Buffer): boolean {
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    return this.#pendingBytes < flushBytes ? true : this.#flush();
  }

  #flush(): boolean {
    const bytes =
      this.#pending.length === 1 ? this.#pending[0] : Buffer.concat(this.#pending, this.#pendingBytes);
    this.#pending = [];
    this.#pendingBytes = 0;
    return bytes === undefined || this.#channel.write(bytes);
  }

  #ended(outcome: Outcome): void {
    const { onEnd } = this;
    if (onEnd !== null) onEnd(outcome);
  }
}

const flushBytes = 32 * 1024;
const packetPayloadMax = 0xffffff;

/** The request: 0xfb and the name as the client wrote it. */
function encodeFileRequest(name: string): Buffer {
  return Buffer.concat([Buffer.from([0xfb]), Buffer.from(name, 'latin1')]);
}
