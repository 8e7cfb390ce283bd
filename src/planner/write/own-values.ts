// Values that rows get from their table and not from the statement, and rows that keep others: what differs from shard to shard.
import { shardgateError } from '../../errors/catalog.ts';
import type { Node } from '../../sql/ast.ts';
import type { Table, VSchema } from '../../vschema/model.ts';
import { lower } from '../bind/columns-of.ts';
import { asksForTime, some } from '../query/traits.ts';

/** All parts of the write must see one instant: the statement asks for it, or some column may. */
export function writesTime(node: Node, tables: readonly Pick<Table, 'columns'>[]): boolean {
  return asksForTime(node) || tables.some(stampsRows);
}

export function stampsRows({ columns }: Pick<Table, 'columns'>): boolean {
  return columns?.some((column) => column.stamped === true) === true;
}

/**
 * Throws SG6016 when rows of a reference table may get a default that is another one on every server. `given`: the columns
 * that the statement gives values, null when it is about rows that are there.
 */
export function checkOwnValues(table: Table, node: Node, given: readonly string[] | null): void {
  if (table.kind !== 'reference') return;
  const random = (table.columns ?? []).filter((column) => column.randomDefault === true);
  const names = given?.map(lower);
  const left = random.find((column) => names?.includes(lower(column.name)) === false);
  const asked = random.length > 0 && some(node, isDefault) ? random[0] : undefined;
  const column = left ?? asked;
  if (column === undefined) return;
  throw shardgateError('SG6016', {
    statement: `writing reference table ${table.name}`,
    keyspace: table.keyspace,
    why: `every shard would compute another default for ${column.name}`,
    remedy: 'write values that are known beforehand',
  });
}

/** Throws SG6016: what IGNORE leaves out for the sake of rows that refer to it is another thing on each shard. */
export function checkIgnored(vschema: VSchema, table: Table): void {
  if (table.kind !== 'reference') return;
  for (const child of vschema.keyspaces.get(table.keyspace)?.tables.values() ?? []) {
    const refers = child.foreignKeys.some((key) => key.referencedTable === table.name);
    if (!refers || child.kind === 'reference') continue;
    throw shardgateError('SG6016', {
      statement: `IGNORE on reference table ${table.name}`,
      keyspace: table.keyspace,
      why: `rows of ${child.name} refer to it, other ones on every shard`,
      remedy: 'leave IGNORE out',
    });
  }
}

function isDefault(node: Node): boolean {
  return node.kind === 'default';
}
