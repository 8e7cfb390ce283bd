// CREATE TEMPORARY TABLE for a fragment: bare columns shaped by the server from the base table, computed ones as wide as can be.
import type { Fragment, FragmentColumn } from '../../plan/nodes.ts';
import { quoteIdentifier } from '../../text/quote.ts';
import type { Template } from '../../text/template.ts';
import { binaryCollationId, collationById } from '../../value/collations.ts';
import { type ColumnDefinition, ColumnFlag, FieldType } from '../../value/column-definition.ts';
import type { DeclaredType } from './declared-types.ts';

/** InnoDB takes 3,072 bytes per key; longer columns get an index on their beginning. */
const keyBytesMax = 3072;
const prefixCharacters = 255;

export interface ShapeOptions {
  /** Name of the workspace table, unquoted. */
  readonly table: string;
  readonly fragment: Fragment;
  /** Result metadata of the fragment, read with character_set_results = NULL. */
  readonly metadata: readonly ColumnDefinition[];
  /** Types of bare columns by workspace name when their base table is not on the workspace's server; null: shape them. */
  readonly declared: ReadonlyMap<string, DeclaredType> | null;
  readonly flavour: 'mariadb' | 'mysql';
  render(template: Template): string;
}

/** MySQL may be told to take no table without a primary key (sql_require_primary_key), temporary ones included. */
const rowKey = '`_sg_row` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT INVISIBLE PRIMARY KEY';

/**
 * `CREATE TEMPORARY TABLE w (computed columns, keys) AS SELECT bare columns FROM base WHERE RAND()<0 LIMIT 0`: exact types,
 * no lock on the base, nothing in a binary log (MariaDB logs temporary tables otherwise), and the keys without which joins
 * take seconds and metadata loses its key flags.
 */
export function createTableSql(options: ShapeOptions): string {
  const { fragment, metadata } = options;
  const shaped = fragment.shape !== null && options.declared === null;
  const definitions: string[] = [];
  const selected: string[] = [];
  fragment.columns.forEach((column, i) => {
    const name = quoteIdentifier(column.name);
    // What AS SELECT makes of it would be text without its CHECK.
    const bare = column.kind === 'bare' && shaped && column.checkedJson !== true;
    if (!bare) definitions.push(`${name} ${declaredType(column, metadata[i], options)}`);
    // Columns named on both sides stand where the SELECT has them, so the order is the fragment's.
    selected.push(bare ? `${options.render(column.sql)} AS ${name}` : `NULL AS ${name}`);
  });
  definitions.push(...keyDefinitions(fragment, metadata));
  const keyless = options.flavour === 'mysql' && !fragment.keys.some((key) => key.primary);
  const head = `CREATE TEMPORARY TABLE ${quoteIdentifier(options.table)}${inParens(definitions, keyless)}`;
  if (!shaped || fragment.shape === null) return head;
  return `${head} AS SELECT ${selected.join(', ')} FROM ${options.render(fragment.shape)} WHERE RAND()<0 LIMIT 0`;
}

/** INVISIBLE is known from 8.0.23 on; older servers read a comment. */
function inParens(definitions: readonly string[], keyless: boolean): string {
  const own = definitions.join(', ');
  if (!keyless) return own === '' ? '' : ` (${own})`;
  return own === '' ? ` /*!80023 (${rowKey}) */` : ` (/*!80023 ${rowKey}, */ ${own})`;
}

function declaredType(
  column: FragmentColumn,
  metadata: ColumnDefinition | undefined,
  options: ShapeOptions,
): string {
  const declared = column.kind === 'bare' ? options.declared?.get(column.name) : undefined;
  if (metadata === undefined) throw new Error(`assertion failed: metadata of column ${column.name}`);
  if (column.checkedJson === true)
    return (metadata.flags & ColumnFlag.notNull) !== 0 ? 'JSON NOT NULL' : 'JSON';
  if (declared !== undefined) {
    // An outer join inside the fragment may have put NULLs there. What carries a column says nothing of its own NULLs.
    const filled = column.carry !== undefined || (metadata.flags & ColumnFlag.notNull) !== 0;
    return declared.notNull && filled ? `${declared.sql} NOT NULL` : declared.sql;
  }
  // MariaDB calls nothing a YEAR but what a YEAR holds, and shows its zeros; MySQL calls the year of any date one.
  if (metadata.type === FieldType.year && options.flavour === 'mariadb') return 'YEAR';
  return widestType(metadata);
}

/** More decimals mean: as many as the value has. */
const doubleScaleMax = 30;

/** A type that holds every value an expression of this result type can have. */
export function widestType(column: ColumnDefinition): string {
  switch (column.type) {
    case FieldType.null:
    case FieldType.tiny:
    case FieldType.short:
    case FieldType.int24:
    case FieldType.long:
    case FieldType.longLong:
    case FieldType.year:
      return (column.flags & ColumnFlag.unsigned) !== 0 ? 'BIGINT UNSIGNED' : 'BIGINT';
    case FieldType.bit:
      return 'BIGINT UNSIGNED';
    case FieldType.decimal:
    case FieldType.newDecimal:
      // MariaDB has results of up to 38 digits behind the point, MySQL of 30.
      return `DECIMAL(65,${Math.min(column.decimals, 38)})`;
    case FieldType.float:
    case FieldType.double:
      // ROUND(d, 2) shows two digits behind the point, also where it is 0.
      return column.decimals <= doubleScaleMax ? `DOUBLE(255,${column.decimals})` : 'DOUBLE';
    case FieldType.date:
    case FieldType.newDate:
      return 'DATE';
    case FieldType.time:
      return `TIME(${fractionDigits(column)})`;
    case FieldType.dateTime:
    case FieldType.timestamp:
      return `DATETIME(${fractionDigits(column)})`;
    case FieldType.geometry:
      return 'GEOMETRY';
    case FieldType.json:
      return 'JSON';
    default:
      return textType(column);
  }
}

function fractionDigits(column: ColumnDefinition): number {
  return column.decimals > 6 ? 6 : column.decimals;
}

function textType(column: ColumnDefinition): string {
  const collation = column.collation === binaryCollationId ? null : collationById(column.collation);
  if (collation === null) return 'LONGBLOB';
  return `LONGTEXT CHARACTER SET ${collation.charset} COLLATE ${collation.name}`;
}

function keyDefinitions(fragment: Fragment, metadata: readonly ColumnDefinition[]): string[] {
  const keys = fragment.keys.map((key) => {
    const columns = key.columns.map(quoteIdentifier).join(', ');
    return key.primary
      ? `PRIMARY KEY (${columns})`
      : key.unique
        ? `UNIQUE KEY (${columns})`
        : `KEY (${columns})`;
  });
  const leading = new Set(fragment.keys.map((key) => key.columns[0]));
  fragment.columns.forEach((column, i) => {
    const definition = metadata[i];
    if (!column.indexed || leading.has(column.name) || definition === undefined) return;
    const part = keyPart(column, definition);
    if (part !== null) keys.push(`KEY (${part})`);
  });
  return keys;
}

/** null: the column takes no ordinary index. */
function keyPart(column: FragmentColumn, definition: ColumnDefinition): string | null {
  const name = quoteIdentifier(column.name);
  const isDocument = definition.type === FieldType.json || column.carry === 'json';
  if (isDocument || definition.type === FieldType.geometry) return null;
  const isBlob = (definition.flags & ColumnFlag.blob) !== 0 || isBlobType(definition.type);
  const wide = column.kind === 'computed' && textTypes.has(definition.type);
  if (wide || isBlob || definition.length > keyBytesMax) return `${name}(${prefixCharacters})`;
  return name;
}

const textTypes: ReadonlySet<number> = new Set([
  FieldType.varchar,
  FieldType.varString,
  FieldType.string,
  FieldType.enum,
  FieldType.set,
]);

function isBlobType(type: number): boolean {
  return (
    type === FieldType.tinyBlob ||
    type === FieldType.mediumBlob ||
    type === FieldType.longBlob ||
    type === FieldType.blob
  );
}
