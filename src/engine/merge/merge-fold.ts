// One row of aggregates out of one row per shard, exactly: integers and decimals as BigInt, least and greatest by bytes.
import type { FoldColumn } from '../../plan/nodes.ts';
import { present } from '../../util/assert.ts';
import { encodeBinaryRow } from '../../value/binary-row.ts';
import type { ColumnDefinition } from '../../value/column-definition.ts';
import { comparatorOf } from '../../value/comparators.ts';
import { addDecimals, parseDecimal, printDecimal } from '../../value/decimal.ts';
import { encodeTextRow } from '../../value/text-row.ts';
import { type RowFormat, rowView } from './row-views.ts';
import type { ShardRead } from './shard-reads.ts';

/** The row the client gets. Every shard must answer exactly one row. */
export async function foldRows(
  reads: readonly ShardRead[],
  columns: readonly ColumnDefinition[],
  folds: readonly FoldColumn[],
  format: RowFormat,
): Promise<Buffer> {
  const rows: Buffer[] = [];
  for (const read of reads) {
    for (let batch = await read.stream.next(); batch !== null; batch = await read.stream.next())
      rows.push(...batch);
  }
  if (rows.length !== reads.length) {
    throw new Error(`assertion failed: ${reads.length} rows to fold, got ${rows.length}`);
  }
  const cells = columns.map((column, i) => {
    const fold = present(folds[i], 'a fold per column');
    return foldColumn(rows, columns, i, column, fold, format);
  });
  return format === 'text' ? encodeTextRow(cells) : encodeBinaryRow(columns, cells);
}

/** Cell text (as MySQL prints it), null for NULL. */
function foldColumn(
  rows: readonly Buffer[],
  columns: readonly ColumnDefinition[],
  index: number,
  column: ColumnDefinition,
  fold: FoldColumn,
  format: RowFormat,
): Buffer | null {
  switch (fold.fold) {
    case 'sum':
      return sum(cellTexts(rows, columns, index, format));
    case 'bitAnd':
    case 'bitOr':
    case 'bitXor':
      return bits(cellTexts(rows, columns, index, format), fold.fold);
    case 'min':
    case 'max':
      return extreme(rows, columns, index, column, fold, format);
  }
}

/** The cells that are not NULL, as text. */
function cellTexts(
  rows: readonly Buffer[],
  columns: readonly ColumnDefinition[],
  index: number,
  format: RowFormat,
): string[] {
  const view = rowView(format, columns);
  const texts: string[] = [];
  for (const row of rows) {
    view.load(row);
    const text = view.text(index);
    if (text !== null) texts.push(text);
  }
  return texts;
}

function sum(texts: readonly string[]): Buffer | null {
  if (texts.length === 0) return null;
  let total = { unscaled: 0n, scale: 0 };
  for (const text of texts)
    total = addDecimals(total, present(parseDecimal(text), `a sum of exact numbers, not ${text}`));
  return Buffer.from(printDecimal(total), 'latin1');
}

function bits(texts: readonly string[], fold: 'bitAnd' | 'bitOr' | 'bitXor'): Buffer {
  let value = fold === 'bitAnd' ? 0xffffffffffffffffn : 0n;
  for (const text of texts) {
    const other = BigInt(text);
    if (fold === 'bitAnd') value &= other;
    else if (fold === 'bitOr') value |= other;
    else value ^= other;
  }
  return Buffer.from(String(value), 'latin1');
}

function extreme(
  rows: readonly Buffer[],
  columns: readonly ColumnDefinition[],
  index: number,
  column: ColumnDefinition,
  fold: FoldColumn,
  format: RowFormat,
): Buffer | null {
  const compare = comparatorOf(fold.compare, null, column, format);
  const sign = fold.fold === 'min' ? 1 : -1;
  const best = rowView(format, columns);
  const view = rowView(format, columns);
  let found = false;
  for (const row of rows) {
    view.load(row);
    if (view.isNull(index)) continue;
    const order = found
      ? compare(
          view.payload,
          view.start(index),
          view.end(index),
          best.payload,
          best.start(index),
          best.end(index),
        )
      : -sign;
    if (order * sign < 0) best.load(row);
    found = true;
  }
  const text = found ? best.text(index) : null;
  return text === null ? null : Buffer.from(text, 'latin1');
}
