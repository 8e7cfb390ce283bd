// Joins lookup vindexes with the tables they read and write, once all keyspaces are known.
import type {
  LookupRows,
  LookupTable,
  LookupUser,
  RoutingColumn,
  RoutingKey,
} from '../vindex/routing-key.ts';
import type { LookupVindex } from '../vindex/vindex.ts';
import { comparesCodePoints, textExact } from './equality.ts';
import { routingColumnOf } from './files/declared-columns.ts';
import type { Keyspace, Table } from './model.ts';
import { assumedTable } from './resolve.ts';

type Keyspaces = ReadonlyMap<string, Keyspace>;

/** The same keyspaces with every lookup key knowing its table, and whether equality of its columns may route by it. */
export function withLookupTables(keyspaces: Keyspaces): Keyspaces {
  return new Map([...keyspaces].map(([name, keyspace]) => [name, joined(keyspace, keyspaces)]));
}

function joined(keyspace: Keyspace, keyspaces: Keyspaces): Keyspace {
  if (![...keyspace.vindexes.values()].some((vindex) => vindex.kind === 'lookup')) return keyspace;
  const tables = new Map<string, Table>();
  for (const table of keyspace.tables.values()) {
    const columnVindexes = table.columnVindexes.map((key) => withLookup(key, keyspace.name, keyspaces));
    tables.set(table.name, { ...table, columnVindexes });
  }
  return { ...keyspace, tables };
}

function withLookup(key: RoutingKey, keyspace: string, keyspaces: Keyspaces): RoutingKey {
  const { vindex } = key;
  if (vindex.kind !== 'lookup') return key;
  const lookup = lookupTableOf(vindex, key, keyspace, keyspaces);
  return lookup === null ? { ...key, exact: false } : { ...key, exact: lookup.sameEquality, lookup };
}

function lookupTableOf(
  vindex: LookupVindex,
  key: RoutingKey,
  keyspace: string,
  keyspaces: Keyspaces,
): LookupTable | null {
  const table = findTable(vindex.table, keyspace, keyspaces);
  const home = table === null ? undefined : keyspaces.get(table.keyspace);
  if (table === null || home === undefined) return null;
  const from = vindex.from.map((name) => routingColumnOf(name, table.columns));
  const rows = rowsOf(table, home, from);
  if (rows === null) return null;
  const sameEquality = key.columns.every((column, index) => sameEqual(vindex, column, from[index]));
  return {
    keyspace: table.keyspace,
    table: table.name,
    from,
    to: routingColumnOf(vindex.to, table.columns),
    rows,
    sameEquality,
    users: usersOf(vindex, keyspaces.get(keyspace)),
  };
}

function usersOf({ name, owner }: LookupVindex, keyspace: Keyspace | undefined): readonly LookupUser[] {
  return [...(keyspace?.tables.values() ?? [])].flatMap((table) =>
    table.columnVindexes.flatMap(({ vindex, columns }) =>
      vindex.name === name && table.name !== owner ? [{ table: table.name, columns }] : [],
    ),
  );
}

/** `keyspace.table`, or `table` of this keyspace, else of the one other keyspace that has it. */
function findTable(name: string, keyspace: string, keyspaces: Keyspaces): Table | null {
  const dot = name.indexOf('.');
  if (dot >= 0) return tableOf(keyspaces.get(name.slice(0, dot)), name.slice(dot + 1));
  const local = keyspaces.get(keyspace)?.tables.get(name);
  if (local !== undefined) return local;
  const elsewhere = [...keyspaces.values()].flatMap((other) => other.tables.get(name) ?? []);
  return elsewhere.length === 1 ? (elsewhere[0] ?? null) : tableOf(keyspaces.get(keyspace), name);
}

/** Of an unsharded keyspace nobody may have read the tables. */
function tableOf(keyspace: Keyspace | undefined, name: string): Table | null {
  if (keyspace === undefined) return null;
  return keyspace.tables.get(name) ?? (keyspace.sharded ? null : assumedTable(keyspace.name, name));
}

/** null: values of `from` do not say where a row is. */
function rowsOf(table: Table, home: Keyspace, from: readonly RoutingColumn[]): LookupRows | null {
  const { shards } = home.shardMap;
  const first = shards[0]?.name;
  if (first === undefined) return null;
  if (table.kind === 'pinned')
    return table.pinnedShard === null ? null : { kind: 'oneShard', shard: table.pinnedShard };
  if (table.kind === 'unsharded' || (shards.length === 1 && table.kind !== 'unknown'))
    return { kind: 'oneShard', shard: first };
  const [key] = table.columnVindexes;
  if (table.kind !== 'sharded' || key === undefined || key.vindex.kind !== 'functional') return null;
  const columns = key.columns.map((column) =>
    from.findIndex((one) => one.name.toLowerCase() === column.name.toLowerCase()),
  );
  return columns.includes(-1) ? null : { kind: 'byValue', key, columns };
}

/** What is equal to the owner's column is equal to the lookup table's. */
function sameEqual(vindex: LookupVindex, owner: RoutingColumn, from: RoutingColumn | undefined): boolean {
  if (from === undefined) return false;
  if (vindex.fromEncoding === 'unicodeLooseMd5Hash') {
    return owner.family !== 'text' || textExact(owner.collation, true);
  }
  // Nothing is known of one of them: canonical integers and plain text only route then, and are taken as they are.
  if (owner.family === null || from.family === null) return owner.family !== 'text' || isCodePoints(owner);
  if (owner.family !== from.family) return false;
  if (owner.family !== 'text') return true;
  return owner.collation === from.collation || isCodePoints(owner);
}

function isCodePoints(column: RoutingColumn): boolean {
  return column.collation !== null && comparesCodePoints(column.collation);
}
