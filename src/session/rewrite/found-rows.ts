// FOUND_ROWS(): which answers it counts, and SQL_CALC_FOUND_ROWS, which counts past the LIMIT.
import type { Terminal } from '../../backend/contract.ts';
import type { OkResult, ResultSink } from '../../engine/contract.ts';
import { ResultSplitter } from '../../engine/merge/result-splitter.ts';
import type { SqlError } from '../../errors/sql-error.ts';
import type { Query, Select, Show, Statement } from '../../sql/ast.ts';
import type { SqlText } from '../../sql/mode.ts';
import type { ColumnDefinition } from '../../value/column-definition.ts';
import type { StatementContext } from '../statement/statement-context.ts';
import { applyEdits } from './text-edits.ts';

const word = 'SQL_CALC_FOUND_ROWS';

/** SHOWs that servers answer without a query of their own leave FOUND_ROWS() as it was. */
const uncounted: ReadonlySet<Show['what']> = new Set([
  'warnings',
  'errors',
  'countWarnings',
  'countErrors',
  'createTable',
  'createView',
  'createDatabase',
  'createOther',
  'createRoutine',
  'grants',
  'processlist',
  'privileges',
]);

export function keepsFoundRows(show: Show): boolean {
  return uncounted.has(show.what);
}

export async function keepingFoundRows(context: StatementContext, body: () => Promise<void>): Promise<void> {
  const { foundRows } = context.state;
  await body();
  context.state.foundRows = foundRows;
}

/** SQL_CALC_FOUND_ROWS stands in the first SELECT of the statement. */
export function calculatesFoundRows(statement: Statement): statement is Query {
  return firstSelect(statement)?.options.includes('sqlCalcFoundRows') === true;
}

function firstSelect(statement: Statement): Select | null {
  switch (statement.kind) {
    case 'select':
      return statement;
    case 'setOperation':
      return firstSelect(statement.left);
    case 'parenQuery':
      return firstSelect(statement.query);
    default:
      return null;
  }
}

/** As a server does it: the statement runs without its outermost LIMIT, all rows count, some are sent. */
export async function runCalculatingFoundRows(statement: Query, context: StatementContext): Promise<void> {
  const { limit } = statement;
  const numberOf = async (
    span: { readonly start: number; readonly end: number } | null,
  ): Promise<number | null> => {
    if (span === null) return null;
    return Number(
      (await context.query(`SELECT ${context.text.slice(span.start, span.end)}`)).rows[0]?.[0] ?? 0,
    );
  };
  const offset = (await numberOf(limit?.offset ?? null)) ?? 0;
  const count = (await numberOf(limit?.count ?? null)) ?? Number.POSITIVE_INFINITY;
  const sink = new WindowSink(context.sink, offset, count, (rows) => {
    context.state.calculatedRows = rows;
  });
  await context.run(withoutLimit(statement, context.text), [], sink);
}

/** The statement's text without SQL_CALC_FOUND_ROWS and its outermost LIMIT. */
export function withoutLimit(statement: Query, text: SqlText): SqlText {
  const select = firstSelect(statement);
  const at = select === null ? -1 : text.toUpperCase().indexOf(word, select.start);
  const edits = at < 0 ? [] : [{ start: at, end: at + word.length, text: '' }];
  const { limit } = statement;
  if (limit !== null) edits.push({ start: limit.start, end: limit.end, text: '' });
  return applyEdits(text, edits);
}

/** Passes on the rows from `offset` on, at most `count` of them, and tells how many there were before the answer ends. */
class WindowSink implements ResultSink {
  readonly #sink: ResultSink;
  readonly #from: number;
  readonly #to: number;
  readonly #counted: (rows: number) => void;
  readonly #relayed = new ResultSplitter(
    (columns) => this.#sink.columns(columns),
    (payload) => this.#row(payload),
  );
  #window: Uint8Array[] = [];
  #seen = 0;

  constructor(sink: ResultSink, offset: number, count: number, counted: (rows: number) => void) {
    this.#sink = sink;
    this.#from = offset;
    this.#to = offset + count;
    this.#counted = counted;
  }

  relay(chunk: Buffer): boolean {
    this.#relayed.push(chunk);
    return this.#flush();
  }

  relayEnd(chunk: Buffer, terminalAt: number, terminal: Terminal): void {
    this.#relayed.push(chunk.subarray(0, terminalAt));
    this.#flush();
    if (terminal.error === null) this.end(terminal.warnings);
    else this.#sink.fail(terminal.error);
  }

  columns(columns: readonly ColumnDefinition[]): void {
    this.#sink.columns(columns);
  }

  rows(payloads: readonly Uint8Array[]): boolean {
    for (const payload of payloads) this.#row(payload);
    return this.#flush();
  }

  end(warnings: number): void {
    this.#counted(this.#seen);
    this.#sink.end(warnings);
  }

  ok(result: OkResult): void {
    this.#sink.ok(result);
  }

  fail(error: SqlError): void {
    this.#sink.fail(error);
  }

  drained(): Promise<void> {
    return this.#sink.drained();
  }

  #row(payload: Uint8Array): void {
    if (this.#seen >= this.#from && this.#seen < this.#to) this.#window.push(payload);
    this.#seen += 1;
  }

  #flush(): boolean {
    const window = this.#window;
    if (window.length === 0) return true;
    this.#window = [];
    return this.#sink.rows(window);
  }
}
