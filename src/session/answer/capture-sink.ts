// A sink that keeps the answer instead of sending it: for values a session needs itself.
import type { Terminal } from '../../backend/contract.ts';
import type { OkResult, ResultSink } from '../../engine/contract.ts';
import type { SqlError } from '../../errors/sql-error.ts';
import type { ColumnDefinition } from '../../value/column-definition.ts';
import { encodeTextRow, TextRow } from '../../value/text-row.ts';
import { decodeResult, type SmallResult } from '../servers/backend-read.ts';

/** Memory grows with the answer: only for statements whose answers are small by nature. */
export class CaptureSink implements ResultSink {
  readonly #chunks: Buffer[] = [];
  #columns: readonly ColumnDefinition[] = [];
  readonly #rows: (readonly (string | null)[])[] = [];
  #composed: SmallResult | null = null;
  #settle: ((error: SqlError | null) => void) | null = null;
  #ended = false;
  #error: SqlError | null = null;
  /** Figures of an OK answer; null for results. */
  okResult: OkResult | null = null;

  /** Resolves at the ending; rejects with the answer's error. */
  result(): Promise<SmallResult> {
    return new Promise((resolve, reject) => {
      const settle = (error: SqlError | null): void => {
        if (error !== null) reject(error);
        else resolve(this.#composed ?? decodeResult(Buffer.concat(this.#chunks)));
      };
      if (this.#ended) settle(this.#error);
      else this.#settle = settle;
    });
  }

  relay(chunk: Buffer): boolean {
    this.#chunks.push(chunk);
    return true;
  }

  relayEnd(chunk: Buffer, _terminalAt: number, terminal: Terminal): void {
    this.#chunks.push(chunk);
    if (terminal.kind === 'ok') this.okResult = terminal;
    this.#end(terminal.error);
  }

  columns(columns: readonly ColumnDefinition[]): void {
    this.#columns = columns;
  }

  rows(payloads: readonly Uint8Array[]): boolean {
    const row = new TextRow(this.#columns.length);
    for (const payload of payloads) {
      row.load(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength));
      this.#rows.push(this.#columns.map((_column, index) => row.text(index)));
    }
    return true;
  }

  end(): void {
    this.#composed = { columns: this.#columns, rows: this.#rows };
    this.#end(null);
  }

  ok(result: OkResult): void {
    this.okResult = result;
    this.#composed = { columns: [], rows: [] };
    this.#end(null);
  }

  fail(error: SqlError): void {
    this.#end(error);
  }

  /** The answer again, as a composed one. */
  replay(sink: ResultSink): void {
    const { columns, rows } = this.#composed ?? decodeResult(Buffer.concat(this.#chunks));
    sink.columns(columns);
    sink.rows(
      rows.map((row) =>
        encodeTextRow(row.map((cell) => (cell === null ? null : Buffer.from(cell, 'latin1')))),
      ),
    );
    sink.end(0);
  }

  drained(): Promise<void> {
    return Promise.resolve();
  }

  #end(error: SqlError | null): void {
    this.#ended = true;
    this.#error = error;
    this.#settle?.(error);
  }
}
