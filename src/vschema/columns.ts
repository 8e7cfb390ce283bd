// Column, key and table facts in the shape information_schema gives them: one reading for live servers and schema files.
import type { ColumnFamily } from '../value/column-family.ts';
import type { Column, ColumnDrift, ForeignKey, Key, ReferenceAction, ViewDefinition } from './model.ts';
import { ownValuesFromText } from './own-values.ts';

/** A row of information_schema.COLUMNS; numbers may come as numbers, bigints or digits. */
export interface InformationSchemaColumn {
  readonly COLUMN_NAME: string;
  readonly DATA_TYPE: string;
  readonly COLUMN_TYPE: string;
  readonly CHARACTER_MAXIMUM_LENGTH: number | bigint | string | null;
  readonly NUMERIC_PRECISION: number | bigint | string | null;
  readonly NUMERIC_SCALE: number | bigint | string | null;
  readonly DATETIME_PRECISION: number | bigint | string | null;
  readonly CHARACTER_SET_NAME: string | null;
  readonly COLLATION_NAME: string | null;
  /** `YES` or `NO`. */
  readonly IS_NULLABLE: string;
  /** SQL text of the default; MariaDB spells a default of NULL as the text `NULL`. */
  readonly COLUMN_DEFAULT: string | null;
  readonly EXTRA: string;
}

/** A row of information_schema.STATISTICS: one column of one key. */
export interface InformationSchemaStatistic {
  readonly INDEX_NAME: string;
  readonly NON_UNIQUE: number | bigint | string;
  readonly SEQ_IN_INDEX: number | bigint | string;
  /** null for a key on an expression. */
  readonly COLUMN_NAME: string | null;
  /** Prefix length; null for the whole column. */
  readonly SUB_PART: number | bigint | string | null;
  readonly INDEX_TYPE: string;
}

/** What is known of a table beside how it is sharded. */
export interface TableFacts {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly keys: readonly Key[];
  readonly foreignKeys: readonly ForeignKey[];
  /** null for base tables. */
  readonly view: ViewDefinition | null;
  /** How shards differ in its columns; absent when they agree. */
  readonly drift?: ColumnDrift;
}

const families: ReadonlyMap<string, ColumnFamily> = new Map<string, ColumnFamily>([
  ...(['tinyint', 'smallint', 'mediumint', 'int', 'bigint'] as const).map(
    (type) => [type, 'integer'] as const,
  ),
  ['decimal', 'decimal'],
  ['float', 'float'],
  ['double', 'float'],
  ...(['char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext'] as const).map(
    (type) => [type, 'text'] as const,
  ),
  ...(['binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob'] as const).map(
    (type) => [type, 'binary'] as const,
  ),
  ['date', 'date'],
  ['time', 'time'],
  ['datetime', 'datetime'],
  ['timestamp', 'timestamp'],
  ['year', 'year'],
  ['bit', 'bit'],
  ['enum', 'enum'],
  ['set', 'set'],
  ['json', 'json'],
  ...(
    [
      'geometry',
      'point',
      'linestring',
      'polygon',
      'multipoint',
      'multilinestring',
      'multipolygon',
      'geometrycollection',
      'geomcollection',
    ] as const
  ).map((type) => [type, 'geometry'] as const),
]);

const integerBits: ReadonlyMap<string, number> = new Map([
  ['tinyint', 8],
  ['smallint', 16],
  ['mediumint', 24],
  ['int', 32],
  ['bigint', 64],
]);

/** Family of a lower-case DATA_TYPE; `other` for types it does not know (uuid, inet6, vector ...). */
export function familyOf(dataType: string): ColumnFamily {
  return families.get(dataType) ?? 'other';
}

/** Bits of an integer type; null for other types. */
export function integerBitsOf(dataType: string): number | null {
  return integerBits.get(dataType) ?? null;
}

export function columnFromInformationSchema(row: InformationSchemaColumn): Column {
  const dataType = row.DATA_TYPE.toLowerCase();
  const family = familyOf(dataType);
  const extra = row.EXTRA.toLowerCase();
  // `DEFAULT_GENERATED` (MySQL) marks an expression default, not a generated column.
  const generated = /\b(virtual|stored|persistent)\b/.test(extra);
  return {
    name: row.COLUMN_NAME,
    family,
    dataType,
    columnType: row.COLUMN_TYPE,
    unsigned: /\bunsigned\b/i.test(row.COLUMN_TYPE),
    size: sizeOf(family, dataType, row),
    scale: scaleOf(family, row),
    charset: row.CHARACTER_SET_NAME,
    collation: row.COLLATION_NAME,
    nullable: row.IS_NULLABLE.toUpperCase() === 'YES',
    hasDefault: row.COLUMN_DEFAULT !== null && row.COLUMN_DEFAULT.toUpperCase() !== 'NULL',
    ...ownValuesFromText(dataType, row.COLUMN_DEFAULT, row.EXTRA),
    autoIncrement: extra.includes('auto_increment'),
    generated,
    invisible: extra.includes('invisible'),
  };
}

function sizeOf(family: ColumnFamily, dataType: string, row: InformationSchemaColumn): number | null {
  switch (family) {
    case 'integer':
      return integerBitsOf(dataType);
    case 'decimal':
    case 'bit':
      return numberOf(row.NUMERIC_PRECISION);
    case 'text':
    case 'binary':
      return numberOf(row.CHARACTER_MAXIMUM_LENGTH);
    case 'year':
      return row.COLUMN_TYPE.toLowerCase() === 'year(2)' ? 2 : null;
    default:
      return null;
  }
}

function scaleOf(family: ColumnFamily, row: InformationSchemaColumn): number | null {
  switch (family) {
    case 'decimal':
      return numberOf(row.NUMERIC_SCALE);
    case 'time':
    case 'datetime':
    case 'timestamp':
      return numberOf(row.DATETIME_PRECISION) ?? 0;
    default:
      return null;
  }
}

function numberOf(value: number | bigint | string | null): number | null {
  return value === null ? null : Number(value);
}

/** Keys of one table from its STATISTICS rows, in the order they first appear. */
export function keysFromInformationSchema(rows: readonly InformationSchemaStatistic[]): readonly Key[] {
  const byName = new Map<string, InformationSchemaStatistic[]>();
  for (const row of rows) {
    const columns = byName.get(row.INDEX_NAME);
    if (columns === undefined) byName.set(row.INDEX_NAME, [row]);
    else columns.push(row);
  }
  return [...byName].map(([name, parts]): Key => {
    const ordered = [...parts].sort((a, b) => Number(a.SEQ_IN_INDEX) - Number(b.SEQ_IN_INDEX));
    return {
      name,
      unique: Number(ordered[0]?.NON_UNIQUE) === 0,
      columns: ordered.flatMap((part) => (part.COLUMN_NAME === null ? [] : [part.COLUMN_NAME])),
      partial: ordered.some((part) => part.COLUMN_NAME === null || part.SUB_PART !== null),
      fulltext: ordered[0]?.INDEX_TYPE.toUpperCase() === 'FULLTEXT',
    };
  });
}

/** As SQL and information_schema spell it; null: not said. */
export function referenceAction(rule: string | null): ReferenceAction {
  switch (rule?.toUpperCase().replaceAll(/\s+/g, ' ')) {
    case 'CASCADE':
      return 'cascade';
    case 'SET NULL':
      return 'setNull';
    case 'SET DEFAULT':
      return 'setDefault';
    default:
      return 'restrict';
  }
}
