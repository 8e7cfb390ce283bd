// What shaped a fragment's workspace tables last time: their CREATE can go out before the shards have answered.
import type { Fragment } from '../../plan/nodes.ts';
import type { ColumnDefinition } from '../../value/column-definition.ts';
import type { DeclaredType } from './declared-types.ts';

/** What a CREATE depends on beside the plan. */
export interface FragmentShape {
  /** Result metadata of the fragment. */
  readonly metadata: readonly ColumnDefinition[];
  /** Types of bare columns whose table is elsewhere; null: the workspace's server shapes them. */
  readonly declared: ReadonlyMap<string, DeclaredType> | null;
}

interface Memory {
  shape: FragmentShape;
  /** How often it led to another CREATE: parameters may decide the shape, and guessing then costs more than it saves. */
  misses: number;
}

const missesMax = 3;

/** By fragment of a cached plan, and gone with it. */
const memories = new WeakMap<Fragment, Memory>();

/** The shape to expect; null when nothing is known. */
export function expectedShape(fragment: Fragment): FragmentShape | null {
  const memory = memories.get(fragment);
  return memory === undefined || memory.misses >= missesMax ? null : memory.shape;
}

/** Tables with text of the client's are not expected: they are made in the client's own sql_mode. */
export function rememberShape(fragment: Fragment, shape: FragmentShape, asExpected: boolean): void {
  if (fragment.shapeByClient === true) return;
  const memory = memories.get(fragment);
  if (memory === undefined) {
    memories.set(fragment, { shape, misses: 0 });
    return;
  }
  if (!asExpected) memory.misses++;
  memory.shape = shape;
}
