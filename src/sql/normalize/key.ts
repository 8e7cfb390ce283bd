// Builds a plan key byte by byte, in a buffer that is used again and again.
import type { SqlText } from '../mode.ts';
import { internKey } from './intern.ts';

/** `Int32Array` steps. */
const wordBytes = 4;

/** A larger buffer is given up when the next key is shorter. */
const bytesKept = 1 << 18;

/** Pieces longer than this are copied by the runtime, whose call costs as much as a loop over so many bytes. */
const loopBytesMax = 48;

/** Bytes, not concatenated slices: those cost 230 ns once a Map hashes them, because V8 flattens them then (34 bytes). */
export class KeyBuilder {
  private bytes: Buffer = Buffer.allocUnsafeSlow(1024);
  private words: Int32Array = new Int32Array(this.bytes.buffer);
  private length = 0;

  reset(): void {
    if (this.bytes.length > bytesKept && this.length <= bytesKept) this.use(Buffer.allocUnsafeSlow(1024));
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
    this.reserve(wordBytes);
    const { bytes, length } = this;
    for (let i = 0; i < wordBytes; i += 1) bytes[length + i] = 0;
    return internKey(bytes, this.words, length, null);
  }

  private reserve(size: number): void {
    const needed = this.length + size;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow((needed * 2 + wordBytes) & -wordBytes);
    this.bytes.copy(larger, 0, 0, this.length);
    this.use(larger);
  }

  private use(bytes: Buffer): void {
    this.bytes = bytes;
    this.words = new Int32Array(bytes.buffer);
  }
}
