// Columns known to hold the same routing value as a given one.
import type { ColumnId } from '../bind/model.ts';
import { equalityCarries } from './column-type.ts';
import { type Fact, sameColumn } from './fact.ts';

/** The column itself and every column joined to it by equalities that carry the value. */
export function equalClass(column: ColumnId, facts: readonly Fact[]): readonly ColumnId[] {
  const found: ColumnId[] = [column];
  for (let at = 0; at < found.length; at++) {
    const current = found[at];
    if (current === undefined) break;
    for (const fact of facts) {
      if (fact.kind !== 'same') continue;
      const other = otherSide(fact, current);
      if (other === null || found.some((known) => sameColumn(known, other))) continue;
      if (equalityCarries(current, other)) found.push(other);
    }
  }
  return found;
}

function otherSide(fact: Extract<Fact, { kind: 'same' }>, column: ColumnId): ColumnId | null {
  if (sameColumn(fact.left, column)) return fact.right;
  return sameColumn(fact.right, column) ? fact.left : null;
}

export function includesColumn(columns: readonly ColumnId[], column: ColumnId): boolean {
  return columns.some((one) => sameColumn(one, column));
}
