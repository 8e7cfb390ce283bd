// Keeps the rows of an answer the engine asks for itself, whether it is relayed from one shard or put together from several.
import type { Terminal } from '../backend/contract.ts';
import { shardgateError } from '../errors/catalog.ts';
import type { SqlError } from '../errors/sql-error.ts';
import { type ColumnDefinition, FieldType } from '../value/column-definition.ts';
import type { EngineLimits, OkResult, ResultSink } from './contract.ts';
import { ResultSplitter } from './merge/result-splitter.ts';
import type { RowFormat } from './merge/row-views.ts';

export interface KeptRows {
  readonly columns: readonly ColumnDefinition[];
  readonly format: RowFormat;
  /** Without packet headers. */
  readonly rows: readonly Buffer[];
  /** How many warnings came with them. */
  readonly warnings: number;
}

/** Throws SG6052 when one of the columns is a decimal: what is shown of it is not what is stored as text. */
export function refuseDecimals({ columns }: KeptRows, asText: readonly number[]): void {
  const shown = asText.map((index) => columns[index]).find((column) => column?.type === FieldType.newDecimal);
  if (shown !== undefined) throw shardgateError('SG6052', { column: shown.name });
}

/** `free` must be called exactly once. `label` names in errors what is too much; `format`: how the rows come. */
export class RowsSink implements ResultSink {
  /** Settles at the ending of the answer. */
  readonly result: Promise<KeptRows>;
  readonly #limits: EngineLimits;
  readonly #label: string;
  readonly #format: RowFormat;
  readonly #relayed = new ResultSplitter(
    (columns) => this.columns(columns),
    (payload) => this.#row(payload),
  );
  #columns: readonly ColumnDefinition[] = [];
  readonly #rows: Buffer[] = [];
  #bytes = 0;
  #reserved = 0;
  #tooMuch: SqlError | null = null;
  #resolve: (rows: KeptRows) => void = () => {};
  #reject: (error: SqlError) => void = () => {};

  constructor(limits: EngineLimits, label: string, format: RowFormat = 'text') {
    this.#format = format;
    this.#limits = limits;
    this.#label = label;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever starts the answer hears its errors too.
    this.result.catch(() => {});
  }

  free(): void {
    this.#limits.free(this.#reserved);
    this.#reserved = 0;
  }

  relay(chunk: Buffer): boolean {
    this.#relayed.push(chunk);
    return true;
  }

  relayEnd(chunk: Buffer, terminalAt: number, terminal: Terminal): void {
    this.#relayed.push(chunk.subarray(0, terminalAt));
    if (terminal.error === null) this.end(terminal.warnings);
    else this.fail(terminal.error);
  }

  columns(columns: readonly ColumnDefinition[]): void {
    this.#columns = columns;
  }

  rows(payloads: readonly Uint8Array[]): boolean {
    for (const payload of payloads) {
      this.#row(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength));
    }
    return true;
  }

  end(warnings = 0): void {
    if (this.#tooMuch !== null) this.#reject(this.#tooMuch);
    else this.#resolve({ columns: this.#columns, format: this.#format, rows: this.#rows, warnings });
  }

  ok({ warnings }: OkResult): void {
    this.end(warnings);
  }

  fail(error: SqlError): void {
    this.#reject(error);
  }

  drained(): Promise<void> {
    return Promise.resolve();
  }

  /** Beyond the budget rows are thrown away; the answer ends with the error. */
  #row(payload: Buffer): void {
    if (this.#tooMuch !== null) return;
    this.#bytes += payload.length;
    const { queryMemoryBytes } = this.#limits;
    const facts = { fragment: this.#label, bytes: this.#bytes, bytesMax: queryMemoryBytes };
    if (this.#bytes > queryMemoryBytes) this.#tooMuch = shardgateError('SG4021', facts);
    else if (!this.#reserve()) this.#tooMuch = shardgateError('SG4022', facts);
    else this.#rows.push(payload);
    if (this.#tooMuch !== null) this.#rows.length = 0;
  }

  /** The account of the process is kept in steps, not row by row. */
  #reserve(): boolean {
    if (this.#bytes <= this.#reserved) return true;
    if (!this.#limits.reserve(reserveStep)) return false;
    this.#reserved += reserveStep;
    return this.#reserve();
  }
}

const reserveStep = 256 * 1024;
