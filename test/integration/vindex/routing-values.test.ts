// Traps 18 and 20 on a real server: a literal routes only where the server puts and finds the rows it equals.
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningServer } from '../../../src/cli/servers/server-provider.ts';
import { connectAsAdmin } from '../../../src/cli/servers/wait-until-ready.ts';
import { literalValue } from '../../../src/sql/literal.ts';
import { defaultMode } from '../../../src/sql/mode.ts';
import { normalize } from '../../../src/sql/normalize/normalize.ts';
import { slotEnd, slotKind, slotStart } from '../../../src/sql/normalize/slot.ts';
import type { BindValue } from '../../../src/value/bind-value.ts';
import { createVindex } from '../../../src/vindex/registry.ts';
import { storedVindexValue, toInsertValue, toVindexValue } from '../../../src/vindex/routable.ts';
import type { RoutingColumn } from '../../../src/vindex/routing-key.ts';
import { columnFromInformationSchema, type InformationSchemaColumn } from '../../../src/vschema/columns.ts';
import { equalityExact } from '../../../src/vschema/equality.ts';
import { routingColumnOf } from '../../../src/vschema/files/declared-columns.ts';
import { testFlavour, testServers } from '../../support/test-servers.ts';

const types = [
  'TINYINT',
  'SMALLINT UNSIGNED',
  'MEDIUMINT',
  'INT',
  'INT UNSIGNED',
  'BIGINT',
  'BIGINT UNSIGNED',
  'YEAR',
  'DECIMAL(10,2)',
  'DECIMAL(5,0)',
  'DECIMAL(20,10) UNSIGNED',
  'FLOAT',
  'DOUBLE',
  'BIT(8)',
  'VARCHAR(5) COLLATE utf8mb4_general_ci',
  'VARCHAR(5) COLLATE utf8mb4_bin',
  'VARBINARY(5)',
  'BINARY(5)',
  'BLOB',
  'DATE',
  'DATETIME',
  'DATETIME(3)',
  'TIMESTAMP NULL',
  'TIME',
  "ENUM('7','a','b')",
  "SET('a','b')",
];

/** Collations whose equality is that of the characters, spaces included. */
const typesOf = {
  mariadb: [
    'VARCHAR(5) COLLATE utf8mb4_nopad_bin',
    'CHAR(5) COLLATE utf8mb4_nopad_bin',
    'TEXT COLLATE utf8mb4_nopad_bin',
    'VARCHAR(5) CHARACTER SET latin1 COLLATE latin1_nopad_bin',
    'VARCHAR(5) CHARACTER SET utf8mb3 COLLATE utf8mb3_nopad_bin',
  ],
  mysql: [
    'VARCHAR(5) COLLATE utf8mb4_0900_bin',
    'CHAR(5) COLLATE utf8mb4_0900_bin',
    'TEXT COLLATE utf8mb4_0900_bin',
    'VARCHAR(5) COLLATE utf8mb4_0900_ai_ci',
    'VARCHAR(5) COLLATE utf8mb4_0900_as_cs',
    'VARCHAR(5) CHARACTER SET latin1 COLLATE latin1_bin',
  ],
};

const literals = [
  '0',
  '7',
  '-7',
  '- 7',
  '007',
  '+7',
  '127',
  '128',
  '-128',
  '-129',
  '255',
  '256',
  '2024',
  '24',
  '70',
  '1901',
  '2155',
  '2156',
  '65535',
  '65536',
  '2147483647',
  '2147483648',
  '4294967295',
  '9007199254740993',
  '-9007199254740993',
  '9223372036854775807',
  '9223372036854775808',
  '18446744073709551615',
  '18446744073709551616',
  '-9223372036854775808',
  '7.0',
  '7.5',
  '-0.0',
  '.0',
  '7.',
  '7.00',
  '7.005',
  '123.45',
  '12345678.99',
  '123456789.99',
  '-7.10',
  '7e0',
  '1e3',
  '9007199254740993e0',
  "'7'",
  "'-7'",
  "-'7'",
  "'07'",
  "' 7'",
  "'7 '",
  "'7.0'",
  "'7abc'",
  "'+7'",
  "'1e1'",
  "''",
  "'-0'",
  "'9007199254740993'",
  "'1.50'",
  "'2024'",
  '0x37',
  "x'37'",
  "x'3100'",
  "b'110111'",
  'TRUE',
  'FALSE',
  'NULL',
  "'a'",
  "'A'",
  "'a '",
  "'ß'",
  "'é'",
  "'e\u0301'",
  "'😀'",
  "'ж'",
  "'abcdef'",
  "'abcde'",
  "'ééééé'",
  "'éééééé'",
  "'a' 'b'",
  "N'a'",
  "N'é'",
  "_utf8mb4'é'",
  "_latin1'\u00e9'",
  "_binary'a'",
  "'a\\0b'",
  "'a\\tb'",
  "'it''s'",
  "'2024-01-31'",
  "'2024-1-31'",
  "'2024-02-30'",
  "'20240131'",
  '20240131',
  "'2024-01-31 00:00:00'",
  "'2024-01-31 10:00:00'",
  "'2023-12-31 23:59:59.9'",
  "'2023-12-31 23:59:59.900'",
  "'2024-01-31T10:00:00'",
  "'2024-01-31 10:00:00.000000'",
  "'0000-00-00'",
  "'2024-00-10'",
  "DATE'2024-01-31'",
  "TIMESTAMP'2024-01-31 10:00:00'",
  "'24-01-31'",
  "'2024-01-31 '",
  "'10:00:00'",
  "TIME'10:00:00'",
  "{d '2024-01-31'}",
];

const flavour = testFlavour();
const mode = defaultMode(flavour);

function valueOfLiteral(literal: string): BindValue {
  const text = Buffer.from(`DELETE FROM t WHERE c = ${literal}`, 'utf8').toString('latin1');
  const normalized = normalize(text, mode);
  const start = slotStart(normalized, 0);
  const value = literalValue(text, start, slotEnd(normalized, 0), slotKind(normalized, 0), mode);
  const signed = /^-/.test(literal) && !value.negative;
  if (!signed) return value;
  const digits = value.kind === 'integer' || value.kind === 'decimal' || value.kind === 'float';
  return { ...value, negative: true, value: digits ? `-${value.value}` : value.value };
}

let server: RunningServer;
let connection: Connection;

beforeAll(async () => {
  server = await (await testServers()).start({
    name: 'values',
    dataDirectory: null,
    port: 0,
    durable: false,
  });
  connection = await connectAsAdmin(server.admin);
  await connection.query('CREATE DATABASE d; USE d');
});
afterAll(async () => {
  await connection?.end();
  await server?.stop();
});

interface Stored extends RowDataPacket {
  readonly text: string | null;
}

async function columnOf(type: string): Promise<RoutingColumn> {
  await connection.query(
    `DROP TABLE IF EXISTS t; CREATE TABLE t (n INT AUTO_INCREMENT PRIMARY KEY, c ${type}, KEY (c(3)))`.replace(
      'c(3)',
      /TEXT|BLOB/.test(type) ? 'c(3)' : 'c',
    ),
  );
  const [rows] = await connection.query<(RowDataPacket & InformationSchemaColumn)[]>(
    "SELECT * FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'd' AND COLUMN_NAME = 'c'",
  );
  const row = rows[0];
  if (row === undefined) throw new Error('no column');
  return routingColumnOf('c', [columnFromInformationSchema(row)]);
}

/** Text of the column as storedVindexValue wants it: UTF-8 (or raw) bytes as binary string. */
const storedText =
  "LOWER(HEX(CASE WHEN c IS NULL THEN NULL WHEN CHARSET(c) = 'binary' THEN c ELSE CONVERT(c USING utf8mb4) END))";

async function insertedText(literal: string): Promise<string | null | undefined> {
  try {
    const [result] = await connection.query(`INSERT INTO t (c) VALUES (${literal})`);
    if (!('insertId' in result)) throw new Error('no insert');
    const [rows] = await connection.query<Stored[]>(
      `SELECT ${storedText} AS text FROM t WHERE n = ${result.insertId}`,
    );
    return decode(rows[0]?.text ?? null);
  } catch {
    return undefined;
  }
}

function decode(hex: string | null): string | null {
  return hex === null ? null : Buffer.from(hex, 'hex').toString('latin1');
}

const kinds = ['xxhash', 'hash', 'unicode_loose_md5', 'binary'].map((type) => {
  const { vindex } = createVindex(type, { type, params: new Map(), owner: null });
  if (vindex === null) throw new Error(type);
  return vindex;
});

describe.each(['', 'STRICT_ALL_TABLES'])('sql_mode "%s"', (sqlMode) => {
  test.each([...types, ...typesOf[flavour]])('%s', async (type) => {
    await connection.query(`SET sql_mode = '${sqlMode}'`);
    const column = await columnOf(type);
    const wrong: string[] = [];
    let routed = 0;
    let compared = 0;
    for (const literal of literals) {
      const stored = await insertedText(literal);
      const value = toInsertValue(valueOfLiteral(literal), column);
      if (value === null) continue;
      if (stored !== undefined && stored !== null) routed += 1;
      const expected = stored === undefined ? 'error' : JSON.stringify(storedVindexValue(stored, column));
      // What the server refuses may have any shard: nothing is stored.
      if (expected !== 'error' && JSON.stringify(value) !== expected) {
        wrong.push(`INSERT ${literal}: routed ${JSON.stringify(value)}, stored ${expected}`);
      }
    }
    for (const literal of literals) {
      const value = toVindexValue(valueOfLiteral(literal), column);
      if (value === null || value.kind === 'null') continue;
      const [found] = await connection.query<Stored[]>(
        `SELECT DISTINCT ${storedText} AS text FROM t WHERE c = ${literal}`,
      );
      compared += found.length;
      for (const row of found) {
        const rowValue = storedVindexValue(decode(row.text), column);
        for (const vindex of kinds.filter((kind) => equalityExact(kind, column))) {
          if (vindex.kind !== 'functional') continue;
          const same = JSON.stringify(vindex.map([rowValue])) === JSON.stringify(vindex.map([value]));
          if (!same)
            wrong.push(
              `= ${literal} by ${vindex.type}: finds ${JSON.stringify(rowValue)}, routes ${JSON.stringify(value)}`,
            );
        }
      }
    }
    expect(wrong).toEqual([]);
    if (/INT|CHAR|TEXT|BINARY|BLOB|DATE|DECIMAL|YEAR/.test(type)) expect(routed).toBeGreaterThan(0);
    if (/INT|CHAR|TEXT|BINARY|BLOB|DATE|DECIMAL|YEAR/.test(type)) expect(compared).toBeGreaterThan(0);
  });
});
