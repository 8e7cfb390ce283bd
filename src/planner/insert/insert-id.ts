// What LAST_INSERT_ID() says after an INSERT. Its OK names a number in any case; the function remembers generated ones only.
import { shardgateError } from '../../errors/catalog.ts';
import type { InsertIdRule } from '../../plan/nodes.ts';
import type { Insert } from '../../sql/ast.ts';
import { walk } from '../../sql/visitor.ts';
import type { Table } from '../../vschema/model.ts';
import { lower } from '../bind/columns-of.ts';
import type { PlanContext } from '../context.ts';
import { keyspaceOf } from '../statement.ts';
import { insertColumns } from './insert-columns.ts';

/** null: the number in the OK is what the function says. */
export function insertIdRule(node: Insert, table: Table, context: PlanContext): InsertIdRule | null {
  const counted = table.columns?.find((column) => column.autoIncrement);
  if (counted === undefined && table.autoIncrement === null) return null;
  if (table.kind === 'sharded' || table.kind === 'reference') {
    if (node.returning !== null && isLeftToShards(table, context))
      throw shardgateError('SG6011', { why: 'each shard makes numbers of its own' });
    return isLeftToShards(table, context) || namesInsertId(node) ? null : 'given';
  }
  if (counted === undefined) return null;
  const isGiven = insertColumns(node, table).includes(lower(counted.name));
  // Rows in place of an OK bring no number.
  return isGiven || node.onDuplicate !== null || node.returning !== null ? 'ask' : null;
}

/** The same of a table whose rows come from a file. */
export function loadIdRule(table: Table, context: PlanContext): InsertIdRule | null {
  const isSharded = table.kind === 'sharded' || table.kind === 'reference';
  return isSharded && !isLeftToShards(table, context) ? 'given' : null;
}

/** The application has taken it upon itself that shards count. */
function isLeftToShards(table: Table, context: PlanContext): boolean {
  return table.autoIncrement === null && keyspaceOf(context, table.keyspace).constraints === 'trust';
}

/** LAST_INSERT_ID(x): then the OK names x. */
function namesInsertId(node: Insert): boolean {
  let found = false;
  walk(node, (part) => {
    if (part.kind === 'call' && part.name === 'last_insert_id' && part.args.length > 0) found = true;
    return !found;
  });
  return found;
}
