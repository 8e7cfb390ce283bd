// Plans UPDATE and DELETE: each shard writes its own rows when that provably touches the same rows; else one shard or none.
import { shardgateError } from '../../errors/catalog.ts';
import { SqlError } from '../../errors/sql-error.ts';
import type { DmlNode, Plan, RefuseNode, RowWritesNode } from '../../plan/nodes.ts';
import type { Delete, Update } from '../../sql/ast.ts';
import { lower } from '../bind/columns-of.ts';
import type { Block, TableSource } from '../bind/model.ts';
import { checkCalledFunctions } from '../called-functions.ts';
import type { PlanContext } from '../context.ts';
import { driftRefusal } from '../drift.ts';
import { columnOf } from '../facts/read-facts.ts';
import { checkUsable, wholeDestination } from '../query/plan-query.ts';
import { isDeterministic } from '../query/traits.ts';
import { refusalOf, refuse } from '../refusals.ts';
import { describeDestination } from '../route/combine.ts';
import { type BoundStatement, bound, keyspaceOf, pureFunctionsOf } from '../statement.ts';
import { assignmentsOf, checkUnowned } from './assignments.ts';
import { checkDeleted, isDeleted } from './deleted-tables.ts';
import { impossible } from './impossible.ts';
import { checkIgnored, checkOwnValues, writesTime } from './own-values.ts';
import { planOfWrite } from './plan-of-write.ts';
import { planRows, touchesVindexes } from './plan-rows.ts';
import { returningOf, returningRefusal, wholeReturning, withReturning } from './returning.ts';
import { routeNode, wholeText, wholeTextAlways } from './route-node.ts';
import { ownsLookups } from './row-lookups.ts';
import { checkConflicts } from './write-checks.ts';

/*
 * Proof obligation for several shards: FROM and WHERE are one co-located group (route/locality.ts), nothing counts rows over
 * shards (LIMIT), and the sharding columns do not change. Then the rows a shard changes are exactly those of its rows that
 * one server would change, and affected rows add up.
 */

export function planDml(node: Update | Delete, context: PlanContext): Plan {
  return withReturning(node, planOfTargets(node, context));
}

function planOfTargets(node: Update | Delete, context: PlanContext): Plan {
  const statement = bound(node, context);
  const { tables, keyspaces, systemTables } = statement.binding;
  const reasons: string[] = [];
  if (node.kind === 'delete') checkDeleted(node, statement.binding.root, context);
  if (systemTables.length > 0) throw shardgateError('SG2019', { schema: systemTables[0] ?? '' });
  checkUsable(tables);
  const [keyspace] = keyspaces;
  const word = node.kind.toUpperCase();
  if (keyspace === undefined) throw shardgateError('SG6017', { statement: word });
  if (keyspaces.length === 1 && !keyspaceOf(context, keyspace).sharded) {
    reasons.push(`all tables are in the unsharded keyspace ${keyspace}`);
    return planOfWrite(node.kind, keyspace, oneServer(statement, keyspace), reasons);
  }
  const targets = targetsOf(statement);
  for (const { table } of targets) checkOwnValues(table, node, null);
  if (node.ignore) for (const { table } of targets) checkIgnored(context.vschema, table);
  if (tables.every(({ table }) => table.kind === 'reference'))
    return referenceWrite(statement, keyspace, reasons);
  for (const source of targets) checkTarget(node, source);
  const home = targets[0]?.table.keyspace ?? keyspace;
  const byRows = rowsReason(statement, targets);
  if (byRows !== null || keyspaces.length > 1) {
    checkDrift(tables);
    reasons.push(`rows are read first: ${byRows ?? 'its tables are on different servers'}`);
    return planOfWrite(node.kind, home, planRows(statement, home, targets), reasons);
  }
  const destination = wholeDestination(statement);
  if (destination.kind !== 'equal') checkDrift(tables);
  reasons.push(`destination: ${describeDestination(destination)}`);
  const why = severalReason(statement);
  if (why === null) {
    reasons.push('every shard writes its own rows');
    return planOfWrite(node.kind, keyspace, dmlNode(statement, keyspace, destination, false), reasons);
  }
  reasons.push(`on several shards rows are read first: ${why}`);
  const several = rowsOrRefusal(statement, keyspace, targets);
  if (destination.kind === 'all') return planOfWrite(node.kind, keyspace, several, reasons);
  const whole = wholeText(node, statement.unit, context);
  return planOfWrite(node.kind, keyspace, routeNode(keyspace, destination, whole, several), reasons);
}

function tablesOf({ tables }: BoundStatement['binding']): readonly TableSource['table'][] {
  return tables.map(({ table }) => table);
}

function checkDrift(tables: readonly TableSource[]): void {
  const refusal = driftRefusal(tables);
  if (refusal !== null) throw refusal;
}

/** On one shard the statement may run all the same: what several shards cannot do is said when it comes to that. */
function rowsOrRefusal(
  statement: BoundStatement,
  keyspace: string,
  targets: readonly TableSource[],
): RowWritesNode | RefuseNode {
  try {
    return planRows(statement, keyspace, targets);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const template = wholeTextAlways(statement.node, statement.unit, statement.context);
    return refuse(error, { keyspace, template });
  }
}

/** Why rows must be read first even when one shard has them all; null when they need not. */
function rowsReason(statement: BoundStatement, targets: readonly TableSource[]): string | null {
  const { node } = statement;
  for (const source of targets) {
    const { table } = source;
    if (table.kind === 'reference') return `reference table ${table.name} changes by rows of others`;
    if (node.kind === 'delete') {
      if (ownsLookups(table)) return `lookup rows of ${table.name} go with its rows`;
      continue;
    }
    const assigned = new Set(assignmentsOf(statement, source).map(({ column }) => column));
    if (touchesVindexes(source, assigned)) return `vindex columns of ${table.name} change`;
  }
  return null;
}

function oneServer(statement: BoundStatement, keyspace: string): ReturnType<typeof routeNode> {
  const { node, unit, context } = statement;
  checkCalledFunctions(node, keyspace, context);
  return routeNode(keyspace, { kind: 'any' }, wholeText(node, unit, context), impossible());
}

function dmlNode(
  statement: BoundStatement,
  keyspace: string,
  destination: DmlNode['destination'],
  everywhere: boolean,
): DmlNode {
  const { node, unit, context, binding } = statement;
  const unchanged = wholeText(node, unit, context) === null;
  const template = wholeReturning(node, unit, context);
  const pinTime = writesTime(node, node.kind === 'delete' ? [] : tablesOf(binding));
  const returns = returningOf(node) === null ? {} : { returns: true as const };
  return { kind: 'dml', keyspace, destination, template, unchanged, everywhere, pinTime, ...returns };
}

/** The tables whose rows change. */
export function targetsOf(statement: BoundStatement): readonly TableSource[] {
  const { node, binding, context } = statement;
  const root = binding.root;
  if (root.kind !== 'block') return [];
  const sources =
    node.kind === 'update'
      ? assigned(statement, root)
      : node.kind === 'delete'
        ? deleted(node, root, context)
        : [];
  if (sources.length === 0) throw shardgateError('SG6005', { statement: node.kind.toUpperCase() });
  return sources;
}

function assigned(statement: BoundStatement, root: Block): readonly TableSource[] {
  const { node, binding } = statement;
  if (node.kind !== 'update') return [];
  const [only] = root.sources;
  if (root.sources.length === 1 && only?.kind === 'table') return [only];
  const found = new Set<TableSource>();
  for (const { column } of node.set.assignments) {
    const source = columnOf(column, binding.columns)?.source;
    if (source?.kind !== 'table') throw shardgateError('SG6005', { statement: 'UPDATE' });
    found.add(source);
  }
  return [...found];
}

function deleted(node: Delete, root: Block, context: PlanContext): readonly TableSource[] {
  const tables = root.sources.filter((source) => source.kind === 'table');
  if (node.form === 'single') return tables;
  return node.targets.flatMap((target) => {
    const found = tables.find((source) => isDeleted(target, source, context));
    if (found === undefined) throw shardgateError('SG6005', { statement: 'DELETE' });
    return [found];
  });
}

function checkTarget(node: Update | Delete, source: TableSource): void {
  if (node.kind === 'delete') return;
  const { table } = source;
  const columns = node.set.assignments.map(({ column }) => lower(column.name.name));
  const own = columns.filter(
    (column) => table.columns === null || table.columns.some((one) => lower(one.name) === column),
  );
  checkUnowned(source, new Set(own));
  if (node.ignore) checkConflicts(table, 'UPDATE IGNORE');
}

/** Why the shards may not each run the statement for themselves; null when they may. */
function severalReason(statement: BoundStatement): string | null {
  const { node, binding, proof } = statement;
  const [doubt] = binding.doubts;
  if (doubt !== undefined) return doubt;
  const construct = refusalOf(node, pureFunctionsOf(statement));
  if (construct !== null) return construct.message;
  if (node.kind !== 'update' && node.kind !== 'delete') return null;
  const refused = returningRefusal(node);
  if (refused !== null) return refused.message;
  if (node.returning !== null && node.orderBy !== null) return 'the rows of RETURNING have an order';
  if (node.limit !== null) return 'which rows a LIMIT means is known only after all shards answered';
  const locality = proof.query(binding.root, null, false);
  if (locality.kind === 'additive') return null;
  if (binding.tables.length === 1 && binding.tables[0]?.table.kind === 'pinned') return null;
  return locality.kind === 'mixed' ? locality.why : 'its rows are the same on every shard';
}

/** A reference table changes on every shard alike, which needs a statement that means the same on each. */
function referenceWrite(statement: BoundStatement, keyspace: string, reasons: string[]): Plan {
  const { node, binding, context, unit } = statement;
  const remedy = 'write values that are known beforehand';
  const facts = {
    statement: `writing reference table ${binding.tables[0]?.table.name ?? ''}`,
    keyspace,
    remedy,
  };
  let why: SqlError | null = null;
  if (!binding.tables.every((source) => source.table.kind === 'reference')) {
    why = shardgateError('SG6016', {
      ...facts,
      why: 'other tables decide its rows, and each shard has its own',
    });
  } else if (!isDeterministic(node)) {
    why = shardgateError('SG6016', { ...facts, why: 'every shard would compute other values' });
  } else if (
    (node.kind === 'update' || node.kind === 'delete') &&
    node.limit !== null &&
    node.orderBy === null
  ) {
    why = shardgateError('SG6016', { ...facts, why: 'every shard might choose other rows' });
  } else {
    why = returningRefusal(node);
  }
  const label = node.kind === 'delete' ? 'delete' : 'update';
  if (why !== null) {
    const template = wholeTextAlways(node, unit, context);
    return planOfWrite(label, keyspace, refuse(why, { keyspace, template }), reasons);
  }
  reasons.push('reference table: every shard writes the same');
  return planOfWrite(label, keyspace, dmlNode(statement, keyspace, { kind: 'all' }, true), reasons);
}
