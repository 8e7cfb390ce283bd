// What a server explains as JSON or as a tree names the shard's database: clients see the keyspace's name there too.
import type { Terminal } from '../../backend/contract.ts';
import type { ResultSink } from '../../engine/contract.ts';
import { ResultSplitter } from '../../engine/merge/result-splitter.ts';
import { quoteIdentifier } from '../../text/quote.ts';
import { BinaryRow, encodeBinaryRow } from '../../value/binary-row.ts';
import type { ColumnDefinition } from '../../value/column-definition.ts';
import { encodeTextRow, TextRow } from '../../value/text-row.ts';
import type { Keyspace } from '../../vschema/model.ts';
import { EndWatcher } from '../answer/end-watcher.ts';

/** Keeps a relayed result until its end and passes it on with its cells renamed. Explanations are small. */
export class ExplainNames extends EndWatcher {
  readonly #renames: readonly (readonly [string, string])[];
  readonly #format: 'text' | 'binary';
  readonly #relayed = new ResultSplitter(
    (columns) => {
      this.#columns = columns;
    },
    (payload) => this.#rows.push(payload),
  );
  #columns: readonly ColumnDefinition[] = [];
  readonly #rows: Buffer[] = [];

  constructor(sink: ResultSink, keyspace: Keyspace, format: 'text' | 'binary') {
    super(sink);
    this.#renames = renamesOf(keyspace);
    this.#format = format;
  }

  override relay(chunk: Buffer): boolean {
    this.#relayed.push(chunk);
    return true;
  }

  override relayEnd(chunk: Buffer, terminalAt: number, terminal: Terminal): void {
    this.#relayed.push(chunk.subarray(0, terminalAt));
    if (terminal.error !== null) {
      this.fail(terminal.error);
      return;
    }
    this.columns(this.#columns);
    this.rows(this.#renamed());
    this.end(terminal.warnings);
  }

  #renamed(): readonly Buffer[] {
    const columns = this.#columns;
    const view = this.#format === 'text' ? new TextRow(columns.length) : new BinaryRow(columns);
    return this.#rows.map((row) => {
      view.load(row);
      const cells = columns.map((_column, index) => {
        const cell = view.text(index);
        return cell === null ? null : Buffer.from(this.#shown(cell), 'latin1');
      });
      return this.#format === 'text' ? encodeTextRow(cells) : encodeBinaryRow(columns, cells);
    });
  }

  #shown(cell: string): string {
    return this.#renames.reduce((text, [from, to]) => text.replaceAll(from, () => to), cell);
  }
}

/** As servers spell a database: before a table's name, quoted or as a JSON string begins, and as a schema. Binary strings. */
function renamesOf({ name, shardMap }: Keyspace): readonly (readonly [string, string])[] {
  return [...new Set(shardMap.shards.map(({ database }) => database))]
    .filter((database) => database !== name)
    .flatMap((database) =>
      [
        [`${quoteIdentifier(database)}.`, `${quoteIdentifier(name)}.`] as const,
        [`"${database}.`, `"${name}.`] as const,
        [`"schema_name": "${database}"`, `"schema_name": "${name}"`] as const,
      ].map(([from, to]) => [latin1(from), latin1(to)] as const),
    );
}

function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
