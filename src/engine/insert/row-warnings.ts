// What the parts of an INSERT warn of, by the client's rows: each part counts rows for itself.

import type { Shard } from '../../vindex/shard-map.ts';
import type { Execution, Warned } from '../contract.ts';
import { runText } from '../param-text.ts';
import { renameInMessage } from '../physical-names.ts';
import { warningsOf } from '../read-scope.ts';
import type { RunOn } from '../write/unit.ts';

interface PlacedWarning {
  readonly row: number;
  readonly warned: Warned;
}

/** As many as max_error_count may be at most: a file may have millions of lines. */
const placedMax = 65_535;

/** ER_WARN_DEPRECATED_SYNTAX, ER_NO_DEFAULT_FOR_FIELD: of the statement, whatever its rows. */
const ofStatement: ReadonlySet<number> = new Set([1287, 1364]);

/** `tell` once, when all has been written. */
export class RowWarnings {
  readonly execution: Execution;
  readonly #placed: PlacedWarning[] = [];
  #count = 0;
  /** How many a server keeps; unknown while none has left some out. */
  #kept = Number.POSITIVE_INFINITY;

  constructor(execution: Execution) {
    this.execution = execution;
  }

  /** Runs a statement with these rows of the client's, from 0; its answer says nothing of warnings then. */
  on(shard: Shard, rows: readonly number[], runOn: RunOn = runText): RunOn {
    if (this.execution.warned === undefined) return runOn;
    return async (connection, text) => {
      const terminal = await runOn(connection, text);
      if (terminal.warnings === 0) return terminal;
      const told = await warningsOf(connection);
      const fresh = told.filter((one) => !this.#isRepeated(one));
      this.#count += terminal.warnings - (told.length - fresh.length);
      if (told.length < terminal.warnings) this.#kept = Math.min(this.#kept, told.length);
      this.#place(shard, rows, fresh);
      return { ...terminal, warnings: 0 };
    };
  }

  /** What a server would say of that row, from 0, and no part says. */
  add(row: number, warned: Warned): void {
    this.#count++;
    if (this.#placed.length < placedMax) this.#placed.push({ row, warned });
  }

  /** Some things a server says once, before it looks at rows; each part was a statement of its own. */
  #isRepeated({ code, message }: Warned): boolean {
    return (
      ofStatement.has(code) &&
      this.#placed.some(({ warned }) => warned.code === code && warned.message === message)
    );
  }

  /** Those that name no row belong to the row before them. */
  #place(shard: Shard, rows: readonly number[], told: readonly Warned[]): void {
    let row = rows[0] ?? 0;
    for (const { level, code, message } of told) {
      const shown = renameInMessage(message, shard.database, shard.keyspace);
      const match = /^(.* at row )(\d+)$/s.exec(shown);
      const found = match === null ? undefined : rows[Number(match[2]) - 1];
      if (match !== null && found !== undefined) row = found;
      const text = match === null || found === undefined ? shown : `${match[1]}${found + 1}`;
      if (this.#placed.length < placedMax) this.#placed.push({ row, warned: { level, code, message: text } });
    }
  }

  /** In the order of the client's rows; answers how many there were. */
  tell(): number {
    const inOrder = [...this.#placed].sort((a, b) => a.row - b.row).map(({ warned }) => warned);
    if (inOrder.length > 0) this.execution.warned?.(inOrder.slice(0, this.#kept));
    return this.#count;
  }
}
