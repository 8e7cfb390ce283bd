// Which literals may route on which columns: an allow-list of pairs, everything else scatters or is asked of the server.

/*
 * A proxy that routes `WHERE c = <literal>` promises: every row the server would find equal lies on the shard of the
 * literal's vindex value. That holds only when the server's comparison is equality of the *stored* values, so:
 *  - integer columns: integer literals and canonical decimal strings in the column's range. Not 0x37 (55 on MySQL, 7 or
 *    55 on MariaDB by context), not ' 7' or '7abc' (compared as doubles), not 1e3, not 7.5 (MariaDB finds 7 through
 *    an index, nothing without). `7.0` is the exact decimal 7 on both servers.
 *  - text columns: string literals only (a number compares as a double: '07', '7abc' equal 7), and only when the
 *    key's collation allows it (`RoutingKey.exact`), which the caller checks.
 *  - temporal columns: canonical literals only; '2023-12-31 23:59:59.9' rounds on MySQL and truncates on MariaDB.
 *    TIMESTAMP never: its text depends on time_zone.
 *  - decimals: numbers that the column's scale holds exactly; a string compares as a double.
 * An INSERT promises the other half: the value handed to the vindex is the one the server stores. There a number may go
 * into a text column (it is stored as its digits) and a string into a decimal one, but nothing may round, clip, truncate,
 * pad or be stripped.
 */
import type { BindValue } from '../value/bind-value.ts';
import { decimalText, integerText } from './canonical/canonical-number.ts';
import { dateText, dateTimeText } from './canonical/canonical-temporal.ts';
import { type LiteralCharset, storableBinary, storableText, textBytes } from './canonical/canonical-text.ts';
import type { RoutingColumn } from './routing-key.ts';
import type { VindexValue } from './vindex.ts';

const nullValue: VindexValue = { kind: 'null' };

/** The value a *predicate* routes by; null: not an allow-listed pair, the predicate must not narrow the shards. */
export function toVindexValue(
  value: BindValue,
  column: RoutingColumn,
  charset: LiteralCharset = 'utf8',
): VindexValue | null {
  if (value.kind === 'null') return nullValue;
  switch (column.family) {
    case null:
      return untypedValue(value, charset);
    case 'integer':
    case 'year':
      return integerValue(value, column);
    case 'decimal':
      return value.kind === 'integer' || value.kind === 'decimal' ? decimalValue(value, column) : null;
    case 'text':
      return value.kind === 'string' ? asBytes(textBytes(value, column, charset)) : null;
    case 'binary':
      return value.kind === 'hex' || value.kind === 'string' ? bytesLiteral(value, charset) : null;
    case 'date':
      return isTemporalText(value) ? asDate(dateText(value.value, true)) : null;
    case 'datetime':
      return isTemporalText(value) ? asDateTime(dateTimeText(value.value, column.scale)) : null;
    default:
      return null;
  }
}

/** The value an *INSERT* of this literal stores; null: the server must say first what it would store. */
export function toInsertValue(
  value: BindValue,
  column: RoutingColumn,
  charset: LiteralCharset = 'utf8',
): VindexValue | null {
  if (value.kind === 'null') return nullValue;
  switch (column.family) {
    case 'text': {
      const text = value.kind === 'integer' ? integerText(value, null) : textBytes(value, column, charset);
      return text !== null && storableText(text, column) ? { kind: 'bytes', text } : null;
    }
    case 'binary': {
      const literal = value.kind === 'hex' || value.kind === 'string' ? bytesLiteral(value, charset) : null;
      return literal?.kind === 'bytes' ? asBytes(storableBinary(literal.text, column)) : null;
    }
    case 'decimal':
      return value.kind === 'integer' || value.kind === 'decimal' || value.kind === 'string'
        ? decimalValue(value, column)
        : null;
    case 'date':
      return isTemporalText(value) ? asDate(dateText(value.value, false)) : null;
    default:
      return toVindexValue(value, column, charset);
  }
}

/**
 * The vindex value of text read back from the column itself (or from CAST as the column's type): canonical by nature, so
 * families whose literals never route (ENUM, TIME, FLOAT ...) have one here too. `text` null is SQL NULL.
 * The caller guarantees a utf8mb4 connection, and +00:00 for TIMESTAMP.
 */
export function storedVindexValue(text: string | null, column: RoutingColumn): VindexValue {
  if (text === null) return nullValue;
  switch (column.family) {
    case 'integer':
      return { kind: 'integer', text: withoutLeadingZeros(text) };
    case 'year':
      return { kind: 'integer', text: column.size === 2 ? fullYear(text) : withoutLeadingZeros(text) };
    case 'decimal':
      return { kind: 'decimal', text };
    case 'date':
      return { kind: 'date', text };
    case 'datetime':
    case 'timestamp':
      return { kind: 'datetime', text };
    default:
      return { kind: 'bytes', text };
  }
}

function withoutLeadingZeros(text: string): string {
  return text.replace(/^(-?)0+(?=\d)/, '$1');
}

/** A YEAR(2) shows two digits of 1970 to 2069. */
function fullYear(text: string): string {
  return `${text < '70' ? '20' : '19'}${text}`;
}

function untypedValue(value: BindValue, charset: LiteralCharset): VindexValue | null {
  if (value.kind === 'integer') return asInteger(integerText(value, null));
  if (value.kind !== 'string') return null;
  const text = textBytes(value, null, charset);
  if (text === null) return null;
  // '07', '7.0' and '7abc' equal 7 when the column turns out to be a number: only '7' is safe either way.
  const looksNumeric = /^[\s+\-.]*\d/.test(text) && !/^\d{4}-\d\d-\d\d/.test(text);
  if (looksNumeric && integerText(value, null) !== text) return null;
  return { kind: 'bytes', text };
}

function integerValue(value: BindValue, column: RoutingColumn): VindexValue | null {
  const isYear = column.family === 'year';
  // '1' into a YEAR means 2001, and 0 means 0000: only the plain range of the type is the same as text and as number.
  if (isYear && (value.kind !== 'integer' || column.size === 2)) return null;
  const text = integerText(value, column);
  if (text === null) return null;
  if (isYear && (text.length !== 4 || text < '1901' || text > '2155')) return null;
  return { kind: 'integer', text };
}

function decimalValue(value: BindValue, column: RoutingColumn): VindexValue | null {
  const text = decimalText(value, column);
  return text === null ? null : { kind: 'decimal', text };
}

function bytesLiteral(value: BindValue, charset: LiteralCharset): VindexValue | null {
  if (value.negative) return null;
  if (value.kind === 'hex') return { kind: 'bytes', text: value.value };
  // A string goes into a binary column byte by byte, unless an introducer or N'' converts it first.
  const plain = value.sql === '' || /^['"]/.test(value.sql) || /^_binary\s*['"]/i.test(value.sql);
  return plain ? { kind: 'bytes', text: value.value } : asBytes(textBytes(value, null, charset));
}

function isTemporalText(value: BindValue): boolean {
  return (value.kind === 'string' || value.kind === 'temporal') && !value.negative;
}

function asInteger(text: string | null): VindexValue | null {
  return text === null ? null : { kind: 'integer', text };
}

function asBytes(text: string | null): VindexValue | null {
  return text === null ? null : { kind: 'bytes', text };
}

function asDate(text: string | null): VindexValue | null {
  return text === null ? null : { kind: 'date', text };
}

function asDateTime(text: string | null): VindexValue | null {
  return text === null ? null : { kind: 'datetime', text };
}
