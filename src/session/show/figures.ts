// What several shards say of one table or key -> what one server holding all rows would say.
import type { Keyspace } from '../../vschema/model.ts';

/** Cells as servers send them (binary strings). */
export type Row = readonly (string | null)[];

const added: ReadonlySet<string> = new Set([
  'ROWS',
  'TABLE_ROWS',
  'DATA_LENGTH',
  'INDEX_LENGTH',
  'DATA_FREE',
]);
const latest: ReadonlySet<string> = new Set(['AUTO_INCREMENT', 'CREATE_TIME', 'UPDATE_TIME', 'CHECK_TIME']);

/** Columns that tell tables, partitions and keys apart, under the names of SHOW and of information_schema. */
const keyNames: ReadonlySet<string> = new Set([
  'NAME',
  'TABLE',
  'TABLE_NAME',
  'PARTITION_NAME',
  'SUBPARTITION_NAME',
  'KEY_NAME',
  'INDEX_NAME',
  'SEQ_IN_INDEX',
]);

/**
 * Rows of SHOW TABLE STATUS, SHOW INDEX, or the information_schema tables TABLES, PARTITIONS and STATISTICS, one list per
 * shard: the first list's rows with the figures of all. Tables that are the same on every shard keep the first shard's.
 * `names`: of the columns, upper case.
 */
export function mergeFigures(
  names: readonly string[],
  lists: readonly (readonly Row[])[],
  keyspace: Keyspace,
): readonly Row[] {
  const [first = [], ...others] = lists;
  const keyColumns = names.flatMap((name, i) => (keyNames.has(name) ? [i] : []));
  const keyOf = (row: Row): string => keyColumns.map((i) => row[i] ?? '').join('\u0000');
  const indexed = others.map((rows) => new Map(rows.map((row) => [keyOf(row), row])));
  const leading = new LeadingColumns(names);
  return first.map((row) => {
    const table = tableOf(row, names, keyspace);
    const columns = leading.add(row);
    if (table?.kind !== 'sharded') return row;
    const rows = [row, ...indexed.map((list) => list.get(keyOf(row))).filter((copy) => copy !== undefined)];
    const sharding = table.columnVindexes[0]?.columns ?? [];
    // Values of a key that holds the sharding columns differ from shard to shard.
    const distinct = sharding.every((column) => columns.has(column.name));
    return mergeRows(names, rows, distinct);
  });
}

function tableOf(row: Row, names: readonly string[], keyspace: Keyspace) {
  const at = names.findIndex((name) => name === 'TABLE_NAME' || name === 'NAME' || name === 'TABLE');
  return keyspace.tables.get(utf8(row[at] ?? ''));
}

function utf8(cell: string): string {
  return Buffer.from(cell, 'latin1').toString('utf8');
}

/** The columns of a key up to the row in hand; rows of a key come in order. */
class LeadingColumns {
  readonly #at: (name: string) => number;
  readonly #columns = new Map<string, Set<string>>();

  constructor(names: readonly string[]) {
    this.#at = (name) => names.indexOf(name);
  }

  add(row: Row): ReadonlySet<string> {
    const column = row[this.#at('COLUMN_NAME')] ?? null;
    if (column === null) return new Set();
    const table = row[this.#at('TABLE_NAME')] ?? row[this.#at('TABLE')] ?? '';
    const key = `${table}\u0000${row[this.#at('INDEX_NAME')] ?? row[this.#at('KEY_NAME')] ?? ''}`;
    const columns = this.#columns.get(key) ?? new Set<string>();
    this.#columns.set(key, columns.add(utf8(column)));
    return columns;
  }
}

function mergeRows(names: readonly string[], rows: readonly Row[], distinct: boolean): Row {
  const [first = []] = rows;
  const merged = first.map((cell, i) => {
    const name = names[i] ?? '';
    const cells = rows.map((row) => row[i] ?? null);
    if (added.has(name)) return sum(cells);
    if (latest.has(name)) return greatest(cells);
    if (name === 'CARDINALITY') return distinct ? sum(cells) : greatest(cells);
    return cell;
  });
  const average = names.indexOf('AVG_ROW_LENGTH');
  if (average < 0) return merged;
  const rowCount = merged[names.findIndex((name) => name === 'TABLE_ROWS' || name === 'ROWS')] ?? null;
  const bytes = merged[names.indexOf('DATA_LENGTH')] ?? null;
  if (rowCount === null || bytes === null || rowCount === '0') return merged;
  return merged.with(average, String(BigInt(bytes) / BigInt(rowCount)));
}

function sum(cells: Row): string | null {
  const known = cells.filter((cell) => cell !== null);
  return known.length === 0 ? null : String(known.reduce((total, cell) => total + BigInt(cell), 0n));
}

/** Numbers by value, times (all of one form) by text. */
function greatest(cells: Row): string | null {
  const known = cells.filter((cell) => cell !== null);
  const above = (a: string, b: string): boolean =>
    /^\d+$/.test(a) && /^\d+$/.test(b) ? BigInt(a) > BigInt(b) : a > b;
  return known.reduce<string | null>(
    (best, cell) => (best === null || above(cell, best) ? cell : best),
    null,
  );
}
