// Plans INSERT and REPLACE: rows split by the shard their sharding column names.
import { shardgateError } from '../../errors/catalog.ts';
import type { Plan } from '../../plan/nodes.ts';
import type { Insert } from '../../sql/ast.ts';
import type { Table } from '../../vschema/model.ts';
import { lookupTable } from '../bind/lookup-table.ts';
import { checkCalledFunctions } from '../called-functions.ts';
import type { PlanContext } from '../context.ts';
import { isDeterministic } from '../query/traits.ts';
import type { BoundStatement } from '../statement.ts';
import { statementUnit } from '../statement-unit.ts';
import { impossible } from '../write/impossible.ts';
import { checkIgnored, checkOwnValues, writesTime } from '../write/own-values.ts';
import { planOfWrite } from '../write/plan-of-write.ts';
import { returningRefusal, wholeReturning, withReturning } from '../write/returning.ts';
import { routeNode, wholeText } from '../write/route-node.ts';
import { describeInsert } from './describe-insert.ts';
import { autoIncrement, insertColumns } from './insert-columns.ts';
import { insertIdRule } from './insert-id.ts';
import { insertNode } from './insert-node.ts';
import type { InsertPlanning } from './insert-planning.ts';
import { checkTarget, onEveryShard, onShard, shapeByKey } from './insert-shape.ts';
import { planInsertSelect } from './plan-insert-select.ts';
import { subqueryCells } from './subquery-cells.ts';

export function planInsert(node: Insert, context: PlanContext): Plan {
  const table = targetOf(node, context);
  if (node.ignore && node.onDuplicate !== null) checkIgnored(context.vschema, table);
  if (table.kind === 'reference') checkOwnValues(table, node, insertColumns(node, table));
  const unit = statementUnit(context.text, node, context.normalized);
  const plan = withReturning(node, planInto({ node, context, unit, table, reasons: [] }));
  const insertId = insertIdRule(node, table, context);
  if (insertId === null) return plan;
  // What was read first came over other connections: the unit that writes asks for itself.
  if (insertId === 'ask' && plan.root.kind === 'insert')
    return { ...plan, insertId: 'given', root: { ...plan.root, asksId: true } };
  return { ...plan, insertId };
}

function targetOf(node: Insert, context: PlanContext): Table {
  const table = lookupTable(context.vschema, node.table, context.database);
  if (table === null) throw shardgateError('SG2019', { schema: node.table.schema?.name ?? '' });
  if (table.kind === 'unknown')
    throw shardgateError('SG2003', { table: table.name, keyspace: table.keyspace });
  return table;
}

function planInto(planning: InsertPlanning): Plan {
  const { source } = planning.node;
  if (source.kind === 'insertQuery') return planInsertSelect(planning, source.query);
  switch (planning.table.kind) {
    case 'unsharded':
    case 'sequence':
    case 'pinned':
      return onOneServer(planning);
    case 'reference':
      return everywhere(planning);
    case 'sharded':
      return split(planning);
    case 'unknown':
      throw new Error('assertion failed: tables that no vschema names are refused');
  }
}

function onOneServer(planning: InsertPlanning): Plan {
  const { node, context, unit, table, reasons } = planning;
  reasons.push(
    table.kind === 'pinned' ? 'the table is pinned to one shard' : 'a table of an unsharded keyspace',
  );
  const cells = subqueryCells(planning);
  if (cells !== null && !allOnServerOf(table, cells.statement)) {
    checkReturning(node);
    reasons.push('values that need other tables are computed first');
    const columns = insertColumns(node, table);
    const read = { columns: cells.columns, plan: cells.plan() };
    const describe = describeInsert(planning, cells.statement.binding);
    const root = insertNode(planning, onShard(planning, columns), null, read, describe);
    return planOfWrite('insert', table.keyspace, root, reasons);
  }
  checkCalledFunctions(node, table.keyspace, context);
  const destination =
    table.pinnedShard === null
      ? ({ kind: 'any' } as const)
      : ({ kind: 'shard', shards: [table.pinnedShard] } as const);
  const route = routeNode(table.keyspace, destination, wholeText(node, unit, context), impossible());
  return planOfWrite('insert', table.keyspace, route, reasons);
}

/** Tables of an unsharded keyspace are where the target is, tables of a sharded one are not. */
function allOnServerOf(table: Table, { binding }: BoundStatement): boolean {
  return binding.tables.every(
    (source) =>
      source.table.keyspace === table.keyspace &&
      (source.table.kind === 'unsharded' || source.table.pinnedShard === table.pinnedShard) &&
      source.table.kind === table.kind,
  );
}

function checkReturning(node: Insert): void {
  const refused = returningRefusal(node);
  if (refused !== null) throw refused;
}

/** Every shard gets every row, so the values must mean the same on each. */
function everywhere(planning: InsertPlanning): Plan {
  const { node, context, unit, table, reasons } = planning;
  const facts = { statement: `writing reference table ${table.name}`, keyspace: table.keyspace };
  if (!isDeterministic(node)) {
    const why = 'every shard would compute other values';
    throw shardgateError('SG6016', { ...facts, why, remedy: 'insert values that are known beforehand' });
  }
  checkReturning(node);
  const columns = insertColumns(node, table);
  const { guardCell } = autoIncrement({ ...table, autoIncrement: null }, columns, false);
  const cells = subqueryCells(planning);
  if (guardCell === null && cells === null) {
    reasons.push('reference table: every shard gets every row');
    const root = {
      kind: 'dml',
      keyspace: table.keyspace,
      destination: { kind: 'all' },
      template: wholeReturning(node, unit, context),
      unchanged: wholeText(node, unit, context) === null,
      everywhere: true,
      pinTime: writesTime(node, [table]),
      ...(node.returning === null ? {} : { returns: true as const }),
    } as const;
    return planOfWrite('insert', table.keyspace, root, reasons);
  }
  reasons.push('reference table: every shard gets every row');
  const read = cells === null ? null : { columns: cells.columns, plan: cells.plan() };
  const describe = cells === null ? undefined : describeInsert(planning, cells.statement.binding);
  const root = insertNode(planning, { ...onEveryShard(columns), guardCell }, null, read, describe);
  return planOfWrite('insert', table.keyspace, root, reasons);
}

function split(planning: InsertPlanning): Plan {
  const { table } = planning;
  checkTarget(planning);
  const cells = subqueryCells(planning);
  const read = cells === null ? null : { columns: cells.columns, plan: cells.plan() };
  if (read !== null) planning.reasons.push('values that need tables are computed first');
  const describe = cells === null ? undefined : describeInsert(planning, cells.statement.binding);
  const root = insertNode(planning, shapeByKey(planning), null, read, describe);
  return planOfWrite('insert', table.keyspace, root, planning.reasons);
}
