// Plans INSERT ... SELECT: pushed whole where every shard's rows stay on that shard.
import type { DmlNode, Plan } from '../../plan/nodes.ts';
import type { Query } from '../../sql/ast.ts';
import type { RoutingKey } from '../../vindex/routing-key.ts';
import { outputOf } from '../bind/columns-of.ts';
import { checkUsable, wholeDestination } from '../query/plan-query.ts';
import { isDeterministic } from '../query/traits.ts';
import { refusalOf } from '../refusals.ts';
import { describeDestination, sameVindex } from '../route/combine.ts';
import type { Locality } from '../route/locality.ts';
import { type BoundStatement, bound, keyspaceOf } from '../statement.ts';
import { impossible } from '../write/impossible.ts';
import { writesTime } from '../write/own-values.ts';
import { planOfWrite } from '../write/plan-of-write.ts';
import { returningRefusal, wholeReturning } from '../write/returning.ts';
import { routeNode, wholeText } from '../write/route-node.ts';
import { autoIncrement, insertColumns, keyCells } from './insert-columns.ts';
import type { InsertPlanning } from './insert-planning.ts';
import { checkTarget } from './insert-shape.ts';
import { planReadInsert } from './plan-read-insert.ts';

/*
 * Proof obligation for sharded targets: the query is one co-located group whose shards answer for their own rows alone, and
 * the value it gives the target's sharding column equals the group's own key: the row belongs where it was read.
 */

export function planInsertSelect(planning: InsertPlanning, query: Query): Plan {
  const { node, context, table, reasons } = planning;
  const source = bound(query, context);
  checkUsable(source.binding.tables);
  const keyspaces = new Set(source.binding.keyspaces);
  keyspaces.add(table.keyspace);
  if (keyspaces.size === 1 && !keyspaceOf(context, table.keyspace).sharded) {
    reasons.push(`all tables are in the unsharded keyspace ${table.keyspace}`);
    const template = wholeText(node, planning.unit, context);
    const route = routeNode(table.keyspace, { kind: 'any' }, template, impossible());
    return planOfWrite('insert', table.keyspace, route, reasons);
  }
  const locality = source.proof.query(source.binding.root, null, false);
  const everywhere = table.kind === 'reference' && locality.kind === 'anywhere' && isDeterministic(query);
  if (keyspaces.size === 1 && everywhere && refusalOf(query) === null && returningRefusal(node) === null) {
    reasons.push('reference tables only: every shard inserts the same rows');
    return planOfWrite('insert', table.keyspace, pushed(planning, { kind: 'all' }, true), reasons);
  }
  if (table.kind === 'sharded') checkTarget(planning);
  // The rows of RETURNING are in the SELECT's order.
  const isOrdered = node.returning !== null && query.orderBy !== null;
  const stays = keyspaces.size === 1 && !isOrdered && staysByItself(planning, source, locality);
  if (!stays) return planReadInsert(planning, source);
  const destination = wholeDestination(source);
  reasons.push(`destination: ${describeDestination(destination)}`);
  reasons.push('every shard inserts rows read from itself: the sharding column keeps its value');
  return planOfWrite('insert', table.keyspace, pushed(planning, destination, false), reasons);
}

/** Each shard can insert its own rows: nothing else must follow or be counted. */
function staysByItself(planning: InsertPlanning, source: BoundStatement, locality: Locality): boolean {
  const { node, context, table } = planning;
  if (table.kind !== 'sharded' || locality.kind !== 'additive' || source.binding.doubts.length > 0)
    return false;
  if (table.columnVindexes.slice(1).some(({ vindex }) => vindex.kind === 'lookup')) return false;
  const trusted = keyspaceOf(context, table.keyspace).constraints === 'trust';
  const { sequence, guardCell } = autoIncrement(table, insertColumns(node, table), trusted);
  return sequence === null && guardCell === null && staysOnItsShard(planning, source, locality.keys);
}

function staysOnItsShard(
  planning: InsertPlanning,
  source: BoundStatement,
  keys: Parameters<BoundStatement['proof']['holdsKey']>[1],
): boolean {
  const { node, table } = planning;
  const { key, cells } = keyCells(table, insertColumns(node, table));
  const output = outputOf(source.binding.root);
  if (output === null) return false;
  const shown = cells.map((cell) => output[cell]?.column ?? null);
  return keys.some(
    (tuple) =>
      tuple.key.exact &&
      sameVindex(tuple.key, key) &&
      tuple.columns.length === shown.length &&
      tuple.columns.every((column, index) => {
        const given = shown[index];
        return (
          given !== null &&
          given !== undefined &&
          source.proof.sameValue(given, column) &&
          sameTypes(key, tuple.key, index)
        );
      }),
  );
}

/** The target column stores the value as the source column does. */
function sameTypes(a: RoutingKey, b: RoutingKey, index: number): boolean {
  const left = a.columns[index];
  const right = b.columns[index];
  return (
    left !== undefined &&
    right !== undefined &&
    JSON.stringify({ ...left, name: '' }) === JSON.stringify({ ...right, name: '' })
  );
}

function pushed(
  planning: InsertPlanning,
  destination: ReturnType<typeof wholeDestination>,
  everywhere: boolean,
): DmlNode {
  const { node, context, unit, table } = planning;
  return {
    kind: 'dml',
    keyspace: table.keyspace,
    destination,
    template: wholeReturning(node, unit, context),
    unchanged: wholeText(node, unit, context) === null,
    everywhere,
    pinTime: writesTime(node, [table]),
    ...(node.returning === null ? {} : { returns: true }),
  };
}
