// The places of a plan where values of a lookup vindex decide: their tables are asked before the plan runs.
import type { Destination } from '../plan/destination.ts';
import type { LookupDestination, Plan, PlanNode } from '../plan/nodes.ts';
import { assertNever } from '../util/assert.ts';

/** The plan with its lookup destinations listed; itself when it has none. */
export function withLookupDestinations(plan: Plan): Plan {
  const destinations = inNode(plan.root);
  return destinations.length === 0 ? plan : { ...plan, lookups: equalOnesTogether(destinations) };
}

/** A route and what it falls back to, or two references of one table, ask the same: once is enough. */
function equalOnesTogether(
  destinations: readonly LookupDestination[],
): readonly (readonly LookupDestination[])[] {
  const groups: LookupDestination[][] = [];
  for (const destination of destinations) {
    const group = groups.find(([first]) => first !== undefined && asksTheSame(first, destination));
    if (group === undefined) groups.push([destination]);
    else group.push(destination);
  }
  return groups;
}

function asksTheSame(one: LookupDestination, other: LookupDestination): boolean {
  if (one.key.vindex !== other.key.vindex || one.key.table !== other.key.table) return false;
  return JSON.stringify(valuesOf(one)) === JSON.stringify(valuesOf(other));
}

function valuesOf(destination: LookupDestination): unknown {
  const columns = destination.key.columns.map(({ name }) => name);
  if (destination.kind === 'equal') return [columns, destination.values];
  return [columns, destination.tuples, destination.listSlot];
}

function inNode(node: PlanNode): readonly LookupDestination[] {
  switch (node.kind) {
    case 'route':
      return [...inDestination(node.destination), ...inNode(node.several)];
    case 'scatter':
    case 'dml':
    case 'eachShard':
      return inDestination(node.destination);
    case 'gather':
      return node.fragments.flatMap((fragment) => inDestination(fragment.destination));
    // What it reads is a plan of its own, whose lookups are asked inside its unit.
    case 'rowWrites':
    case 'insert':
    case 'numbers':
    case 'load':
    case 'refuse':
      return [];
    default:
      return assertNever(node);
  }
}

function inDestination(destination: Destination): readonly LookupDestination[] {
  switch (destination.kind) {
    case 'equal':
    case 'in':
      return destination.key.vindex.kind === 'lookup' ? [destination] : [];
    case 'and':
    case 'or':
      return destination.parts.flatMap(inDestination);
    default:
      return [];
  }
}
