// What a predicate says about columns, in the few forms routing understands.
import type { ValueRef } from '../../text/template.ts';
import type { ColumnId } from '../bind/model.ts';

/**
 * Every fact is null-rejecting: it fails when one of its columns is NULL (`any`: when a column of each alternative is).
 * So a fact of WHERE about a null-supplied source turns its outer join into an inner one.
 *  - same: two columns are equal
 *  - values: the columns, as a row, are one of the tuples (`=` is one tuple); `listSlot`: a collapsed IN list instead
 *  - range: between the bounds; null = open
 *  - prefix: LIKE a pattern
 *  - any: at least one alternative holds, each a conjunction
 */
export type Fact =
  | { readonly kind: 'same'; readonly left: ColumnId; readonly right: ColumnId }
  | {
      readonly kind: 'values';
      readonly columns: readonly ColumnId[];
      readonly tuples: readonly (readonly ValueRef[])[];
      readonly listSlot: number | null;
    }
  | {
      readonly kind: 'range';
      readonly column: ColumnId;
      readonly low: Bound | null;
      readonly high: Bound | null;
    }
  | { readonly kind: 'prefix'; readonly column: ColumnId; readonly pattern: ValueRef }
  | { readonly kind: 'any'; readonly alternatives: readonly (readonly Fact[])[] };

export interface Bound {
  readonly value: ValueRef;
  readonly inclusive: boolean;
}

export function sameColumn(a: ColumnId, b: ColumnId): boolean {
  return a.source === b.source && a.name === b.name;
}

/** Source ids on whose NULLs the fact fails. */
export function rejectsNullsOf(fact: Fact): ReadonlySet<number> {
  switch (fact.kind) {
    case 'same':
      return new Set([fact.left.source.id, fact.right.source.id]);
    case 'values':
      return new Set(fact.columns.map((column) => column.source.id));
    case 'range':
    case 'prefix':
      return new Set([fact.column.source.id]);
    case 'any': {
      const [first, ...others] = fact.alternatives.map(
        (facts) => new Set(facts.flatMap((f) => [...rejectsNullsOf(f)])),
      );
      return new Set([...(first ?? [])].filter((id) => others.every((other) => other.has(id))));
    }
  }
}
