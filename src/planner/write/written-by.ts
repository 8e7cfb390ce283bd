// Which tables a statement writes, and what happens to their rows: as far as servers do more then than they were told.
import { shardgateError } from '../../errors/catalog.ts';
import type { Assignment, Delete, Insert, LoadData, Update } from '../../sql/ast.ts';
import { cascadeProblem } from '../../vschema/cascades.ts';
import type { Keyspace, Table, TriggerEvent } from '../../vschema/model.ts';
import { lower } from '../bind/columns-of.ts';
import { lookupTable } from '../bind/lookup-table.ts';
import type { PlanContext } from '../context.ts';
import { bound } from '../statement.ts';
import { targetsOf } from './plan-dml.ts';

export type Write = Insert | Update | Delete | LoadData;

export interface Written {
  readonly table: Table;
  readonly event: TriggerEvent;
}

/** A REPLACE deletes, ON DUPLICATE KEY UPDATE updates. */
export function writtenBy(node: Write, context: PlanContext): readonly Written[] {
  if (node.kind === 'update' || node.kind === 'delete') {
    const event = node.kind;
    return targetsOf(bound(node, context)).map(({ table }) => ({ table, event }));
  }
  const table = lookupTable(context.vschema, node.table, context.database);
  if (table === null) return [];
  const events: TriggerEvent[] = ['insert'];
  const replaces = node.kind === 'insert' ? node.replace : node.duplicates === 'replace';
  if (replaces) events.push('delete');
  if (node.kind === 'insert' && node.onDuplicate !== null) events.push('update');
  return events.map((event) => ({ table, event }));
}

/** Foreign keys that would follow on one shard what concerns rows of others. Throws SG6047. */
export function checkCascades(node: Write, context: PlanContext): void {
  const { vschema } = context;
  if (![...vschema.keyspaces.values()].some(hasForeignKeys)) return;
  for (const { table, event } of writtenBy(node, context)) {
    if (event === 'insert') continue;
    const problem = cascadeProblem(vschema, table, event === 'delete' ? null : assignedBy(node));
    if (problem === null) continue;
    const { child, foreignKey, why } = problem;
    const facts = { event: event.toUpperCase(), table: table.name, key: foreignKey.name, child: child.name };
    throw shardgateError('SG6047', { ...facts, why });
  }
}

function hasForeignKeys({ sharded, tables }: Keyspace): boolean {
  if (!sharded) return false;
  for (const { foreignKeys } of tables.values()) if (foreignKeys.length > 0) return true;
  return false;
}

/** Of whichever of its tables. */
function assignedBy(node: Write): ReadonlySet<string> {
  return new Set(assignments(node).map(({ column }) => lower(column.name.name)));
}

function assignments(node: Write): readonly Assignment[] {
  if (node.kind === 'update') return node.set.assignments;
  return node.kind === 'insert' ? (node.onDuplicate?.assignments ?? []) : [];
}
