// The distinct values of fragment columns that other fragments are asked by (`keys` parts).
import type { Fragment, GatherNode } from '../../plan/nodes.ts';

/** Literals by fragment and column; only columns some template asks for are collected. */
export class KeyValues {
  readonly #wanted = new Map<string, Set<string>>();

  constructor(node: GatherNode) {
    for (const fragment of node.fragments) {
      for (const part of fragment.template) {
        if (part.kind === 'keys') this.#wanted.set(keyOf(part.fragment, part.column), new Set());
      }
    }
  }

  /** The set to add a column's literals to; null when nobody wants them. */
  collector(fragment: number, column: number): Set<string> | null {
    return this.#wanted.get(keyOf(fragment, column)) ?? null;
  }

  /** A comma list; NULL, which equals nothing, when there are no values. */
  list(fragment: number, column: number): string {
    const literals = this.#wanted.get(keyOf(fragment, column));
    if (literals === undefined || literals.size === 0) return 'NULL';
    return [...literals].join(',');
  }
}

/** Ids of the fragments whose keys a fragment's statement needs. */
export function dependenciesOf(fragment: Fragment): readonly number[] {
  const ids = new Set<number>();
  for (const part of fragment.template) if (part.kind === 'keys') ids.add(part.fragment);
  return [...ids];
}

function keyOf(fragment: number, column: number): string {
  return `${fragment}.${column}`;
}
