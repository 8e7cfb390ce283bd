// Builds packets: a growing buffer with the integers and strings of the client/server protocol.

/** Bytes a length-encoded integer takes. */
export function lenencBytes(value: number): number {
  if (value < 0xfb) return 1;
  if (value < 0x10000) return 3;
  return value < 0x1000000 ? 4 : 9;
}

/** Writes a length-encoded integer (safe, non-negative) at `offset`; the caller made room. Returns the offset behind it. */
export function writeLenenc(target: Buffer, offset: number, value: number): number {
  if (value < 0xfb) {
    target[offset] = value;
    return offset + 1;
  }
  if (value < 0x10000) {
    target[offset] = 0xfc;
    return target.writeUInt16LE(value, offset + 1);
  }
  if (value < 0x1000000) {
    target[offset] = 0xfd;
    return target.writeUIntLE(value, offset + 1, 3);
  }
  target[offset] = 0xfe;
  return target.writeBigUInt64LE(BigInt(value), offset + 1);
}

/** Appends; `finish` returns what was written. Calls chain. */
export class ByteWriter {
  #bytes: Buffer;
  #at = 0;

  constructor(capacity = 128) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.#at;
  }

  u8(value: number): this {
    this.#room(1);
    this.#at = this.#bytes.writeUInt8(value & 0xff, this.#at);
    return this;
  }

  u16(value: number): this {
    this.#room(2);
    this.#at = this.#bytes.writeUInt16LE(value & 0xffff, this.#at);
    return this;
  }

  u24(value: number): this {
    this.#room(3);
    this.#at = this.#bytes.writeUIntLE(value & 0xffffff, this.#at, 3);
    return this;
  }

  u32(value: number): this {
    this.#room(4);
    this.#at = this.#bytes.writeUInt32LE(value >>> 0, this.#at);
    return this;
  }

  u64(value: bigint): this {
    this.#room(8);
    this.#at = this.#bytes.writeBigUInt64LE(BigInt.asUintN(64, value), this.#at);
    return this;
  }

  f32(value: number): this {
    this.#room(4);
    this.#at = this.#bytes.writeFloatLE(value, this.#at);
    return this;
  }

  f64(value: number): this {
    this.#room(8);
    this.#at = this.#bytes.writeDoubleLE(value, this.#at);
    return this;
  }

  zeros(count: number): this {
    this.#room(count);
    this.#bytes.fill(0, this.#at, this.#at + count);
    this.#at += count;
    return this;
  }

  lenenc(value: number): this {
    this.#room(9);
    this.#at = writeLenenc(this.#bytes, this.#at, value);
    return this;
  }

  /** Length-encoded integer of any 64-bit value. */
  lenencBig(value: bigint): this {
    if (value < 0x1000000n) return this.lenenc(Number(value));
    return this.u8(0xfe).u64(value);
  }

  bytes(value: Uint8Array): this {
    this.#room(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
    return this;
  }

  text(value: string, encoding: 'utf8' | 'latin1' = 'utf8'): this {
    const count = Buffer.byteLength(value, encoding);
    this.#room(count);
    this.#at += this.#bytes.write(value, this.#at, encoding);
    return this;
  }

  nulText(value: string): this {
    return this.text(value).u8(0);
  }

  lenencBytes(value: Uint8Array): this {
    return this.lenenc(value.length).bytes(value);
  }

  lenencText(value: string, encoding: 'utf8' | 'latin1' = 'utf8'): this {
    return this.lenenc(Buffer.byteLength(value, encoding)).text(value, encoding);
  }

  /** Overwrites one byte written before. */
  patch(offset: number, value: number): this {
    this.#bytes[offset] = value;
    return this;
  }

  /** Sets a bit of a byte written before (null bitmaps). */
  setBit(offset: number, bit: number): this {
    this.#bytes[offset] = (this.#bytes[offset] ?? 0) | (1 << bit);
    return this;
  }

  finish(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  #room(count: number): void {
    const needed = this.#at + count;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#at);
    this.#bytes = grown;
  }
}
