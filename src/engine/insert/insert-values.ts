// What a server would store for cells that are no canonical literals of their column: asked of a server, not guessed.

import type { BackendConnection } from '../../backend/contract.ts';
import { SqlError } from '../../errors/sql-error.ts';
import { quoteIdentifier } from '../../text/quote.ts';
import { present } from '../../util/assert.ts';
import { TextRow } from '../../value/text-row.ts';
import { storedVindexValue } from '../../vindex/routable.ts';
import type { RoutingColumn } from '../../vindex/routing-key.ts';
import type { VindexValue } from '../../vindex/vindex.ts';
import { runStatement } from '../backend-call.ts';
import { untilCancelled } from '../cancel.ts';
import { queryPayload } from '../command-payload.ts';
import type { Execution, Warned } from '../contract.ts';
import { RowStream } from '../merge/row-stream.ts';
import { runText, unmarked } from '../param-text.ts';
import { warningsOf } from '../read-scope.ts';
import { literalWriter } from '../workspace/literals.ts';
import type { RowSource } from './insert-rows.ts';

/** Texts of one row's cells for the columns wanted, in their order. */
export interface CellsToStore {
  readonly row: number;
  readonly texts: readonly string[];
  /** What they are converted from does not go to the row's shard: nobody else will warn of it. */
  readonly computed: boolean;
}

export interface StoredCells {
  /** As vindexes take them. */
  readonly values: readonly VindexValue[];
  /** Literals that store the same again: an expression may not be evaluated twice. */
  readonly literals: readonly string[];
}

const table = '`_sg_insert`';
const rowColumn = '`_sg_row`';

/**
 * The cells go through a temporary table shaped by the table's own columns, in the client's sql_mode: rounding, clipping,
 * padding and errors are the column's. An error names the client's row.
 */
export async function storeCells(
  execution: Execution,
  keyspace: string,
  wanted: readonly RoutingColumn[],
  baseTable: string,
  cells: readonly CellsToStore[],
  ignore: boolean,
  { before, count }: Pick<RowSource, 'before' | 'count'>,
): Promise<ReadonlyMap<number, StoredCells>> {
  const { scope, signal } = execution;
  const among = count > 1 ? cells.length : null;
  const lease = await scope.workspace(execution.workspaceShard(keyspace), signal);
  const { connection } = lease;
  const columns = wanted.map((column) => quoteIdentifier(column.name)).join(', ');
  try {
    const create =
      `CREATE TEMPORARY TABLE ${table} (${rowColumn} INT UNSIGNED NOT NULL, PRIMARY KEY (${rowColumn})) ` +
      `AS SELECT NULL AS ${rowColumn}, ${columns} FROM ${quoteIdentifier(baseTable)} WHERE RAND()<0 LIMIT 0`;
    await untilCancelled(runStatement(connection, create), signal);
    const head = `INSERT ${ignore ? 'IGNORE ' : ''}INTO ${table} (${rowColumn}, ${columns}) VALUES`;
    for (const computed of [false, true]) {
      const some = cells.filter((one) => one.computed === computed);
      if (some.length === 0) continue;
      const tuples = cells.flatMap((one, i) =>
        one.computed === computed ? [`(${i}, ${one.texts.join(', ')})`] : [],
      );
      const storing = storeSome(execution, connection, head, tuples, computed, among);
      const warned = await untilCancelled(storing, signal).catch((error: unknown) => {
        throw error instanceof SqlError ? renumber(asOf(error, keyspace, baseTable), some) : error;
      });
      before.warnings += warned.length;
      if (warned.length > 0)
        execution.warned?.(warned.map((one) => asClients(one, keyspace, baseTable, some)));
    }
    // The literals below are read as utf8mb4, TIMESTAMP as UTC.
    const settings = runStatement(
      connection,
      "SET character_set_results=utf8mb4, time_zone=_utf8mb4'+00:00'",
    );
    const stream = new RowStream(connection);
    connection.send(queryPayload(`SELECT ${columns} FROM ${table} ORDER BY ${rowColumn}`), stream);
    await untilCancelled(settings, signal);
    return await untilCancelled(readStored(stream, wanted, cells), signal);
  } catch (error) {
    throw error instanceof SqlError ? asOf(error, keyspace, baseTable) : error;
  } finally {
    // The reset drops the table and brings the settings back.
    if (connection.alive && connection.pending === 0) lease.resetAndRelease();
    else lease.discard();
  }
}

const columnCannotBeNull = 1048;

/**
 * Answers what was warned of, where that counts. `among`: the client's statement has several rows, and this number is free for
 * one more; servers refuse of one row alone the NULL that they convert among others where sql_mode is not strict.
 */
async function storeSome(
  execution: Execution,
  connection: BackendConnection,
  head: string,
  tuples: readonly string[],
  counts: boolean,
  among: number | null,
): Promise<readonly Warned[]> {
  const store = (some: readonly string[]) =>
    runText(connection, unmarked(execution, `${head} ${some.join(', ')}`));
  const told = async (warnings: number): Promise<readonly Warned[]> =>
    counts && warnings > 0 && execution.warned !== undefined ? await warningsOf(connection) : [];
  try {
    return await told((await store(tuples)).warnings);
  } catch (error) {
    const [alone, second] = tuples;
    const isAlone = alone !== undefined && second === undefined;
    if (!(error instanceof SqlError) || error.errno !== columnCannotBeNull || !isAlone || among === null)
      throw error;
    const { warnings } = await store([alone, alone.replace(/^\(\d+/, `(${among}`)]);
    const twice = await told(warnings);
    await runStatement(connection, `DELETE FROM ${table} WHERE ${rowColumn} = ${among}`);
    return twice.slice(0, twice.length / 2);
  }
}

function asClients(
  warned: Warned,
  keyspace: string,
  baseTable: string,
  cells: readonly CellsToStore[],
): Warned {
  const { code, level } = warned;
  const error = new SqlError(code, 'HY000', warned.message);
  return { level, code, message: renumber(asOf(error, keyspace, baseTable), cells).message };
}

async function readStored(
  stream: RowStream,
  wanted: readonly RoutingColumn[],
  cells: readonly CellsToStore[],
): Promise<ReadonlyMap<number, StoredCells>> {
  const stored = new Map<number, StoredCells>();
  const metadata = await stream.columns();
  const writers = metadata.map((column, i) => literalWriter(i, column));
  const row = new TextRow(metadata.length);
  let at = 0;
  for (let batch = await stream.next(); batch !== null; batch = await stream.next()) {
    for (const payload of batch) {
      row.load(payload);
      const values = wanted.map((column, i) => storedVindexValue(row.text(i), column));
      const literals = writers.map((write) => write(row));
      stored.set(present(cells[at], 'a row per request').row, { values, literals });
      at++;
    }
  }
  return stored;
}

/** MariaDB says "for column `db`.`table`.`c`": the client's table, not ours. */
function asOf(error: SqlError, keyspace: string, baseTable: string): SqlError {
  const at = error.message.indexOf(`.${table}.`);
  const from = error.message.lastIndexOf(' `', at);
  if (at < 0 || from < 0) return error;
  const named = `${quoteIdentifier(keyspace)}.${quoteIdentifier(baseTable)}`;
  const message = `${error.message.slice(0, from + 1)}${named}${error.message.slice(at + table.length + 1)}`;
  return new SqlError(error.errno, error.sqlState, message, error.id);
}

/** `... at row 2` of our table is another row of the client's. */
function renumber(error: SqlError, cells: readonly CellsToStore[]): SqlError {
  const match = /^(.* at row )(\d+)$/s.exec(error.message);
  const cell = match === null ? undefined : cells[Number(match[2]) - 1];
  if (match === null || cell === undefined) return error;
  return new SqlError(error.errno, error.sqlState, `${match[1]}${cell.row + 1}`, error.id);
}
