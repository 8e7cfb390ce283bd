// An INSERT over several shards: its rows by shard, and the shards' answers as one.
import { SqlError } from '../../errors/sql-error.ts';
import { present } from '../../util/assert.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import type { OkResult } from '../contract.ts';
import {
  lowestShardError,
  type ShardWrites,
  type WriteAnswer,
  type WriteFailure,
  type WriteUnit,
} from '../write/unit.ts';
import { countWarnings, insertCounts, printInsertInfo, toldAnswers } from '../write/write-info.ts';

/** Well below the servers' max_allowed_packet (16 MiB by default on MariaDB). */
const statementBytesMax = 4 << 20;

/** Statements of one shard and the client's rows in them, by statement. */
export interface InsertWrites extends ShardWrites {
  readonly rows: readonly (readonly number[])[];
  /** The statement for one of the client's rows. */
  single(row: number): string;
}

/** `rowText` with its parentheses; `head` up to VALUES, `tail` behind the last row. Rows keep their order; `oneByOne`: a statement each. */
export function splitInsert(
  shard: Shard,
  head: string,
  tail: string,
  rows: readonly number[],
  rowText: (row: number) => string,
  oneByOne = false,
): InsertWrites {
  const statements: string[] = [];
  const rowsByStatement: number[][] = [];
  let texts: string[] = [];
  let members: number[] = [];
  let bytes = 0;
  const around = (text: string): string => `${head} ${text}${tail === '' ? '' : ` ${tail}`}`;
  const flush = () => {
    statements.push(around(texts.join(', ')));
    rowsByStatement.push(members);
    texts = [];
    members = [];
    bytes = 0;
  };
  for (const row of rows) {
    const text = rowText(row);
    if (bytes > 0 && (oneByOne || bytes + text.length > statementBytesMax)) flush();
    texts.push(text);
    members.push(row);
    bytes += text.length + 2;
  }
  flush();
  return { shard, statements, rows: rowsByStatement, single: (row) => around(rowText(row)) };
}

/** What an answer of many needs to know of the client's statement. */
export interface InsertFacts {
  readonly rowCount: number;
  /** What a row does that meets another: it fails or replaces it, is left out, or updates the other. */
  readonly onConflict: 'insert' | 'ignore' | 'update';
  /** The statement says IGNORE. */
  readonly ignores?: boolean;
  /** Every shard stored the same rows: the first one counts. */
  readonly everywhere: boolean;
  /** There is an info text: not for a single row, unless it came from a SELECT. */
  readonly informs: boolean;
  /** What was warned of before anything was written. */
  readonly warningsBefore: number;
  /** The first number Shardgate generated (in the end: that a row was stored with); null: none. */
  readonly firstId: bigint | null;
  /** The number the client's last row brings for an AUTO_INCREMENT column; 0: none, or not a plain one. */
  readonly lastGiven: bigint;
}

export function insertAnswer(answers: readonly WriteAnswer[], facts: InsertFacts): OkResult {
  const { everywhere, informs, firstId } = facts;
  const counted = toldAnswers(answers, everywhere);
  const terminals = counted.flatMap((answer) => answer.terminals);
  const warnings = countWarnings(terminals, facts.warningsBefore);
  let duplicates = 0;
  // A row against a CHECK, left out, is no record.
  let records = 0;
  for (const { info, affectedRows } of terminals) {
    const counts = insertCounts(info);
    records += counts?.[0] ?? 1;
    duplicates += counts?.[1] ?? duplicatesOfOne(affectedRows, facts);
  }
  const affectedRows = terminals.reduce((total, terminal) => total + terminal.affectedRows, 0n);
  const spoken = terminals.find(({ info }) => info !== '')?.info;
  const answer = {
    affectedRows,
    warnings,
    info: informs ? printInsertInfo(records, duplicates, warnings, spoken) : '',
  };
  const told = toldByShards(counted, facts, affectedRows);
  if (firstId === null) return { ...answer, lastInsertId: told };
  return { ...answer, lastInsertId: firstId, generated: true };
}

/** A row alone says only how many rows it changed: 1 and each it replaced, or 2 for one updated; IGNORE counts what is not stored. */
function duplicatesOfOne(affectedRows: bigint, { onConflict, ignores }: InsertFacts): number {
  if (affectedRows === 0n) return onConflict !== 'update' || ignores === true ? 1 : 0;
  return ignores === true ? 0 : Number(affectedRows) - 1;
}

/**
 * The rows bring their own numbers, and a server then reports the AUTO_INCREMENT value of the last row, stored or ignored,
 * when it has stored any: that of the statement with the client's last row.
 */
function toldByShards(answers: readonly WriteAnswer[], facts: InsertFacts, affectedRows: bigint): bigint {
  for (const { write, terminals } of answers) {
    if (!isInsert(write)) continue;
    const statement = write.rows.findIndex((rows) => rows.at(-1) === facts.rowCount - 1);
    if (statement < 0) continue;
    const told = terminals[statement]?.lastInsertId ?? 0n;
    // LAST_INSERT_ID(x) behind ON DUPLICATE KEY UPDATE: the last row that had one to update, as far as shards can tell.
    if (told === 0n && facts.onConflict === 'update') return lastTold(answers);
    const isIgnored = told === 0n && facts.onConflict === 'ignore' && affectedRows > 0n;
    return isIgnored ? facts.lastGiven : told;
  }
  return answers[0]?.terminals[0]?.lastInsertId ?? 0n;
}

function lastTold(answers: readonly WriteAnswer[]): bigint {
  let found = { row: -1, told: 0n };
  for (const { write, terminals } of answers) {
    if (!isInsert(write)) continue;
    for (const [statement, { lastInsertId: told }] of terminals.entries()) {
      const row = write.rows[statement]?.at(-1) ?? -1;
      if (told !== 0n && row > found.row) found = { row, told };
    }
  }
  return found.told;
}

function isInsert(write: ShardWrites): write is InsertWrites {
  return 'rows' in write;
}

/** One server stops at the first row that fails: the error of the lowest row, with the client's row number. */
export function lowestRowError(failures: readonly WriteFailure[]): SqlError {
  return lowestFailure(failures).error;
}

/**
 * The same where several shards fail and one names no row, as for a duplicate: its rows are tried one by one, to be undone with
 * all the others.
 */
export async function firstRowError(
  unit: Pick<WriteUnit, 'run' | 'alive'>,
  failures: readonly WriteFailure[],
): Promise<SqlError> {
  if (failures.length === 1) return lowestRowError(failures);
  const placed: WriteFailure[] = [];
  for (const failure of failures) placed.push(await placedByTrying(unit, failure));
  return lowestRowError(placed);
}

async function placedByTrying(
  unit: Pick<WriteUnit, 'run' | 'alive'>,
  failure: WriteFailure,
): Promise<WriteFailure> {
  const { write, statement, error } = failure;
  const rows = isInsert(write) ? (write.rows[statement] ?? []) : [];
  const isNamed = / at row \d+$/.test(error.message);
  if (!isInsert(write) || rows.length < 2 || isNamed || !error.sqlState.startsWith('23')) return failure;
  for (const row of rows) {
    if (!unit.alive(write.shard.id)) return failure;
    try {
      await unit.run(write.shard, write.single(row));
    } catch (found) {
      if (!(found instanceof SqlError)) throw found;
      return { write: { ...write, rows: [[row]] } as InsertWrites, statement: 0, error };
    }
  }
  return failure;
}

/** The same, with the row, from 0. `failures` not empty. */
export function lowestFailure(failures: readonly WriteFailure[]): { row: number; error: SqlError } {
  const placed = failures.map((failure) => placeFailure(failure));
  placed.sort((a, b) => a.row - b.row);
  return placed[0] ?? { row: 0, error: lowestShardError(failures) };
}

function placeFailure({ write, statement, error }: WriteFailure): { row: number; error: SqlError } {
  const rows = isInsert(write) ? present(write.rows[statement], 'rows of a statement') : [];
  const first = rows[0] ?? 0;
  const match = /^(.* at row )(\d+)$/s.exec(error.message);
  const row = match === null ? undefined : rows[Number(match[2]) - 1];
  if (match === null || row === undefined) return { row: first, error };
  return { row, error: new SqlError(error.errno, error.sqlState, `${match[1]}${row + 1}`, error.id) };
}
