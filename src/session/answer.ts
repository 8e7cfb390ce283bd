// Small result sets composed by the session itself: columns of text or numbers, rows of text.
import type { ResultSink } from '../engine/contract.ts';
import { encodeBinaryRow } from '../value/binary-row.ts';
import { type ColumnDefinition, ColumnFlag, FieldType } from '../value/column-definition.ts';
import { encodeTextRow } from '../value/text-row.ts';

const utf8mb4GeneralCi = 45;
const binaryCollation = 63;

/** A text column as MySQL's own SHOW answers have them. */
export function textColumn(name: string, charactersMax = 256): ColumnDefinition {
  return {
    schema: '',
    table: '',
    orgTable: '',
    name,
    orgName: name,
    collation: utf8mb4GeneralCi,
    length: charactersMax * 4,
    type: FieldType.varString,
    flags: 0,
    decimals: 0,
  };
}

/** A BIGINT column. */
export function numberColumn(name: string): ColumnDefinition {
  return {
    schema: '',
    table: '',
    orgTable: '',
    name,
    orgName: name,
    collation: binaryCollation,
    length: 21,
    type: FieldType.longLong,
    flags: ColumnFlag.notNull | ColumnFlag.binary,
    decimals: 0,
  };
}

/** Cells as JS text. */
export type AnswerRow = readonly (string | null)[];

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
