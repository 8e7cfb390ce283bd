// Plans a query: one shard when it can be, else several.
import { shardgateError } from '../../errors/catalog.ts';
import type { Destination } from '../../plan/destination.ts';
import type { Plan, PlanLabel, PlanNode, RouteNode } from '../../plan/nodes.ts';
import type { Query } from '../../sql/ast.ts';
import type { Template } from '../../text/template.ts';
import type { TableSource } from '../bind/model.ts';
import { calledKeyspace, checkCalledFunctions } from '../called-functions.ts';
import type { PlanContext } from '../context.ts';
import { nameEdits, qualifierEdits } from '../names.ts';
import { refuse } from '../refusals.ts';
import { describeDestination, labelOf, union } from '../route/combine.ts';
import { sourceDestination } from '../route/source-destination.ts';
import { splice } from '../splice.ts';
import { type BoundStatement, bound, keyspaceOf } from '../statement.ts';
import type { TextUnit } from '../text-unit.ts';
import { planNextValues } from './next-values.ts';
import { planSeveral } from './plan-several.ts';
import { isPointRead } from './point-read.ts';
import { some } from './traits.ts';

/** `unit`: the text `node` was parsed from, when it is not the client's statement. */
export function planQuery(node: Query, context: PlanContext, unit?: TextUnit): Plan {
  const statement = bound(node, context, unit);
  const numbers = planNextValues(node, context, statement.unit);
  if (numbers !== null) return numbers;
  const { tables, keyspaces, systemTables } = statement.binding;
  const reasons: string[] = [];
  if (systemTables.length > 0 && tables.length > 0) return withSystemTables(statement, reasons);
  checkUsable(tables);
  const [first] = keyspaces;
  if (first === undefined || (tables.length === 0 && keyspaces.length === 1))
    return withoutTables(statement, first ?? null, reasons);
  if (keyspaces.length > 1) return overKeyspaces(statement, keyspaces, reasons);
  const keyspace = keyspaceOf(context, first);
  if (!keyspace.sharded) {
    reasons.push(`all tables are in the unsharded keyspace ${first}`);
    return finished(statement, first, { kind: 'any' }, 'unsharded', null, reasons);
  }
  if (keyspace.shardMap.shards.length === 1) {
    reasons.push(`keyspace ${first} has one shard`);
    return finished(statement, first, { kind: 'any' }, labelOf(wholeDestination(statement)), null, reasons);
  }
  return inShardedKeyspace(statement, first, reasons);
}

function inShardedKeyspace(statement: BoundStatement, keyspace: string, reasons: string[]): Plan {
  const destination = wholeDestination(statement);
  if (destination.kind === 'any') {
    reasons.push('reference tables only: any shard has them');
    return finished(statement, keyspace, destination, 'reference', null, reasons);
  }
  reasons.push(`destination: ${describeDestination(destination)}`);
  const several = planSeveral({ statement, keyspace, destination, reasons });
  if (destination.kind === 'all') return planOf(statement, keyspace, several.node, several.label, reasons);
  const label = labelOf(destination);
  return finished(statement, keyspace, destination, label, several.node, reasons);
}

/** Shards that hold rows of any source that matter. */
export function wholeDestination(statement: BoundStatement): Destination {
  const { binding, flow } = statement;
  return union(
    binding.tables.map((source) => sourceDestination(source, flow.held.get(source.id)?.facts ?? [])),
  );
}

/** A table on the shards that no vschema names: nobody knows where its rows are. */
export function checkUsable(tables: readonly TableSource[]): void {
  for (const { table } of tables) {
    if (table.kind === 'unknown')
      throw shardgateError('SG2003', { table: table.name, keyspace: table.keyspace });
  }
}

function withSystemTables(statement: BoundStatement, reasons: string[]): Plan {
  const [schema = ''] = statement.binding.systemTables;
  const keyspace = statement.binding.tables[0]?.table.keyspace ?? '';
  return planOf(statement, keyspace, refuse(shardgateError('SG2019', { schema })), 'none', reasons);
}

/** SELECT 1, or tables every server has for itself: any server answers, of `views` where it names views without tables. */
function withoutTables(statement: BoundStatement, views: string | null, reasons: string[]): Plan {
  const { context } = statement;
  const names = [...context.vschema.keyspaces.keys()];
  const [fallback = ''] = names;
  const current = context.database !== null && names.includes(context.database) ? context.database : fallback;
  const keyspace = views ?? calledKeyspace(statement.node, context) ?? current;
  reasons.push('no table: any server answers');
  const sharded = context.vschema.keyspaces.get(keyspace)?.sharded === true;
  return finished(statement, keyspace, { kind: 'any' }, sharded ? 'reference' : 'unsharded', null, reasons);
}

function overKeyspaces(statement: BoundStatement, keyspaces: readonly string[], reasons: string[]): Plan {
  const { context } = statement;
  const sharded = keyspaces.find((name) => keyspaceOf(context, name).sharded);
  const home = sharded ?? keyspaces[0] ?? '';
  reasons.push(`tables of keyspaces ${keyspaces.join(', ')}: no single server has them all`);
  const several = planSeveral({ statement, keyspace: home, destination: { kind: 'all' }, reasons });
  return planOf(statement, home, several.node, several.label, reasons);
}

/** A route; `several` runs when values lead to more than one shard. */
function finished(
  statement: BoundStatement,
  keyspace: string,
  destination: Destination,
  label: PlanLabel,
  several: RouteNode['several'] | null,
  reasons: readonly string[],
): Plan {
  checkCalledFunctions(statement.node, keyspace, statement.context);
  const node: RouteNode = {
    kind: 'route',
    keyspace,
    destination,
    template: wholeTemplate(statement),
    several: several ?? refuse(shardgateError('SG2001', impossible)),
    whenNone: 'anyShard',
  };
  const plan = planOf(statement, keyspace, node, label, reasons);
  return isPointRead(statement) ? { ...plan, pointRead: true } : plan;
}

const impossible = {
  construct: 'a destination of several shards',
  why: 'the plan has one',
  remedy: 'report this as a bug',
};

/** The client's text with physical names; null when the client's own packet will do. */
export function wholeTemplate(statement: BoundStatement): Template | null {
  const { node, context, unit } = statement;
  const qualifiers = qualifierEdits(node, context);
  if (qualifiers.length === 0) return null;
  return splice(unit, 0, unit.text.length, [...qualifiers, ...nameEdits(node, qualifiers)]);
}

function planOf(
  statement: BoundStatement,
  keyspace: string,
  root: PlanNode,
  label: PlanLabel,
  reasons: readonly string[],
): Plan {
  const locks = some(statement.node, (node) => node.kind === 'locking');
  return { label, keyspace, reasons, root, readOnly: !locks, locks };
}
