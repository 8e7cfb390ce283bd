// Builds a plan key byte by byte, in a buffer that is used again and again.

import type { SqlText } from './mode.ts';

/** A larger buffer is given up when the next key is shorter. */
const bytesKept = 1 << 18;

/** Pieces longer than this are copied by the runtime, whose call costs as much as a loop over so many bytes. */
const loopBytesMax = 48;

/**
 * One string made at the end costs 65 ns; concatenated slices cost 230 ns once a Map hashes them, because V8 must
 * flatten them first (Node 20, 34 bytes).
 */
export class KeyBuilder {
  private bytes: Buffer = Buffer.alloc(1024);
  private length = 0;

  reset(): void {
    if (this.bytes.length > bytesKept && this.length <= bytesKept) this.bytes = Buffer.alloc(1024);
    this.length = 0;
  }

  /** Appends `text[start, end)`, whose bytes are `bytes`. */
  copy(text: SqlText, bytes: Uint8Array, start: number, end: number): void {
    const size = end - start;
    this.reserve(size);
    const { length } = this;
    const target = this.bytes;
    if (size <= loopBytesMax)
      for (let i = 0; i < size; i += 1) target[length + i] = bytes[start + i] as number;
    else target.write(text.slice(start, end), length, 'latin1');
    this.length = length + size;
  }

  /** Appends a byte. */
  byte(code: number): void {
    this.reserve(1);
    this.bytes[this.length] = code;
    this.length += 1;
  }

  /** Appends a non-negative integer in decimal digits. */
  number(value: number): void {
    if (value >= 10) this.number(Math.floor(value / 10));
    this.byte(0x30 + (value % 10));
  }

  /** The key so far. */
  take(): string {
    return this.bytes.toString('latin1', 0, this.length);
  }

  private reserve(size: number): void {
    const needed = this.length + size;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.alloc(needed * 2);
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}
