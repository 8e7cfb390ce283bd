// What an UPDATE assigns to one of its tables, and what of it a server can compute from the row alone.
import { shardgateError } from '../../errors/catalog.ts';
import type { Assignment, Expression } from '../../sql/ast.ts';
import { walk } from '../../sql/visitor.ts';
import type { Table } from '../../vschema/model.ts';
import { lower } from '../bind/columns-of.ts';
import type { TableSource } from '../bind/model.ts';
import { columnOf } from '../facts/read-facts.ts';
import { qualifierEdits } from '../names.ts';
import { hasSubquery } from '../query/traits.ts';
import type { Edit } from '../splice.ts';
import type { BoundStatement } from '../statement.ts';

export interface Assigned {
  readonly node: Assignment;
  /** Lower case. */
  readonly column: string;
  /** It needs rows of other tables: computed while the rows are read. */
  readonly computed: boolean;
}

/** In the order of the text; empty for DELETE. */
export function assignmentsOf(statement: BoundStatement, source: TableSource): readonly Assigned[] {
  const { node, binding } = statement;
  if (node.kind !== 'update') return [];
  const only = binding.root.kind === 'block' && binding.root.sources.length === 1;
  return node.set.assignments.flatMap((assignment): readonly Assigned[] => {
    const target = columnOf(assignment.column, binding.columns)?.source;
    if (target !== source && !(only && target === undefined)) return [];
    const column = lower(assignment.column.name.name);
    return [{ node: assignment, column, computed: needsOthers(statement, source, assignment.value) }];
  });
}

function needsOthers({ binding }: BoundStatement, source: TableSource, value: Expression): boolean {
  if (hasSubquery(value)) return true;
  let others = false;
  walk(value, (node) => {
    if (node.kind === 'column' && binding.columns.get(node)?.source !== source) others = true;
  });
  return others;
}

/**
 * Whether the value names a column that an earlier assignment changes: a server takes the new value there, which a read
 * beforehand does not know.
 */
export function assignedBefore(
  { binding }: BoundStatement,
  source: TableSource,
  all: readonly Assigned[],
  node: Assignment,
): boolean {
  const earlier = new Set<string>();
  for (const one of all) {
    if (one.node === node) break;
    earlier.add(one.column);
  }
  let named = false;
  walk(node.value, (part) => {
    const column = part.kind === 'column' ? binding.columns.get(part) : undefined;
    if (column !== undefined && column.source === source && earlier.has(column.name)) named = true;
  });
  return named;
}

/** Whether it takes the DEFAULT of a column that, for all that is known, has none. */
export function takesMissingDefault(
  { node, column }: Assigned,
  { columns }: Pick<Table, 'columns'>,
): boolean {
  let missing = false;
  walk(node.value, (part) => {
    if (part.kind !== 'default') return;
    const named = part.column === null ? column : lower(part.column.name.name);
    const found = columns?.find((one) => lower(one.name) === named);
    missing ||= found === undefined || !(found.nullable || found.hasDefault);
  });
  return missing;
}

/** Keyspace names mean nothing where the table has an alias; DATABASE() is known here. */
export function ownEdits({ node, context }: BoundStatement): readonly Edit[] {
  const edits: Edit[] = [];
  walk(node, (part) => {
    if (part.kind === 'column' && part.schema !== null && part.table !== null) {
      edits.push({ start: part.schema.start, end: part.table.start, parts: [] });
    }
  });
  return [...edits, ...qualifierEdits(node, context)];
}

/** Lookup vindexes of others are asked about this table's rows: the row must stay where they say. Throws SG6003. */
export function checkUnowned(source: TableSource, assigned: ReadonlySet<string>): void {
  const { table } = source;
  const [primary, ...others] = table.columnVindexes;
  for (const { vindex, columns } of others) {
    if (vindex.kind !== 'lookup' || vindex.owner === table.name) continue;
    const changed = [...columns, ...(primary?.columns ?? [])].find((column) =>
      assigned.has(lower(column.name)),
    );
    if (changed !== undefined) throw shardgateError('SG6003', { column: changed.name, table: table.name });
  }
}
