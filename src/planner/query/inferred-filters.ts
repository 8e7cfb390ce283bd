// Filters a fragment gains from the other side of a join: its column equals one whose values are known or few.
import type { Template, TemplatePart, ValueRef } from '../../text/template.ts';
import { lower } from '../bind/columns-of.ts';
import type { ColumnId, TableSource } from '../bind/model.ts';
import { typeOf } from '../facts/column-type.ts';
import { equalClass } from '../facts/equal-class.ts';
import type { Fact } from '../facts/fact.ts';
import { restate } from '../facts/through-query.ts';
import { join, joinWith, text } from '../splice.ts';
import type { BoundStatement } from '../statement.ts';
import { columnText } from './fragment-columns.ts';

/*
 * Proof obligation: a fact that holds for the rows of T that matter (facts/flow.ts) equates T's column with another column
 * of the same type. What is known of that column's values is then known of T's. Values known from literals are pushed as
 * literals; a fragment whose unique key is pinned has few rows, and its values are sent on as an IN-list.
 */

/** One predicate each, without the words around them. */
export function inferredFilters(
  source: TableSource,
  statement: BoundStatement,
  ids: FragmentIds,
): readonly Template[] {
  const facts = statement.flow.held.get(source.id)?.facts ?? [];
  return joinedColumns(source, facts).flatMap((column) => {
    const others = equalClass(column, facts).filter((other) => other.source !== source);
    const known = restate(facts, others, column).flatMap((fact) => predicateOf(fact, column));
    if (known.length > 0) return known;
    const key = others
      .map((other) => keysOf(column, other, source, statement, ids))
      .find((part) => part !== null);
    return key === undefined || key === null
      ? []
      : [join(columnText(column), text(' IN ('), [key], text(')'))];
  });
}

/** Fragment of a source, and the position of one of its columns there; null when it brings no such column. */
export interface FragmentIds {
  place(column: ColumnId): { readonly fragment: number; readonly column: number } | null;
}

/** The source's columns that are compared with another source's. */
function joinedColumns(source: TableSource, facts: readonly Fact[]): readonly ColumnId[] {
  const names = new Set<string>();
  for (const fact of facts) {
    if (fact.kind !== 'same') continue;
    for (const side of [fact.left, fact.right]) if (side.source === source) names.add(side.name);
  }
  return [...names].map((name) => ({ source, name }));
}

function predicateOf(fact: Fact, column: ColumnId): readonly Template[] {
  const name = columnText(column);
  if (fact.kind === 'values') {
    const list: readonly Template[] =
      fact.listSlot === null
        ? fact.tuples.map(([value]) => (value === undefined ? [] : valueText(value)))
        : [[{ kind: 'value', ref: { kind: 'slot', slot: fact.listSlot, negative: false } }]];
    const [only, ...more] = list;
    if (fact.listSlot === null && only !== undefined && more.length === 0)
      return [join(name, text(' = '), only)];
    return [join(name, text(' IN ('), joinWith(', ', list), text(')'))];
  }
  if (fact.kind !== 'range') return [];
  const { low, high } = fact;
  const bounds: Template[] = [];
  if (low !== null) bounds.push(join(name, text(low.inclusive ? ' >= ' : ' > '), valueText(low.value)));
  if (high !== null) bounds.push(join(name, text(high.inclusive ? ' <= ' : ' < '), valueText(high.value)));
  return bounds;
}

function valueText(ref: ValueRef): Template {
  return [{ kind: 'value', ref }];
}

/** The values of a column of a fragment with few rows; only of types whose literals compare as the column does. */
function keysOf(
  column: ColumnId,
  other: ColumnId,
  source: TableSource,
  statement: BoundStatement,
  ids: FragmentIds,
): TemplatePart | null {
  if (other.source.kind !== 'table' || other.source.block !== source.block) return null;
  const type = typeOf(column);
  if (typeof type === 'string' || (type.family !== 'integer' && type.family !== 'date')) return null;
  if (!isPinned(other.source, statement) || isPinned(source, statement)) return null;
  const place = ids.place(other);
  return place === null ? null : { kind: 'keys', ...place };
}

/** Every column of a unique key equals literals or parameters: at most one row per combination. */
function isPinned(source: TableSource, statement: BoundStatement): boolean {
  const facts = statement.flow.held.get(source.id)?.facts ?? [];
  const pinned = new Set<string>();
  for (const fact of facts) {
    if (fact.kind === 'values')
      for (const column of fact.columns) if (column.source === source) pinned.add(column.name);
  }
  return source.table.keys.some(
    (key) => key.unique && key.columns.every((column) => pinned.has(lower(column))),
  );
}
