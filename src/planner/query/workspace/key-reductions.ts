// Which fragments are read before which others, so that the values they found narrow those down.
import { lower } from '../../bind/columns-of.ts';
import type { ColumnId, TableSource } from '../../bind/model.ts';
import { typeOf } from '../../facts/column-type.ts';
import { equalClass } from '../../facts/equal-class.ts';
import type { Fact } from '../../facts/fact.ts';
import type { BoundStatement } from '../../statement.ts';
import { pushedFilters } from './pushed-filters.ts';

/*
 * Proof obligation: a fact that holds for the rows of T that matter (facts/flow.ts) says that T's column equals O's column of
 * a row of O. It says so of any rows the tables may hold, so also of those O's fragment brings: rows of T whose value is not
 * among them do not matter to the finish over that fragment. One fragment waits for another only in one direction, so there
 * is always one to begin with.
 */

/** `column` of a fragment's table has only values that `by` has in an earlier fragment. */
export interface Reduction {
  readonly column: ColumnId;
  readonly by: ColumnId;
}

/** How few rows a fragment likely has; unfiltered ones narrow nothing down. */
const rank = { pinned: 0, values: 1, filtered: 2, all: Number.POSITIVE_INFINITY } as const;

export function keyReductions(statement: BoundStatement): ReadonlyMap<TableSource, readonly Reduction[]> {
  const reductions = new Map<TableSource, readonly Reduction[]>();
  const read = new Map<TableSource, number>();
  const left = new Set(statement.binding.tables);
  while (left.size > 0) {
    const next = lowestOf([...left].map((source) => candidate(source, statement, read)));
    if (next === null || next.rank === rank.all) break;
    left.delete(next.source);
    read.set(next.source, next.rank);
    reductions.set(next.source, next.reductions);
  }
  return reductions;
}

interface Candidate {
  readonly source: TableSource;
  readonly rank: number;
  readonly reductions: readonly Reduction[];
}

function lowestOf(candidates: readonly Candidate[]): Candidate | null {
  return candidates.reduce<Candidate | null>(
    (best, one) => (best === null || one.rank < best.rank ? one : best),
    null,
  );
}

/** A source as it would be read next. One more step away from a filter is one less sure to be small. */
function candidate(
  source: TableSource,
  statement: BoundStatement,
  read: ReadonlyMap<TableSource, number>,
): Candidate {
  const facts = statement.flow.held.get(source.id)?.facts ?? [];
  const own = ownRank(source, facts, statement);
  if (own === rank.pinned) return { source, rank: own, reductions: [] };
  const reductions: Reduction[] = [];
  let lowest: number = own;
  for (const column of joinedColumns(source, facts)) {
    const by = bestOf(column, facts, read);
    if (by === null) continue;
    reductions.push({ column, by: by.column });
    lowest = Math.min(lowest, by.rank + 1);
  }
  return { source, rank: lowest, reductions };
}

function ownRank(source: TableSource, facts: readonly Fact[], statement: BoundStatement): number {
  if (isPinned(source, facts)) return rank.pinned;
  const isOwn = (column: ColumnId): boolean => column.source === source;
  if (facts.some((fact) => fact.kind === 'values' && fact.columns.every(isOwn))) return rank.values;
  const isBounded = facts.some(
    (fact) => (fact.kind === 'range' || fact.kind === 'prefix') && isOwn(fact.column),
  );
  return isBounded || pushedFilters(source, statement).length > 0 ? rank.filtered : rank.all;
}

/** Every column of a unique key equals literals or parameters: at most one row per combination. */
function isPinned(source: TableSource, facts: readonly Fact[]): boolean {
  const pinned = new Set<string>();
  for (const fact of facts) {
    if (fact.kind !== 'values') continue;
    for (const column of fact.columns) if (column.source === source) pinned.add(column.name);
  }
  return source.table.keys.some(
    (key) => key.unique && key.columns.every((column) => pinned.has(lower(column))),
  );
}

/** The source's columns that are compared with another source's. */
export function joinedColumns(source: TableSource, facts: readonly Fact[]): readonly ColumnId[] {
  const names = new Set<string>();
  for (const fact of facts) {
    if (fact.kind !== 'same') continue;
    for (const side of [fact.left, fact.right]) if (side.source === source) names.add(side.name);
  }
  return [...names].map((name) => ({ source, name }));
}

/** The column of the smallest fragment read before that has all values the column may have. */
function bestOf(
  column: ColumnId,
  facts: readonly Fact[],
  read: ReadonlyMap<TableSource, number>,
): { readonly column: ColumnId; readonly rank: number } | null {
  if (!travelsAsLiteral(column)) return null;
  let best: { readonly column: ColumnId; readonly rank: number } | null = null;
  for (const other of equalClass(column, facts)) {
    if (other.source.kind !== 'table' || other.source === column.source) continue;
    const found = read.get(other.source);
    if (found !== undefined && (best === null || found < best.rank)) best = { column: other, rank: found };
  }
  return best;
}

/** Its values, spelled as literals in a list, compare as the column does. */
function travelsAsLiteral(column: ColumnId): boolean {
  const type = typeOf(column);
  return typeof type !== 'string' && type.family === 'integer';
}
