// Strings as a text or binary column would store them, or null when the server would change or refuse them.
import { isUtf8 } from 'node:buffer';
import type { BindValue } from '../../value/bind-value.ts';
import type { RoutingColumn } from '../routing-key.ts';

/**
 * Character set of the client's string literals (character_set_client and _connection alike): of UTF-8 the bytes are used as
 * they are, of others only ASCII.
 */
export type LiteralCharset = 'utf8' | 'other';

/**
 * UTF-8 bytes (as binary string) of a string literal. Vindexes hash text as UTF-8 whatever the column's character set;
 * ASCII is the same in all of them. Beyond ASCII the literal must be UTF-8 by its own or the client's character set, and the
 * column must be able to hold it. `column` null: nothing is known of it.
 */
export function textBytes(
  value: BindValue,
  column: RoutingColumn | null,
  charset: LiteralCharset,
): string | null {
  // A minus makes a number of it.
  if (value.kind !== 'string' || value.negative) return null;
  const text = value.value;
  const introducer = /^_(\w+)|^(n)'/i.exec(value.sql);
  const named = introducer?.[1]?.toLowerCase();
  // N'' and introducers of wide character sets re-read the bytes: those never route.
  if (named !== undefined && !utf8Introducers.has(named)) return null;
  if (isAscii(text)) return text;
  if (introducer?.[2] !== undefined) return null;
  if (named === undefined && charset !== 'utf8') return null;
  if (!isUtf8(Buffer.from(text, 'latin1'))) return null;
  return column === null || holds(column, text) ? text : null;
}

const utf8Introducers = new Set(['utf8', 'utf8mb3', 'utf8mb4']);

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}

function holds(column: RoutingColumn, utf8: string): boolean {
  if (column.collation === null) return true;
  const charset = column.collation.split('_')[0];
  if (charset === 'utf8mb4' || charset === 'uca1400') return true;
  // Three bytes at most: characters beyond the basic plane become '?' or an error.
  if (charset === 'utf8' || charset === 'utf8mb3') return !/[\xf0-\xff]/.test(utf8);
  return false;
}

/** Whether an INSERT stores exactly this text: it fits, and a CHAR would not strip it. */
export function storableText(text: string, column: RoutingColumn): boolean {
  if (text.endsWith(' ') && column.dataType !== 'varchar' && !isTextBlob(column.dataType)) return false;
  return column.size === null || text.length <= column.size || fitsInCharacters(text, column);
}

function isTextBlob(dataType: string | null): boolean {
  return dataType?.endsWith('text') === true;
}

/** CHAR and VARCHAR count characters: bytes of UTF-8 that are no continuations. */
function fitsInCharacters(text: string, column: RoutingColumn): boolean {
  if (column.dataType !== 'char' && column.dataType !== 'varchar') return false;
  let characters = 0;
  for (let at = 0; at < text.length; at++) if ((text.charCodeAt(at) & 0xc0) !== 0x80) characters++;
  return characters <= (column.size ?? 0);
}

/** The bytes an INSERT stores: BINARY(n) pads with zero bytes; null when they do not fit or the type is unknown. */
export function storableBinary(bytes: string, column: RoutingColumn): string | null {
  if (column.size !== null && bytes.length > column.size) return null;
  if (column.dataType === 'binary') return column.size === null ? null : bytes.padEnd(column.size, '\0');
  return column.dataType === null ? null : bytes;
}
