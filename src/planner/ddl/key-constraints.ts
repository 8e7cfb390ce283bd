// Keys a sharded keyspace can hold its tables to: a UNIQUE or FOREIGN KEY that spans shards is nobody's to check.
import { shardgateError } from '../../errors/catalog.ts';
import type { ColumnDefinition, KeyDefinition, Reference } from '../../sql/ast.ts';
import type { Keyspace, Table } from '../../vschema/model.ts';
import { lower } from '../bind/columns-of.ts';
import type { PlanContext } from '../context.ts';
import { sameVindex } from '../route/combine.ts';
import { knownTable } from './place-of-table.ts';

/** Refuses what `constraints: check` forbids. Tables the vschema does not name have no sharding columns to miss. */
export function checkNewKeys(
  table: Table | null,
  keyspace: Keyspace,
  keys: readonly KeyDefinition[],
  columns: readonly ColumnDefinition[],
  context: PlanContext,
): void {
  if (table === null || table.kind !== 'sharded' || keyspace.constraints === 'trust') return;
  for (const key of keys) {
    if (key.type === 'primary' || key.type === 'unique') checkUnique(table, namesOf(key), key.type);
    if (key.references !== null) checkForeign(table, namesOf(key), key.references, context);
  }
  for (const column of columns) {
    if (column.key === 'primary' || column.key === 'unique')
      checkUnique(table, [lower(column.name.name)], column.key);
    if (column.references !== null)
      checkForeign(table, [lower(column.name.name)], column.references, context);
  }
}

function namesOf(key: KeyDefinition): readonly string[] {
  return key.parts.flatMap((part) => (part.column === null ? [] : [lower(part.column.name)]));
}

function checkUnique(table: Table, columns: readonly string[], type: string): void {
  const holds = table.columnVindexes.some((key, index) => {
    if (index > 0 && !(key.vindex.kind === 'lookup' && key.vindex.unique)) return false;
    return key.columns.every((column) => columns.includes(lower(column.name)));
  });
  if (holds) return;
  const constraint = type === 'primary' ? 'a PRIMARY KEY' : 'a UNIQUE key';
  const why = `(${columns.join(', ')}) lacks the sharding column, so two shards could hold the same value`;
  throw shardgateError('SG6013', { constraint, table: table.name, why });
}

/** The referenced row must be on the row's own shard: co-located by the key itself, or a reference table. */
function checkForeign(
  table: Table,
  columns: readonly string[],
  reference: Reference,
  context: PlanContext,
): void {
  const other = knownTable(reference.table, context);
  if (other !== null && other.keyspace === table.keyspace) {
    if (other.kind === 'reference') return;
    if (other.kind === 'sharded' && pairsKeys(table, columns, other, reference)) return;
  }
  const why = `rows of ${reference.table.name.name} may be on other shards`;
  throw shardgateError('SG6013', { constraint: 'a FOREIGN KEY', table: table.name, why });
}

function pairsKeys(table: Table, columns: readonly string[], other: Table, reference: Reference): boolean {
  const [mine] = table.columnVindexes;
  const [theirs] = other.columnVindexes;
  if (mine === undefined || theirs === undefined || !sameVindex(mine, theirs)) return false;
  const referenced = reference.columns.map((part) => lower(part.column?.name ?? ''));
  return mine.columns.every((column, index) => {
    const place = columns.indexOf(lower(column.name));
    return place >= 0 && referenced[place] === lower(theirs.columns[index]?.name ?? '');
  });
}
