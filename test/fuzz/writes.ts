// Random sessions of writes: inserts of every form, updates, deletes, transactions and savepoints.
import { expression, literal } from './expressions.ts';
import { choice, list, nothing, optional, type Piece } from './piece.ts';
import { predicate } from './predicates.ts';
import { Random } from './random.ts';
import { returning } from './returning.ts';
import type { Column, Generation, Scope } from './scope.ts';
import { randomSelect } from './selects.ts';
import type { FuzzColumn, FuzzTable } from './tables.ts';
import { valueFor } from './types.ts';
import { wideWrite } from './wide-writes.ts';

/** One statement; `seed` decides everything about it. */
export function randomWrite(seed: number, tables: readonly FuzzTable[]): Piece {
  const random = new Random(seed);
  const generation = generationOver(random, tables);
  const table = random.pick(tables);
  const make = random.weighted<() => Piece>([
    [5, () => insertValues(generation, table)],
    [1, () => insertSet(generation, table)],
    [1, () => insertSelect(generation, table)],
    [5, () => update(generation, table)],
    [3, () => remove(generation, table)],
    [4, () => transaction(random)],
    [
      2,
      () =>
        randomSelect(
          generation,
          { families: [null, 'int'], outer: null, depth: 0, exact: false, single: false },
          true,
        ).piece,
    ],
    [2, () => lookAt(table)],
    [4, () => wideWrite({ generation, table, scopeOf })],
  ]);
  return make();
}

function generationOver(random: Random, tables: readonly FuzzTable[]): Generation {
  let aliases = 0;
  const generation: Generation = {
    random,
    tables,
    ctes: [],
    mixesFamilies: false,
    alias: () => `x${aliases++}`,
    query: (request) => randomSelect(generation, request, false),
  };
  return generation;
}

/** The whole table in key order: what the transaction sees. */
function lookAt(table: FuzzTable): Piece {
  return [
    `SELECT * FROM ${table.spelled} ORDER BY ${table.primaryKey.join(', ')}`,
    { kind: 'mark', mark: 'ordered' },
  ];
}

function transaction(random: Random): Piece {
  return random.weighted<Piece>([
    [5, random.pick(['BEGIN', 'START TRANSACTION', 'START TRANSACTION READ WRITE'])],
    [4, 'COMMIT'],
    [3, 'ROLLBACK'],
    [3, `SAVEPOINT ${random.pick(['s1', 's2', 'S1'])}`],
    [2, `ROLLBACK TO SAVEPOINT ${random.pick(['s1', 's2'])}`],
    [1, `RELEASE SAVEPOINT ${random.pick(['s1', 's2'])}`],
    [0.5, 'SET autocommit = 0'],
    [0.8, 'SET autocommit = 1'],
    [0.3, 'START TRANSACTION READ ONLY'],
    [0.3, 'COMMIT AND CHAIN'],
  ]);
}

/** A cell as clients write them: a literal, or another spelling of one. */
function cell(generation: Generation, column: FuzzColumn): Piece {
  const { random } = generation;
  const value = column.name === 'id' ? String(random.int(1, 40)) : valueFor(column, random);
  const isNull = value === 'NULL';
  const { family } = column.type;
  return random.weighted<Piece>([
    [20, { kind: 'value', sql: value, param: paramOf(value) }],
    [column.nullable ? 0.6 : 0, choice('DEFAULT', value)],
    [0.6, choice(['(', value, ')'], value)],
    [family === 'int' && !isNull ? 0.8 : 0, choice(`${value} + 0`, value)],
    [family === 'int' && !isNull && !value.startsWith('b') ? 0.6 : 0, choice(`'${value}'`, value)],
    [family === 'text' ? 0.5 : 0, choice(`CONCAT(${value}, '')`, value)],
  ]);
}

/** A cell that most columns refuse. One at most per statement: which of two errors comes first is the server's business. */
function badCell(random: Random, column: FuzzColumn): Piece {
  return random.weighted<Piece>([
    // A TIMESTAMP turns NULL into now.
    [column.type.sql.startsWith('TIMESTAMP') ? 0 : 2, 'NULL'],
    // What a server warns of while it computes a sharding column is not said.
    [column.sharding ? 0 : 1, 'DEFAULT'],
    [2, literal(random, 'text')],
    [1, literal(random, 'int')],
  ]);
}

function paramOf(sql: string): bigint | string | undefined {
  if (/^-?\d{1,18}$/.test(sql)) return BigInt(sql);
  return /^'[^'\\]*'$/.test(sql) ? sql.slice(1, -1) : undefined;
}

function insertValues(generation: Generation, table: FuzzTable): Piece {
  const { random } = generation;
  const verb = random.weighted([
    [8, 'INSERT INTO '],
    [1, 'INSERT IGNORE INTO '],
    [1.5, 'REPLACE INTO '],
  ]);
  const isBad = random.chance(0.12);
  // A column left out may be a second error; and MariaDB ignores a failed CHECK (of JSON) only where there are several rows.
  const hasUnique = table.columns.some((column) => column.unique);
  const whole = isBad || hasUnique || verb.includes('IGNORE') || random.chance(0.5);
  const left = table.columns.filter((column) => table.primaryKey.includes(column.name) || random.chance(0.7));
  const columns = whole ? table.columns : random.sample(left, left.length);
  const count = random.weighted([
    [5, 1],
    [3, 2],
    [3, 4],
    [1, 12],
  ]);
  const bad = isBad ? random.int(0, count - 1) : -1;
  const badColumn = random.pick(columns);
  // No duplicates beside a bad cell: they would be a second error.
  const cellOf = (column: FuzzColumn, row: number): Piece => {
    if (row === bad && column === badColumn) return badCell(random, column);
    if (bad >= 0 && column.unique === true) return 'NULL';
    return bad >= 0 && column.name === 'id' ? String(random.int(1000, 9999)) : cell(generation, column);
  };
  const rows = random.times(count, (row) => {
    const cells = columns.map((column) => cellOf(column, row));
    return ['(', cells.flatMap((one, index) => (index === 0 ? [one] : [', ', one])), ')'];
  });
  const names = whole ? '' : ` (${columns.map((column) => column.name).join(', ')})`;
  const tail = verb === 'INSERT INTO ' ? onDuplicate(generation, table) : nothing;
  const answer = returning(generation, table, scopeOf(table, table.name), true);
  return [choice(verb, 'INSERT INTO '), table.spelled, names, ' VALUES ', list(rows), tail, answer];
}

function onDuplicate(generation: Generation, table: FuzzTable): Piece {
  const { random } = generation;
  const free = table.columns.filter((column) => !table.primaryKey.includes(column.name));
  if (free.length === 0 || !random.chance(0.15)) return nothing;
  const column = random.pick(free);
  const to = random.chance(0.5) ? `VALUES(${column.name})` : valueFor(column, random);
  return optional([' ON DUPLICATE KEY UPDATE ', column.name, ' = ', to]);
}

function insertSet(generation: Generation, table: FuzzTable): Piece {
  const columns = table.columns.filter(
    (column) =>
      table.primaryKey.includes(column.name) || (column.unique !== true && generation.random.chance(0.6)),
  );
  const sets = columns.map((column): Piece => [column.name, ' = ', cell(generation, column)]);
  return [
    'INSERT INTO ',
    table.spelled,
    ' SET ',
    sets.flatMap((one, index) => (index === 0 ? [one] : [', ', one])),
    returning(generation, table, scopeOf(table, table.name), true),
  ];
}

function insertSelect(generation: Generation, table: FuzzTable): Piece {
  const { random } = generation;
  const same = random.chance(0.6);
  const from = same ? table : random.pick(generation.tables);
  const items = table.columns.map((column): Piece => {
    if (column.name === 'id') return `id + ${random.int(20, 60)}`;
    if (column.unique === true) return random.pick(['NULL', valueFor(column, random)]);
    const twin = from.columns.find((one) => one.name === column.name && one.type === column.type);
    return twin === undefined ? valueFor(column, random) : twin.name;
  });
  const where = random.chance(0.6)
    ? optional([' WHERE ', predicate(generation, scopeOf(from, from.name), 0)])
    : nothing;
  return [
    'INSERT INTO ',
    table.spelled,
    ' SELECT ',
    items.flatMap((one, index) => (index === 0 ? [one] : [', ', one])),
    ' FROM ',
    from.spelled,
    where,
    returning(generation, table, scopeOf(table, table.name), false),
  ];
}

function scopeOf(table: FuzzTable, name: string): Scope {
  const columns = table.columns.map((column): Column => {
    const { family, loose, summable, values, unsigned } = column.type;
    const shardKey =
      column.sharding && table.domain !== null ? `${table.domain.vindex}.${column.name.slice(1)}` : null;
    return {
      ref: `${name}.${column.name}`,
      name: column.name,
      family,
      loose,
      summable,
      values,
      unsigned: unsigned === true,
      shardKey,
    };
  });
  return { sources: [{ alias: name, columns, key: null }], outer: null };
}

function where(generation: Generation, table: FuzzTable, name: string, depth: number): Piece {
  const { random } = generation;
  const keys = table.columns.filter((column) => column.sharding);
  if (keys.length > 0 && random.chance(0.4)) {
    const equal = keys.map(
      (column): Piece => [
        name,
        '.',
        column.name,
        ' = ',
        literal(random, column.type.family, column.type.values),
      ],
    );
    return [' WHERE ', list(equal, ' AND ')];
  }
  return random.chance(0.9)
    ? optional([' WHERE ', predicate(generation, scopeOf(table, name), depth)])
    : nothing;
}

/** Rows in key order, so that a LIMIT always takes the same ones. */
function limited(generation: Generation, table: FuzzTable): Piece {
  const { random } = generation;
  if (!random.chance(0.12)) return nothing;
  return optional([
    ` ORDER BY ${table.primaryKey.join(', ')}`,
    random.chance(0.7) ? ` LIMIT ${random.int(0, 4)}` : '',
  ]);
}

function update(generation: Generation, table: FuzzTable): Piece {
  const { random } = generation;
  const columns = table.columns.filter((column) => !column.sharding || random.chance(0.15));
  const chosen = random.sample(columns, random.int(1, 2));
  const joined = random.chance(0.08) ? random.pick(generation.tables) : null;
  if (joined !== null && joined !== table) return updateJoin(generation, table, joined);
  const sets = chosen.map((column): Piece => [column.name, ' = ', assigned(generation, table, column)]);
  const ignore = random.chance(0.05) ? choice('IGNORE ', nothing) : nothing;
  const depth = random.chance(0.15) ? 1 : 0;
  return [
    'UPDATE ',
    ignore,
    table.spelled,
    ' SET ',
    list(sets),
    where(generation, table, table.name, depth),
    limited(generation, table),
  ];
}

function assigned(generation: Generation, table: FuzzTable, column: FuzzColumn): Piece {
  const { random } = generation;
  const value = column.name === 'id' ? `id + ${random.int(0, 50)}` : valueFor(column, random);
  if (column.unique === true) return value;
  return random.weighted<Piece>([
    [6, value],
    // A TIMESTAMP turns NULL into now, which is another time on each server.
    [
      column.name === 'id' || column.type.sql.startsWith('TIMESTAMP') ? 0 : 2,
      choice(expression(generation, scopeOf(table, table.name), column.type.family, 1).piece, value),
    ],
    // Of keys, rows would meet each other on their way or not, depending on which goes first.
    [
      column.type.family === 'int' && !table.primaryKey.includes(column.name) ? 2 : 0,
      choice(`${column.name} % 50 + 1`, value),
    ],
  ]);
}

function updateJoin(generation: Generation, table: FuzzTable, other: FuzzTable): Piece {
  const { random } = generation;
  const free = table.columns.filter((column) => !column.sharding && column.name !== 'id');
  const column = random.maybe(free);
  if (column === null) return lookAt(table);
  const on = joinOn(table, other);
  return [
    `UPDATE ${table.spelled} AS m JOIN ${other.spelled} AS n ON ${on} SET m.${column.name} = `,
    valueFor(column, random),
    where(generation, table, 'm', 0),
  ];
}

function joinOn(table: FuzzTable, other: FuzzTable): string {
  const same = table.domain !== null && table.domain === other.domain;
  if (!same) return 'm.id = n.id';
  return table.columns
    .filter((column) => column.sharding)
    .map((column) => `m.${column.name} = n.${column.name}`)
    .join(' AND ');
}

function remove(generation: Generation, table: FuzzTable): Piece {
  const { random } = generation;
  const other = random.chance(0.08) ? random.pick(generation.tables) : null;
  if (other !== null && other !== table) {
    return [
      `DELETE m FROM ${table.spelled} AS m JOIN ${other.spelled} AS n ON ${joinOn(table, other)}`,
      where(generation, table, 'm', 0),
    ];
  }
  const depth = random.chance(0.15) ? 1 : 0;
  const limit = limited(generation, table);
  return [
    'DELETE FROM ',
    table.spelled,
    where(generation, table, table.name, depth),
    limit,
    // A subquery that is NULL makes the WHERE impossible: then one server says OK, which is known of constants only.
    depth > 0 ? nothing : returning(generation, table, scopeOf(table, table.name), limit !== nothing),
  ];
}
