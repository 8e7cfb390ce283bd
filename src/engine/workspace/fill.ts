// One fragment: its rows read from all its shards and stored in its workspace table, batch by batch.
import { shardgateError } from '../../errors/catalog.ts';
import type { SqlError } from '../../errors/sql-error.ts';
import type { Fragment } from '../../plan/nodes.ts';
import { quoteIdentifier } from '../../text/quote.ts';
import { type ColumnDefinition, ColumnFlag } from '../../value/column-definition.ts';
import type { RowView } from '../../value/row-view.ts';
import { rowView } from '../merge/row-views.ts';
import type { ShardRead } from '../merge/shard-reads.ts';
import type { Budget } from './budget.ts';
import type { KeySet, KeyValues } from './key-values.ts';
import { type LiteralWriter, literalWriter } from './literals.ts';
import type { WorkspaceSession } from './session.ts';

/** SQL text of one INSERT; hex doubles the bytes, so this is about half a megabyte of data. */
const insertBytesMax = 1 << 20;
/** From here on a shard's batch goes out while others are still read; the few rows of small fragments travel in one INSERT. */
const insertBytesEager = 1 << 16;

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

/** Rows stream: never more than one batch per shard and one INSERT are in memory. All shards fill at once. */
export async function fillTable(options: FillOptions, reads: readonly ShardRead[]): Promise<void> {
  const filler = new Filler(options);
  await Promise.all(reads.map((read) => filler.pump(read)));
  await filler.flush();
}

class Filler {
  readonly #options: FillOptions;
  readonly #head: string;
  readonly #writers: readonly LiteralWriter[];
  readonly #collectors: readonly (KeySet | null)[];
  /** Read so far, in the bytes of the shards' rows. */
  #bytes = 0;
  /** Columns of an ENUM, whose empty text may be no member of it. */
  readonly #enums: readonly number[];
  #holdsNoMember = false;
  /** Rows that wait for their INSERT, of all shards, and the length of its text. */
  #tuples: string[] = [];
  #tupleBytes = 0;

  constructor(options: FillOptions) {
    const { fragment, columns, table, keyValues } = options;
    this.#options = options;
    const names = fragment.columns.map((column) => quoteIdentifier(column.name)).join(',');
    this.#head = `INSERT INTO ${quoteIdentifier(table)} (${names}) VALUES `;
    this.#writers = fragment.columns.map((column, i) => literalWriter(i, definitionAt(columns, i), column));
    this.#enums = fragment.columns.flatMap((_column, i) =>
      (definitionAt(columns, i).flags & ColumnFlag.enum) === 0 ? [] : [i],
    );
    this.#collectors = fragment.columns.map((_column, i) => keyValues.collector(fragment.id, i));
  }

  async pump(read: ShardRead): Promise<void> {
    const row = rowView(read.format, await read.stream.columns());
    for (let batch = await read.stream.next(); batch !== null; batch = await read.stream.next()) {
      for (const payload of batch) {
        this.#spend(payload.length);
        row.load(payload);
        const tuple = this.#tuple(row);
        const holdsNoMember = this.#enums.some((column) => row.slice(column)?.length === 0);
        if (this.#tupleBytes + tuple.length > insertBytesMax) await this.flush();
        this.#tuples.push(tuple);
        if (holdsNoMember) this.#holdsNoMember = true;
        this.#tupleBytes += tuple.length + 1;
      }
      if (this.#tupleBytes > insertBytesEager) await this.flush();
    }
  }

  /** Sends what waits. */
  async flush(): Promise<void> {
    if (this.#tuples.length === 0) return;
    const sql = this.#head + this.#tuples.join(',');
    this.#tuples = [];
    this.#tupleBytes = 0;
    const lax = this.#holdsNoMember;
    this.#holdsNoMember = false;
    const { session, label } = this.#options;
    const reword = (error: SqlError): SqlError =>
      error.id === null ? shardgateError('SG4023', { fragment: label, why: error.message }) : error;
    await session.insert(sql, reword, lax);
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
}

function definitionAt(columns: readonly ColumnDefinition[], index: number): ColumnDefinition {
  const column = columns[index];
  if (column === undefined) throw new Error(`assertion failed: fragment column ${index} has no metadata`);
  return column;
}
