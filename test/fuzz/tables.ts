// A random world: tables of all sorts, their vschema, and their rows.
import type { WorldSchema } from '../support/stage.ts';
import { Random } from './random.ts';
import { type Domain, randomDomain, randomShards } from './sharding.ts';
import { type ColumnType, intTypes, otherTypes, valueFor } from './types.ts';

export interface FuzzColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  readonly sharding: boolean;
  /** By itself: no two rows of the table have the same value. */
  readonly unique?: true;
}

export interface FuzzTable {
  readonly name: string;
  /** How statements name it from database shop. */
  readonly spelled: string;
  readonly kind: 'sharded' | 'reference' | 'unsharded' | 'view';
  readonly domain: Domain | null;
  readonly columns: readonly FuzzColumn[];
  readonly primaryKey: readonly string[];
  readonly createSql: string;
  /** `(1, 'a', NULL)` and so on. */
  readonly rows: readonly string[];
}

export interface FuzzWorld {
  readonly schema: WorldSchema;
  readonly tables: readonly FuzzTable[];
  /** SET statements of every session. */
  readonly settings: readonly string[];
}

const settings = [
  "SET time_zone = '+05:30'",
  "SET time_zone = '-08:00'",
  "SET sql_mode = 'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES'",
  "SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,STRICT_ALL_TABLES'",
  // Not NO_ZERO_DATE: zero dates are among the rows, of which MariaDB then makes what it likes.
  "SET sql_mode = 'NO_BACKSLASH_ESCAPES,IGNORE_SPACE,NO_ZERO_IN_DATE'",
  "SET sql_mode = 'PAD_CHAR_TO_FULL_LENGTH,NO_UNSIGNED_SUBTRACTION'",
  "SET sql_mode = 'HIGH_NOT_PRECEDENCE,REAL_AS_FLOAT,TIME_ROUND_FRACTIONAL'",
  "SET sql_mode = 'EMPTY_STRING_IS_NULL,ONLY_FULL_GROUP_BY'",
  "SET sql_mode = ''",
  'SET collation_connection = utf8mb4_unicode_ci',
  'SET collation_connection = utf8mb4_bin',
  'SET character_set_results = latin1',
  'SET character_set_results = NULL',
  'SET div_precision_increment = 7',
  'SET group_concat_max_len = 12',
  "SET lc_time_names = 'de_DE'",
  'SET default_week_format = 3',
  'SET autocommit = 0',
  'SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE',
  "SET optimizer_switch = 'derived_merge=off'",
  "SET optimizer_switch = 'materialization=off,semijoin=off'",
  'SET NAMES utf8mb3',
  'SET NAMES latin1',
] as const;

const columnNames = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const rowsMax = 26;

/** `exactKeys`: for writes, whose duplicates no server sees on another shard. */
export function randomWorld(seed: number, exactKeys = false): FuzzWorld {
  const random = new Random(seed);
  const shards = randomShards(random);
  const domains = random.times(random.int(1, 3), (index) => randomDomain(random, index, exactKeys));
  const kinds: FuzzTable['kind'][] = ['sharded', 'sharded', 'sharded'];
  if (random.chance(0.6)) kinds.push('sharded');
  if (random.chance(0.7)) kinds.push('reference');
  if (random.chance(0.6)) kinds.push('unsharded');
  const tables = kinds.map((kind, index) => randomTable(random, kind, index, domains));
  const inShop = tables.filter((table) => table.kind !== 'unsharded');
  const inMain = tables.filter((table) => table.kind === 'unsharded');
  return {
    tables,
    settings: random.chance(0.4) ? random.sample(settings, random.int(1, 2)) : [],
    schema: {
      shards,
      vschema: vschemaOf(domains, inShop),
      schema: inShop.map((table) => `${table.createSql};\n`).join(''),
      mainSchema: inMain.map((table) => `${table.createSql};\n`).join(''),
    },
  };
}

function randomTable(
  random: Random,
  kind: FuzzTable['kind'],
  index: number,
  domains: readonly Domain[],
): FuzzTable {
  const domain = kind === 'sharded' ? random.pick(domains) : null;
  const name = `t${index}`;
  const keyColumns = (domain?.columns ?? []).map((type, at): FuzzColumn => {
    return { name: `k${at}`, type, nullable: false, sharding: true };
  });
  const idColumn: FuzzColumn = { name: 'id', type: idType, nullable: false, sharding: false };
  const names = random.sample(columnNames, random.int(2, 6)).sort();
  const others = names.map((columnName): FuzzColumn => {
    const type = random.pick(random.chance(0.4) ? intTypes : otherTypes);
    return { name: columnName, type, nullable: random.chance(0.7), sharding: false };
  });
  const columns = [...keyColumns, idColumn, ...others];
  const primaryKey = [...keyColumns.map((column) => column.name), 'id'];
  const rowCount = random.chance(0.08)
    ? 0
    : random.int(kind === 'sharded' ? 6 : 2, kind === 'sharded' ? rowsMax : 8);
  const rows = random.times(rowCount, (row) => {
    const cells = columns.map((column) =>
      column.name === 'id' ? String(row + 1) : valueFor(column, random),
    );
    return `(${cells.join(', ')})`;
  });
  return {
    name,
    spelled: kind === 'unsharded' ? `main.${name}` : name,
    kind,
    domain,
    columns,
    primaryKey,
    createSql: createTable(random, name, columns, primaryKey),
    rows,
  };
}

const idType: ColumnType = {
  sql: 'INT',
  family: 'int',
  values: ['1', '2', '3', '5', '8', '13'],
  loose: false,
  summable: true,
};

function createTable(
  random: Random,
  name: string,
  columns: readonly FuzzColumn[],
  primaryKey: readonly string[],
): string {
  const lines = columns.map(({ name: column, type, nullable }) => {
    return `  ${column} ${type.sql}${nullable ? ' NULL' : ' NOT NULL'}`;
  });
  lines.push(`  PRIMARY KEY (${primaryKey.join(', ')})`);
  for (const column of columns) {
    const isIndexable = !/BLOB|TEXT|JSON/.test(column.type.sql) && !primaryKey.includes(column.name);
    if (isIndexable && random.chance(0.25)) lines.push(`  KEY by_${column.name} (${column.name})`);
  }
  return `CREATE TABLE ${name} (\n${lines.join(',\n')}\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`;
}

function vschemaOf(domains: readonly Domain[], tables: readonly FuzzTable[]): object {
  const vindexes = Object.fromEntries(domains.map((domain) => [domain.vindex, domain.definition]));
  const entries = tables.map((table) => {
    if (table.domain === null) return [table.name, { type: 'reference' }];
    const columns = table.domain.columns.map((_, at) => `k${at}`);
    return [table.name, { column_vindexes: [{ columns, name: table.domain.vindex }] }];
  });
  return { sharded: true, vindexes, tables: Object.fromEntries(entries) };
}
