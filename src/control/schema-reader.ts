// Reads what one shard's database holds, from information_schema, and a checksum that tells when to read again.
import {
  columnFromInformationSchema,
  type InformationSchemaColumn,
  type InformationSchemaStatistic,
  keysFromInformationSchema,
  referenceAction,
  type TableFacts,
} from '../vschema/columns.ts';
import type { ForeignKey } from '../vschema/model.ts';
import { isOwnTable } from '../vschema/own-tables.ts';
import type { ControlConnection, ControlRows } from './control-connection.ts';
import { readViews } from './view-reader.ts';
import { type DatabaseNames, sqlTextOf } from './view-text.ts';

const readTimeoutMs = 10_000;

// CAST: the same text on both flavours; QUOTE tells NULL from ''.
const checksumSql = `SELECT CONCAT_WS('-',
  (SELECT CONCAT(COUNT(*), ':', COALESCE(SUM(CRC32(CONCAT_WS('#', TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, COLUMN_TYPE,
    COLLATION_NAME, IS_NULLABLE, QUOTE(COLUMN_DEFAULT), EXTRA))), 0)) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ?),
  (SELECT CONCAT(COUNT(*), ':', COALESCE(SUM(CRC32(CONCAT_WS('#', TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX, QUOTE(COLUMN_NAME),
    QUOTE(SUB_PART), NON_UNIQUE, INDEX_TYPE))), 0)) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = ?),
  (SELECT CONCAT(COUNT(*), ':', COALESCE(SUM(CRC32(CONCAT_WS('#', TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, ORDINAL_POSITION,
    REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME))), 0))
    FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = ?),
  (SELECT CONCAT(COUNT(*), ':', COALESCE(SUM(CRC32(CONCAT_WS('#', TABLE_NAME, CONSTRAINT_NAME, DELETE_RULE, UPDATE_RULE))), 0))
    FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = ?),
  (SELECT CONCAT(COUNT(*), ':', COALESCE(SUM(CRC32(CONCAT_WS('#', TABLE_NAME, VIEW_DEFINITION,
    COLLATION_CONNECTION))), 0))
    FROM information_schema.VIEWS WHERE TABLE_SCHEMA = ?),
  (SELECT CONCAT(COUNT(*), ':', COALESCE(SUM(CRC32(CONCAT_WS('#', ROUTINE_NAME, LAST_ALTERED, SQL_MODE, ROUTINE_DEFINITION))), 0))
    FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ? AND ROUTINE_TYPE = 'FUNCTION'),
  /*M! (SELECT CONCAT(COUNT(*), ':', COALESCE(SUM(CRC32(CONCAT_WS('#', TABLE_NAME, CONSTRAINT_NAME, CHECK_CLAUSE))), 0))
    FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE() AND CHECK_CLAUSE LIKE 'json\\_valid(%'), */
  (SELECT CONCAT(COUNT(*), ':', COALESCE(SUM(CRC32(CONCAT_WS('#', TRIGGER_NAME, EVENT_OBJECT_TABLE, ACTION_TIMING,
    EVENT_MANIPULATION, ACTION_ORDER, ACTION_STATEMENT, SQL_MODE))), 0))
    FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ?)) AS checksum`;

// A body that may not be read is NULL.
const functionsSql = `SELECT r.ROUTINE_NAME, r.ROUTINE_DEFINITION, CONCAT_WS('#', r.SQL_MODE, r.DATABASE_COLLATION,
  (SELECT GROUP_CONCAT(CONCAT_WS(' ', p.PARAMETER_NAME, p.DTD_IDENTIFIER, p.COLLATION_NAME) ORDER BY p.ORDINAL_POSITION)
    FROM information_schema.PARAMETERS p
    WHERE p.SPECIFIC_SCHEMA = r.ROUTINE_SCHEMA AND p.SPECIFIC_NAME = r.SPECIFIC_NAME)) AS signature
  FROM information_schema.ROUTINES r WHERE r.ROUTINE_SCHEMA = ? AND r.ROUTINE_TYPE = 'FUNCTION'`;

const columnsSql = `SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE, CAST(COLUMN_TYPE AS CHAR) AS COLUMN_TYPE,
  CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE, DATETIME_PRECISION, CHARACTER_SET_NAME, COLLATION_NAME,
  IS_NULLABLE, CAST(COLUMN_DEFAULT AS CHAR) AS COLUMN_DEFAULT, EXTRA
  FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME, ORDINAL_POSITION`;

const statisticsSql = `SELECT TABLE_NAME, INDEX_NAME, NON_UNIQUE, SEQ_IN_INDEX, COLUMN_NAME, SUB_PART, INDEX_TYPE
  FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`;

const rulesSql = `SELECT TABLE_NAME, CONSTRAINT_NAME, DELETE_RULE, UPDATE_RULE FROM information_schema.REFERENTIAL_CONSTRAINTS
  WHERE CONSTRAINT_SCHEMA = ?`;

// MySQL has a type for it, and other columns here. In a comment no placeholder would be filled: the connection is the database's.
const checkedJsonSql = `SELECT '' AS TABLE_NAME, '' AS COLUMN_NAME FROM DUAL WHERE FALSE
  /*M! UNION ALL SELECT TABLE_NAME, CONSTRAINT_NAME FROM information_schema.CHECK_CONSTRAINTS
    WHERE CONSTRAINT_SCHEMA = DATABASE() AND LEVEL = 'Column' AND CHECK_CLAUSE LIKE 'json\\_valid(%' */`;

const foreignKeysSql = `SELECT TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME,
  REFERENCED_COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE
  WHERE TABLE_SCHEMA = ? AND REFERENCED_TABLE_NAME IS NOT NULL ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION`;

/** Equal checksums: tables, functions and triggers have not changed (but for a collision of sums). */
export async function readChecksum(connection: ControlConnection, database: string): Promise<string> {
  const rows = await connection.query(checksumSql, Array(7).fill(database), readTimeoutMs);
  return text(rows[0]?.['checksum']) ?? '';
}

/** Everything of one database, by table name. `names` turns physical database names into keyspace names. */
export async function readTables(
  connection: ControlConnection,
  database: string,
  names: DatabaseNames,
): Promise<ReadonlyMap<string, TableFacts>> {
  const read = (sql: string): Promise<ControlRows> => connection.query(sql, [database], readTimeoutMs);
  const columns = byTable(await read(columnsSql));
  const statistics = byTable(await read(statisticsSql));
  const foreignKeys = byTable(await read(foreignKeysSql));
  const documents = new Set(
    (await connection.query(checkedJsonSql, [], readTimeoutMs)).map((row) => placeOf(row)),
  );
  const rules = byTable(foreignKeys.size === 0 ? [] : await read(rulesSql));
  const views = await readViews(connection, database, names);
  const tables = new Map<string, TableFacts>();
  for (const [name, rows] of columns) {
    tables.set(name, {
      name,
      columns: rows.map((row) => {
        const column = columnFromInformationSchema(columnRow(row));
        const isDocument = column.collation === 'utf8mb4_bin' && documents.has(placeOf(row));
        return isDocument ? { ...column, checkedJson: true as const } : column;
      }),
      keys: keysFromInformationSchema((statistics.get(name) ?? []).map(statisticRow)),
      foreignKeys: foreignKeysOf(foreignKeys.get(name) ?? [], rules.get(name) ?? [], names),
      view: views.get(name) ?? null,
    });
  }
  return tables;
}

/** A stored function: what decides its values, and with `signature` what decides its type. */
export interface FunctionFacts {
  /** SqlText. */
  readonly body: string;
  readonly signature: string;
}

/** Stored functions whose bodies may be read, by lower-case name. */
export async function readFunctions(
  connection: ControlConnection,
  database: string,
): Promise<ReadonlyMap<string, FunctionFacts>> {
  const functions = new Map<string, FunctionFacts>();
  for (const row of await connection.query(functionsSql, [database], readTimeoutMs)) {
    const body = text(row['ROUTINE_DEFINITION']);
    const name = text(row['ROUTINE_NAME']) ?? '';
    const signature = text(row['signature']) ?? '';
    if (body !== null) functions.set(name.toLowerCase(), { body: sqlTextOf(body), signature });
  }
  return functions;
}

function placeOf(row: ControlRows[number]): string {
  return JSON.stringify([text(row['TABLE_NAME']), text(row['COLUMN_NAME'])]);
}

function byTable(rows: ControlRows): Map<string, ControlRows[number][]> {
  const tables = new Map<string, ControlRows[number][]>();
  for (const row of rows) {
    const name = text(row['TABLE_NAME']) ?? '';
    if (isOwnTable(name)) continue;
    const table = tables.get(name);
    if (table === undefined) tables.set(name, [row]);
    else table.push(row);
  }
  return tables;
}

function columnRow(row: ControlRows[number]): InformationSchemaColumn {
  return {
    COLUMN_NAME: text(row['COLUMN_NAME']) ?? '',
    DATA_TYPE: text(row['DATA_TYPE']) ?? '',
    COLUMN_TYPE: text(row['COLUMN_TYPE']) ?? '',
    CHARACTER_MAXIMUM_LENGTH: text(row['CHARACTER_MAXIMUM_LENGTH']),
    NUMERIC_PRECISION: text(row['NUMERIC_PRECISION']),
    NUMERIC_SCALE: text(row['NUMERIC_SCALE']),
    DATETIME_PRECISION: text(row['DATETIME_PRECISION']),
    CHARACTER_SET_NAME: text(row['CHARACTER_SET_NAME']),
    COLLATION_NAME: text(row['COLLATION_NAME']),
    IS_NULLABLE: text(row['IS_NULLABLE']) ?? '',
    COLUMN_DEFAULT: text(row['COLUMN_DEFAULT']),
    EXTRA: text(row['EXTRA']) ?? '',
  };
}

function statisticRow(row: ControlRows[number]): InformationSchemaStatistic {
  return {
    INDEX_NAME: text(row['INDEX_NAME']) ?? '',
    NON_UNIQUE: text(row['NON_UNIQUE']) ?? '1',
    SEQ_IN_INDEX: text(row['SEQ_IN_INDEX']) ?? '1',
    COLUMN_NAME: text(row['COLUMN_NAME']),
    SUB_PART: text(row['SUB_PART']),
    INDEX_TYPE: text(row['INDEX_TYPE']) ?? '',
  };
}

function foreignKeysOf(
  rows: readonly ControlRows[number][],
  rules: readonly ControlRows[number][],
  names: DatabaseNames,
): ForeignKey[] {
  const byName = new Map<string, ControlRows[number][]>();
  for (const row of rows) {
    const name = text(row['CONSTRAINT_NAME']) ?? '';
    byName.set(name, [...(byName.get(name) ?? []), row]);
  }
  return [...byName].map(([name, parts]) => {
    const database = text(parts[0]?.['REFERENCED_TABLE_SCHEMA']) ?? '';
    const rule = rules.find((one) => text(one['CONSTRAINT_NAME']) === name);
    return {
      name,
      columns: parts.map((part) => text(part['COLUMN_NAME']) ?? ''),
      referencedKeyspace: names.get(database) ?? database,
      referencedTable: text(parts[0]?.['REFERENCED_TABLE_NAME']) ?? '',
      referencedColumns: parts.map((part) => text(part['REFERENCED_COLUMN_NAME']) ?? ''),
      onDelete: referenceAction(text(rule?.['DELETE_RULE'])),
      onUpdate: referenceAction(text(rule?.['UPDATE_RULE'])),
    };
  });
}

/** Cells come as strings, numbers or buffers, depending on flavour and version. */
function text(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return Buffer.isBuffer(value) ? value.toString('utf8') : String(value);
}
