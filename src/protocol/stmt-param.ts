// One parameter of COM_STMT_EXECUTE: its binary value as a bind value with a literal's spelling.
import { SqlError } from '../errors/sql-error.ts';
import type { BindValue } from '../value/bind-value.ts';
import type { ByteReader } from '../value/byte-reader.ts';
import { FieldType } from '../value/column-definition.ts';
import { dateTimeText, timeText } from '../value/temporal-codec.ts';

export const nullBind: BindValue = { kind: 'null', negative: false, sql: 'NULL', value: '' };

/** A string literal; backslashes are doubled unless the sql_mode takes them literally. `value` is a binary string. */
function quoted(value: string, noBackslashEscapes: boolean): string {
  const plain = value.replaceAll("'", "''");
  return `'${noBackslashEscapes ? plain : plain.replaceAll('\\', '\\\\')}'`;
}

function isBlobType(type: number): boolean {
  return type >= FieldType.tinyBlob && type <= FieldType.blob;
}

/** A string parameter: in the connection's character set, or binary for the blob types. */
export function textBind(bytes: Buffer, type: number, noBackslashEscapes: boolean): BindValue {
  const value = bytes.toString('latin1');
  const literal = quoted(value, noBackslashEscapes);
  return { kind: 'string', negative: false, sql: isBlobType(type) ? `_binary${literal}` : literal, value };
}

function integerBind(value: bigint): BindValue {
  const negative = value < 0n;
  return { kind: 'integer', negative, sql: String(negative ? -value : value), value: String(value) };
}

function floatBind(value: number): BindValue {
  // A literal has no spelling for these; MySQL stores no such values either.
  if (!Number.isFinite(value))
    throw new SqlError(1210, 'HY000', 'Incorrect arguments to mysqld_stmt_execute');
  const negative = value < 0 || Object.is(value, -0);
  // toExponential() without digits gives the shortest text that reads back as the same double.
  const sql = Math.abs(value).toExponential().replace('e+', 'e');
  return { kind: 'float', negative, sql, value: negative ? `-${sql}` : sql };
}

function decimalBind(bytes: Buffer, noBackslashEscapes: boolean): BindValue {
  const text = bytes.toString('latin1');
  const match = /^([-+]?)(\d+\.?\d*|\.\d+)$/.exec(text);
  const digits = match?.[2];
  if (digits === undefined) return textBind(bytes, FieldType.varString, noBackslashEscapes);
  const negative = match?.[1] === '-';
  // Without a point the server would read an integer.
  const sql = digits.includes('.') ? digits : `${digits}.`;
  return { kind: 'decimal', negative, sql, value: negative ? `-${digits}` : digits };
}

function temporalBind(
  text: string,
  keyword: 'DATE' | 'TIMESTAMP' | 'TIME',
  noBackslashEscapes: boolean,
): BindValue {
  // Zero dates and parts have no temporal literal; as string they mean what the parameter meant.
  const isZero = keyword !== 'TIME' && /^\d{4}-(?:00|\d\d-00)/.test(text);
  if (isZero || text.startsWith('0000'))
    return textBind(Buffer.from(text, 'latin1'), FieldType.varString, noBackslashEscapes);
  return { kind: 'temporal', negative: false, sql: `${keyword}'${text}'`, value: text };
}

/** `TIMESTAMP'2024-02-29 01:02:03'` -> `TIMESTAMP'2024-02-29 01:02:03.000000'`; the value to route by stays. */
export function withMicroseconds(bind: BindValue): BindValue {
  const keyword = bind.sql.slice(0, bind.sql.indexOf("'"));
  if (bind.kind !== 'temporal' || keyword === 'DATE') return bind;
  const [whole = '', fraction = ''] = bind.value.split('.');
  return { ...bind, sql: `${keyword}'${whole}.${fraction.padEnd(6, '0')}'` };
}

/** Reads the next value. Throws SqlError 1835 beyond the packet's end, 1210 for NaN and infinity. */
export function decodeParam(
  reader: ByteReader,
  type: number,
  unsigned: boolean,
  noBackslashEscapes: boolean,
): BindValue {
  switch (type) {
    case FieldType.null:
      return nullBind;
    case FieldType.tiny:
      return integerBind(BigInt(unsigned ? reader.u8() : (reader.u8() << 24) >> 24));
    case FieldType.short:
    case FieldType.year:
      return integerBind(BigInt(unsigned ? reader.u16() : (reader.u16() << 16) >> 16));
    case FieldType.long:
    case FieldType.int24:
      return integerBind(BigInt(unsigned ? reader.u32() : reader.u32() | 0));
    case FieldType.longLong:
      return integerBind(unsigned ? reader.u64() : BigInt.asIntN(64, reader.u64()));
    case FieldType.float:
      return floatBind(reader.slice(4).readFloatLE());
    case FieldType.double:
      return floatBind(reader.slice(8).readDoubleLE());
    case FieldType.date:
    case FieldType.newDate:
    case FieldType.dateTime:
    case FieldType.timestamp:
      return dateTimeBind(reader.slice(reader.u8()), type, noBackslashEscapes);
    case FieldType.time: {
      const value = reader.slice(reader.u8());
      return temporalBind(timeText(value, 31), 'TIME', noBackslashEscapes);
    }
    case FieldType.decimal:
    case FieldType.newDecimal:
      return decimalBind(reader.lenencBytes(), noBackslashEscapes);
    default:
      return textBind(reader.lenencBytes(), type, noBackslashEscapes);
  }
}

function dateTimeBind(value: Buffer, type: number, noBackslashEscapes: boolean): BindValue {
  const dateOnly = type === FieldType.date || type === FieldType.newDate;
  return temporalBind(dateTimeText(value, dateOnly, 31), dateOnly ? 'DATE' : 'TIMESTAMP', noBackslashEscapes);
}
