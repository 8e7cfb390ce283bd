// What is known of the rows of each source that matter.

import type { Expression } from '../../sql/ast.ts';
import type { Block } from '../bind/model.ts';
import type { Fact } from './fact.ts';

/** One AND-operand of WHERE or ON. */
export interface Conjunct {
  readonly expression: Expression;
  readonly block: Block;
  readonly clause: 'where' | 'on';
  readonly facts: readonly Fact[];
}

export interface Held {
  readonly facts: readonly Fact[];
  /** The predicates themselves, of the source's own block. */
  readonly conjuncts: readonly Conjunct[];
}

export interface Flow {
  /** By source id. */
  readonly held: ReadonlyMap<number, Held>;
  /** Sources of each block that no outer join fills with NULLs (outer joins that WHERE turns into inner ones do not count). */
  readonly preserved: ReadonlySet<number>;
}
