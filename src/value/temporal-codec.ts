// Dates and times: the binary protocol's fields and MySQL's text form.
import { ByteReader, malformedPacket } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

function fraction(microseconds: number, decimals: number): string {
  if (decimals <= 0 || decimals > 6)
    return microseconds === 0 || decimals === 0 ? '' : `.${digits(microseconds, 6)}`;
  return `.${digits(microseconds, 6).slice(0, decimals)}`;
}

/**
 * Text of a binary DATE (`dateOnly`), DATETIME or TIMESTAMP value without its length byte. `decimals` are the column's
 * fraction digits; 31 (not fixed) prints six digits when the fraction is not zero.
 */
export function dateTimeText(value: Buffer, dateOnly: boolean, decimals: number): string {
  const { length } = value;
  if (length !== 0 && length !== 4 && length !== 7 && length !== 11) throw malformedPacket();
  const reader = new ByteReader(value);
  const date =
    length === 0
      ? '0000-00-00'
      : `${digits(reader.u16(), 4)}-${digits(reader.u8(), 2)}-${digits(reader.u8(), 2)}`;
  if (dateOnly) return date;
  const time =
    length < 7 ? '00:00:00' : `${digits(reader.u8(), 2)}:${digits(reader.u8(), 2)}:${digits(reader.u8(), 2)}`;
  return `${date} ${time}${fraction(length < 11 ? 0 : reader.u32(), decimals)}`;
}

/** Text of a binary TIME value without its length byte: days are counted as hours. */
export function timeText(value: Buffer, decimals: number): string {
  const { length } = value;
  if (length !== 0 && length !== 8 && length !== 12) throw malformedPacket();
  if (length === 0) return `00:00:00${fraction(0, decimals)}`;
  const reader = new ByteReader(value);
  const sign = reader.u8() === 0 ? '' : '-';
  const hours = reader.u32() * 24 + reader.u8();
  const rest = `${digits(hours, 2)}:${digits(reader.u8(), 2)}:${digits(reader.u8(), 2)}`;
  return `${sign}${rest}${fraction(length < 12 ? 0 : reader.u32(), decimals)}`;
}

function microseconds(text: string | undefined): number {
  return text === undefined ? 0 : Number(text.padEnd(6, '0').slice(0, 6));
}

/** Binary form (with length byte) of MySQL's text of a DATE, DATETIME or TIMESTAMP. Throws 1835 for other text. */
export function encodeDateTime(text: string): Buffer {
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?)?$/.exec(text);
  if (match === null) throw malformedPacket();
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  const micros = microseconds(match[7]);
  const hasTime = Boolean(hour || minute || second || micros);
  if (!year && !month && !day && !hasTime) return new ByteWriter(1).u8(0).finish();
  const writer = new ByteWriter(12).u8(micros ? 11 : hasTime ? 7 : 4);
  writer
    .u16(year ?? 0)
    .u8(month ?? 0)
    .u8(day ?? 0);
  if (hasTime)
    writer
      .u8(hour ?? 0)
      .u8(minute ?? 0)
      .u8(second ?? 0);
  return micros ? writer.u32(micros).finish() : writer.finish();
}

/** Binary form (with length byte) of MySQL's text of a TIME. Throws 1835 for other text. */
export function encodeTime(text: string): Buffer {
  const match = /^(-?)(\d{2,3}):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/.exec(text);
  if (match === null) throw malformedPacket();
  const hours = Number(match[2]);
  const minutes = Number(match[3]);
  const seconds = Number(match[4]);
  const micros = microseconds(match[5]);
  if (!hours && !minutes && !seconds && !micros) return new ByteWriter(1).u8(0).finish();
  const writer = new ByteWriter(13).u8(micros ? 12 : 8).u8(match[1] === '-' ? 1 : 0);
  writer
    .u32(Math.trunc(hours / 24))
    .u8(hours % 24)
    .u8(minutes)
    .u8(seconds);
  return micros ? writer.u32(micros).finish() : writer.finish();
}
