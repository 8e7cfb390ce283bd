// Plans UPDATE and DELETE: each shard writes its own rows when that provably touches the same rows; else one shard or none.
import { shardgateError } from '../../errors/catalog.ts';
import type { SqlError } from '../../errors/sql-error.ts';
import type { DmlNode, Plan, RefuseNode } from '../../plan/nodes.ts';
import type { Delete, Update } from '../../sql/ast.ts';
import type { Table } from '../../vschema/model.ts';
import { lower } from '../bind/columns-of.ts';
import type { Block, TableSource } from '../bind/model.ts';
import type { PlanContext } from '../context.ts';
import { columnOf } from '../facts/read-facts.ts';
import { checkUsable, wholeDestination } from '../query/plan-query.ts';
import { asksForTime, hasSubquery, isDeterministic } from '../query/traits.ts';
import { refusalOf, refuse } from '../refusals.ts';
import { describeDestination } from '../route/combine.ts';
import { type BoundStatement, bound, keyspaceOf } from '../statement.ts';
import { planOfWrite } from './plan-of-write.ts';
import { routeNode, wholeText, wholeTextAlways } from './route-node.ts';
import { checkAssignments, checkConflicts, checkOwnedLookups } from './write-checks.ts';

/*
 * Proof obligation for several shards: FROM and WHERE are one co-located group (route/locality.ts), nothing counts rows over
 * shards (LIMIT), and the sharding columns do not change. Then the rows a shard changes are exactly those of its rows that
 * one server would change, and affected rows add up.
 */

export function planDml(node: Update | Delete, context: PlanContext): Plan {
  const statement = bound(node, context);
  const { tables, systemTables } = statement.binding;
  const reasons: string[] = [];
  if (systemTables.length > 0) throw shardgateError('SG2019', { schema: systemTables[0] ?? '' });
  checkUsable(tables);
  const keyspaces = [...new Set(tables.map((source) => source.table.keyspace))];
  const [keyspace] = keyspaces;
  const word = node.kind.toUpperCase();
  if (keyspace === undefined || keyspaces.length > 1) throw shardgateError('SG6017', { statement: word });
  if (!keyspaceOf(context, keyspace).sharded) {
    reasons.push(`all tables are in the unsharded keyspace ${keyspace}`);
    return planOfWrite(node.kind, keyspace, oneServer(statement, keyspace), reasons);
  }
  const targets = targetsOf(statement);
  if (targets.every((table) => table.kind === 'reference'))
    return referenceWrite(statement, keyspace, reasons);
  for (const table of targets) checkTarget(node, table, word);
  const destination = wholeDestination(statement);
  reasons.push(`destination: ${describeDestination(destination)}`);
  const why = severalRefusal(statement, word);
  if (why === null) {
    reasons.push('every shard writes its own rows');
    return planOfWrite(node.kind, keyspace, dmlNode(statement, keyspace, destination, false), reasons);
  }
  reasons.push(`only on one shard: ${why.message}`);
  const template = wholeTextAlways(node, statement.unit, context);
  const refusal = refuse(why, { keyspace, template });
  if (destination.kind === 'all') return planOfWrite(node.kind, keyspace, refusal, reasons);
  const whole = wholeText(node, statement.unit, context);
  return planOfWrite(node.kind, keyspace, routeNode(keyspace, destination, whole, refusal), reasons);
}

function oneServer(statement: BoundStatement, keyspace: string): ReturnType<typeof routeNode> {
  const { node, unit, context } = statement;
  return routeNode(keyspace, { kind: 'any' }, wholeText(node, unit, context), impossible());
}

function impossible(): RefuseNode {
  return refuse(
    shardgateError('SG2001', {
      construct: 'a write over several shards',
      why: 'its keyspace has one',
      remedy: 'report this as a bug',
    }),
  );
}

function dmlNode(
  statement: BoundStatement,
  keyspace: string,
  destination: DmlNode['destination'],
  everywhere: boolean,
): DmlNode {
  const { node, unit, context } = statement;
  const unchanged = wholeText(node, unit, context) === null;
  const template = wholeTextAlways(node, unit, context);
  return { kind: 'dml', keyspace, destination, template, unchanged, everywhere, pinTime: asksForTime(node) };
}

/** The tables whose rows change. */
function targetsOf(statement: BoundStatement): readonly Table[] {
  const { node, binding } = statement;
  const root = binding.root;
  if (root.kind !== 'block') return [];
  const sources =
    node.kind === 'update' ? assigned(statement, root) : node.kind === 'delete' ? deleted(node, root) : [];
  if (sources.length === 0) throw shardgateError('SG6005', { statement: node.kind.toUpperCase() });
  return sources.map((source) => source.table);
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

function deleted(node: Delete, root: Block): readonly TableSource[] {
  const tables = root.sources.filter((source) => source.kind === 'table');
  if (node.form === 'single') return tables;
  return node.targets.flatMap((target) => {
    const found = tables.find((source) => source.alias === target.name.name);
    if (found === undefined) throw shardgateError('SG6005', { statement: 'DELETE' });
    return [found];
  });
}

function checkTarget(node: Update | Delete, table: Table, word: string): void {
  if (table.kind === 'reference') throw shardgateError('SG6005', { statement: word });
  if (node.kind === 'delete') {
    checkOwnedLookups(table);
    return;
  }
  const own = node.set.assignments.filter(
    ({ column }) =>
      table.columns === null || table.columns.some((one) => lower(one.name) === lower(column.name.name)),
  );
  checkAssignments(table, own);
  if (node.ignore) checkConflicts(table, 'UPDATE IGNORE');
}

/** Why the shards may not each run the statement for themselves; null when they may. */
function severalRefusal(statement: BoundStatement, word: string): SqlError | null {
  const { node, binding, proof } = statement;
  const [doubt] = binding.doubts;
  if (doubt !== undefined) return shardgateError('SG2010', { detail: doubt });
  const construct = refusalOf(node);
  if (construct !== null) return construct;
  if (node.kind !== 'update' && node.kind !== 'delete') return null;
  if (node.returning !== null) return shardgateError('SG6011');
  if (node.limit !== null) return shardgateError('SG6004', { statement: word });
  const locality = proof.query(binding.root, null, false);
  if (locality.kind === 'additive') return null;
  if (binding.tables.length === 1 && binding.tables[0]?.table.kind === 'pinned') return null;
  const withSubquery = hasSubquery(node) || binding.blocks.length > 1;
  return shardgateError(withSubquery ? 'SG6006' : 'SG6005', { statement: word });
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
  } else if ((node.kind === 'update' || node.kind === 'delete') && node.returning !== null) {
    why = shardgateError('SG6011');
  }
  const label = node.kind === 'delete' ? 'delete' : 'update';
  if (why !== null) {
    const template = wholeTextAlways(node, unit, context);
    return planOfWrite(label, keyspace, refuse(why, { keyspace, template }), reasons);
  }
  reasons.push('reference table: every shard writes the same');
  return planOfWrite(label, keyspace, dmlNode(statement, keyspace, { kind: 'all' }, true), reasons);
}
