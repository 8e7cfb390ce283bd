// Column types of generated tables and the values that go into them: small pools, so that rows meet.
import type { Random } from './random.ts';

/**
 * What expressions may do with a value:
 *  - int, dec, float, text, bytes, date, time, datetime, year as usual; json only travels
 */
export type Family =
  | 'int'
  | 'dec'
  | 'float'
  | 'text'
  | 'bytes'
  | 'date'
  | 'time'
  | 'datetime'
  | 'year'
  | 'json';

export interface ColumnType {
  readonly sql: string;
  readonly family: Family;
  /** Equal values may be spelled differently ('a' = 'A', 0 = -0): which of them GROUP BY shows is nobody's business. */
  readonly loose: boolean;
  /** Literals that fit, NULL not among them. */
  readonly values: readonly string[];
  /** Sums of its values are exact and far from overflow. */
  readonly summable: boolean;
  readonly unsigned?: true;
}

const quoted = (texts: readonly string[]): string[] => texts.map((text) => `'${text.replaceAll("'", "''")}'`);

const small = ['0', '1', '2', '3', '4', '5', '7', '12'];
const signed = [...small, '-1', '-3', '-7'];
const words = [
  'a',
  'A',
  'b',
  'B',
  'ab',
  'Ab',
  'abc',
  'é',
  'e',
  'E',
  'ä',
  'ß',
  'ss',
  's',
  'z',
  'Z',
  '',
  'x y',
  '10',
  '9',
  "it's",
  'ø',
  'o',
];
const padded = [...words, 'a ', 'ab  ', 'b\t'];
const dates = [
  '2024-01-01',
  '2024-02-29',
  '2023-12-31',
  '2024-07-01',
  '2025-01-01',
  '1999-05-05',
  '0000-00-00',
  '9999-12-31',
];
const times = ['00:00:00', '12:34:56', '-01:00:00', '23:59:59', '100:00:00', '-838:59:59'];
const stamps = [
  '2024-01-01 00:00:00',
  '2024-02-29 12:34:56',
  '2023-12-31 23:59:59',
  '2024-10-27 01:30:00',
  '1999-05-05 05:05:05',
];
const fractions = ['.000000', '.500000', '.123456', '.999000', '.000001'];

function type(
  sql: string,
  family: Family,
  values: readonly string[],
  more: Partial<ColumnType> = {},
): ColumnType {
  return { sql, family, values, loose: false, summable: false, ...more };
}

function text(sql: string, values: readonly string[], loose: boolean): ColumnType {
  return type(sql, 'text', quoted(values), { loose });
}

const withFractions = (base: readonly string[], digits: number): string[] =>
  base.flatMap((one, index) => [
    one,
    `${one}${(fractions[index % fractions.length] ?? '').slice(0, digits + 1)}`,
  ]);

export const intTypes: readonly ColumnType[] = [
  type('TINYINT', 'int', [...signed, '127', '-128'], { summable: true }),
  type('SMALLINT UNSIGNED', 'int', [...small, '65535'], { summable: true, unsigned: true }),
  type('MEDIUMINT', 'int', [...signed, '8388607'], { summable: true }),
  type('INT', 'int', [...signed, '2147483647'], { summable: true }),
  type('INT UNSIGNED', 'int', [...small, '4294967295'], { summable: true, unsigned: true }),
  type('BIGINT', 'int', [...signed, '9007199254740993'], { summable: true }),
  type('BIGINT', 'int', [
    ...signed,
    '9223372036854775807',
    '-9223372036854775808',
    '9007199254740992',
    '9007199254740993',
  ]),
  type('BIGINT UNSIGNED', 'int', [...small, '18446744073709551615', '9223372036854775808'], {
    unsigned: true,
  }),
  type('BOOLEAN', 'int', ['0', '1'], { summable: true }),
];

export const otherTypes: readonly ColumnType[] = [
  type('DECIMAL(10,2)', 'dec', ['0', '1', '1.50', '-1.50', '2.25', '10.10', '99999999.99', '-0.01'], {
    summable: true,
  }),
  type('DECIMAL(30,10)', 'dec', ['0', '1.5', '0.0000000001', '12345678901234567890.0123456789', '-7.7'], {
    summable: true,
  }),
  type('DECIMAL(5,0)', 'dec', ['0', '1', '2', '-3', '99999'], { summable: true }),
  type('FLOAT', 'float', ['0', '1', '0.25', '-1.5', '16777215', '2.5'], { summable: true, loose: true }),
  type('DOUBLE', 'float', ['0', '-0.0', '1', '0.25', '-1.5', '1000000.5', '2.5'], {
    summable: true,
    loose: true,
  }),
  type('DOUBLE', 'float', ['0.1', '0.30000000000000004', '1e300', '-1e-300', '1e15', '123456789.123'], {
    loose: true,
  }),
  // Through a temporary table a server shows BIT as a number, else as bytes: as loose as 0 and -0.
  type('BIT(9)', 'int', ["b'0'", "b'1'", "b'101'", "b'111111111'"], { unsigned: true, loose: true }),
  type('YEAR', 'year', ['2024', '1999', '2155', '0', '1901']),
  type('DATE', 'date', quoted(dates)),
  type('TIME', 'time', quoted(times)),
  type('TIME(3)', 'time', quoted(withFractions(times.slice(0, 4), 3))),
  type('DATETIME', 'datetime', quoted([...stamps, '0000-00-00 00:00:00'])),
  type('DATETIME(6)', 'datetime', quoted(withFractions(stamps, 6))),
  type('TIMESTAMP', 'datetime', quoted([...stamps, '0000-00-00 00:00:00'])),
  type('TIMESTAMP(3)', 'datetime', quoted(withFractions(stamps, 3))),
  text('VARCHAR(20) COLLATE utf8mb4_general_ci', padded, true),
  text('VARCHAR(20) COLLATE utf8mb4_unicode_ci', padded, true),
  text('VARCHAR(20) COLLATE utf8mb4_bin', padded, true),
  text('VARCHAR(20) COLLATE utf8mb4_nopad_bin', padded, false),
  text('VARCHAR(20) CHARACTER SET latin1', padded, true),
  text('CHAR(8) COLLATE utf8mb4_general_ci', words, true),
  text('CHAR(8) COLLATE utf8mb4_bin', words, false),
  text('TEXT COLLATE utf8mb4_unicode_ci', padded, true),
  // MIN and MAX take the least by name, or by number where an index serves them.
  text("ENUM('red','green','Blue','')", ['red', 'green', 'Blue', ''], true),
  text("SET('x','y','z')", ['', 'x', 'y', 'x,z', 'x,y,z'], true),
  type('VARBINARY(12)', 'bytes', ["''", "'a'", "'A'", "'a '", "x'ff00'", "x'00'", "'abc'"]),
  type('BINARY(3)', 'bytes', ["'a'", "'A'", "x'ff00'", "'abc'"]),
  type('BLOB', 'bytes', ["''", "'a'", "x'ff00fe'", "'abc'"]),
  type(
    'JSON',
    'json',
    quoted(['{}', '{"a": 1}', '[1, 2.50, null]', '"s"', 'null', '{"b": {"c": [true]}, "a": 1.0}']),
  ),
];

/** A literal for a column, NULL now and then when it may be. */
export function valueFor(
  column: { readonly type: ColumnType; readonly nullable: boolean },
  random: Random,
): string {
  return column.nullable && random.chance(0.2) ? 'NULL' : random.pick(column.type.values);
}
