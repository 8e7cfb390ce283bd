// Views on rows in the format the client asked for, and rows without their hidden columns.
import { BinaryRow } from '../../value/binary-row.ts';
import type { ColumnDefinition } from '../../value/column-definition.ts';
import type { RowView } from '../../value/row-view.ts';
import { TextRow } from '../../value/text-row.ts';

export type RowFormat = 'text' | 'binary';

export function rowView(format: RowFormat, columns: readonly ColumnDefinition[]): RowView {
  return format === 'text' ? new TextRow(columns.length) : new BinaryRow(columns);
}

/** The row in `view` without its trailing columns from `visible` on. */
export function cutRow(format: RowFormat, view: RowView, visible: number): Buffer {
  return format === 'text' ? cutTextRow(view.payload, visible) : cutBinaryRow(view, visible);
}

function cutTextRow(payload: Buffer, visible: number): Buffer {
  let at = 0;
  for (let column = 0; column < visible; column++) {
    const first = payload[at] ?? 0xfb;
    at++;
    if (first < 0xfb) at += first;
    else if (first === 0xfc) at += 2 + payload.readUInt16LE(at);
    else if (first === 0xfd) at += 3 + payload.readUIntLE(at, 3);
    // The upper half is zero: `load` has checked it.
    else if (first === 0xfe) at += 8 + payload.readUInt32LE(at);
  }
  return payload.subarray(0, at);
}

/** Fewer columns may mean a shorter null bitmap, so the row is put together anew. */
function cutBinaryRow(view: RowView, visible: number): Buffer {
  const valuesFrom = 1 + bitmapBytes(view.columnCount);
  let valuesTo = valuesFrom;
  for (let column = 0; column < visible; column++) {
    if (!view.isNull(column)) valuesTo = view.end(column);
  }
  const bitmap = bitmapBytes(visible);
  const row = Buffer.allocUnsafe(1 + bitmap + valuesTo - valuesFrom);
  view.payload.copy(row, 0, 0, 1 + bitmap);
  const usedBits = (visible + 2) & 7;
  if (usedBits !== 0) row[bitmap] = (row[bitmap] ?? 0) & ((1 << usedBits) - 1);
  view.payload.copy(row, 1 + bitmap, valuesFrom, valuesTo);
  return row;
}

/** Bytes of a binary row's null bitmap: two bits are reserved. */
function bitmapBytes(columns: number): number {
  return (columns + 9) >> 3;
}
