// Every value of the `plan` metric label, in order of cost.
import type { PlanLabel } from './nodes.ts';

export const planLabels: readonly PlanLabel[] = [
  'none',
  'session',
  'unsharded',
  'reference',
  'equal_unique',
  'equal',
  'in',
  'range',
  'scatter',
  'gather',
  'insert',
  'update',
  'delete',
  'ddl',
];
