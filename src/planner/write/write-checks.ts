// What no write may do yet, or ever: checks that INSERT, UPDATE and DELETE share.
import { shardgateError } from '../../errors/catalog.ts';
import type { Assignment } from '../../sql/ast.ts';
import type { Table } from '../../vschema/model.ts';
import { lower } from '../bind/columns-of.ts';
import { inServerOrder } from '../insert/upsert-keys.ts';
import { isOwned, ownsLookups } from './row-lookups.ts';
import { shardLocalKey } from './unique-keys.ts';

/**
 * ON DUPLICATE KEY UPDATE changes a row where it is: what decides its shard, or what other tables' lookups say of it, must keep
 * its value, and so must the key that names it. Lookup vindexes of its own may change.
 */
export function checkOnDuplicate(table: Table, assignments: readonly Assignment[]): void {
  const [primary, ...others] = table.columnVindexes;
  const unowned = others.filter(
    (key) => key.vindex.kind === 'lookup' && key.vindex.owner !== null && !isOwned(table, key),
  );
  const fixed = new Set(
    [primary, ...unowned].flatMap((key) => key?.columns.map((column) => lower(column.name)) ?? []),
  );
  if (ownsLookups(table)) {
    const [first] = inServerOrder(table);
    for (const name of first?.columns ?? []) fixed.add(lower(name));
  }
  for (const { column, value } of assignments) {
    const name = lower(column.name.name);
    if (!fixed.has(name) || isItself(table, name, value)) continue;
    if (isNewValue(name, value) && inEveryKey(table, name)) continue;
    throw shardgateError('SG6003', { column: column.name.name, table: table.name });
  }
}

/** `a = a`, and `a = LAST_INSERT_ID(a)`, by which clients ask for the number of the row that was there. */
function isItself(table: Table, name: string, value: Assignment['value']): boolean {
  if (value.kind === 'column') {
    const isOwn = value.table === null || value.table.name === table.name;
    return isOwn && lower(value.name.name) === name;
  }
  const [argument] = value.kind === 'call' && value.name === 'last_insert_id' ? value.args : [];
  return argument?.kind === 'column' && isItself(table, name, argument);
}

/** `a = VALUES(a)`, `a = new.a`. */
function isNewValue(name: string, value: Assignment['value']): boolean {
  if (value.kind === 'column') return lower(value.name.name) === name;
  return value.kind === 'valuesFunction' && lower(value.column.name.name) === name;
}

/** The row in conflict then has the same value. */
function inEveryKey(table: Table, name: string): boolean {
  return table.keys.every((key) => !key.unique || key.columns.some((column) => lower(column) === name));
}

/** REPLACE, ON DUPLICATE KEY UPDATE and IGNORE act on the row in conflict, which must be on the same shard. */
export function checkConflicts(table: Table, statement: string): void {
  const key = shardLocalKey(table);
  if (key !== null) throw shardgateError('SG6007', { statement, table: table.name, key: key.name });
}
