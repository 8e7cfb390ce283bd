// Values of user variables as SQL: kept as literals, set on connections, and put where a text reads them.
import type { LexMode, SqlText } from '../../sql/mode.ts';
import { hexLiteral } from '../../text/quote.ts';
import { binaryCollationId, collationById, collationByName } from '../../value/collations.ts';
import { type ColumnDefinition, FieldType } from '../../value/column-definition.ts';
import type { Settings } from './settings.ts';

/** A client's user variable: a value that MySQL evaluated once. */
export interface UserVariable {
  /** A literal (SqlText), text with an introducer. */
  readonly sql: string;
  /** Of text in another collation than the connection's when it was set; null: in the connection's. */
  readonly collation: string | null;
}

const introduced = /^_(\w+) x'([0-9a-f]*)'$/;

/**
 * A literal of the value with the type a user variable has: integer, decimal, double, text with character set, bytes.
 * `cell` is a binary string in the column's character set.
 */
export function literalOf(column: ColumnDefinition | undefined, cell: string | null): string {
  if (cell === null || column === undefined) return 'NULL';
  switch (column.type) {
    case FieldType.tiny:
    case FieldType.short:
    case FieldType.int24:
    case FieldType.long:
    case FieldType.longLong:
    case FieldType.year:
    case FieldType.newDecimal:
    case FieldType.decimal:
      return cell;
    case FieldType.float:
    case FieldType.double:
      return /e/i.test(cell) ? cell : `${cell}e0`;
    default: {
      const bytes = Buffer.from(cell, 'latin1');
      const hex = hexLiteral(bytes);
      if (isText(column)) return `_${introducerOf(column, bytes)} ${hex}`;
      // A bare hex literal compares under the other side's collation, and is a number beside numbers.
      return isTemporal(column.type) ? `_utf8mb4 ${hex}` : `CAST(${hex} AS BINARY)`;
    }
  }
}

/** Character sets in which bytes below 0x80 are not the ASCII characters. */
const notAscii: ReadonlySet<string> = new Set(['ucs2', 'utf16', 'utf16le', 'utf32', 'swe7']);

/** UTF-8 wherever the bytes are the same there: literals in it can route. */
function introducerOf({ collation }: ColumnDefinition, bytes: Buffer): string {
  const charset = collationById(collation)?.charset ?? 'utf8mb4';
  if (charset === 'utf8mb3') return 'utf8mb4';
  return notAscii.has(charset) || bytes.some((byte) => byte >= 0x80) ? charset : 'utf8mb4';
}

/** Whether a column has a character set of its own. */
export function isText({ type, collation }: ColumnDefinition): boolean {
  return collation !== binaryCollationId && !isTemporal(type);
}

function isTemporal(type: number): boolean {
  return (
    type === FieldType.date ||
    type === FieldType.dateTime ||
    type === FieldType.time ||
    type === FieldType.timestamp
  );
}

/** What `SET @x = ` makes of a connection's variable the session's: text in the same character set and collation. */
export function settableValue(variable: UserVariable | undefined, settings: Settings): string {
  const { sql, collation: own } = variable ?? { sql: 'NULL', collation: null };
  const [, introducer] = introduced.exec(sql) ?? [];
  if (introducer === undefined) return sql;
  const { charset, collation } =
    own === null ? connectionText(settings) : { charset: collationByName(own)?.charset, collation: own };
  const text = charset === undefined || charset === introducer ? sql : `CONVERT(${sql} USING ${charset})`;
  return collation === null ? text : `${text} COLLATE ${collation}`;
}

/**
 * The variable where it decides rows: a literal in the connection's character set and collation. An introducer's literal has
 * its character set's first collation, which agrees with no other literal when the connection has another one: `@x = 'a'`
 * would be an illegal mix. Beside a column the column's collation counts, unless the connection's is binary.
 */
export function variableLiteral(
  variable: UserVariable | undefined,
  settings: Settings,
  mode: LexMode,
): SqlText {
  const { sql, collation: own } = variable ?? { sql: 'NULL', collation: null };
  const [, introducer, hex = ''] = introduced.exec(sql) ?? [];
  if (introducer === undefined || own !== null) return settableValue(variable, settings);
  const { charset, collation } = connectionText(settings);
  const bytes = Buffer.from(hex, 'hex');
  if (introducer !== 'utf8mb4') return sql;
  if (charset !== 'utf8mb4' && bytes.some((byte) => byte >= 0x80)) return sql;
  const text = bytes.toString('latin1').replaceAll("'", "''");
  const literal = `'${mode.noBackslashEscapes ? text : text.replaceAll('\\', '\\\\')}'`;
  return collation?.endsWith('_bin') === true ? `${literal} COLLATE ${collation}` : literal;
}

/** `collation`: null is the character set's default. */
function connectionText(settings: Settings): {
  readonly charset: string;
  readonly collation: string | null;
} {
  const [charset = 'utf8mb4', named = null] = (settings.get('names') ?? 'utf8mb4').split(' COLLATE ');
  return { charset, collation: settings.get('collation_connection') ?? named };
}
