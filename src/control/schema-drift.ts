// Shards of one keyspace should have the same tables. Where they do not, what differs is said.
import type { TableFacts } from '../vschema/columns.ts';
import type { ColumnDrift } from '../vschema/model.ts';
import type { FunctionFacts } from './schema-reader.ts';

export interface Drift {
  readonly keyspace: string;
  readonly table: string;
  /** The shard that differs from the first one that has the table. */
  readonly shard: string;
  /** For people: `column price: decimal(10,2) here, decimal(12,2) on -40`. */
  readonly difference: string;
}

export interface ShardTables {
  readonly shard: string;
  readonly tables: ReadonlyMap<string, TableFacts>;
}

export interface MergedTables {
  readonly tables: ReadonlyMap<string, TableFacts>;
  readonly drift: readonly Drift[];
}

/** Each table as the first shard that has it shows it, and how the others differ. `shards` are in key-range order. */
export function mergeTables(keyspace: string, shards: readonly ShardTables[]): MergedTables {
  const tables = new Map<string, TableFacts>();
  const drift: Drift[] = [];
  for (const { tables: own } of shards) {
    for (const [name, facts] of own) if (!tables.has(name)) tables.set(name, facts);
  }
  for (const [table, facts] of tables) {
    const columns = columnDrift(table, facts, shards);
    if (columns !== null) tables.set(table, { ...facts, drift: columns });
    const first = shards.find((shard) => shard.tables.has(table))?.shard ?? '';
    for (const { shard, tables: own } of shards) {
      const found = own.get(table);
      const difference =
        found === undefined ? `missing here, present on ${first}` : differs(facts, found, first);
      if (difference !== null) drift.push({ keyspace, table, shard, difference });
    }
  }
  return { tables, drift };
}

/** Bodies of the functions that every shard has with the same body and signature. */
export function alikeFunctions(
  shards: readonly ReadonlyMap<string, FunctionFacts>[],
): ReadonlyMap<string, string> {
  const [first, ...others] = shards;
  const alike = [...(first ?? [])].filter(([name, { body, signature }]) =>
    others.every((other) => other.get(name)?.body === body && other.get(name)?.signature === signature),
  );
  return new Map(alike.map(([name, { body }]) => [name, body]));
}

function columnDrift(table: string, first: TableFacts, shards: readonly ShardTables[]): ColumnDrift | null {
  const differing = new Set<string>();
  let lists = false;
  let why = '';
  for (const { shard, tables } of shards) {
    const found = tables.get(table);
    if (found === undefined || found === first) continue;
    const before = differing.size;
    for (const name of differingColumns(first.columns, found.columns)) differing.add(name);
    const sameList = listOf(first) === listOf(found);
    lists ||= !sameList;
    if (why !== '' || (sameList && differing.size === before)) continue;
    const firstShard = shards.find((one) => one.tables.get(table) === first)?.shard ?? '';
    why = `shard ${shard}: ${listDiffers('column', first.columns, found.columns, firstShard, (column) => column.columnType) ?? ''}`;
  }
  return why === '' ? null : { columns: [...differing], lists, why };
}

function listOf({ columns }: TableFacts): string {
  return columns.map(({ name, invisible }) => `${name.toLowerCase()} ${invisible}`).join();
}

function differingColumns(a: TableFacts['columns'], b: TableFacts['columns']): string[] {
  const kinds = (columns: TableFacts['columns']): Map<string, string> =>
    new Map(
      columns.map(({ name, columnType, charset, collation }) => [
        name.toLowerCase(),
        `${columnType} ${charset} ${collation}`,
      ]),
    );
  const [left, right] = [kinds(a), kinds(b)];
  return [...new Set([...left.keys(), ...right.keys()])].filter((name) => left.get(name) !== right.get(name));
}

function differs(expected: TableFacts, found: TableFacts, first: string): string | null {
  return (
    kindDiffers(expected, found, first) ??
    listDiffers('column', expected.columns, found.columns, first, (column) => column.columnType) ??
    listDiffers('key', expected.keys, found.keys, first, (key) => key.columns.join(', ')) ??
    listDiffers('foreign key', expected.foreignKeys, found.foreignKeys, first, (key) => key.referencedTable)
  );
}

function kindDiffers(expected: TableFacts, found: TableFacts, first: string): string | null {
  if (expected.view === null && found.view === null) return null;
  if (expected.view === null) return `a view here, a table on ${first}`;
  if (found.view === null) return `a table here, a view on ${first}`;
  const { text, collation } = expected.view;
  if (collation !== found.view.collation)
    return `a view made under ${found.view.collation} here, ${collation} on ${first}`;
  return text === found.view.text ? null : `the view's text is not that on ${first}`;
}

function listDiffers<T extends { readonly name: string }>(
  what: string,
  expected: readonly T[],
  found: readonly T[],
  first: string,
  describe: (member: T) => string,
): string | null {
  const foundByName = new Map(found.map((member) => [member.name, member]));
  for (const member of expected) {
    const other = foundByName.get(member.name);
    if (other === undefined) return `no ${what} ${member.name}, which ${first} has`;
    foundByName.delete(member.name);
    if (JSON.stringify(other) === JSON.stringify(member)) continue;
    const [here, there] = [describe(other), describe(member)];
    const detail = here === there ? 'other attributes here than' : `${here} here, ${there}`;
    return `${what} ${member.name}: ${detail} on ${first}`;
  }
  for (const name of foundByName.keys()) return `a ${what} ${name}, which ${first} does not have`;
  const sameOrder = expected.every((member, at) => member.name === found[at]?.name);
  return sameOrder ? null : `${what}s in another order than on ${first}`;
}
