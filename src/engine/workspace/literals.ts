// Row cells -> literals that store exactly what was read, whatever the column's type (the recipe of the fill).
import { shardgateError } from '../../errors/catalog.ts';
import type { FragmentColumn } from '../../plan/nodes.ts';
import { lossyDocumentMark } from '../../text/json-text.ts';
import { hexLiteral } from '../../text/quote.ts';
import { binaryCollationId, collationById } from '../../value/collations.ts';
import { type ColumnDefinition, FieldType } from '../../value/column-definition.ts';
import type { RowView } from '../../value/row-view.ts';
import { losesDigits } from './json-digits.ts';

/** SqlText of one cell of the row in a view; `NULL` for NULL. */
export type LiteralWriter = (row: RowView) => string;

/**
 * The writer for a fragment's column. Fragments are read with character_set_results = NULL, so text comes in the column's
 * own character set and goes back byte by byte; the fill runs in a strict sql_mode that allows invalid dates, at +00:00.
 */
export function literalWriter(
  index: number,
  column: ColumnDefinition,
  fragmentColumn: Pick<FragmentColumn, 'name' | 'kind' | 'carry'> = { name: '', kind: 'computed' },
): LiteralWriter {
  if (fragmentColumn.carry === 'unixTime') return orNull(index, unixTimeLiteral);
  if (fragmentColumn.carry === 'json') return bytesWriter(index, checkedJsonLiteral(fragmentColumn.name));
  switch (column.type) {
    case FieldType.null:
      return () => 'NULL';
    case FieldType.tiny:
    case FieldType.short:
    case FieldType.int24:
    case FieldType.long:
    case FieldType.longLong:
    case FieldType.decimal:
    case FieldType.newDecimal:
    case FieldType.year: // 0 is the year 0000, '0' would be 2000
      return orNull(index, (text) => text);
    case FieldType.float:
    case FieldType.double:
      return orNull(index, doubleLiteral);
    case FieldType.date:
    case FieldType.newDate:
    case FieldType.time:
    case FieldType.dateTime:
      return orNull(index, (text) => `'${text}'`);
    case FieldType.timestamp:
      return orNull(index, fragmentColumn.kind === 'bare' ? localTimeLiteral : (text) => `'${text}'`);
    case FieldType.bit:
      return bytesWriter(index, bitLiteral);
    case FieldType.json:
      return bytesWriter(index, computedJsonLiteral(fragmentColumn.name || column.name));
    default:
      return bytesWriter(index, textLiteral(column));
  }
}

/** JSON columns take no binary strings. */
function jsonLiteral(bytes: Buffer): string {
  return `CONVERT(${hexLiteral(bytes)} USING utf8mb4)`;
}

/** Of `checkedDocumentText`. Throws SG4025 for a document that cannot travel. */
export function checkedJsonLiteral(column: string): (bytes: Buffer) => string {
  return (bytes) => {
    if (bytes[0] === lossyDocumentMark) throw shardgateError('SG4025', { column });
    return jsonLiteral(bytes);
  };
}

function computedJsonLiteral(column: string): (bytes: Buffer) => string {
  return (bytes) => {
    if (losesDigits(bytes)) throw shardgateError('SG4025', { column });
    return jsonLiteral(bytes);
  };
}

function orNull(index: number, spell: (text: string) => string): LiteralWriter {
  return (row) => {
    const text = row.text(index);
    return text === null ? 'NULL' : spell(text);
  };
}

function bytesWriter(index: number, spell: (bytes: Buffer) => string): LiteralWriter {
  return (row) => {
    const bytes = row.slice(index);
    return bytes === null ? 'NULL' : spell(bytes);
  };
}

/** An exponent makes it a double: `-0` alone would be the integer 0. */
function doubleLiteral(text: string): string {
  return text.includes('e') ? text : `${text}e0`;
}

/** Types that parse text (UUID, INET6 ...) read a plain hex literal as their binary form, so text names its character set. */
function textLiteral(column: ColumnDefinition): (bytes: Buffer) => string {
  const collation = column.collation === binaryCollationId ? null : collationById(column.collation);
  const introducer = collation === null ? '' : `_${collation.charset} `;
  return (bytes) => introducer + hexLiteral(bytes);
}

function bitLiteral(bytes: Buffer): string {
  return bytes.length === 0 ? '0' : BigInt(`0x${bytes.toString('hex')}`).toString();
}

/** A TIMESTAMP by its text in the client's zone (`@__sg_zone` keeps it during the fill), where the plan did not ask for its number. */
function localTimeLiteral(text: string): string {
  return text.startsWith('0000') ? `'${text}'` : `CONVERT_TZ('${text}', @__sg_zone, '+00:00')`;
}

/** Seconds since 1970 with their fraction -> the UTC date and time; 0 is the zero date, which has no other number. */
function unixTimeLiteral(text: string): string {
  const [seconds = '0', fraction] = text.split('.');
  if (/^0+$/.test(seconds) && (fraction === undefined || /^0*$/.test(fraction)))
    return "'0000-00-00 00:00:00'";
  const instant = new Date(Number(seconds) * 1000).toISOString();
  const whole = `${instant.slice(0, 10)} ${instant.slice(11, 19)}`;
  return fraction === undefined ? `'${whole}'` : `'${whole}.${fraction}'`;
}
