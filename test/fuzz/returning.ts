// RETURNING behind writes: columns and expressions of the written row.
import { expression } from './expressions.ts';
import { list, nothing, optional, type Piece } from './piece.ts';
import type { Generation, Scope } from './scope.ts';
import type { FuzzTable } from './tables.ts';
import type { Family } from './types.ts';

const families: readonly Family[] = ['int', 'text', 'dec', 'date'];

/** `ordered`: one server has no choice in which order it answers the rows. */
export function returning(generation: Generation, table: FuzzTable, scope: Scope, ordered: boolean): Piece {
  const { random } = generation;
  if (!random.chance(0.15)) return nothing;
  const names = random.sample(table.columns, random.int(1, 3)).map(({ name }): Piece => {
    return random.pick([name, `${table.name}.${name}`, `${name} AS r_${name}`]);
  });
  const computed = (): Piece => expression(generation, scope, random.pick(families), 1).piece;
  const items = random.pick<() => readonly Piece[]>([
    () => ['*'],
    () => names,
    () => [...names, computed()],
    () => ['*', "'x' AS lit"],
  ])();
  const mark: Piece = ordered ? { kind: 'mark', mark: 'ordered' } : nothing;
  return optional([' RETURNING ', list(items), mark]);
}
