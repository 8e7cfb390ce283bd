// The triggers that a write fires: whether they may, and what the plan must do for them.
import { shardgateError } from '../../errors/catalog.ts';
import type { InsertNode, Plan, PlanNode } from '../../plan/nodes.ts';
import type { Node } from '../../sql/ast.ts';
import { walk } from '../../sql/visitor.ts';
import type { RoutingKey } from '../../vindex/routing-key.ts';
import type { Table, TriggerEvent } from '../../vschema/model.ts';
import type { PlanContext } from '../context.ts';
import { type Write, writtenBy } from '../write/written-by.ts';
import type { PlanPart } from './part.ts';
import { type TriggerVerdict, triggerVerdict } from './verdict.ts';

interface Fired {
  readonly table: Table;
  readonly event: TriggerEvent;
  readonly verdict: TriggerVerdict;
}

/** `plan` of `node`, made to fit the triggers that it fires. Throws SG6046 where they may not fire. */
export function withTriggers(node: Write, context: PlanContext, plan: Plan, planPart: PlanPart): Plan {
  const { keyspaces } = context.vschema;
  if (plan.root.kind === 'refuse' || ![...keyspaces.values()].some(hasTriggers)) return plan;
  const fired = writtenBy(node, context).flatMap(({ table, event }): Fired[] => {
    const verdict = triggerVerdict(table, event, context, planPart);
    return verdict.fires ? [{ table, event, verdict }] : [];
  });
  checkLookups(plan.root, context, planPart);
  const moving = movedBy(plan.root);
  for (const name of moving) checkMoved(name, context, planPart);
  if (fired.length === 0) return plan;
  for (const { verdict } of fired) if (verdict.refusal !== null) throw verdict.refusal;
  checkParts(node, plan.root, fired);
  return fired.some(({ verdict }) => verdict.asksForTime) ? { ...plan, root: pinned(plan.root) } : plan;
}

function hasTriggers({
  programs,
}: {
  readonly programs: { readonly triggers: readonly unknown[] };
}): boolean {
  return programs.triggers.length > 0;
}

/** Lookup rows are written beside the client's statement, as they are. */
function checkLookups(root: PlanNode, context: PlanContext, planPart: PlanPart): void {
  for (const { lookup } of lookupKeysOf(root)) {
    const keyspace = lookup === undefined ? undefined : context.vschema.keyspaces.get(lookup.keyspace);
    const table = keyspace?.tables.get(lookup?.table ?? '');
    const trigger = keyspace?.programs.triggers.find((one) => one.table === table?.name);
    if (table === undefined || trigger === undefined) continue;
    const why = 'its table is one of a lookup vindex, whose rows must stay as Shardgate writes them';
    const refusal = shardgateError('SG6046', {
      event: trigger.events.join(' or ').toUpperCase(),
      table: table.name,
      trigger: trigger.name,
      why,
    });
    const verdict = triggerVerdict(table, trigger.events[0] ?? 'insert', context, planPart);
    if (trigger.timing === 'before' || verdict.refusal !== null) throw refusal;
  }
}

function lookupKeysOf(root: PlanNode): readonly RoutingKey[] {
  switch (root.kind) {
    case 'insert':
      return root.lookups?.flatMap(({ key, owned }) => (owned ? [key] : [])) ?? [];
    case 'load':
      return lookupKeysOf(root.insert);
    case 'rowWrites':
      return root.targets.flatMap(({ lookups }) => lookups.map(({ key }) => key));
    case 'route':
      return lookupKeysOf(root.several);
    default:
      return [];
  }
}

/** Names with keyspace of the tables whose rows may get another shard. */
function movedBy(root: PlanNode): readonly { readonly keyspace: string; readonly table: string }[] {
  if (root.kind === 'route') return movedBy(root.several);
  if (root.kind !== 'rowWrites') return [];
  return root.targets.filter(({ after }) => (after?.copied ?? null) !== null);
}

/** A row that moves is updated where it was, inserted where it belongs and deleted where it was: one server only updates it. */
function checkMoved(
  { keyspace, table: name }: { readonly keyspace: string; readonly table: string },
  context: PlanContext,
  planPart: PlanPart,
): void {
  const home = context.vschema.keyspaces.get(keyspace);
  const table = home?.tables.get(name);
  if (home === undefined || table === undefined) return;
  for (const trigger of home.programs.triggers) {
    if (trigger.table !== name) continue;
    const updates = trigger.events.length === 1 && trigger.events[0] === 'update';
    const touches = updates && triggerVerdict(table, 'update', context, planPart).touches.size > 0;
    if (!updates || touches) {
      const why = updates
        ? 'it reads or writes other tables, and the row may go to another shard'
        : 'it would fire for a row that goes to another shard, where one server only updates the row';
      throw refusedTrigger(trigger.events.join(' or '), name, trigger.name, why);
    }
  }
}

function refusedTrigger(event: string, table: string, trigger: string, why: string): Error {
  return shardgateError('SG6046', { event: event.toUpperCase(), table, trigger, why });
}

/** Where Shardgate does in steps what one server does in one, a trigger may see or change what lies between. */
function checkParts(node: Write, root: PlanNode, fired: readonly Fired[]): void {
  const several = root.kind === 'route' ? root.several : root;
  const insert = several.kind === 'load' ? several.insert : several;
  if (insert.kind !== 'insert' && insert.kind !== 'rowWrites') return;
  const named = namesIn(node);
  for (const { table, event, verdict } of fired) {
    const both = [...verdict.writes].find((name) => name !== table.name && named.has(name));
    if (both !== undefined)
      throw refusedByTable(
        table,
        event,
        `it writes ${both}, which the statement names as well: one server refuses that`,
      );
    if (insert.kind === 'insert' && comparesRows(insert))
      throw refusedByTable(
        table,
        event,
        'rows in conflict are looked for before it fires, because the table has lookup vindexes: leave out what the statement does with them',
      );
  }
}

function refusedByTable(table: Table, event: TriggerEvent, why: string): Error {
  return shardgateError('SG6046', {
    event: event.toUpperCase(),
    table: table.name,
    trigger: 'of that event',
    why,
  });
}

function comparesRows({ upsert }: InsertNode): boolean {
  return upsert !== undefined && upsert.mode !== 'error';
}

function namesIn(root: Node): ReadonlySet<string> {
  const names = new Set<string>();
  walk(root, (node) => {
    if (node.kind === 'tableName') names.add(node.name.name);
  });
  return names;
}

/** Triggers ask for the time: all shards must see the same instant. */
function pinned(root: PlanNode): PlanNode {
  switch (root.kind) {
    case 'dml':
    case 'insert':
    case 'rowWrites':
      return { ...root, pinTime: true };
    case 'load':
      return { ...root, insert: { ...root.insert, pinTime: true } };
    case 'route':
      return root.several.kind === 'rowWrites'
        ? { ...root, several: { ...root.several, pinTime: true } }
        : root;
    default:
      return root;
  }
}
