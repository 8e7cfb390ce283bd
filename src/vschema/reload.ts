// What a reload may not change: where rows already are.
import { errorAt, type Problem } from '../util/problem.ts';
import { movedInterval } from '../vindex/range.ts';
import type { KeyspaceDefinition } from './definition.ts';

/** Faults of `after` as the successor of `before`, at paths of the vschema file; the old one stays when there are any. */
export function reloadProblems(before: KeyspaceDefinition, after: KeyspaceDefinition): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [name, old] of before.vindexDefinitions) {
    const now = after.vindexDefinitions.get(name);
    if (now === undefined || old.type !== 'range' || now.type !== 'range') continue;
    const moved = movedInterval(old, now);
    if (moved !== null) {
      problems.push(
        errorAt(`vindexes.${name}`, `vindex "${name}": ${moved}; rows there would be lost: keep every id`),
      );
    }
  }
  return problems;
}
