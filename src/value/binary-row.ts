// Rows of the binary protocol (prepared statements): a null bitmap, then values by column type.
import { ByteReader, malformedPacket } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { type ColumnDefinition, ColumnFlag, FieldType } from './column-definition.ts';
import type { RowView } from './row-view.ts';
import { dateTimeText, encodeDateTime, encodeTime, timeText } from './temporal-codec.ts';

const empty = Buffer.alloc(0);

/** Bytes of a fixed-width type; 0: one length byte (temporal types); -1: length-encoded. */
export function binaryWidth(type: number): number {
  switch (type) {
    case FieldType.tiny:
      return 1;
    case FieldType.short:
    case FieldType.year:
      return 2;
    case FieldType.long:
    case FieldType.int24:
    case FieldType.float:
      return 4;
    case FieldType.longLong:
    case FieldType.double:
      return 8;
    case FieldType.date:
    case FieldType.newDate:
    case FieldType.dateTime:
    case FieldType.timestamp:
    case FieldType.time:
      return 0;
    default:
      return -1;
  }
}

function isIntegerType(type: number): boolean {
  return binaryWidth(type) > 0 && type !== FieldType.float && type !== FieldType.double;
}

function doubleText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

export class BinaryRow implements RowView {
  readonly columnCount: number;
  readonly #columns: readonly ColumnDefinition[];
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  payload: Buffer = empty;

  constructor(columns: readonly ColumnDefinition[]) {
    this.#columns = columns;
    this.columnCount = columns.length;
    this.#starts = new Int32Array(columns.length);
    this.#ends = new Int32Array(columns.length);
  }

  load(payload: Buffer): void {
    this.payload = payload;
    const reader = new ByteReader(payload);
    if (reader.u8() !== 0) throw malformedPacket();
    // The row's bitmap leaves its first two bits unused.
    const bitmap = reader.take((this.columnCount + 9) >> 3);
    for (let column = 0; column < this.columnCount; column += 1) {
      const bit = column + 2;
      if (((payload[bitmap + (bit >> 3)] ?? 0) & (1 << (bit & 7))) !== 0) {
        this.#starts[column] = -1;
        this.#ends[column] = -1;
        continue;
      }
      const width = binaryWidth(this.#columns[column]?.type ?? FieldType.null);
      const length = width > 0 ? width : width === 0 ? reader.u8() : reader.lenenc();
      const start = reader.take(length);
      this.#starts[column] = start;
      this.#ends[column] = start + length;
    }
    if (reader.left !== 0) throw malformedPacket();
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
    const value = this.slice(column);
    const definition = this.#columns[column];
    if (value === null || definition === undefined) return null;
    switch (definition.type) {
      case FieldType.float:
      case FieldType.double:
        return doubleText(this.double(column) ?? 0);
      case FieldType.date:
      case FieldType.newDate:
        return dateTimeText(value, true, 0);
      case FieldType.dateTime:
      case FieldType.timestamp:
        return dateTimeText(value, false, definition.decimals);
      case FieldType.time:
        return timeText(value, definition.decimals);
      default:
        return isIntegerType(definition.type) ? String(this.integer(column)) : value.toString('latin1');
    }
  }

  integer(column: number): bigint | null {
    const value = this.slice(column);
    const definition = this.#columns[column];
    if (value === null || definition === undefined) return null;
    const unsigned = (definition.flags & ColumnFlag.unsigned) !== 0 || definition.type === FieldType.year;
    if (!isIntegerType(definition.type)) {
      const text = value.toString('latin1');
      if (!/^-?\d+$/.test(text)) throw malformedPacket();
      return BigInt(text);
    }
    if (value.length === 8) return unsigned ? value.readBigUInt64LE() : value.readBigInt64LE();
    return BigInt(unsigned ? value.readUIntLE(0, value.length) : value.readIntLE(0, value.length));
  }

  double(column: number): number | null {
    const value = this.slice(column);
    const type = this.#columns[column]?.type;
    if (value === null || type === undefined) return null;
    if (type === FieldType.double) return value.readDoubleLE();
    if (type === FieldType.float) return value.readFloatLE();
    return isIntegerType(type) ? Number(this.integer(column)) : Number(value.toString('latin1'));
  }
}

function writeBinaryCell(writer: ByteWriter, type: number, cell: Uint8Array): void {
  const width = binaryWidth(type);
  if (width === -1) {
    writer.lenencBytes(cell);
    return;
  }
  const text = Buffer.from(cell.buffer, cell.byteOffset, cell.length).toString('latin1');
  if (width === 0) {
    writer.bytes(type === FieldType.time ? encodeTime(text) : encodeDateTime(text));
  } else if (type === FieldType.double) {
    writer.f64(Number(text));
  } else if (type === FieldType.float) {
    writer.f32(Number(text));
  } else {
    if (!/^-?\d+$/.test(text)) throw malformedPacket();
    const value = BigInt(text);
    if (width === 8) writer.u64(value);
    else
      for (let shift = 0; shift < width; shift += 1) writer.u8(Number((value >> BigInt(8 * shift)) & 0xffn));
  }
}

/**
 * Payload of a binary row from cells in text form (as MySQL prints them). Throws SqlError 1835 when a cell's text does
 * not fit its column's type.
 */
export function encodeBinaryRow(
  columns: readonly ColumnDefinition[],
  cells: readonly (Uint8Array | null)[],
): Buffer {
  const bitmapBytes = (columns.length + 9) >> 3;
  const writer = new ByteWriter(64).zeros(1 + bitmapBytes);
  columns.forEach((column, index) => {
    const cell = cells[index] ?? null;
    if (cell === null) writer.setBit(1 + ((index + 2) >> 3), (index + 2) & 7);
    else writeBinaryCell(writer, column.type, cell);
  });
  return writer.finish();
}
