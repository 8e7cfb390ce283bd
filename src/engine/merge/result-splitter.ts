// The bytes of one relayed result as its columns and rows, for sinks that look into it.
import { ByteReader } from '../../value/byte-reader.ts';
import { decodeColumnDefinition } from '../../value/column-codec.ts';
import type { ColumnDefinition } from '../../value/column-definition.ts';
import { PacketSplitter } from './packet-splitter.ts';

type Phase = 'count' | 'definitions' | 'definitionsEnd' | 'rows';

/** `columns` is called once, before the first row. Payloads of rows are views that stay valid. */
export class ResultSplitter {
  readonly #splitter = new PacketSplitter((payload) => this.#packet(payload));
  readonly #onColumns: (columns: readonly ColumnDefinition[]) => void;
  readonly #onRow: (payload: Buffer) => void;
  readonly #columns: ColumnDefinition[] = [];
  #phase: Phase = 'count';
  #columnCount = 0;

  constructor(onColumns: (columns: readonly ColumnDefinition[]) => void, onRow: (payload: Buffer) => void) {
    this.#onColumns = onColumns;
    this.#onRow = onRow;
  }

  /** Bytes in front of the terminal packet; none of it. */
  push(chunk: Buffer): void {
    if (chunk.length > 0) this.#splitter.push(chunk);
  }

  #packet(payload: Buffer): void {
    switch (this.#phase) {
      case 'count':
        this.#columnCount = new ByteReader(payload).lenenc();
        this.#phase = 'definitions';
        break;
      case 'definitions':
        this.#columns.push(decodeColumnDefinition(payload));
        if (this.#columns.length === this.#columnCount) this.#phase = 'definitionsEnd';
        break;
      case 'definitionsEnd':
        this.#phase = 'rows';
        this.#onColumns(this.#columns);
        break;
      case 'rows':
        this.#onRow(payload);
        break;
    }
  }
}
