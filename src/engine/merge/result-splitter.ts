// The bytes of one result as its columns and rows, for whoever looks into them.
import { ByteReader } from '../../value/byte-reader.ts';
import { decodeColumnDefinition } from '../../value/column-codec.ts';
import type { ColumnDefinition } from '../../value/column-definition.ts';
import { PacketSplitter } from './packet-splitter.ts';

type Phase = 'count' | 'definitions' | 'end';

/**
 *     chunks -> packets -> [column count][definitions...][EOF] -> columns, then every packet is a row
 *
 * `columns` is called once, before the first row. Payloads of rows are views that stay valid.
 */
export class ResultSplitter {
  readonly #splitter = new PacketSplitter((payload) => this.#head(payload));
  readonly #onColumns: (columns: readonly ColumnDefinition[]) => void;
  readonly #onRow: (payload: Buffer) => void;
  readonly #columns: ColumnDefinition[] = [];
  #phase: Phase = 'count';
  #columnCount = 0;

  constructor(onColumns: (columns: readonly ColumnDefinition[]) => void, onRow: (payload: Buffer) => void) {
    this.#onColumns = onColumns;
    this.#onRow = onRow;
  }

  /** Bytes in front of the terminal packet; none of it. Throws SqlError when they are not the protocol's. */
  push(chunk: Buffer): void {
    if (chunk.length > 0) this.#splitter.push(chunk);
  }

  #head(payload: Buffer): void {
    switch (this.#phase) {
      case 'count':
        this.#columnCount = new ByteReader(payload).lenenc();
        this.#phase = 'definitions';
        break;
      case 'definitions':
        this.#columns.push(decodeColumnDefinition(payload));
        if (this.#columns.length === this.#columnCount) this.#phase = 'end';
        break;
      case 'end':
        this.#splitter.onPayload = this.#onRow;
        this.#onColumns(this.#columns);
        break;
    }
  }
}
