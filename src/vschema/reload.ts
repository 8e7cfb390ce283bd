// What a reload may not change: where rows already are.
import { errorAt, type Problem } from '../util/problem.ts';
import { movedInterval } from '../vindex/kinds/range.ts';
import type { KeyspaceDefinition, TableDefinition } from './files/definition.ts';

/** Faults of `after` as the successor of `before`, at paths of the vschema file; the old one stays when there are any. */
export function reloadProblems(before: KeyspaceDefinition, after: KeyspaceDefinition): readonly Problem[] {
  return [...movedIntervals(before, after), ...movedTables(before, after)];
}

function movedIntervals(before: KeyspaceDefinition, after: KeyspaceDefinition): readonly Problem[] {
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

/** Tables of both whose rows would be looked for elsewhere than where they are. */
function movedTables(before: KeyspaceDefinition, after: KeyspaceDefinition): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [name, old] of before.tables) {
    const now = after.tables.get(name);
    if (now === undefined) continue;
    const [was, is] = [placement(old, before), placement(now, after)];
    if (was === is) continue;
    const why = `its rows lie ${was}, and would be looked for ${is}`;
    const remedy = 'keep it, or restart with --adopt when the rows were moved';
    problems.push(errorAt(`tables.${name}`, `table "${name}": ${why}; ${remedy}`));
  }
  return problems;
}

/** What decides the shard of a row, in words; intervals of range vindexes are compared by themselves. */
function placement(table: TableDefinition, { vindexDefinitions }: KeyspaceDefinition): string {
  if (table.pinned !== null) return `at ${table.pinned}`;
  if (table.type === 'reference') return 'on every shard';
  const [first] = table.columnVindexes;
  if (first === undefined) return 'on one shard';
  const definition = vindexDefinitions.get(first.vindex);
  const type = definition?.type ?? first.vindex;
  const params = type === 'range' ? [] : [...(definition?.params ?? [])].sort();
  const spelled = params.map(([key, value]) => `${key}=${value}`).join(', ');
  const columns = first.columns.map((column) => column.toLowerCase()).join(', ');
  return `by ${type}${spelled === '' ? '' : `(${spelled})`} of ${columns}`;
}
