// Rows of the text protocol: every cell is a length-prefixed string or NULL.
import { malformedPacket } from './byte-reader.ts';
import { lenencBytes, writeLenenc } from './byte-writer.ts';
import type { RowView } from './row-view.ts';

const nullCell = 0xfb;
const empty = Buffer.alloc(0);

export class TextRow implements RowView {
  readonly columnCount: number;
  payload: Buffer = empty;
  // -1 marks NULL.
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;

  constructor(columnCount: number) {
    this.columnCount = columnCount;
    this.#starts = new Int32Array(columnCount);
    this.#ends = new Int32Array(columnCount);
  }

  load(payload: Buffer): void {
    this.payload = payload;
    let at = 0;
    for (let column = 0; column < this.columnCount; column += 1) {
      let length = payload[at] ?? 0xff;
      at += 1;
      if (length === nullCell) {
        this.#starts[column] = -1;
        this.#ends[column] = -1;
        continue;
      }
      if (length > nullCell) {
        const width = length === 0xfc ? 2 : length === 0xfd ? 3 : length === 0xfe ? 8 : 0;
        if (width === 0 || at + width > payload.length) throw malformedPacket();
        // Cells end below 2^32: the upper half of an 8-byte length must be zero.
        length = width === 8 ? payload.readUInt32LE(at) : payload.readUIntLE(at, width);
        if (width === 8 && payload.readUInt32LE(at + 4) !== 0) throw malformedPacket();
        at += width;
      }
      if (length > payload.length - at) throw malformedPacket();
      this.#starts[column] = at;
      at += length;
      this.#ends[column] = at;
    }
    if (at !== payload.length) throw malformedPacket();
  }

  isNull(column: number): boolean {
    return this.#starts[column] === -1;
  }

  start(column: number): number {
    return Math.max(this.#starts[column] ?? 0, 0);
  }

  end(column: number): number {
    return Math.max(this.#ends[column] ?? 0, 0);
  }

  slice(column: number): Buffer | null {
    return this.isNull(column) ? null : this.payload.subarray(this.#starts[column], this.#ends[column]);
  }

  text(column: number): string | null {
    return this.isNull(column) ? null : this.payload.toString('latin1', this.start(column), this.end(column));
  }

  integer(column: number): bigint | null {
    const text = this.text(column);
    if (text === null) return null;
    if (!/^-?\d+$/.test(text)) throw malformedPacket();
    return BigInt(text);
  }

  double(column: number): number | null {
    const text = this.text(column);
    return text === null ? null : Number(text);
  }
}

/** Payload of a text row from its cells (bytes as MySQL prints them, null for NULL). */
export function encodeTextRow(cells: readonly (Uint8Array | null)[]): Buffer {
  let size = 0;
  for (const cell of cells) size += cell === null ? 1 : lenencBytes(cell.length) + cell.length;
  const payload = Buffer.allocUnsafe(size);
  let at = 0;
  for (const cell of cells) {
    if (cell === null) {
      payload[at] = nullCell;
      at += 1;
      continue;
    }
    at = writeLenenc(payload, at, cell.length);
    payload.set(cell, at);
    at += cell.length;
  }
  return payload;
}
