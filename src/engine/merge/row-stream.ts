// One shard's result set as batches of row payloads, with back-pressure; cells are not looked at.
import type { BackendConnection, ResponseReceiver, Terminal } from '../../backend/contract.ts';
import { SqlError } from '../../errors/sql-error.ts';
import type { ColumnDefinition } from '../../value/column-definition.ts';
import { ResultSplitter } from './result-splitter.ts';

/** Rows of one shard that may wait in memory before its socket is paused. */
const readAheadBytesMax = 1 << 20;

type Phase = 'columns' | 'rows' | 'ended';

/**
 *     socket chunk -> [columns][rows... -> batch] -> terminal
 *                         |               |
 *                     columns()         next()
 *
 * Every promise it gave is settled when the response ends or the connection is lost. Two `next` calls may not overlap.
 */
export class RowStream implements ResponseReceiver {
  readonly connection: BackendConnection;
  readonly #splitter = new ResultSplitter(
    (columns) => {
      this.#columns = columns;
      this.#phase = 'rows';
    },
    (payload) => this.#row(payload),
  );
  #phase: Phase = 'columns';
  #columns: readonly ColumnDefinition[] = [];
  #rows: Buffer[] = [];
  #rowBytes = 0;
  #paused = false;
  #discarding = false;
  #error: SqlError | null = null;
  /** The reader's side was ended early; the response itself may still come. */
  #cancelled: SqlError | null = null;
  #terminal: Terminal | null = null;
  #unsent = false;
  #wake: (() => void)[] = [];
  rowsTotal = 0;
  bytesTotal = 0;

  constructor(connection: BackendConnection) {
    this.connection = connection;
  }

  /** The response is over: no byte of it will come any more. */
  get ended(): boolean {
    return this.#phase === 'ended';
  }

  /** Ended by the server itself, so that the connection is in a known state. */
  get answered(): boolean {
    return this.#terminal !== null || this.#unsent;
  }

  get error(): SqlError | null {
    return this.#error;
  }

  get warnings(): number {
    return this.#terminal?.warnings ?? 0;
  }

  /** How the server ended it; null before, and when the connection was lost. */
  get terminal(): Terminal | null {
    return this.#terminal;
  }

  /** Column definitions; empty when the response has none. Rejects with the server's error. */
  async columns(): Promise<readonly ColumnDefinition[]> {
    while (!this.#cancelled && this.#phase !== 'rows' && this.#phase !== 'ended') await this.#changed();
    this.#throwError();
    return this.#columns;
  }

  /** Rows that are here already, at least one; null after the last. Rejects with the error that ended the result. */
  async next(): Promise<Buffer[] | null> {
    while (!this.#cancelled && this.#rows.length === 0 && this.#phase !== 'ended') await this.#changed();
    if (this.#cancelled === null && this.#rows.length > 0) return this.#take();
    this.#throwError();
    return null;
  }

  #throwError(): void {
    const error = this.#cancelled ?? this.#error;
    if (error !== null) throw error;
  }

  /** Resolves when all rows are here, or as many as may wait: a locking read has then locked what it can without a reader. */
  async filled(): Promise<void> {
    while (!this.#cancelled && !this.#paused && this.#phase !== 'ended') await this.#changed();
  }

  /** Makes `columns` and `next` reject; the response goes on until it is drained or its connection closed. */
  cancel(error: SqlError): void {
    this.#cancelled = error;
    this.#notify();
  }

  /** The command was never sent: an error before it, which the server answered (or the connection is lost). */
  failUnsent(error: SqlError, answered: boolean): void {
    this.#error = error;
    this.#unsent = answered;
    this.#phase = 'ended';
    this.#notify();
  }

  /** Throws away what still comes, until the response ended. */
  async drain(): Promise<void> {
    this.#discarding = true;
    this.#take();
    while (this.#phase !== 'ended') await this.#changed();
  }

  #take(): Buffer[] {
    const rows = this.#rows;
    this.#rows = [];
    this.#rowBytes = 0;
    if (this.#paused) {
      this.#paused = false;
      this.connection.resume();
    }
    return rows;
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake.push(resolve);
    });
  }

  #notify(): void {
    if (this.#wake.length === 0) return;
    const wake = this.#wake;
    this.#wake = [];
    for (const resolve of wake) resolve();
  }

  data(chunk: Buffer): boolean {
    this.#read(chunk);
    this.#notify();
    if (this.#rowBytes < readAheadBytesMax) return true;
    this.#paused = true;
    return false;
  }

  /** A server that breaks the protocol ends the result; what else it sends is of no use. */
  #read(chunk: Buffer): void {
    if (this.#phase === 'ended') return;
    try {
      this.#splitter.push(chunk);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      this.#error = error;
      this.#phase = 'ended';
      this.connection.destroy();
    }
  }

  end(chunk: Buffer, terminalAt: number, terminal: Terminal): void {
    if (terminalAt > 0) this.#read(chunk.subarray(0, terminalAt));
    this.#terminal = terminal;
    this.#error ??= terminal.error;
    this.#phase = 'ended';
    this.#notify();
  }

  lost(error: SqlError): void {
    this.#error ??= error;
    this.#phase = 'ended';
    this.#notify();
  }

  #row(payload: Buffer): void {
    this.rowsTotal++;
    this.bytesTotal += payload.length;
    if (this.#discarding) return;
    this.#rows.push(payload);
    this.#rowBytes += payload.length;
  }
}
