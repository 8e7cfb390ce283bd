// What no write may do yet, or ever: checks that INSERT, UPDATE and DELETE share.
import { shardgateError } from '../../errors/catalog.ts';
import type { Assignment } from '../../sql/ast.ts';
import type { Table } from '../../vschema/model.ts';
import { lower } from '../bind/columns-of.ts';
import { shardLocalKey } from './unique-keys.ts';

/** Rows of a lookup table must change with the row that owns them. */
export function checkOwnedLookups(table: Table): void {
  const owned = table.columnVindexes.find(
    (key) => key.vindex.kind === 'lookup' && key.vindex.owner === table.name,
  );
  if (owned !== undefined) throw shardgateError('SG6009', { table: table.name, vindex: owned.vindex.name });
}

/** A row whose vindex column changes may belong to another shard. */
export function checkAssignments(table: Table, assignments: readonly Assignment[]): void {
  const columns = new Set(
    table.columnVindexes.flatMap((key) => key.columns.map((column) => lower(column.name))),
  );
  for (const { column } of assignments) {
    if (columns.has(lower(column.name.name))) {
      throw shardgateError('SG6003', { column: column.name.name, table: table.name });
    }
  }
}

/** REPLACE, ON DUPLICATE KEY UPDATE and IGNORE act on the row in conflict, which must be on the same shard. */
export function checkConflicts(table: Table, statement: string): void {
  const key = shardLocalKey(table);
  if (key !== null) throw shardgateError('SG6007', { statement, table: table.name, key: key.name });
}
