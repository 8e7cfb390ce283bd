// The distinct values of fragment columns that other fragments are asked by (`keys` parts).
import type { Fragment, GatherNode } from '../../plan/nodes.ts';

/** A longer list narrows little down, and costs every shard more to read than it saves. */
const valuesMax = 10_000;

/** Literals of one column, until they are too many. */
export class KeySet {
  readonly #literals = new Set<string>();
  readonly #overflow: () => void;
  #isFull = false;

  constructor(overflow: () => void) {
    this.#overflow = overflow;
  }

  add(literal: string): void {
    if (this.#isFull) return;
    this.#literals.add(literal);
    if (this.#literals.size <= valuesMax) return;
    this.#isFull = true;
    this.#literals.clear();
    this.#overflow();
  }

  /** A comma list; NULL, which equals nothing, when there are no values; null when they are too many. */
  get list(): string | null {
    if (this.#isFull) return null;
    return this.#literals.size === 0 ? 'NULL' : [...this.#literals].join(',');
  }
}

interface Wanted {
  readonly set: KeySet;
  /** Resolves when the values are too many: nobody need wait for the rest. */
  readonly overflow: Promise<void>;
}

/** Literals by fragment and column; only columns some template asks for are collected. */
export class KeyValues {
  readonly #wanted = new Map<string, Wanted>();

  constructor(node: GatherNode) {
    for (const fragment of node.fragments) {
      for (const { fragment: other, column } of keyParts(fragment)) {
        const key = keyOf(other, column);
        if (!this.#wanted.has(key)) this.#wanted.set(key, wanted());
      }
    }
  }

  /** What a column's literals are added to; null when nobody wants them. */
  collector(fragment: number, column: number): KeySet | null {
    return this.#wanted.get(keyOf(fragment, column))?.set ?? null;
  }

  list(fragment: number, column: number): string | null {
    const found = this.#wanted.get(keyOf(fragment, column));
    return found === undefined ? null : found.set.list;
  }

  /** Resolves when `fragment` has nothing left to learn from `other`, because all it wants are too many. */
  async overflow(fragment: Fragment, other: number): Promise<void> {
    const parts = keyParts(fragment).filter((part) => part.fragment === other);
    await Promise.all(parts.map((part) => this.#wanted.get(keyOf(other, part.column))?.overflow));
  }
}

function wanted(): Wanted {
  let resolve = () => {};
  const overflow = new Promise<void>((full) => {
    resolve = full;
  });
  return { set: new KeySet(() => resolve()), overflow };
}

function keyParts(fragment: Fragment): readonly { readonly fragment: number; readonly column: number }[] {
  return fragment.template.filter((part) => part.kind === 'keys');
}

/** Ids of the fragments whose keys a fragment's statement needs. */
export function dependenciesOf(fragment: Fragment): readonly number[] {
  return [...new Set(keyParts(fragment).map((part) => part.fragment))];
}

function keyOf(fragment: number, column: number): string {
  return `${fragment}.${column}`;
}
