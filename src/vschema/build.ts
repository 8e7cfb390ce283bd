// Puts together what the configuration, the vschema files and the servers say: one immutable snapshot.

import { fromHex } from '../vindex/key-bytes.ts';
import type { RoutingColumn, RoutingKey } from '../vindex/routing-key.ts';
import { type ShardMap, shardOf } from '../vindex/shard-map.ts';
import type { TableFacts } from './columns.ts';
import { equalityExact } from './equality.ts';
import { declaredColumns, routingColumnOf } from './files/declared-columns.ts';
import type { ColumnVindexDefinition, KeyspaceDefinition, TableDefinition } from './files/definition.ts';
import { withLookupTables } from './lookup-tables.ts';
import type { Column, Keyspace, ServerFlavour, StoredPrograms, Table, TableKind, VSchema } from './model.ts';

const noPrograms: StoredPrograms = { triggers: [], events: [] };

export interface KeyspaceInput {
  readonly name: string;
  readonly shardMap: ShardMap;
  readonly definition: KeyspaceDefinition;
  readonly constraints: 'check' | 'trust';
  /** By table name; null: neither a server nor a schema file was read. */
  readonly facts: ReadonlyMap<string, TableFacts> | null;
  /** Bodies of stored functions by lower-case name; absent: none is known. */
  readonly functions?: ReadonlyMap<string, string>;
  /** Absent: none is known. */
  readonly programs?: StoredPrograms;
}

export interface VSchemaInput {
  readonly version: number;
  readonly flavour: ServerFlavour;
  readonly keyspaces: readonly KeyspaceInput[];
}

/** The caller guarantees definitions without errors (`loadKeyspace`) and covering shard maps. */
export function buildVSchema(input: VSchemaInput): VSchema {
  const keyspaces = new Map(input.keyspaces.map((keyspace) => [keyspace.name, buildKeyspace(keyspace)]));
  return { version: input.version, keyspaces: withLookupTables(keyspaces), flavour: input.flavour };
}

export function buildKeyspace(input: KeyspaceInput): Keyspace {
  const { definition, facts } = input;
  const tables = new Map<string, Table>();
  for (const table of definition.tables.values()) {
    tables.set(table.name, namedTable(input, table, facts?.get(table.name) ?? null));
  }
  for (const known of facts?.values() ?? []) {
    if (!tables.has(known.name)) tables.set(known.name, unnamedTable(input, known));
  }
  return {
    name: input.name,
    sharded: definition.sharded,
    shardMap: input.shardMap,
    vindexes: definition.vindexes,
    tables,
    functions: input.functions ?? new Map(),
    programs: input.programs ?? noPrograms,
    defaultColumnVindex: definition.defaultColumnVindex,
    requireExplicitRouting: definition.requireExplicitRouting,
    constraints: input.constraints,
    tracked: facts !== null,
  };
}

function namedTable(input: KeyspaceInput, table: TableDefinition, facts: TableFacts | null): Table {
  const columns = facts?.columns ?? declaredColumns(table);
  const kind = kindOf(input.definition, table);
  const routable = declaredRouting(table, columns);
  return {
    ...factsOf(facts),
    keyspace: input.name,
    name: table.name,
    kind,
    columnVindexes:
      kind === 'sharded'
        ? routingKeys(input, table.name, columnVindexesOf(input, table, facts), routable)
        : [],
    autoIncrement: table.autoIncrement,
    source: table.source,
    pinnedShard: kind === 'pinned' ? pinnedShard(input.shardMap, table.pinned) : null,
    columns,
  };
}

function kindOf(definition: KeyspaceDefinition, table: TableDefinition): TableKind {
  if (table.type === 'sequence') return 'sequence';
  if (!definition.sharded) return 'unsharded';
  if (table.type === 'reference') return 'reference';
  if (table.pinned !== null) return 'pinned';
  return table.columnVindexes.length > 0 || definition.defaultColumnVindex !== null ? 'sharded' : 'unknown';
}

/** A table the servers or the schema file have and the vschema does not name. */
function unnamedTable(input: KeyspaceInput, facts: TableFacts): Table {
  const { definition } = input;
  const byDefault = definition.sharded && facts.view === null ? defaultColumnVindex(input, facts) : null;
  const kind: TableKind = !definition.sharded ? 'unsharded' : byDefault === null ? 'unknown' : 'sharded';
  const columnOf = (name: string) => routingColumnOf(name, facts.columns);
  return {
    ...factsOf(facts),
    keyspace: input.name,
    name: facts.name,
    kind,
    columnVindexes: byDefault === null ? [] : routingKeys(input, facts.name, [byDefault], columnOf),
    autoIncrement: null,
    source: null,
    pinnedShard: null,
    columns: facts.columns,
  };
}

function factsOf(facts: TableFacts | null): Pick<Table, 'keys' | 'foreignKeys' | 'view' | 'drift'> {
  return {
    keys: facts?.keys ?? [],
    foreignKeys: facts?.foreignKeys ?? [],
    view: facts?.view ?? null,
    drift: facts?.drift ?? null,
  };
}

function columnVindexesOf(
  input: KeyspaceInput,
  table: TableDefinition,
  facts: TableFacts | null,
): readonly ColumnVindexDefinition[] {
  if (table.columnVindexes.length > 0) return table.columnVindexes;
  const byDefault = facts === null ? null : defaultColumnVindex(input, facts);
  return byDefault === null ? [] : [byDefault];
}

/** The `*` table's vindex on the column it names, else on the first column of the primary key. */
function defaultColumnVindex(input: KeyspaceInput, facts: TableFacts): ColumnVindexDefinition | null {
  const byDefault = input.definition.defaultColumnVindex;
  if (byDefault === null) return null;
  const primary = facts.keys.find((key) => key.name === 'PRIMARY');
  const column = byDefault.column ?? primary?.columns[0];
  const exists = facts.columns.some((known) => known.name.toLowerCase() === column?.toLowerCase());
  return column === undefined || !exists ? null : { vindex: byDefault.vindex, columns: [column] };
}

type ColumnLookup = (name: string) => RoutingColumn;

function declaredRouting(table: TableDefinition, columns: readonly Column[] | null): ColumnLookup {
  return (name) => routingColumnOf(name, columns, table);
}

function routingKeys(
  input: KeyspaceInput,
  table: string,
  columnVindexes: readonly ColumnVindexDefinition[],
  columnOf: ColumnLookup,
): readonly RoutingKey[] {
  return columnVindexes.flatMap((columnVindex): RoutingKey[] => {
    const vindex = input.definition.vindexes.get(columnVindex.vindex);
    if (vindex === undefined) return [];
    const columns = columnVindex.columns.map(columnOf);
    const exact = columns.every((column) => equalityExact(vindex, column));
    return [{ table, vindex, columns, exact }];
  });
}

function pinnedShard(shardMap: ShardMap, pinned: string | null): string | null {
  const id = pinned === null ? null : fromHex(pinned);
  return id === null ? null : shardOf(shardMap, id).name;
}
