// Rows of RETURNING: kept until what they tell of is certain, then told in the order in which one server writes the rows.
import type { BackendConnection, Terminal } from '../../backend/contract.ts';
import type { Template } from '../../text/template.ts';
import { present } from '../../util/assert.ts';
import type { ColumnDefinition } from '../../value/column-definition.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import { closeStatement, prepareStatement } from '../backend-call.ts';
import { executePayload, queryPayload } from '../command-payload.ts';
import type { Execution } from '../contract.ts';
import { tableName } from '../lookup/lookup-text.ts';
import { ClientWriter } from '../merge/client-writer.ts';
import { RowStream } from '../merge/row-stream.ts';
import { cutRow, rowView } from '../merge/row-views.ts';
import { agreed, type NamedColumns } from '../merge/scatter.ts';
import { renameColumns } from '../physical-names.ts';
import { RowsSink } from '../rows-sink.ts';
import { shardText } from '../shard-text.ts';
import type { RunOn, WriteUnit } from './unit.ts';

const rowsPerWrite = 500;
const nothing = { affectedRows: 0n, lastInsertId: 0n, info: '' };

/** `finish` inside the unit, `tell` behind its commit; `free` must be called exactly once. */
export class ReturnedRows {
  readonly #execution: Execution;
  readonly #sink: RowsSink;
  readonly #columns: NamedColumns[] = [];
  /** Of each row in the sink: what it is sorted by. */
  readonly #positions: number[] = [];
  #told: readonly Buffer[] = [];
  #toldColumns: readonly ColumnDefinition[] = [];

  constructor(execution: Execution) {
    this.#execution = execution;
    this.#sink = new RowsSink(execution.limits, 'the rows of RETURNING');
  }

  get count(): number {
    return this.#positions.length;
  }

  free(): void {
    this.#sink.free();
  }

  /** Runs a statement whose n-th row has the n-th position; rows without one keep the order they come in, behind. */
  at(shard: Shard, positions: readonly number[]): RunOn {
    return (connection, { spelled }) =>
      this.#run(connection, spelled, shard, 0, (_row, index) => positions[index] ?? Number.MAX_SAFE_INTEGER);
  }

  /** The same position for all its rows. */
  together(shard: Shard): RunOn {
    return (connection, { spelled }) => this.#run(connection, spelled, shard, 0, () => shard.index);
  }

  /** The position is each row's last column, which the client does not see. */
  marked(shard: Shard): RunOn {
    return (connection, { spelled }) =>
      this.#run(connection, spelled, shard, 1, (position) => Number(position));
  }

  async #run(
    connection: BackendConnection,
    sql: string,
    shard: Shard,
    hidden: number,
    positionOf: (hidden: string | null, index: number) => number,
  ): Promise<Terminal> {
    const { format } = this.#execution.statement;
    const prepared = format === 'binary' ? await prepareStatement(connection, sql) : null;
    const stream = new RowStream(connection);
    connection.send(prepared === null ? queryPayload(sql) : executePayload(prepared.id), stream);
    try {
      const columns = await stream.columns();
      const visible = columns.length - hidden;
      this.#columns.push({ shard, columns: renameColumns(columns.slice(0, visible), shard) });
      const view = rowView(format, columns);
      let index = 0;
      for (let batch = await stream.next(); batch !== null; batch = await stream.next()) {
        for (const row of batch) {
          if (hidden > 0) view.load(row);
          this.#positions.push(positionOf(hidden > 0 ? view.text(visible) : null, index++));
          this.#sink.rows([hidden > 0 ? cutRow(format, view, visible) : row]);
        }
      }
      return present(stream.terminal, 'a result that ended');
    } finally {
      if (prepared !== null) closeStatement(connection, prepared.id);
    }
  }

  /** Nothing was written: a server says what the columns would have been. (For DELETE ... WHERE FALSE it says OK.) */
  async describe(unit: WriteUnit, shard: Shard, table: string, returning: Template): Promise<void> {
    const name = tableName(shard, table);
    const items = shardText(this.#execution, shard, returning);
    const sql = `INSERT INTO ${name} SELECT * FROM ${name} WHERE FALSE ${items}`;
    await unit.run(shard, sql, this.at(shard, []));
  }

  /** All rows are here. Rejects when they are more than may be kept. */
  async finish(): Promise<void> {
    this.#sink.end();
    const { rows } = await this.#sink.result;
    const order = rows.map((_row, index) => index);
    const position = (index: number) => this.#positions[index] ?? 0;
    order.sort((a, b) => position(a) - position(b) || a - b);
    this.#told = order.map((index) => present(rows[index], 'a row'));
    const answered = this.#columns.filter(({ columns }) => columns.length > 0);
    answered.sort((a, b) => a.shard.index - b.shard.index);
    if (answered.length > 0) this.#toldColumns = agreed(answered);
  }

  /** `generated`: a number of Shardgate's that LAST_INSERT_ID() is to tell; null: none. */
  async tell(warnings: number, generated: bigint | null): Promise<void> {
    const { sink } = this.#execution;
    // A server that sees beforehand that no row can match says OK.
    if (this.#toldColumns.length === 0) return sink.ok({ ...nothing, warnings });
    sink.columns(this.#toldColumns);
    const writer = new ClientWriter(this.#execution);
    for (let from = 0; from < this.#told.length; from += rowsPerWrite) {
      const waiting = writer.write(this.#told.slice(from, from + rowsPerWrite));
      if (waiting !== null) await waiting;
    }
    sink.end(warnings, generated);
  }
}
