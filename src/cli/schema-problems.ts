// What `check` finds in tables: constraints that cannot hold over shards, sharding columns that cannot do their work,
// triggers and events that act on one shard.
import { programProblems } from '../planner/triggers/problems.ts';
import type { Problem } from '../util/problem.ts';
import { cascadeWarnings } from '../vschema/cascades.ts';
import { columnProblems } from '../vschema/column-warnings.ts';
import { constraintWarnings } from '../vschema/constraints.ts';
import type { VSchema } from '../vschema/model.ts';

export function schemaProblems(vschema: VSchema): readonly Problem[] {
  return [
    ...constraintWarnings(vschema),
    ...cascadeWarnings(vschema),
    ...columnProblems(vschema),
    ...programProblems(vschema),
  ];
}
