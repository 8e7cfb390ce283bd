// Sorted streams into one: a k-way merge that compares the bytes of the key columns where they stand.
import type { SortKey } from '../../plan/nodes.ts';
import { Heap } from '../../util/heap.ts';
import type { ColumnDefinition } from '../../value/column-definition.ts';
import { type CellComparator, comparatorOf } from '../../value/comparators.ts';
import type { RowView } from '../../value/row-view.ts';
import { type ClientSide, ClientWriter } from './client-writer.ts';
import type { RowStream } from './row-stream.ts';
import { type RowFormat, rowView } from './row-views.ts';
import type { RowWindow } from './row-window.ts';

const batchRowsMax = 512;
const batchBytesMax = 128 * 1024;

/** Rows of one shard in the order of the keys. */
export interface SortedRows {
  readonly stream: Pick<RowStream, 'next'>;
}

interface Source {
  readonly index: number;
  readonly read: SortedRows;
  /** On the row that is next. */
  readonly view: RowView;
  batch: Buffer[];
  at: number;
}

interface Key {
  readonly column: number;
  readonly sign: number;
  readonly compare: CellComparator;
}

/** `shape` turns the row in the view into what the client sees. Stops reading when the window is full. */
export async function mergeSorted(
  execution: ClientSide & { readonly statement: { readonly format: RowFormat } },
  reads: readonly SortedRows[],
  columns: readonly ColumnDefinition[],
  keys: readonly SortKey[],
  window: RowWindow,
  shape: (view: RowView) => Buffer,
): Promise<void> {
  const { format } = execution.statement;
  const order = rowOrder(keysOf(keys, columns, format));
  const heap = new Heap<Source>((a, b) => {
    const difference = order(a.view, b.view);
    return difference !== 0 ? difference < 0 : a.index < b.index;
  });
  for (const [index, read] of reads.entries()) {
    const source: Source = { index, read, view: rowView(format, columns), batch: [], at: 0 };
    if (await advance(source)) heap.push(source);
  }
  const out = new OutBatch(new ClientWriter(execution));
  for (let top = heap.peek(); top !== undefined && !window.full; top = heap.peek()) {
    if (window.take()) {
      const waiting = out.add(shape(top.view));
      if (waiting !== null) await waiting;
    }
    if (step(top)) {
      heap.settleTop();
      continue;
    }
    const waiting = out.flush();
    if (waiting !== null) await waiting;
    if (await advance(top)) heap.settleTop();
    else heap.pop();
  }
  await out.flush();
}

/** The next row of the batch at hand, without a promise. */
function step(source: Source): boolean {
  const row = source.batch[++source.at];
  if (row === undefined) return false;
  source.view.load(row);
  return true;
}

/** The first row of the next batch; false after the last. */
async function advance(source: Source): Promise<boolean> {
  const batch = await source.read.stream.next();
  const row = batch?.[0];
  if (batch === null || row === undefined) return false;
  source.batch = batch;
  source.at = 0;
  source.view.load(row);
  return true;
}

function keysOf(
  keys: readonly SortKey[],
  columns: readonly ColumnDefinition[],
  format: RowFormat,
): readonly Key[] {
  return keys.map((key) => {
    const column = columns[key.column];
    if (column === undefined) throw new Error(`assertion failed: sort key column ${key.column}`);
    return {
      column: key.column,
      sign: key.descending ? -1 : 1,
      compare: comparatorOf(key.compare, key.padHex, column, format),
    };
  });
}

/** NULL is lowest. */
function rowOrder(keys: readonly Key[]): (a: RowView, b: RowView) => number {
  return (a, b) => {
    for (const { column, sign, compare } of keys) {
      const aNull = a.isNull(column);
      const bNull = b.isNull(column);
      if (aNull || bNull) {
        if (aNull !== bNull) return aNull ? -sign : sign;
        continue;
      }
      const difference = compare(
        a.payload,
        a.start(column),
        a.end(column),
        b.payload,
        b.start(column),
        b.end(column),
      );
      if (difference !== 0) return difference * sign;
    }
    return 0;
  };
}

/** Rows gather until a batch is worth a write. */
class OutBatch {
  readonly #writer: ClientWriter;
  #rows: Buffer[] = [];
  #bytes = 0;

  constructor(writer: ClientWriter) {
    this.#writer = writer;
  }

  add(row: Buffer): Promise<void> | null {
    this.#rows.push(row);
    this.#bytes += row.length;
    return this.#rows.length < batchRowsMax && this.#bytes < batchBytesMax ? null : this.flush();
  }

  flush(): Promise<void> | null {
    const rows = this.#rows;
    this.#rows = [];
    this.#bytes = 0;
    return this.#writer.write(rows);
  }
}
