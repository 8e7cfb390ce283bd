// The key by which a row that was read is written.
import { shardgateError } from '../../errors/catalog.ts';
import type { ReadCell } from '../../plan/row-target.ts';
import { routingColumnOf } from '../../vschema/files/declared-columns.ts';
import type { Column, Key, Table } from '../../vschema/model.ts';
import { lower } from '../bind/columns-of.ts';
import type { TableSource } from '../bind/model.ts';
import type { ReadItems } from './read-items.ts';

/** Throws SG6035 for a table without a unique key that names its rows exactly. */
export function rowIdentity(source: TableSource, items: ReadItems): readonly ReadCell[] {
  const { table } = source;
  if (table.view !== null) throw shardgateError('SG6035', { table: table.name });
  const key = table.keys.find((one) => namesRows(table, one));
  if (key === undefined) throw shardgateError('SG6035', { table: table.name });
  return key.columns.map((name) => ({
    column: routingColumnOf(name, table.columns),
    cell: items.column(source, lower(name)),
  }));
}

function namesRows(table: Table, key: Key): boolean {
  if (!key.unique || key.partial || key.fulltext) return false;
  return key.columns.every((name) => {
    const column = table.columns?.find((one) => lower(one.name) === lower(name));
    return column !== undefined && !column.nullable && comparesExactly(column);
  });
}

/** A literal of what was read finds the very value: not so for approximate numbers, documents, and local times. */
function comparesExactly({ family }: Column): boolean {
  switch (family) {
    case 'float':
    case 'bit':
    case 'json':
    case 'geometry':
    case 'timestamp':
      return false;
    default:
      return true;
  }
}
