// Reads the integers and strings of the client/server protocol from bytes, bounds checked.
import { SqlError } from '../errors/sql-error.ts';

/** ER_MALFORMED_PACKET, worded as MySQL words it. */
export function malformedPacket(): SqlError {
  return new SqlError(1835, 'HY000', 'Malformed communication packet.');
}

/**
 * A position in `bytes`. Every read checks the bounds and throws `malformedPacket()` beyond them, so a decoder built
 * from these calls can neither crash nor read foreign memory. Returned buffers are views, never copies.
 */
export class ByteReader {
  readonly bytes: Buffer;
  readonly end: number;
  at: number;

  constructor(bytes: Buffer, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get left(): number {
    return this.end - this.at;
  }

  /** Offset of the next `count` bytes, which are consumed. */
  take(count: number): number {
    const start = this.at;
    if (count < 0 || count > this.end - start) throw malformedPacket();
    this.at = start + count;
    return start;
  }

  u8(): number {
    return this.bytes.readUInt8(this.take(1));
  }

  u16(): number {
    return this.bytes.readUInt16LE(this.take(2));
  }

  u24(): number {
    return this.bytes.readUIntLE(this.take(3), 3);
  }

  u32(): number {
    return this.bytes.readUInt32LE(this.take(4));
  }

  u64(): bigint {
    return this.bytes.readBigUInt64LE(this.take(8));
  }

  /** Length-encoded integer, exact. NULL (0xfb) and 0xff are malformed here. */
  lenencBig(): bigint {
    const first = this.u8();
    if (first < 0xfb) return first === 0 ? 0n : BigInt(first);
    if (first === 0xfc) return BigInt(this.u16());
    if (first === 0xfd) return BigInt(this.u24());
    if (first === 0xfe) return this.u64();
    throw malformedPacket();
  }

  /** Length-encoded integer used as a count or length: anything beyond 2^53 is malformed. */
  lenenc(): number {
    const first = this.u8();
    if (first < 0xfb) return first;
    if (first === 0xfc) return this.u16();
    if (first === 0xfd) return this.u24();
    if (first !== 0xfe) throw malformedPacket();
    const value = this.u64();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw malformedPacket();
    return Number(value);
  }

  slice(count: number): Buffer {
    const start = this.take(count);
    return this.bytes.subarray(start, start + count);
  }

  lenencBytes(): Buffer {
    return this.slice(this.lenenc());
  }

  /** Bytes up to a NUL, which is consumed. */
  nulBytes(): Buffer {
    const nul = this.bytes.indexOf(0, this.at);
    if (nul === -1 || nul >= this.end) throw malformedPacket();
    const found = this.bytes.subarray(this.at, nul);
    this.at = nul + 1;
    return found;
  }

  /** Bytes up to a NUL, or all that is left: some clients omit the last NUL of a packet. */
  nulOrRestBytes(): Buffer {
    const nul = this.bytes.indexOf(0, this.at);
    return nul === -1 || nul >= this.end ? this.rest() : this.nulBytes();
  }

  rest(): Buffer {
    return this.slice(this.left);
  }
}
