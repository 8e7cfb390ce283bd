// Tables of a random world get columns with lookup vindexes, and afterwards every lookup table must hold what the rows imply.
import { TextRow } from '../../src/value/text-row.ts';
import type { ExactClient } from '../support/exact-client.ts';
import { Random } from './random.ts';
import type { FuzzColumn, FuzzTable, FuzzWorld } from './tables.ts';
import { type ColumnType, valueFor } from './types.ts';

export interface FuzzLookup {
  readonly table: string;
  readonly column: string;
  /** As servers name it, without database. */
  readonly lookupTable: string;
  readonly isInMain: boolean;
}

const numbers: ColumnType = {
  sql: 'INT',
  family: 'int',
  values: Array.from({ length: 300 }, (_, i) => String(i + 1)),
  loose: false,
  summable: true,
};
const names: ColumnType = {
  sql: 'VARCHAR(20) COLLATE utf8mb4_nopad_bin',
  family: 'text',
  values: ["'ann'", "'Ann'", "'bob'", "'zoë'", "'zoe'", "''", "'o''neil'"],
  loose: false,
  summable: false,
};

const uniqueColumn: FuzzColumn = { name: 'u', type: numbers, nullable: true, sharding: false, unique: true };
const otherColumn: FuzzColumn = { name: 'w', type: names, nullable: true, sharding: false };

export interface WorldWithLookups extends FuzzWorld {
  readonly lookups: readonly FuzzLookup[];
}

/** Some of the sharded tables, by the seed. */
export function withLookups(world: FuzzWorld, seed: number): WorldWithLookups {
  const random = new Random(seed ^ 0x100c);
  const parts = world.tables.map((table): Part => {
    const plain: Part = { table, additions: [] };
    return table.kind === 'sharded' && random.chance(0.4) ? extended(random, table) : plain;
  });
  const additions = parts.flatMap((part) => part.additions);
  const create = (isInMain: boolean): string =>
    additions
      .filter((one) => one.lookup.isInMain === isInMain)
      .map((one) => `${one.createSql};\n`)
      .join('');
  const { schema } = world;
  return {
    ...world,
    tables: parts.map((part) => part.table),
    lookups: additions.map((one) => one.lookup),
    schema: {
      ...schema,
      vschema: vschemaWith(schema.vschema, additions),
      schema: create(false) + shopSchema(parts),
      mainSchema: schema.mainSchema + create(true),
    },
  };
}

interface Addition {
  readonly lookup: FuzzLookup;
  readonly type: string;
  readonly createSql: string;
}

interface Part {
  readonly table: FuzzTable;
  readonly additions: readonly Addition[];
}

function shopSchema(parts: readonly Part[]): string {
  return parts
    .filter(({ table }) => table.kind !== 'unsharded')
    .map(({ table }) => `${table.createSql};\n`)
    .join('');
}

function extended(random: Random, table: FuzzTable): Part {
  const unique = random.chance(0.8) ? [uniqueColumn] : [];
  const added = [...unique, ...(unique.length === 0 || random.chance(0.5) ? [otherColumn] : [])];
  const lines = added.map(({ name, type }) => `  ${name} ${type.sql} NULL,\n`).join('');
  const keys = added
    .map(({ name }) => `,\n  ${name === 'u' ? 'UNIQUE ' : ''}KEY by_${name} (${name})`)
    .join('');
  const createSql = table.createSql
    .replace('  PRIMARY KEY', `${lines}  PRIMARY KEY`)
    .replace('\n) ENGINE', `${keys}\n) ENGINE`);
  const free = random.sample(numbers.values, numbers.values.length);
  const rows = table.rows.map((row, index) => {
    const cells = added.map((column) =>
      column.unique === true
        ? random.chance(0.2)
          ? 'NULL'
          : (free[index] ?? 'NULL')
        : valueFor(column, random),
    );
    return `${row.slice(0, -1)}, ${cells.join(', ')})`;
  });
  return {
    table: { ...table, columns: [...table.columns, ...added], createSql, rows },
    additions: added.map((column) => addition(random, table, column)),
  };
}

function addition(random: Random, table: FuzzTable, column: FuzzColumn): Addition {
  const lookupTable = `l${column.name}_${table.name}`;
  const isUnique = column.unique === true;
  const key = isUnique ? `PRIMARY KEY (v)` : 'PRIMARY KEY (v, keyspace_id)';
  return {
    lookup: { table: table.name, column: column.name, lookupTable, isInMain: random.chance(0.4) },
    type: random.chance(0.7)
      ? `consistent_lookup${isUnique ? '_unique' : ''}`
      : `lookup${isUnique ? '_unique' : ''}`,
    createSql: `CREATE TABLE ${lookupTable} (v ${column.type.sql} NOT NULL, keyspace_id VARBINARY(64) NOT NULL, ${key}) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
  };
}

interface VSchema {
  readonly sharded: boolean;
  readonly vindexes: Readonly<Record<string, object>>;
  readonly tables: Readonly<Record<string, { readonly column_vindexes?: readonly object[] }>>;
}

function vschemaWith(plain: object, additions: readonly Addition[]): object {
  const { vindexes, tables } = plain as VSchema;
  const made: Record<string, object> = {
    ...vindexes,
    of_numbers: { type: 'hash' },
    of_names: { type: 'xxhash' },
  };
  const all: Record<string, object> = { ...tables };
  for (const { lookup, type } of additions) {
    const { table, column, lookupTable, isInMain } = lookup;
    const params = { table: isInMain ? `main.${lookupTable}` : lookupTable, from: 'v', to: 'keyspace_id' };
    made[lookupTable] = { type, params, owner: table };
    const before = (all[table] as VSchema['tables'][string]).column_vindexes ?? [];
    all[table] = { column_vindexes: [...before, { columns: [column], name: lookupTable }] };
    const own = { columns: ['v'], name: column === 'u' ? 'of_numbers' : 'of_names' };
    if (!isInMain) all[lookupTable] = { column_vindexes: [own] };
  }
  return { sharded: true, vindexes: made, tables: all };
}

/** `ids`: keyspace ids in hex by the text of a row's sharding columns. One line per lookup table that differs. */
export async function wrongLookups(
  shards: ExactClient,
  databases: readonly string[],
  world: WorldWithLookups,
  idOf: (table: FuzzTable, key: readonly (string | null)[]) => string,
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const { table: name, column, lookupTable, isInMain } of world.lookups) {
    const table = world.tables.find((one) => one.name === name);
    if (table === undefined) continue;
    const keys = table.columns.filter((one) => one.sharding).map((one) => one.name);
    const implied: string[] = [];
    const found: string[] = [];
    for (const database of databases) {
      const rows = await textRows(shards, `SELECT ${keys.join(', ')}, ${column} FROM ${database}.${name}`);
      for (const row of rows) {
        const value = row.at(-1) ?? null;
        if (value !== null) implied.push(`${value} ${idOf(table, row.slice(0, -1))}`);
      }
    }
    for (const database of isInMain ? ['main_0'] : databases) {
      const rows = await textRows(
        shards,
        `SELECT v, LOWER(HEX(keyspace_id)) FROM ${database}.${lookupTable}`,
      );
      found.push(...rows.map((row) => row.join(' ')));
    }
    const wanted = [...new Set(implied)].sort();
    if (found.sort().join('\n') === wanted.join('\n')) continue;
    const missing = wanted.filter((one) => !found.includes(one));
    const extra = found.filter((one) => !wanted.includes(one));
    problems.push(
      `lookup table ${lookupTable}: missing ${missing.slice(0, 3)}; too many ${extra.slice(0, 3)}`,
    );
  }
  return problems;
}

async function textRows(client: ExactClient, sql: string): Promise<readonly (readonly (string | null)[])[]> {
  const answer = await client.query(sql);
  if (answer.kind !== 'rows') throw new Error(`cannot read: ${sql}`);
  const view = new TextRow(answer.columns.length);
  return answer.rows.map((payload) => {
    view.load(payload);
    return answer.columns.map((_, index) => view.text(index));
  });
}
