// Small result sets composed by the session itself: columns of text or numbers, rows of text.
import type { ResultSink } from '../../engine/contract.ts';
import { sqlText } from '../../text/quote.ts';
import { encodeBinaryRow } from '../../value/binary-row.ts';
import { type ColumnDefinition, ColumnFlag, FieldType } from '../../value/column-definition.ts';
import { encodeTextRow } from '../../value/text-row.ts';
import type { SmallResult } from '../servers/backend-read.ts';

const utf8mb4GeneralCi = 45;
const binaryCollation = 63;
/** "Not a number of decimals": what MariaDB puts into text columns that no table has. */
const noDecimals = 39;

const composed = { schema: '', table: '', orgTable: '', orgName: '' } as const;

/** A text column as MySQL's own SHOW answers have them. */
export function textColumn(name: string, charactersMax = 256, nullable = false): ColumnDefinition {
  return {
    ...composed,
    name,
    collation: utf8mb4GeneralCi,
    length: charactersMax * 4,
    type: FieldType.varString,
    flags: nullable ? 0 : ColumnFlag.notNull,
    decimals: noDecimals,
  };
}

/** A BIGINT column. */
export function numberColumn(name: string, digits = 21): ColumnDefinition {
  return {
    ...composed,
    name,
    collation: binaryCollation,
    length: digits,
    type: FieldType.longLong,
    flags: ColumnFlag.notNull | ColumnFlag.binary,
    decimals: 0,
  };
}

/** Cells as JS text. */
export type AnswerRow = readonly (string | null)[];

/** The result as a server's would be read: cells as binary strings. */
export function composedResult(
  columns: readonly ColumnDefinition[],
  rows: readonly AnswerRow[],
): SmallResult {
  return { columns, rows: rows.map((row) => row.map((cell) => (cell === null ? null : sqlText(cell)))) };
}

/** Writes a whole result set. */
export function answerRows(
  sink: ResultSink,
  columns: readonly ColumnDefinition[],
  rows: readonly AnswerRow[],
  format: 'text' | 'binary' = 'text',
): void {
  sink.columns(columns);
  const encode = (cells: readonly (Buffer | null)[]) =>
    format === 'text' ? encodeTextRow(cells) : encodeBinaryRow(columns, cells);
  sink.rows(rows.map((row) => encode(row.map((cell) => (cell === null ? null : Buffer.from(cell, 'utf8'))))));
  sink.end(0);
}

/** OK without figures. */
export function answerOk(sink: ResultSink, warnings = 0): void {
  sink.ok({ affectedRows: 0n, lastInsertId: 0n, warnings, info: '' });
}
