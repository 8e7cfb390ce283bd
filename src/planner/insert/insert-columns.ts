// The columns an INSERT gives values to, and which of them matter to the shards.
import { shardgateError } from '../../errors/catalog.ts';
import type { RowNumbers } from '../../plan/nodes.ts';
import type { Insert } from '../../sql/ast.ts';
import type { RoutingKey } from '../../vindex/routing-key.ts';
import { routingColumnOf } from '../../vschema/files/declared-columns.ts';
import type { Table } from '../../vschema/model.ts';
import { lower } from '../bind/columns-of.ts';
import { checkSameLists } from '../drift.ts';

/** Lower-case names in the order of the values. */
export function insertColumns(node: Insert, table: Table): readonly string[] {
  if (node.source.kind === 'insertSet') {
    return node.source.assignments.map((assignment) => lower(assignment.column.name.name));
  }
  if (node.columns !== null) return node.columns.columns.map((column) => lower(column.name.name));
  if (table.columns === null) throw shardgateError('SG6010', { table: table.name });
  checkSameLists(table);
  return table.columns.filter((column) => !column.invisible).map((column) => lower(column.name));
}

export interface KeyCells {
  readonly key: RoutingKey;
  /** Position of each column of the key among the values; -1: filled from the sequence. */
  readonly cells: readonly number[];
}

/** Where the primary vindex finds its values. A column that is absent must be one the sequence fills. */
export function keyCells(table: Table, columns: readonly string[]): KeyCells {
  const [key] = table.columnVindexes;
  if (key === undefined) throw shardgateError('SG2003', { table: table.name, keyspace: table.keyspace });
  const filled = table.autoIncrement === null ? null : lower(table.autoIncrement.column);
  const cells = key.columns.map((column) => {
    const cell = columns.indexOf(lower(column.name));
    if (cell < 0 && lower(column.name) !== filled) {
      throw shardgateError('SG6001', { column: column.name, table: table.name });
    }
    return cell;
  });
  return { key, cells };
}

export interface AutoIncrement {
  readonly sequence: RowNumbers | null;
  readonly guardCell: number | null;
}

/**
 * An AUTO_INCREMENT column is filled from the sequence, or must bring its own value: shards count by themselves. Where the
 * application answers for it (`trusted`), it may be left to the shards.
 */
export function autoIncrement(table: Table, columns: readonly string[], trusted: boolean): AutoIncrement {
  const { autoIncrement: declared } = table;
  if (declared !== null) {
    const cell = columns.indexOf(lower(declared.column));
    const append = cell < 0;
    const sequence = {
      source: declared.source,
      cell: append ? columns.length : cell,
      append,
      column: routingColumnOf(declared.column, table.columns),
    };
    return { sequence, guardCell: null };
  }
  const counted = table.columns?.find((column) => column.autoIncrement);
  if (counted === undefined || trusted) return { sequence: null, guardCell: null };
  const cell = columns.indexOf(lower(counted.name));
  if (cell < 0) throw shardgateError('SG6008', { column: counted.name, table: table.name });
  return { sequence: null, guardCell: cell };
}
