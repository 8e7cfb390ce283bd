// One fragment: its rows read from all its shards and stored in its workspace table, batch by batch.
import { shardgateError } from '../../errors/catalog.ts';
import type { Fragment } from '../../plan/nodes.ts';
import { quoteIdentifier } from '../../text/quote.ts';
import type { ColumnDefinition } from '../../value/column-definition.ts';
import type { RowView } from '../../value/row-view.ts';
import { rowView } from '../merge/row-views.ts';
import type { ShardRead } from '../merge/shard-reads.ts';
import type { Budget } from './budget.ts';
import type { KeySet, KeyValues } from './key-values.ts';
import { type LiteralWriter, literalWriter } from './literals.ts';
import type { WorkspaceSession } from './session.ts';

/** SQL text of one INSERT; hex doubles the bytes, so this is about half a megabyte of data. */
const insertBytesMax = 1 << 20;

export interface FillOptions {
  readonly session: WorkspaceSession;
  readonly table: string;
  readonly fragment: Fragment;
  readonly columns: readonly ColumnDefinition[];
  readonly budget: Budget;
  readonly keyValues: KeyValues;
  /** How errors name the fragment. */
  readonly label: string;
}

/** Rows stream: never more than one batch per shard is in memory. All shards fill at once. */
export async function fillTable(options: FillOptions, reads: readonly ShardRead[]): Promise<void> {
  const filler = new Filler(options);
  await Promise.all(reads.map((read) => filler.pump(read)));
}

class Filler {
  readonly #options: FillOptions;
  readonly #head: string;
  readonly #writers: readonly LiteralWriter[];
  readonly #collectors: readonly (KeySet | null)[];
  #bytes = 0;

  constructor(options: FillOptions) {
    const { fragment, columns, table, keyValues } = options;
    this.#options = options;
    const names = fragment.columns.map((column) => quoteIdentifier(column.name)).join(',');
    this.#head = `INSERT INTO ${quoteIdentifier(table)} (${names}) VALUES `;
    this.#writers = fragment.columns.map((column, i) => literalWriter(i, definitionAt(columns, i), column));
    this.#collectors = fragment.columns.map((_column, i) => keyValues.collector(fragment.id, i));
  }

  async pump(read: ShardRead): Promise<void> {
    const row = rowView(read.format, await read.stream.columns());
    for (let batch = await read.stream.next(); batch !== null; batch = await read.stream.next()) {
      let tuples: string[] = [];
      let bytes = 0;
      for (const payload of batch) {
        this.#spend(payload.length);
        row.load(payload);
        const tuple = this.#tuple(row);
        if (bytes + tuple.length > insertBytesMax && tuples.length > 0) {
          await this.#insert(tuples);
          tuples = [];
          bytes = 0;
        }
        tuples.push(tuple);
        bytes += tuple.length + 1;
      }
      await this.#insert(tuples);
    }
  }

  #spend(bytes: number): void {
    this.#options.budget.spend(bytes, this.#bytes, this.#options.label);
    this.#bytes += bytes;
  }

  #tuple(row: RowView): string {
    let text = '(';
    for (let i = 0; i < this.#writers.length; i++) {
      const literal = this.#writers[i]?.(row) ?? 'NULL';
      if (literal !== 'NULL') this.#collectors[i]?.add(literal);
      text += i === 0 ? literal : `,${literal}`;
    }
    return `${text})`;
  }

  async #insert(tuples: readonly string[]): Promise<void> {
    if (tuples.length === 0) return;
    const { session, label } = this.#options;
    await session.insert(this.#head + tuples.join(','), (error) =>
      error.id === null ? shardgateError('SG4023', { fragment: label, why: error.message }) : error,
    );
  }
}

function definitionAt(columns: readonly ColumnDefinition[], index: number): ColumnDefinition {
  const column = columns[index];
  if (column === undefined) throw new Error(`assertion failed: fragment column ${index} has no metadata`);
  return column;
}
