// A world for writes whose tables do things by themselves: compute columns, refuse rows, fill in defaults, cascade.
import { Random } from './random.ts';
import { type Domain, randomDomain, randomShards } from './sharding.ts';
import type { FuzzColumn, FuzzTable, FuzzWorld } from './tables.ts';
import type { ColumnType } from './types.ts';

export interface RichColumn {
  readonly name: string;
  readonly sql: string;
  /** What fits, and what a server clips, refuses or warns of. */
  readonly good: readonly string[];
  readonly bad: readonly string[];
  readonly kind: 'key' | 'plain' | 'generated';
  /** May be left out of an INSERT in strict mode. */
  readonly optional: boolean;
}

export interface RichTable extends FuzzTable {
  readonly rich: readonly RichColumn[];
  /** By which a row may collide beside its primary key. */
  readonly uniqueKey: readonly string[];
  /** The table whose rows this one's refer to, and by which column beside the sharding ones. */
  readonly parent: { readonly table: string; readonly column: string; readonly co: boolean } | null;
}

export interface RichWorld extends FuzzWorld {
  readonly tables: readonly RichTable[];
}

const idType: ColumnType = {
  sql: 'INT',
  family: 'int',
  values: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
  loose: false,
  summable: true,
};

const column = (
  name: string,
  sql: string,
  good: readonly string[],
  bad: readonly string[] = [],
): RichColumn => ({ name, sql, good, bad, kind: 'plain', optional: !/NOT NULL$/.test(sql) });

const numbers = ['0', '1', '2', '3', '7', '-4', '50'];
const words = ["'a'", "'B'", "'é'", "''", "'x y'", "'a '", "'it''s'", "'a\\\\b'", "'50'"];
const moments = ["'2024-01-01 10:00:00'", "'2024-02-29'", "'1999-12-31 23:59:59.6'", 'NOW()'];
const noMoments = [
  "'2024-13-40'",
  "'2024-02-30'",
  "'0000-00-00'",
  "'soon'",
  "''",
  "'2024-00-00'",
  '20240101',
];
const noNumbers = ["'abc'", "'12x'", "''", '300', '99999999999', '1e3', '1.5', "' 7 '"];

/** A draw of columns; each may be there. */
function plainColumns(random: Random): readonly RichColumn[] {
  const all = [
    column('tn', random.pick(['TINYINT NULL DEFAULT 7', 'TINYINT UNSIGNED NOT NULL']), numbers.slice(0, 5), [
      ...noNumbers,
      '-1',
    ]),
    column('n', random.pick(['INT NULL', 'INT NOT NULL', 'INT NOT NULL DEFAULT 5']), numbers, noNumbers),
    column(
      'd',
      'DECIMAL(6,2) NOT NULL DEFAULT 1.50',
      ['0', '1.25', '-3.5', '1234.56'],
      ['1.005', '123456', "'x'"],
    ),
    column('s', random.pick(['VARCHAR(6) NULL', 'VARCHAR(6) NOT NULL']), words, [
      "'much too long'",
      '12345678',
      "'       '",
    ]),
    column(
      'c',
      "CHAR(4) CHARACTER SET latin1 NULL DEFAULT 'cc'",
      ["'a'", "'é'", "'ab '", "''"],
      ["'abcdef'", "'ř'"],
    ),
    column('e', "ENUM('a','b','c') NULL DEFAULT 'b'", ["'a'", "'c'", '1', 'NULL'], []),
    column('st', "SET('x','y') NOT NULL", ["'x'", "'y,x'", "''", '3'], ["'q'", "'x,q'", '77']),
    column('dt', 'DATETIME NULL', moments, noMoments),
    column('da', "DATE NOT NULL DEFAULT '2020-02-02'", moments.slice(0, 2), noMoments),
    column(
      'ts',
      'TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP',
      moments.slice(0, 2),
      ["'2024-02-30'"],
    ),
    column('up', 'DATETIME(3) NULL ON UPDATE CURRENT_TIMESTAMP(3)', ["'2024-01-01 10:00:00.123'", 'NULL']),
    column('b', 'VARBINARY(3) NULL', ["'ab'", "x'ff00'", "''"], ["'abcd'"]),
    column('x', 'INT DEFAULT (id * 2 + 1)', ['4', 'DEFAULT', '0'], ["'no'"]),
    column('z', "VARCHAR(12) DEFAULT (CONCAT('z', id))", ["'q'", 'DEFAULT', 'NULL'], ["'zzzzzzzzzzzzzz'"]),
    column('f', 'FLOAT NULL', ['0.1', '3', '1.5e3'], ['1e60', "'f'"]),
  ];
  const chosen = all.filter(({ name }) => name === 'n' || name === 's' || random.chance(0.4));
  return random.sample(chosen, chosen.length);
}

function generatedColumns(random: Random): readonly RichColumn[] {
  const make = (name: string, sql: string): RichColumn => ({
    name,
    sql,
    good: ['DEFAULT'],
    bad: ['1', 'NULL'],
    kind: 'generated',
    optional: true,
  });
  const stored = (): string => random.pick(['VIRTUAL', 'STORED']);
  return [
    make('g1', `BIGINT AS (n * 2 + id) ${stored()}`),
    make('g2', `VARCHAR(20) AS (CONCAT(COALESCE(s, '-'), ':', n)) ${stored()}`),
    make('g3', `TINYINT AS (n % 3) ${stored()}`),
  ].filter(() => random.chance(0.4));
}

interface Draft {
  readonly name: string;
  readonly kind: FuzzTable['kind'];
  readonly domain: Domain | null;
  readonly parent: RichTable['parent'];
  readonly actions: string;
}

function draftTable(random: Random, draft: Draft): RichTable {
  const { name, domain, parent } = draft;
  const keys = (domain?.columns ?? []).map((type, at): FuzzColumn => {
    return { name: `k${at}`, type, nullable: false, sharding: true };
  });
  const id: FuzzColumn = { name: 'id', type: idType, nullable: false, sharding: false };
  const keyColumns = [...keys, id].map(({ name: key, type }): RichColumn => {
    const bad = type.family === 'int' ? ["'5x'", "' 3'", '2.0', "'4.0'", '1.6'] : [];
    return { name: key, sql: `${type.sql} NOT NULL`, good: type.values, bad, kind: 'key', optional: false };
  });
  const reference = parent === null ? [] : [column(parent.column, 'INT NULL', [...idType.values, 'NULL'])];
  const rich = [...keyColumns, ...reference, ...plainColumns(random), ...generatedColumns(random)];
  const primaryKey = [...keys.map((key) => key.name), 'id'];
  const unique = random.maybe(rich.filter((one) => ['n', 's', 'g2'].includes(one.name)));
  const uniqueKey =
    unique === null || random.chance(0.5) ? [] : [...keys.map((key) => key.name), unique.name];
  const lines = rich.map((one) => `  ${one.name} ${one.sql}`);
  lines.push(`  PRIMARY KEY (${primaryKey.join(', ')})`);
  if (uniqueKey.length > 0) lines.push(`  UNIQUE KEY uq (${uniqueKey.join(', ')})`);
  // On MySQL no two tables of a database may name one alike.
  if (random.chance(0.4)) lines.push(`  CONSTRAINT small_${name} CHECK (n < 60)`);
  if (random.chance(0.3)) lines.push("  CHECK (s <> 'B' OR n > 0)");
  for (const { name: indexed } of rich.filter(({ kind }) => kind === 'generated'))
    if (random.chance(0.3)) lines.push(`  KEY by_${indexed} (${indexed})`);
  if (parent !== null) lines.push(`  ${foreignKey(keys, draft, parent)}`);
  return {
    name,
    spelled: draft.kind === 'unsharded' ? `main.${name}` : name,
    kind: draft.kind,
    domain,
    columns: [...keys, id],
    primaryKey,
    createSql: `CREATE TABLE ${name} (\n${lines.join(',\n')}\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
    rows: [],
    rich,
    uniqueKey,
    parent,
  };
}

function foreignKey(
  keys: readonly FuzzColumn[],
  draft: Draft,
  parent: NonNullable<RichTable['parent']>,
): string {
  const shared = parent.co ? keys.map(({ name }) => name) : [];
  const [from, to] = [
    [...shared, parent.column],
    [...shared, 'id'],
  ];
  return `CONSTRAINT of_${draft.name} FOREIGN KEY (${from.join(', ')}) REFERENCES ${parent.table} (${to.join(', ')}) ${draft.actions}`;
}

function actions(random: Random, co: boolean): string {
  const all = co ? ['CASCADE', 'RESTRICT', 'NO ACTION'] : ['CASCADE', 'SET NULL', 'RESTRICT'];
  const action = (): string => (random.chance(0.6) ? 'CASCADE' : random.pick(all));
  return `ON DELETE ${action()} ON UPDATE ${action()}`;
}

export const sqlModes: readonly string[] = [
  '',
  'STRICT_TRANS_TABLES',
  'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE',
  'TRADITIONAL',
  'ANSI_QUOTES,PIPES_AS_CONCAT',
  'NO_BACKSLASH_ESCAPES,STRICT_TRANS_TABLES',
  'NO_ZERO_DATE',
  'NO_AUTO_VALUE_ON_ZERO,ERROR_FOR_DIVISION_BY_ZERO',
  'ALLOW_INVALID_DATES',
  'EMPTY_STRING_IS_NULL,PAD_CHAR_TO_FULL_LENGTH',
  'ANSI',
];

/** Parents, children and theirs on one domain; a table by itself; one on all shards, one on none. */
export function richWorld(seed: number): RichWorld {
  const random = new Random(seed ^ 0x71c4);
  const shards = randomShards(random);
  const domain = randomDomain(random, 0, true);
  const other = randomDomain(random, 1, true);
  const table = (name: string, more: Partial<Draft>): RichTable =>
    draftTable(random, { name, kind: 'sharded', domain, parent: null, actions: '', ...more });
  const co = (name: string): RichTable['parent'] => ({ table: name, column: 'pid', co: true });
  const tables: RichTable[] = [table('r', { kind: 'reference', domain: null })];
  if (random.chance(0.7))
    tables.push(
      table('p', {}),
      table('c', { parent: co('p'), actions: actions(random, true) }),
      table('g', { parent: co('c'), actions: actions(random, true) }),
    );
  tables.push(
    table('h', {
      domain: other,
      parent: { table: 'r', column: 'rid', co: false },
      actions: actions(random, false),
    }),
    table('f', random.chance(0.4) ? { parent: co('f'), actions: 'ON DELETE CASCADE' } : {}),
  );
  if (random.chance(0.4)) tables.push(table('m', { kind: 'unsharded', domain: null }));
  const inShop = tables.filter(({ kind }) => kind !== 'unsharded');
  const inMain = tables.filter(({ kind }) => kind === 'unsharded');
  const entries = inShop.map((one): readonly [string, object] => [
    one.name,
    one.domain === null
      ? { type: 'reference' }
      : {
          column_vindexes: [
            { columns: one.domain.columns.map((_, at) => `k${at}`), name: one.domain.vindex },
          ],
        },
  ]);
  return {
    tables,
    settings: [
      'SET timestamp = 1700000000.25',
      `SET sql_mode = '${random.pick(sqlModes)}'`,
      ...(random.chance(0.2) ? ["SET time_zone = '+05:30'"] : []),
      ...(random.chance(0.15) ? ['SET NAMES latin1'] : []),
    ],
    schema: {
      shards,
      vschema: {
        sharded: true,
        vindexes: { v0: domain.definition, v1: other.definition },
        tables: Object.fromEntries(entries),
      },
      schema: inShop.map(({ createSql }) => `${createSql};\n`).join(''),
      mainSchema: inMain.map(({ createSql }) => `${createSql};\n`).join(''),
    },
  };
}
