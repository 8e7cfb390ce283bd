// The places of a plan where values of a lookup vindex decide: their tables are asked before the plan runs.
import type { Destination } from '../plan/destination.ts';
import type { LookupDestination, Plan, PlanNode } from '../plan/nodes.ts';
import { assertNever } from '../util/assert.ts';

/** The plan with its lookup destinations listed; itself when it has none. */
export function withLookupDestinations(plan: Plan): Plan {
  const lookups = inNode(plan.root);
  return lookups.length === 0 ? plan : { ...plan, lookups };
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
