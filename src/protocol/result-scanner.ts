// Finds where a server's response ends, without decoding rows.
//
//            ┌──────────── OK or EOF with MORE_RESULTS ───────────┐
//            v                                                    │
//   begin ─> first ─ column count ─> definitions ─> definitionsEnd ─> rows ─ EOF, ERR ─> ended
//              │ OK, EOF, ERR, LOCAL INFILE request                                        ^
//              └───────────────────────────────────────────────────────────────────────────┘
//   A prepare response is its OK, then up to two lists of definitions, each ended by EOF.
import { shardgateError } from '../errors/catalog.ts';
import { SqlError } from '../errors/sql-error.ts';
import { malformedPacket } from '../value/byte-reader.ts';
import { hasFlag, ServerStatus } from './capabilities.ts';
import { Command, isSilentCommand } from './commands.ts';
import { decodeError, decodeOk, decodePrepareOk } from './messages.ts';
import { packetHeaderBytes, packetPayloadMax } from './packet-framing.ts';

export type ResponseShape =
  | 'query' // OK, ERR, EOF, LOCAL INFILE request or result sets
  | 'prepare'
  | 'rows' // COM_STMT_FETCH, COM_FIELD_LIST: packets up to EOF or ERR
  | 'single'; // COM_STATISTICS: one packet, whatever it holds

/** Shape of the response to a command (its first byte); null for commands that are not answered. */
export function responseShape(command: number): ResponseShape | null {
  if (isSilentCommand(command)) return null;
  switch (command) {
    case Command.stmtPrepare:
      return 'prepare';
    case Command.stmtFetch:
    case Command.fieldList:
      return 'rows';
    case Command.statistics:
      return 'single';
    default:
      return 'query';
  }
}

/** The packet that ends a response. */
export interface TerminalPacket {
  readonly kind: 'ok' | 'eof' | 'error' | 'localInfile';
  readonly affectedRows: bigint;
  readonly lastInsertId: bigint;
  readonly warnings: number;
  /** Status flags of the packet; of the packet before it when it carries none (prepare OK, statistics); 0 for errors. */
  readonly status: number;
  /** Info text of OK, file name of a LOCAL INFILE request, the text of COM_STATISTICS. */
  readonly info: string;
  readonly error: SqlError | null;
  /** Rows of the result set that ends here; absent for other endings. */
  readonly rows?: number;
}

/** Receives the response: any number of `data`, then one `end`. */
export interface ScanSink {
  /**
   * Bytes before the terminal packet, as they came. `more`: another call follows at once, so that both can go out in one
   * write.
   */
  data(chunk: Buffer, more: boolean): unknown;
  /** The last bytes; the terminal packet starts at `terminalAt` and reaches to the end of `chunk`. */
  end(chunk: Buffer, terminalAt: number, terminal: TerminalPacket): void;
}

// OK, ERR and EOF packets of real servers stay far below; a longer one is a broken stream.
const terminalBytesMax = 65536;

/**
 * The begun part of a packet up to this size is kept until its rest comes: what has been handed out then ends between two
 * packets, and a stream that breaks off can be ended with an error. Of larger ones (long cells) every byte goes out at once.
 */
const wholePacketBytesMax = 16384;

const State = {
  idle: 0,
  first: 1,
  definitions: 2,
  definitionsEnd: 3,
  rows: 4,
  prepareOk: 5,
  single: 6,
} as const;

function broken(detail: string): SqlError {
  return shardgateError('SG1001', { detail });
}

/**
 * One per connection. `begin` announces the response that comes next, `push` takes the bytes. The response of a point
 * read in one chunk costs one `end` call and the terminal object.
 */
export class ResultScanner {
  #state: number = State.idle;
  // Packets of the current list still to come (definitions).
  #left = 0;
  // Columns still to come behind a prepare response's parameters.
  #columnsAfter = 0;
  #prepare = false;
  // Bytes of the current packet still to come, and whether the packet after it continues it.
  #skip = 0;
  #continued = false;
  #sequence = 1;
  #rows = 0;
  #status = 0;
  #held: Buffer | null = null;
  // A packet begun and kept back: its parts so far, and its sequence id.
  readonly #tail: Buffer[] = [];
  #tailSequence = 0;

  /** True between `begin` and the end of the response. */
  get active(): boolean {
    return this.#state !== State.idle;
  }

  /**
   * The next bytes answer a command. `sequence` is what the first packet must carry: the number of packets the command
   * took (1 as a rule). `status` are the session's flags so far.
   */
  begin(shape: ResponseShape, sequence = 1, status = this.#status): void {
    this.#state =
      shape === 'query'
        ? State.first
        : shape === 'prepare'
          ? State.prepareOk
          : shape === 'rows'
            ? State.rows
            : State.single;
    this.#prepare = shape === 'prepare';
    this.#columnsAfter = 0;
    this.#skip = 0;
    this.#continued = false;
    this.#rows = 0;
    this.#sequence = sequence & 0xff;
    this.#status = status;
    this.#held = null;
    this.#tail.length = 0;
  }

  /**
   * Sequence id of the packet that may follow what was handed out, were the response to end here; null inside a packet, and
   * when no response is under way.
   */
  get boundary(): number | null {
    if (this.#state === State.idle) return null;
    if (this.#tail.length > 0) return this.#tailSequence;
    return this.#skip === 0 && !this.#continued ? this.#sequence : null;
  }

  /**
   * Takes bytes of the response. Returns the bytes behind its end (they belong to the next response), or null when there
   * are none. Throws SqlError SG1001 when the stream is no valid response: the connection must then be closed.
   */
  push(bytes: Buffer, sink: ScanSink): Buffer | null {
    if (this.#state === State.idle) throw broken('bytes that answer no command');
    let chunk = bytes;
    if (this.#held !== null) {
      chunk = Buffer.concat([this.#held, bytes]);
      this.#held = null;
    }
    let at = this.#skip;
    const { length } = chunk;
    if (this.#tail.length > 0 && !this.#completesTail(chunk, sink)) return null;
    // Where a packet that is whole by itself begins in this chunk; -1: none does, or it continues another.
    let begun = -1;
    while (at < length) {
      begun = this.#continued ? -1 : at;
      if (at + packetHeaderBytes > length) return this.#hold(chunk, at, sink);
      // Index reads instead of readUIntLE: this loop runs per row.
      const size = (chunk[at] ?? 0) | ((chunk[at + 1] ?? 0) << 8) | ((chunk[at + 2] ?? 0) << 16);
      if (chunk[at + 3] !== this.#sequence) throw broken('a packet out of order');
      const body = at + packetHeaderBytes;
      if (!this.#continued) {
        if (body === length && size > 0) return this.#hold(chunk, at, sink);
        if (this.#isControl(size === 0 ? 0 : (chunk[body] ?? 0), size)) {
          if (size > terminalBytesMax) throw broken('an over-long status packet');
          if (body + size > length) return this.#hold(chunk, at, sink);
          const terminal = this.#controlOrBroken(chunk, body, size);
          if (terminal !== null) return this.#end(chunk, at, body + size, terminal, sink);
        }
      }
      this.#sequence = (this.#sequence + 1) & 0xff;
      this.#continued = size === packetPayloadMax;
      at = body + size;
    }
    this.#skip = at - length;
    const keep = at > length && begun >= 0 && at - begun <= wholePacketBytesMax;
    if (keep) this.#keepTail(chunk, begun, sink);
    else sink.data(chunk, false);
    return null;
  }

  /** Hands out the parts kept back when `chunk` holds the rest of their packet; else keeps it as well and answers false. */
  #completesTail(chunk: Buffer, sink: ScanSink): boolean {
    if (this.#skip > chunk.length) {
      this.#tail.push(chunk);
      this.#skip -= chunk.length;
      return false;
    }
    for (const part of this.#tail) sink.data(part, true);
    this.#tail.length = 0;
    return true;
  }

  #keepTail(chunk: Buffer, begun: number, sink: ScanSink): void {
    this.#tail.push(begun === 0 ? chunk : chunk.subarray(begun));
    this.#tailSequence = (this.#sequence - 1) & 0xff;
    if (begun > 0) sink.data(chunk.subarray(0, begun), false);
  }

  /** True for packets that must be seen whole: all but rows and definitions. */
  #isControl(first: number, size: number): boolean {
    switch (this.#state) {
      case State.rows:
        // A row of 9 bytes or more may begin with 0xfe (a cell longer than 16 MiB), none begins with 0xff.
        if (first >= 0xfe && (first === 0xff || size < 9)) return true;
        this.#rows += 1;
        return false;
      case State.definitions:
        if (first === 0xff) return true;
        if (size === 0 || first === 0xfe) throw broken('a column definition is missing');
        this.#left -= 1;
        if (this.#left === 0) this.#state = State.definitionsEnd;
        return false;
      default:
        return true;
    }
  }

  #controlOrBroken(chunk: Buffer, at: number, size: number): TerminalPacket | null {
    try {
      return this.#control(chunk, at, size);
    } catch (error) {
      if (error instanceof SqlError && error.errno === malformedPacket().errno) {
        throw broken('a malformed status packet');
      }
      throw error;
    }
  }

  /**
   * Reads a control packet: the terminal it is, or null and the next state. Column counts and EOFs are read in place: a view
   * for each of a point read's three would cost more than all the rest.
   */
  #control(chunk: Buffer, at: number, size: number): TerminalPacket | null {
    const first = size === 0 ? -1 : (chunk[at] ?? 0);
    if (first === -1 && this.#state !== State.single) throw broken('an empty packet');
    if (first === 0xff) return this.#error(chunk.subarray(at, at + size));
    switch (this.#state) {
      case State.first:
        return this.#firstPacket(chunk, at, size, first);
      case State.definitionsEnd:
        return this.#definitionsEnd(chunk, at, size, first);
      case State.rows:
        return this.#eof(chunk, at, size);
      case State.prepareOk:
        return this.#prepareOk(chunk.subarray(at, at + size));
      default:
        return this.#statusless('ok', chunk.toString('utf8', at, at + size));
    }
  }

  #firstPacket(chunk: Buffer, at: number, size: number, first: number): TerminalPacket | null {
    if (first === 0) {
      const ok = decodeOk(chunk.subarray(at, at + size));
      this.#status = ok.status;
      if (hasFlag(ok.status, ServerStatus.moreResults)) return null;
      return { kind: 'ok', ...ok, error: null };
    }
    if (first === 0xfe && size < 9) return this.#eof(chunk, at, size);
    if (first === 0xfb) return this.#statusless('localInfile', chunk.toString('utf8', at + 1, at + size));
    this.#left = columnCount(chunk, at, size, first);
    this.#state = State.definitions;
    return null;
  }

  #definitionsEnd(chunk: Buffer, at: number, size: number, first: number): TerminalPacket | null {
    if (first !== 0xfe || size >= 9) throw broken('no end behind the column definitions');
    if (this.#prepare) {
      if (this.#columnsAfter === 0) return this.#eof(chunk, at, size);
      this.#left = this.#columnsAfter;
      this.#columnsAfter = 0;
      this.#state = State.definitions;
      return null;
    }
    // An opened cursor sends no rows until they are fetched.
    if (hasFlag(eofStatus(chunk, at, size), ServerStatus.cursorExists)) return this.#eof(chunk, at, size);
    this.#state = State.rows;
    return null;
  }

  #prepareOk(payload: Buffer): TerminalPacket | null {
    if (payload[0] !== 0) throw broken('no answer to a prepare');
    const ok = decodePrepareOk(payload);
    if (ok.paramCount === 0 && ok.columnCount === 0) {
      return { ...this.#statusless('ok', ''), warnings: ok.warnings };
    }
    this.#left = ok.paramCount === 0 ? ok.columnCount : ok.paramCount;
    this.#columnsAfter = ok.paramCount === 0 ? 0 : ok.columnCount;
    this.#state = State.definitions;
    return null;
  }

  #eof(chunk: Buffer, at: number, size: number): TerminalPacket | null {
    const status = eofStatus(chunk, at, size);
    const warnings = (chunk[at + 1] ?? 0) | ((chunk[at + 2] ?? 0) << 8);
    this.#status = status;
    if (hasFlag(status, ServerStatus.moreResults) && !this.#prepare) {
      this.#state = State.first;
      this.#rows = 0;
      return null;
    }
    const rows = this.#rows;
    return { kind: 'eof', affectedRows: 0n, lastInsertId: 0n, warnings, status, info: '', error: null, rows };
  }

  #error(payload: Buffer): TerminalPacket {
    const error = decodeError(payload);
    return { kind: 'error', affectedRows: 0n, lastInsertId: 0n, warnings: 0, status: 0, info: '', error };
  }

  #statusless(kind: 'ok' | 'localInfile', info: string): TerminalPacket {
    const status = this.#status;
    return { kind, affectedRows: 0n, lastInsertId: 0n, warnings: 0, status, info, error: null };
  }

  /** Keeps the bytes from `at` until more come; what is before them goes out. */
  #hold(chunk: Buffer, at: number, sink: ScanSink): null {
    this.#skip = 0;
    this.#held = at === 0 ? chunk : Buffer.from(chunk.subarray(at));
    if (at > 0) sink.data(chunk.subarray(0, at), false);
    return null;
  }

  #end(chunk: Buffer, at: number, endAt: number, terminal: TerminalPacket, sink: ScanSink): Buffer | null {
    this.#state = State.idle;
    this.#skip = 0;
    const whole = endAt === chunk.length;
    sink.end(whole ? chunk : chunk.subarray(0, endAt), at, terminal);
    return whole ? null : chunk.subarray(endAt);
  }
}

function eofStatus(chunk: Buffer, at: number, size: number): number {
  if (size < 5) throw malformedPacket();
  return (chunk[at + 3] ?? 0) | ((chunk[at + 4] ?? 0) << 8);
}

function columnCount(chunk: Buffer, at: number, size: number, first: number): number {
  const wide = first === 0xfc && size >= 3;
  if (!wide && first >= 0xfb) throw broken('a column count that is none');
  const count = wide ? (chunk[at + 1] ?? 0) | ((chunk[at + 2] ?? 0) << 8) : first;
  if (count === 0) throw broken('a column count that is none');
  return count;
}
