// Packets: a 3-byte length, a sequence number, at most 2^24-1 bytes. Splitting what comes in, framing what goes out.
import { SqlError } from '../errors/sql-error.ts';

/** Largest payload of one packet; a packet of exactly this size is continued by the next. */
export const packetPayloadMax = 0xffffff;

/** Bytes of a packet header. */
export const packetHeaderBytes = 4;

/** ER_NET_PACKETS_OUT_OF_ORDER. */
export function packetsOutOfOrder(): SqlError {
  return new SqlError(1156, '08S01', 'Got packets out of order');
}

/** ER_NET_PACKET_TOO_LARGE. */
export function packetTooLarge(): SqlError {
  return new SqlError(1153, '08S01', "Got a packet bigger than 'max_allowed_packet' bytes");
}

/** One logical packet as it came. Both buffers may share memory with the chunks they came in. */
export interface Frame {
  /** The packets with their headers. */
  readonly packets: Buffer;
  /** Their joined bodies. */
  readonly payload: Buffer;
  /** Sequence number of the last of the packets. */
  readonly lastSequence: number;
}

const none = Buffer.alloc(0);

/**
 * Takes chunks of a stream, gives logical packets. A packet that arrives whole in one chunk is not copied. Memory grows
 * with the bytes received, never with the length a header announces. After a throw the stream is unusable.
 */
export class PacketFramer {
  #payloadBytesMax: number;
  #bytes: Buffer = none;
  #start = 0;
  #end = 0;
  // Of the packet that begins at #start: headers looked at so far, where the next one is expected, payload seen.
  #nextHeader = 0;
  #payloadBytes = 0;
  #parts = 0;
  #complete = false;
  #owned = false;
  #expected = 0;
  #answer = 1;

  constructor(payloadBytesMax: number) {
    this.#payloadBytesMax = payloadBytesMax;
  }

  /** Bytes received and not yet taken. */
  get buffered(): number {
    return this.#end - this.#start;
  }

  /** Sequence number of an answer to the packet whose header was seen last. */
  get answerSequence(): number {
    return this.#answer;
  }

  /** Changes the limit for packets not begun yet. */
  setPayloadMax(bytes: number): void {
    this.#payloadBytesMax = bytes;
  }

  /** Sequence number that the next logical packet must begin with; 0 for a new command. */
  expect(sequence: number): void {
    this.#expected = sequence & 0xff;
  }

  push(chunk: Buffer): void {
    if (this.#start === this.#end) {
      this.#bytes = chunk;
      this.#start = 0;
      this.#end = chunk.length;
      this.#nextHeader = 0;
      this.#owned = false;
      return;
    }
    this.#append(chunk);
  }

  /**
   * The next logical packet when it is complete, else null. Throws SqlError 1153 when it is larger than allowed (as soon
   * as a header says so), 1156 when a sequence number is not the expected one.
   */
  take(): Frame | null {
    this.#scan();
    if (!this.#complete) return null;
    const wholeChunk = this.#start === 0 && this.#nextHeader === this.#bytes.length;
    const packets = wholeChunk ? this.#bytes : this.#bytes.subarray(this.#start, this.#nextHeader);
    const lastSequence = (this.#expected + this.#parts - 1) & 0xff;
    const payload =
      this.#parts === 1 ? packets.subarray(packetHeaderBytes) : joinPayload(packets, this.#payloadBytes);
    this.#start = this.#nextHeader;
    this.#payloadBytes = 0;
    this.#parts = 0;
    this.#complete = false;
    if (this.#start === this.#end) this.#reset();
    return { packets, payload, lastSequence };
  }

  /** Drops what was received and not taken, and gives it back (bytes that came before a TLS upgrade). */
  clear(): Buffer {
    const rest = this.#bytes.subarray(this.#start, this.#end);
    this.#reset();
    return rest;
  }

  #reset(): void {
    this.#bytes = none;
    this.#start = 0;
    this.#end = 0;
    this.#nextHeader = 0;
    this.#payloadBytes = 0;
    this.#parts = 0;
    this.#complete = false;
    this.#owned = false;
  }

  #scan(): void {
    const bytes = this.#bytes;
    while (!this.#complete && this.#nextHeader + packetHeaderBytes <= this.#end) {
      const at = this.#nextHeader;
      const length = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
      this.#answer = ((bytes[at + 3] ?? 0) + 1) & 0xff;
      if (bytes[at + 3] !== ((this.#expected + this.#parts) & 0xff)) throw packetsOutOfOrder();
      if (this.#payloadBytes + length > this.#payloadBytesMax) throw packetTooLarge();
      const bodyEnd = at + packetHeaderBytes + length;
      if (bodyEnd > this.#end) return;
      this.#payloadBytes += length;
      this.#parts += 1;
      this.#nextHeader = bodyEnd;
      this.#complete = length < packetPayloadMax;
    }
  }

  /** Joins a packet that came in several chunks, in a buffer of our own that doubles. */
  #append(chunk: Buffer): void {
    const used = this.#end - this.#start;
    const needed = used + chunk.length;
    if (!this.#owned || this.#start + needed > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#owned ? used * 2 : needed));
      this.#bytes.copy(grown, 0, this.#start, this.#end);
      this.#nextHeader -= this.#start;
      this.#bytes = grown;
      this.#start = 0;
      this.#end = used;
      this.#owned = true;
    }
    chunk.copy(this.#bytes, this.#end);
    this.#end += chunk.length;
  }
}

function joinPayload(packets: Buffer, payloadBytes: number): Buffer {
  const payload = Buffer.allocUnsafeSlow(payloadBytes);
  let from = 0;
  let to = 0;
  while (from < packets.length) {
    const length = packets.readUIntLE(from, 3);
    packets.copy(payload, to, from + packetHeaderBytes, from + packetHeaderBytes + length);
    from += packetHeaderBytes + length;
    to += length;
  }
  return payload;
}

/** Packets a payload of that size takes; a multiple of 2^24-1 is followed by an empty packet. */
export function packetCount(payloadBytes: number): number {
  return Math.floor(payloadBytes / packetPayloadMax) + 1;
}

/** Writes the packets of one payload at `offset`; returns the offset behind them. The caller made room. */
function writePackets(target: Buffer, offset: number, payload: Uint8Array, sequence: number): number {
  let at = offset;
  let from = 0;
  let next = sequence;
  for (;;) {
    const length = Math.min(payload.length - from, packetPayloadMax);
    target.writeUIntLE(length, at, 3);
    target[at + 3] = next & 0xff;
    at += packetHeaderBytes;
    target.set(from === 0 && length === payload.length ? payload : payload.subarray(from, from + length), at);
    at += length;
    from += length;
    next += 1;
    if (length < packetPayloadMax) return at;
  }
}

/** The payload as packets with headers, the first numbered `sequence`. */
export function frame(payload: Uint8Array, sequence: number): Buffer {
  const bytes = Buffer.allocUnsafe(payload.length + packetCount(payload.length) * packetHeaderBytes);
  writePackets(bytes, 0, payload, sequence);
  return bytes;
}

/** Several payloads as packets in one buffer, and the sequence number of what comes next. */
export function frameAll(
  payloads: readonly Uint8Array[],
  sequence: number,
): { readonly bytes: Buffer; readonly nextSequence: number } {
  let size = 0;
  for (const payload of payloads) size += payload.length + packetCount(payload.length) * packetHeaderBytes;
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  let next = sequence;
  for (const payload of payloads) {
    at = writePackets(bytes, at, payload, next);
    next = (next + packetCount(payload.length)) & 0xff;
  }
  return { bytes, nextSequence: next };
}
