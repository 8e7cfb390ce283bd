// ColumnDefinition41 packets as data and back.
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import type { ColumnDefinition } from './column-definition.ts';

/** How names are encoded: by `character_set_results` of the connection; utf8 for utf8mb3, utf8mb4 and NULL. */
export type NameEncoding = 'utf8' | 'latin1';

/** Of the part of fixed length, its length byte not included. */
const fixedBytes = 12;

/**
 * Extended metadata stands in front of the part of fixed length, which begins with its length and a collation; it is empty, or
 * a list that begins with 0 (type) or 1 (format). What servers append (COM_FIELD_LIST) does not matter.
 */
function hasExtended(payload: Buffer, at: number): boolean {
  const length = payload[at];
  if (length === 0) return true;
  if (length !== fixedBytes) return true;
  return (payload[at + 1] ?? 2) <= 1 && payload[at + 1 + fixedBytes] === fixedBytes;
}

/** Decodes the payload of a column definition packet (no packet header). Throws SqlError 1835 when it is malformed. */
export function decodeColumnDefinition(payload: Buffer, names: NameEncoding = 'utf8'): ColumnDefinition {
  const reader = new ByteReader(payload);
  reader.lenencBytes(); // catalog, always "def"
  const schema = reader.lenencBytes().toString(names);
  const table = reader.lenencBytes().toString(names);
  const orgTable = reader.lenencBytes().toString(names);
  const name = reader.lenencBytes().toString(names);
  const orgName = reader.lenencBytes().toString(names);
  const extended = hasExtended(payload, reader.at) ? reader.lenencBytes().toString('latin1') : '';
  const fixed = new ByteReader(reader.lenencBytes());
  const collation = fixed.u16();
  const length = fixed.u32();
  const type = fixed.u8();
  const flags = fixed.u16();
  const decimals = fixed.u8();
  const column = { schema, table, orgTable, name, orgName, collation, length, type, flags, decimals };
  return extended === '' ? column : { ...column, extended };
}

/** Payload of a column definition packet (no packet header). `extended`: for a client that agreed on extended metadata. */
export function encodeColumnDefinition(
  column: ColumnDefinition,
  extended = false,
  names: NameEncoding = 'utf8',
): Buffer {
  const writer = new ByteWriter(64 + column.name.length * 2)
    .lenencText('def')
    .lenencText(column.schema, names)
    .lenencText(column.table, names)
    .lenencText(column.orgTable, names)
    .lenencText(column.name, names)
    .lenencText(column.orgName, names);
  if (extended) writer.lenencText(column.extended ?? '', 'latin1');
  return writer
    .lenenc(12)
    .u16(column.collation)
    .u32(column.length)
    .u8(column.type)
    .u16(column.flags)
    .u8(column.decimals)
    .u16(0)
    .finish();
}

/** The schema bytes of a column definition payload: their span, without their length prefix. */
export function schemaSpan(payload: Buffer): { readonly start: number; readonly end: number } {
  const reader = new ByteReader(payload);
  reader.lenencBytes();
  const length = reader.lenenc();
  const start = reader.take(length);
  return { start, end: start + length };
}

/**
 * The same column definition payload with another schema name, all other bytes untouched (whatever a server appends to
 * the packet, such as a default value after COM_FIELD_LIST, stays). The payload itself when it names no schema.
 */
export function withSchema(payload: Buffer, schema: Uint8Array): Buffer {
  const { start, end } = schemaSpan(payload);
  if (start === end) return payload;
  const catalogEnd = new ByteReader(payload);
  catalogEnd.lenencBytes();
  return new ByteWriter(payload.length + schema.length)
    .bytes(payload.subarray(0, catalogEnd.at))
    .lenencBytes(schema)
    .bytes(payload.subarray(end))
    .finish();
}
