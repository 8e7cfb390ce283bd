// Writes that reach further: several tables at once, rows read and written in one statement, what a session remembers of a write.
import { expression, literal } from './expressions.ts';
import { choice, list, nothing, optional, type Piece } from './piece.ts';
import { predicate } from './predicates.ts';
import { returning } from './returning.ts';
import type { Generation, Scope } from './scope.ts';
import type { FuzzColumn, FuzzTable } from './tables.ts';
import { valueFor } from './types.ts';

interface Around {
  readonly generation: Generation;
  readonly table: FuzzTable;
  scopeOf(table: FuzzTable, name: string): Scope;
}

/** One of them; everything it does is determined, in whatever order a server looks at rows. */
export function wideWrite(around: Around): Piece {
  const make = around.generation.random.weighted<() => Piece>([
    [2, () => updateBoth(around)],
    [1.5, () => updateByOuterJoin(around)],
    [1.5, () => updateByDerived(around)],
    [2, () => deleteFromBoth(around)],
    [2, () => insertOrdered(around)],
    [1.5, () => insertComputed(around)],
    [2, () => moveSome(around)],
    [1, () => moveByJoin(around)],
    [1, () => deleteTwins(around)],
    [0.7, () => lockSome(around)],
    [0.7, () => useVariable(around)],
    [0.7, () => useDefault(around)],
    [1.5, () => rememberNumber(around)],
    [3, () => whatIsRemembered(around)],
  ]);
  return make();
}

function freeColumns(table: FuzzTable): readonly FuzzColumn[] {
  return table.columns.filter((column) => !table.primaryKey.includes(column.name) && !column.unique);
}

function otherThan({ generation, table }: Around): FuzzTable {
  const others = generation.tables.filter((one) => one !== table);
  return generation.random.maybe(others) ?? table;
}

/** Co-located rows, rows of the same number, or rows that a value brings together. */
function on({ generation }: Around, left: FuzzTable, right: FuzzTable): Piece {
  const same = left.domain !== null && left.domain === right.domain;
  const keys = left.columns.filter((column) => same && column.sharding);
  const byKey = keys.map((column): Piece => `m.${column.name} = n.${column.name}`);
  if (byKey.length === 0) return 'm.id = n.id';
  const also = generation.random.chance(0.4) ? ['m.id = n.id'] : [];
  return list([...byKey, ...also], ' AND ');
}

function filter({ generation, scopeOf }: Around, table: FuzzTable, name: string): Piece {
  if (!generation.random.chance(0.7)) return nothing;
  return optional([' WHERE ', predicate(generation, scopeOf(table, name), 0)]);
}

function set({ generation }: Around, table: FuzzTable, name: string): Piece | null {
  const column = generation.random.maybe(freeColumns(table));
  return column === null ? null : [`${name}.${column.name} = `, valueFor(column, generation.random)];
}

function updateBoth(around: Around): Piece {
  const { table } = around;
  const other = otherThan(around);
  const sets = [set(around, table, 'm'), set(around, other, 'n')].filter((one) => one !== null);
  if (sets.length === 0) return whatIsRemembered(around);
  const from = around.generation.random.pick<Piece>([
    [`${table.spelled} AS m, ${other.spelled} AS n SET `, list(sets), ' WHERE ', on(around, table, other)],
    [
      `${table.spelled} AS m JOIN ${other.spelled} AS n ON `,
      on(around, table, other),
      ' SET ',
      list(sets),
      filter(around, other, 'n'),
    ],
  ]);
  return ['UPDATE ', from];
}

function updateByOuterJoin(around: Around): Piece {
  const { table } = around;
  const other = otherThan(around);
  const change = set(around, table, 'm');
  if (change === null) return whatIsRemembered(around);
  const missing = around.generation.random.chance(0.5) ? ' WHERE n.id IS NULL' : filter(around, table, 'm');
  return [
    `UPDATE ${table.spelled} AS m LEFT JOIN ${other.spelled} AS n ON `,
    on(around, table, other),
    ' SET ',
    change,
    missing,
  ];
}

/** What is assigned is computed from rows that may live anywhere. */
function updateByDerived(around: Around): Piece {
  const { generation, table } = around;
  const other = otherThan(around);
  const target = generation.random.maybe(
    freeColumns(table).filter(({ type }) => type.sql === 'BIGINT' || type.sql === 'INT'),
  );
  if (target === null) return updateByOuterJoin(around);
  const form = generation.random.pick<Piece>([
    [
      `UPDATE ${table.spelled} AS m JOIN (SELECT id, COUNT(*) AS c FROM ${other.spelled} GROUP BY id) AS d ON d.id = m.id SET m.${target.name} = d.c`,
      filter(around, table, 'm'),
    ],
    [
      `UPDATE ${table.spelled} SET ${target.name} = (SELECT COUNT(*) FROM ${other.spelled} AS n WHERE n.id = ${table.name}.id)`,
      filter(around, table, table.name),
    ],
    `UPDATE ${table.spelled} SET ${target.name} = 1 WHERE id > (SELECT AVG(id) FROM ${other.spelled})`,
  ]);
  return form;
}

function deleteFromBoth(around: Around): Piece {
  const { generation, table } = around;
  const other = otherThan(around);
  const narrow = ` AND m.id = ${generation.random.int(1, 40)}`;
  const join: Piece = [
    `${table.spelled} AS m JOIN ${other.spelled} AS n ON `,
    on(around, table, other),
    narrow,
  ];
  return generation.random.pick<Piece>([
    ['DELETE m, n FROM ', join, filter(around, table, 'm')],
    ['DELETE FROM m, n USING ', join],
    ['DELETE n FROM ', join, filter(around, other, 'n')],
    [
      `DELETE m FROM ${table.spelled} AS m LEFT JOIN ${other.spelled} AS n ON `,
      on(around, table, other),
      ` WHERE n.id IS NULL${narrow}`,
    ],
    `DELETE FROM ${table.spelled} WHERE id IN (SELECT n.id FROM ${other.spelled} AS n WHERE n.id > ${generation.random.int(10, 60)})`,
  ]);
}

/** Rows that meet each other on the way: the SELECT's order says which comes first. */
function insertOrdered(around: Around): Piece {
  const { generation, table } = around;
  const { random } = generation;
  const from = random.chance(0.6) ? table : otherThan(around);
  const items = table.columns.map((column): Piece => {
    if (column.name === 'id') return random.pick(['id', 'id + 3', 'id % 7 + 1']);
    if (column.unique === true) return random.pick(['NULL', valueFor(column, random), 'id + 50']);
    const twin = from.columns.find(
      (one) => one.name === column.name && one.type === column.type && !one.unique,
    );
    return twin === undefined || (twin.nullable && !column.nullable) ? valueFor(column, random) : twin.name;
  });
  const order = ` ORDER BY ${from.primaryKey.join(', ')}`;
  const limit = random.chance(0.4) ? ` LIMIT ${random.int(1, 6)}` : '';
  const column = random.maybe(freeColumns(table));
  const upsert = column === null ? '' : ` ON DUPLICATE KEY UPDATE ${column.name} = VALUES(${column.name})`;
  const [verb, tail] = random.weighted<readonly [string, string]>([
    [2, ['REPLACE INTO ', '']],
    [2, ['INSERT IGNORE INTO ', '']],
    [2, ['INSERT INTO ', upsert]],
    [1, ['INSERT INTO ', '']],
  ]);
  const select: Piece = ['SELECT ', list(items, ', ', items.length), ` FROM ${from.spelled}`, order, limit];
  const body: Piece =
    random.chance(0.2) && from !== table
      ? [
          `WITH w AS (SELECT * FROM ${from.spelled}) SELECT `,
          list(items, ', ', items.length),
          ' FROM w',
          order,
          limit,
        ]
      : select;
  const answer = returning(generation, table, around.scopeOf(table, table.name), true);
  return [verb, table.spelled, ' ', body, tail, answer];
}

/** Cells that only a server can compute, rows read from elsewhere among them. */
function insertComputed(around: Around): Piece {
  const { generation, table } = around;
  const { random } = generation;
  const other = otherThan(around);
  const cells = table.columns.map((column): Piece => {
    if (column.name === 'id')
      return random.pick([`(SELECT COUNT(*) FROM ${other.spelled} AS n)`, `${random.int(1, 9)} * 5`]);
    const value = valueFor(column, random);
    if (!random.chance(0.3)) return value;
    return random.pick<Piece>([`COALESCE(NULL, ${value})`, `IF(1 > 0, ${value}, ${value})`]);
  });
  const verb = random.pick(['INSERT INTO ', 'REPLACE INTO ', 'INSERT INTO ']);
  return [choice(verb, 'INSERT INTO '), table.spelled, ' VALUES (', list(cells, ', ', cells.length), ')'];
}

/** The first rows of an order move to other shards. */
function moveSome(around: Around): Piece {
  const { generation, table } = around;
  const { random } = generation;
  const column = random.maybe(table.columns.filter(({ sharding }) => sharding));
  if (column === null) return updateByDerived(around);
  const order = ` ORDER BY ${table.primaryKey.join(', ')} LIMIT ${random.int(1, 3)}`;
  const also = set(around, table, table.name);
  const sets: Piece[] = [`${column.name} = ${valueFor(column, random)}`, `id = id + ${random.int(41, 400)}`];
  if (also !== null && random.chance(0.5)) sets.push(also);
  return [`UPDATE ${table.spelled} SET `, list(sets, ', ', 1), filter(around, table, table.name), order];
}

/** Rows move because of rows of another table. Numbers far away, so that they meet nobody there. */
function moveByJoin(around: Around): Piece {
  const { generation, table } = around;
  const { random } = generation;
  const other = otherThan(around);
  const column = random.maybe(table.columns.filter(({ sharding }) => sharding));
  if (column === null) return updateBoth(around);
  const sets: Piece[] = [
    `m.${column.name} = ${valueFor(column, random)}`,
    `m.id = m.id + ${random.int(5_000, 9_000)}`,
  ];
  const also = set(around, other, 'n');
  if (also !== null && random.chance(0.3)) sets.push(also);
  return [
    `UPDATE ${table.spelled} AS m JOIN ${other.spelled} AS n ON `,
    on(around, table, other),
    ' SET ',
    list(sets, ', ', 2),
    ` WHERE m.id = ${random.int(1, 40)}`,
  ];
}

function deleteTwins(around: Around): Piece {
  const { generation, table } = around;
  const { random } = generation;
  const keys = table.columns.filter(({ sharding }) => sharding).map(({ name }) => `m.${name} = n.${name}`);
  const twins = random.pick([
    `m.id = n.id + ${random.int(1, 9)}`,
    [...keys, 'm.id < n.id'].join(' AND '),
    'm.id = n.id',
  ]);
  return [
    `DELETE m FROM ${table.spelled} AS m JOIN ${table.spelled} AS n ON ${twins}`,
    ` WHERE n.id = ${random.int(1, 40)}`,
  ];
}

function lockSome({ generation, table }: Around): Piece {
  const { random } = generation;
  return [
    `SELECT * FROM ${table.spelled} WHERE id < ${random.int(5, 50)} ORDER BY ${table.primaryKey.join(', ')}`,
    random.pick([' LOCK IN SHARE MODE', ' FOR UPDATE']),
    { kind: 'mark', mark: 'ordered' },
  ];
}

/** Set by one statement, read by the next ones, in values and in conditions. */
function useVariable({ generation, table }: Around): Piece {
  const { random } = generation;
  const column = random.maybe(freeColumns(table));
  const name = random.pick(['@a', '@b']);
  return random.pick<Piece>([
    `SET ${name} = ${random.int(1, 40)}`,
    `SELECT ${name}`,
    [
      `SELECT COUNT(*), COALESCE(MAX(id), 0) INTO @a, @b FROM ${table.spelled} WHERE id < `,
      literal(random, 'int', ['9', '20']),
    ],
    `DELETE FROM ${table.spelled} WHERE id = ${name}`,
    column === null
      ? `SELECT ${name} + 1`
      : `UPDATE ${table.spelled} SET ${column.name} = ${valueFor(column, random)} WHERE id <= ${name}`,
  ]);
}

function useDefault({ generation, table }: Around): Piece {
  const { random } = generation;
  const column = random.maybe(freeColumns(table).filter(({ nullable }) => nullable));
  if (column === null) return `SELECT COUNT(*) FROM ${table.spelled}`;
  const value = random.pick(['DEFAULT', `DEFAULT(${column.name})`]);
  return `UPDATE ${table.spelled} SET ${column.name} = ${value} WHERE id > ${random.int(1, 40)}`;
}

/** A number that a statement hands to LAST_INSERT_ID, of one row at most. */
function rememberNumber(around: Around): Piece {
  const { generation, table } = around;
  const { random } = generation;
  const equal = table.primaryKey.map((name): Piece => {
    const column = table.columns.find((one) => one.name === name);
    const value =
      name === 'id' || column === undefined ? String(random.int(1, 20)) : valueFor(column, random);
    return `${name} = ${value}`;
  });
  return [
    `UPDATE ${table.spelled} SET id = LAST_INSERT_ID(id + ${random.pick([0, random.int(1_000, 900_000)])}) WHERE `,
    list(equal, ' AND ', equal.length),
  ];
}

function whatIsRemembered({ generation, table }: Around): Piece {
  const { random } = generation;
  const { piece } = expression(generation, { sources: [], outer: null }, 'int', 1);
  return random.pick<Piece>([
    'SELECT ROW_COUNT(), LAST_INSERT_ID()',
    'SELECT ROW_COUNT() AS n',
    'SELECT LAST_INSERT_ID() AS id',
    ['SELECT LAST_INSERT_ID(', literal(random, 'int', ['3', '4']), ')'],
    [`SELECT id FROM ${table.spelled} WHERE id = LAST_INSERT_ID() OR id > `, piece],
    ['DO ', piece],
  ]);
}
