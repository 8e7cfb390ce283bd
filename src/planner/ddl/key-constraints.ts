// Keys a sharded keyspace can hold its tables to: a UNIQUE or FOREIGN KEY that spans shards is nobody's to check.
import { shardgateError } from '../../errors/catalog.ts';
import type { ColumnDefinition, CreateTable, KeyDefinition } from '../../sql/ast.ts';
import type { RoutingKey } from '../../vindex/routing-key.ts';
import { referenceAction, type TableFacts } from '../../vschema/columns.ts';
import { foreignKeyProblem, keyProblem } from '../../vschema/constraints.ts';
import { equalityExact } from '../../vschema/equality.ts';
import { routingColumnOf } from '../../vschema/files/declared-columns.ts';
import {
  columnFromAst,
  foreignKeyFromAst,
  KeyNames,
  keyFromAst,
  tableFactsOf,
} from '../../vschema/files/table-from-ast.ts';
import type { Column, ForeignKey, Key, Keyspace, Table } from '../../vschema/model.ts';
import { lower } from '../bind/columns-of.ts';
import type { PlanContext } from '../context.ts';

/** Refuses a CREATE TABLE with keys that `constraints: check` forbids. A table nobody shards has no sharding columns to miss. */
export function checkNewTable(node: CreateTable, keyspace: Keyspace, context: PlanContext): void {
  const facts = tableFactsOf(node, keyspace.name);
  if (facts === null || keyspace.constraints === 'trust') return;
  const known = keyspace.tables.get(facts.name);
  const routing = known?.kind === 'sharded' ? known.columnVindexes : defaultRouting(keyspace, facts);
  if (routing.length === 0) return;
  const table = tableWith(keyspace, facts, routing);
  for (const key of facts.keys) refuseKey(table, key);
  for (const foreignKey of facts.foreignKeys) refuseForeignKey(table, foreignKey, context);
}

/** Refuses keys and key-bearing columns that ALTER TABLE or CREATE INDEX would add to a sharded table. */
export function checkAddedKeys(
  table: Table | null,
  keyspace: Keyspace,
  keys: readonly KeyDefinition[],
  columns: readonly ColumnDefinition[],
  context: PlanContext,
): void {
  if (table === null || table.kind !== 'sharded' || keyspace.constraints === 'trust') return;
  const names = new KeyNames(table.keys);
  for (const key of keys) {
    const unique = keyFromAst(key, names);
    if (unique !== null) refuseKey(table, unique);
    const foreignKey = foreignKeyFromAst(key, table.keyspace);
    if (foreignKey !== null) refuseForeignKey(table, foreignKey, context);
  }
  for (const column of columns) {
    if (column.key === 'primary' || column.key === 'unique') refuseKey(table, keyOfColumn(column));
    const foreignKey = foreignKeyOfColumn(column, table.keyspace);
    if (foreignKey !== null) refuseForeignKey(table, foreignKey, context);
  }
}

/** How the `*` entry would shard the table: by the column it names, else by the first of the primary key. */
function defaultRouting(keyspace: Keyspace, facts: TableFacts): readonly RoutingKey[] {
  const byDefault = keyspace.defaultColumnVindex;
  const vindex = byDefault === null ? undefined : keyspace.vindexes.get(byDefault.vindex);
  const primary = facts.keys.find((key) => key.name === 'PRIMARY');
  const name = byDefault?.column ?? primary?.columns[0];
  if (vindex === undefined || name === undefined) return [];
  return [{ table: facts.name, vindex, columns: [routingColumnOf(name, facts.columns)], exact: false }];
}

/** The table as it would be: its routing keys see the new columns' types and collations. */
function tableWith(keyspace: Keyspace, facts: TableFacts, routing: readonly RoutingKey[]): Table {
  return {
    keyspace: keyspace.name,
    name: facts.name,
    kind: 'sharded',
    columnVindexes: routing.map((key) => retyped(key, facts.columns)),
    autoIncrement: null,
    source: null,
    pinnedShard: null,
    columns: facts.columns,
    keys: facts.keys,
    foreignKeys: facts.foreignKeys,
    drift: null,
    view: null,
  };
}

function retyped(key: RoutingKey, columns: readonly Column[]): RoutingKey {
  const typed = key.columns.map((column) => routingColumnOf(column.name, columns));
  return { ...key, columns: typed, exact: typed.every((column) => equalityExact(key.vindex, column)) };
}

function keyOfColumn(column: ColumnDefinition): Key {
  const name = column.key === 'primary' ? 'PRIMARY' : column.name.name;
  return { name, unique: true, columns: [columnFromAst(column).name], partial: false, fulltext: false };
}

function foreignKeyOfColumn(column: ColumnDefinition, keyspace: string): ForeignKey | null {
  const { references } = column;
  if (references === null) return null;
  return {
    name: column.name.name,
    columns: [column.name.name],
    referencedKeyspace: references.table.schema?.name ?? keyspace,
    referencedTable: references.table.name.name,
    referencedColumns: references.columns.map((part) => lower(part.column?.name ?? '')),
    onDelete: referenceAction(references.onDelete),
    onUpdate: referenceAction(references.onUpdate),
  };
}

function refuseKey(table: Table, key: Key): void {
  const why = keyProblem(table, key);
  if (why === null) return;
  const constraint = key.name === 'PRIMARY' ? 'a PRIMARY KEY' : 'a UNIQUE key';
  throw shardgateError('SG6013', {
    constraint,
    table: table.name,
    why: `(${key.columns.join(', ')}) ${why}`,
  });
}

function refuseForeignKey(table: Table, foreignKey: ForeignKey, context: PlanContext): void {
  const why = foreignKeyProblem(context.vschema, table, foreignKey);
  if (why !== null) throw shardgateError('SG6013', { constraint: 'a FOREIGN KEY', table: table.name, why });
}
