// A plan that changes rows.
import type { Plan, PlanLabel, PlanNode } from '../../plan/nodes.ts';

export function planOfWrite(
  label: PlanLabel,
  keyspace: string,
  root: PlanNode,
  reasons: readonly string[],
): Plan {
  return { label, keyspace, reasons, root, readOnly: false, locks: true };
}
