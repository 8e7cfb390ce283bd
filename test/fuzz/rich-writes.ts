// Random sessions over tables that do things by themselves, under any sql_mode, good values beside bad ones.
import type { Piece } from './piece.ts';
import { Random } from './random.ts';
import { type LoadStatement, loadData } from './rich-loads.ts';
import { type RichColumn, type RichTable, sqlModes } from './rich-tables.ts';
import { valueFor } from './types.ts';

export interface RichStatement {
  readonly piece: Piece;
  /** What LOAD DATA LOCAL asks the client for. */
  readonly file?: Buffer;
}

interface Around {
  readonly random: Random;
  readonly table: RichTable;
  readonly tables: readonly RichTable[];
  readonly cells: Cells;
}

export function richWrite(seed: number, tables: readonly RichTable[]): RichStatement {
  const random = new Random(seed);
  const table = random.pick(tables);
  const around: Around = { random, table, tables, cells: new Cells(random) };
  const make = random.weighted<() => Piece | LoadStatement>([
    [8, () => insertValues(around)],
    [1.5, () => insertSet(around)],
    [2, () => insertSelect(around)],
    [5, () => update(around)],
    [2, () => updateSeveral(around)],
    [3, () => remove(around)],
    [1.5, () => removeSeveral(around)],
    [2, () => loadData(random, table)],
    [3, () => transaction(random)],
    [0.6, () => commits(around)],
    [0.6, () => `SET sql_mode = '${random.pick(sqlModes)}'`],
    [2, () => lookAt(around)],
    [1.5, () => remembered(around)],
  ]);
  const made = make();
  return typeof made === 'object' && 'file' in made ? { piece: made.sql, file: made.file } : { piece: made };
}

/** Cells of one statement: one bad one at most, or of two errors any would do. */
class Cells {
  readonly #random: Random;
  #badLeft: number;

  constructor(random: Random) {
    this.#random = random;
    this.#badLeft = random.chance(0.3) ? 1 : 0;
  }

  of(column: RichColumn): string {
    const random = this.#random;
    if (column.kind === 'generated') return this.#bad(column) ?? 'DEFAULT';
    const bad = random.chance(0.2) ? this.#bad(column) : null;
    if (bad !== null) return bad;
    if (column.kind === 'plain' && column.optional && random.chance(0.15))
      return random.pick(['DEFAULT', 'NULL']);
    const good = random.pick(column.good);
    if (good === 'DEFAULT' || good === 'NULL' || !random.chance(0.1)) return good;
    const ofDefault = column.optional ? `DEFAULT(${column.name})` : good;
    return random.pick([`(${good})`, `COALESCE(NULL, ${good})`, ofDefault]);
  }

  #bad(column: RichColumn): string | null {
    if (this.#badLeft === 0) return null;
    this.#badLeft--;
    const all = column.optional ? column.bad : [...column.bad, 'NULL', 'DEFAULT'];
    return this.#random.maybe(all);
  }
}

function columnsOf(table: RichTable): readonly RichColumn[] {
  // Those with lookup vindexes came later.
  const added = table.columns.filter(({ name }) => !table.rich.some((one) => one.name === name));
  const asRich = added.map(({ name, type }): RichColumn => {
    const bad =
      type.family === 'int'
        ? ["'7x'", "' 9'", "''", '3.7', '1e12']
        : ['12', "'very very long indeed, is it'", "'bob '"];
    return { name, sql: type.sql, good: type.values, bad, kind: 'plain', optional: true };
  });
  return [...table.rich, ...asRich];
}

/** `complete`: none is left out that has no default. */
function chosenColumns({ random, table }: Around, complete = false): readonly RichColumn[] {
  const all = columnsOf(table);
  const keep = random.pick([0.5, 0.8, 1]);
  const left = all.filter((one) => {
    if (one.kind === 'key') return true;
    return one.kind === 'generated' ? random.chance(0.1) : !one.optional || random.chance(keep);
  });
  if (!complete && random.chance(0.06)) return left.filter((one) => one.optional || one.kind === 'key');
  return random.chance(0.3) ? random.sample(left, left.length) : left;
}

function insertValues(around: Around): Piece {
  const { random, table, cells } = around;
  const columns = chosenColumns(around);
  const count = random.weighted([
    [5, 1],
    [3, 2],
    [3, 5],
  ]);
  const rows = random.times(count, () => `(${columns.map((one) => cells.of(one)).join(', ')})`);
  const [verb, tail] = random.weighted<readonly [string, string]>([
    [6, ['INSERT INTO', '']],
    [2, ['INSERT IGNORE INTO', '']],
    [3, ['REPLACE INTO', '']],
    [4, ['INSERT INTO', onDuplicate(around)]],
    [0.7, ['INSERT IGNORE INTO', onDuplicate(around)]],
  ]);
  const whole =
    columns.length === columnsOf(table).length && columns.every((one, at) => one === columnsOf(table)[at]);
  const names = whole && random.chance(0.5) ? '' : ` (${columns.map(({ name }) => name).join(', ')})`;
  return `${verb} ${table.spelled}${names} VALUES ${rows.join(', ')}${tail}`;
}

function free(table: RichTable): readonly RichColumn[] {
  return columnsOf(table).filter((one) => one.kind === 'plain');
}

/** What an assignment of a row's own column may say; `isNew`: how it names the values of the row that was to be inserted. */
function assignment(
  around: Around,
  column: RichColumn,
  isNew: (name: string) => string | null,
  prefix = '',
): string {
  const { random, table, cells } = around;
  const { name } = column;
  const own = `${prefix}${name}`;
  const twin = `${prefix}${random.pick(columnsOf(table)).name}`;
  const options: (readonly [number, string])[] = [
    [4, cells.of(column).replace('DEFAULT(', `DEFAULT(${prefix}`)],
    [column.optional ? 1 : 0.05, `DEFAULT(${own})`],
    [0.5, own],
  ];
  if (['n', 'tn', 'x', 'd', 'pid'].includes(name))
    options.push([2, `${own} + 1`], [1, `COALESCE(${own}, 0) + ${prefix}id % 3`], [0.5, `${own} / 0`]);
  if (['s', 'c', 'z'].includes(name))
    options.push([2, `CONCAT(${own}, 'q')`], [0.7, `${own} || 'p'`], [0.5, twin]);
  const value = isNew(name);
  if (value !== null) {
    options.push([4, value], [1, `COALESCE(${value}, ${own})`]);
    options.push([1, `IF(${isNew('id')} > 3, ${value}, ${own})`]);
  }
  return `${name} = ${random.weighted(options)}`;
}

/** `prefix`: a table with its point, where names could mean others as well. */
function onDuplicate(around: Around, prefix = ''): string {
  const { random, table } = around;
  const chosen = random.sample(free(table), random.int(1, 2));
  // NULL for what may not be NULL is refused behind one row and converted behind several.
  const sets = chosen
    .map((column) => assignment(around, column, (name) => `VALUES(${name})`, prefix))
    .filter((set) => !set.endsWith('= NULL'));
  if (sets.length === 0) sets.push(`n = ${prefix}n`);
  if (random.chance(0.08)) sets.push(`id = LAST_INSERT_ID(${prefix}id)`);
  return ` ON DUPLICATE KEY UPDATE ${sets.join(', ')}`;
}

/** Where a column's name could mean that of the SELECT as well. */
function ofNew({ random, table }: Around): string {
  const sets = random.sample(free(table), 2).map(({ name }) => `${name} = VALUES(${name})`);
  return ` ON DUPLICATE KEY UPDATE ${sets.join(', ')}`;
}

function insertSet(around: Around): Piece {
  const { random, table, cells } = around;
  const sets = chosenColumns(around).map((column) => {
    if (column.name === 'n' && random.chance(0.3)) return 'n = id + 1';
    return `${column.name} = ${cells.of(column)}`;
  });
  const verb = random.pick(['INSERT', 'INSERT IGNORE', 'REPLACE']);
  return `${verb} INTO ${table.spelled} SET ${sets.join(', ')}`;
}

/** From itself, mostly: far away, or in an order onto rows that are there. */
function insertSelect(around: Around): Piece {
  const { random, table, cells } = around;
  const columns = chosenColumns(around, true).filter(({ kind }) => kind !== 'generated');
  const from = random.chance(0.7) ? table : random.pick(around.tables);
  const far = random.chance(0.4);
  const items = columns.map((column) => {
    if (column.name === 'id')
      return far ? `id + ${random.int(20, 90)}` : random.pick(['id', 'id + 1', 'id % 5']);
    const twin = from.rich.some(({ name }) => name === column.name);
    const isUnique = column.name === 'u' || (far && table.uniqueKey.includes(column.name));
    if (twin && !isUnique && random.chance(0.8)) return column.name;
    const value = cells.of(column);
    return value.includes('DEFAULT') ? 'NULL' : value;
  });
  const order = ` ORDER BY ${from.primaryKey.join(', ')}`;
  const limit = random.chance(0.3) ? ` LIMIT ${random.int(1, 5)}` : '';
  const [verb, tail] = random.pick([
    ['INSERT', ''],
    ['REPLACE', ''],
    ['INSERT IGNORE', ''],
    ['INSERT', from === table ? ofNew(around) : onDuplicate(around, `${table.spelled}.`)],
  ] as const);
  const where = random.chance(0.4) ? ` WHERE ${condition(around, from, '')}` : '';
  const names = columns.map(({ name }) => name).join(', ');
  return `${verb} INTO ${table.spelled} (${names}) SELECT ${items.join(', ')} FROM ${from.spelled}${where}${order}${limit}${tail}`;
}

/** `prefix`: an alias with its point. */
function condition({ random }: Around, table: RichTable, prefix: string): string {
  const of = (name: string): string => `${prefix}${name}`;
  const keys = table.columns.filter(({ sharding }) => sharding);
  const options: (readonly [number, string])[] = [
    [3, `${of('id')} ${random.pick(['=', '>', '<', '<>'])} ${random.int(1, 9)}`],
    [1, `${of('n')} IS NULL OR ${of('n')} > 2`],
    [1, `${of('s')} <> 'a'`],
    [0.5, `${of('n')} BETWEEN 1 AND 40`],
  ];
  if (keys.length > 0) {
    const equal = keys.map((key) => `${of(key.name)} = ${random.pick(key.type.values)}`).join(' AND ');
    options.push([3, equal], [2, `${equal} AND ${of('id')} = ${random.int(1, 9)}`]);
  }
  for (const { name, kind } of table.rich)
    if (kind === 'generated') options.push([1, name === 'g2' ? `${of(name)} LIKE 'a%'` : `${of(name)} > 1`]);
  return random.weighted(options);
}

function update(around: Around): Piece {
  const { random, table } = around;
  const chosen = random.sample(free(table), random.int(1, 3));
  const sets = chosen.map((column) => assignment(around, column, () => null));
  if (random.chance(0.12)) sets.push(`id = id + ${random.pick([0, 1, 10])}`);
  const key = random.chance(0.1) ? random.maybe(table.columns.filter(({ sharding }) => sharding)) : null;
  if (key !== null) sets.unshift(`${key.name} = ${valueFor(key, random)}`);
  if (random.chance(0.03))
    sets.push(
      ...table.rich.filter(({ kind }) => kind === 'generated').map(({ name }) => `${name} = DEFAULT`),
    );
  // Rows meet each other on their way or not, as the order has it.
  const meets = sets.some(
    (one) =>
      /^(id|k\d|u) /.test(one) || table.uniqueKey.some((name) => one.startsWith(`${name} `) || name === 'g2'),
  );
  const order = meets || random.chance(0.2) ? ` ORDER BY ${table.primaryKey.join(', ')}` : '';
  const limit = order !== '' && random.chance(0.4) ? ` LIMIT ${random.int(1, 3)}` : '';
  const where = random.chance(0.85) ? ` WHERE ${condition(around, table, '')}` : '';
  const ignore = random.chance(0.12) ? ' IGNORE' : '';
  return `UPDATE${ignore} ${table.spelled} SET ${sets.join(', ')}${where}${order}${limit}`;
}

function other({ tables, table, random }: Around): RichTable {
  const related = tables.filter(
    (one) => one.parent?.table === table.name || table.parent?.table === one.name,
  );
  return random.maybe(random.chance(0.7) ? related : tables) ?? table;
}

function joined(left: RichTable, right: RichTable): string {
  const same = left.domain !== null && left.domain === right.domain;
  const keys = same
    ? left.columns.filter(({ sharding }) => sharding).map(({ name }) => `a.${name} = b.${name}`)
    : [];
  const by = right.parent?.table === left.name ? `b.${right.parent.column} = a.id` : 'a.id = b.id';
  return [...keys, by].join(' AND ');
}

function updateSeveral(around: Around): Piece {
  const { random, table } = around;
  const right = other(around);
  const isFree = ({ name }: RichColumn): boolean =>
    !['pid', 'rid', 'u'].includes(name) && !table.uniqueKey.includes(name) && !right.uniqueKey.includes(name);
  const of = (one: RichTable, alias: string): string | null => {
    const column = random.maybe(free(one).filter(isFree));
    if (column === null || /g2/.test(one.uniqueKey.join())) return null;
    const value = around.cells.of(column);
    return `${alias}.${column.name} = ${value.replace('DEFAULT(', `DEFAULT(${alias}.`)}`;
  };
  const both = [of(table, 'a'), random.chance(0.5) ? of(right, 'b') : null];
  const sets = both.filter((one) => one !== null);
  if (sets.length === 0) return lookAt(around);
  const left = random.chance(0.25) ? 'LEFT JOIN' : 'JOIN';
  const where = random.chance(0.6) ? ` WHERE ${condition(around, table, 'a.')}` : '';
  return `UPDATE ${table.spelled} AS a ${left} ${right.spelled} AS b ON ${joined(table, right)} SET ${sets.join(', ')}${where}`;
}

function remove(around: Around): Piece {
  const { random, table } = around;
  const where = random.chance(0.95) ? ` WHERE ${condition(around, table, '')}` : '';
  const limit = random.chance(0.3)
    ? ` ORDER BY ${table.primaryKey.join(', ')} LIMIT ${random.int(1, 3)}`
    : '';
  const returning = random.chance(0.1) ? ` RETURNING ${random.pick(columnsOf(table)).name}, id` : '';
  return `DELETE${random.chance(0.1) ? ' IGNORE' : ''} FROM ${table.spelled}${where}${limit}${returning}`;
}

function removeSeveral(around: Around): Piece {
  const { random, table } = around;
  const right = other(around);
  const from = `${table.spelled} AS a JOIN ${right.spelled} AS b ON ${joined(table, right)}`;
  const where = ` WHERE ${condition(around, table, 'a.')} AND b.id < ${random.int(3, 9)}`;
  // A row that a cascade took before it was found is not counted.
  const related = table.parent !== null || right.parent !== null;
  return random.pick([
    `DELETE a FROM ${from}${where}`,
    `DELETE b FROM ${from}${where}`,
    related ? `DELETE a FROM ${from}${where}` : `DELETE FROM a, b USING ${from}${where}`,
    `DELETE a FROM ${from.replace('JOIN', 'LEFT JOIN')} WHERE b.id IS NULL AND a.id = ${random.int(1, 9)}`,
  ]);
}

function transaction(random: Random): Piece {
  const name = (): string => random.pick(['s1', 's2']);
  return random.weighted([
    [5, 'BEGIN'],
    [4, 'COMMIT'],
    [3, 'ROLLBACK'],
    [3, `SAVEPOINT ${name()}`],
    [3, `ROLLBACK TO ${name()}`],
    [1, `RELEASE SAVEPOINT ${name()}`],
    [0.5, 'SET autocommit = 0'],
    [1, 'SET autocommit = 1'],
    [0.6, 'START TRANSACTION READ ONLY'],
    [0.3, 'ROLLBACK AND CHAIN'],
    [0.3, 'SET TRANSACTION READ ONLY'],
    [0.3, 'SET TRANSACTION READ WRITE'],
  ]);
}

/** Whatever transaction is open ends with these. */
function commits({ random, table }: Around): Piece {
  return random.pick([
    `ALTER TABLE ${table.spelled} COMMENT = 'c${random.int(1, 9)}'`,
    `CREATE TABLE IF NOT EXISTS main.extra (id INT)`,
    `DROP TABLE IF EXISTS main.extra`,
    `CREATE INDEX i${random.int(1, 3)} ON ${table.spelled} (n)`,
    `DROP INDEX i${random.int(1, 3)} ON ${table.spelled}`,
    `ANALYZE TABLE ${table.spelled}`,
    ...(random.chance(0.2) ? [`TRUNCATE TABLE ${table.spelled}`] : []),
  ]);
}

function lookAt({ table }: Around): Piece {
  return [
    `SELECT * FROM ${table.spelled} ORDER BY ${table.primaryKey.join(', ')}`,
    { kind: 'mark', mark: 'ordered' },
  ];
}

function remembered({ random, table }: Around): Piece {
  return random.pick<Piece>([
    'SELECT ROW_COUNT(), LAST_INSERT_ID()',
    'SELECT @@autocommit, @@in_transaction, @@tx_read_only',
    `SELECT COUNT(*), SUM(n), MIN(s) FROM ${table.spelled}`,
  ]);
}
