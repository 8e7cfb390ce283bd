// Filters a fragment gains from the other side of a join: its column equals one whose values are known or few.
import type { Template, ValueRef } from '../../../text/template.ts';
import type { ColumnId, TableSource } from '../../bind/model.ts';
import { equalClass } from '../../facts/equal-class.ts';
import type { Fact } from '../../facts/fact.ts';
import { restate } from '../../facts/through-query.ts';
import { join, joinWith, text } from '../../splice.ts';
import type { BoundStatement } from '../../statement.ts';
import { columnText } from './fragment-columns.ts';
import { joinedColumns, type Reduction } from './key-reductions.ts';

/*
 * Proof obligation: a fact that holds for the rows of T that matter (facts/flow.ts) equates T's column with another column
 * of the same type. What is known of that column's values is then known of T's. Values known from literals are pushed as
 * literals; those that another fragment found are sent on as an IN-list (key-reductions.ts).
 */

/** One predicate each, without the words around them. */
export function inferredFilters(
  source: TableSource,
  statement: BoundStatement,
  reductions: ReadonlyMap<TableSource, readonly Reduction[]>,
  ids: FragmentIds,
): readonly Template[] {
  const facts = statement.flow.held.get(source.id)?.facts ?? [];
  return joinedColumns(source, facts).flatMap((column) => {
    const others = equalClass(column, facts).filter((other) => other.source !== source);
    const known = restate(facts, others, column).flatMap((fact) => predicateOf(fact, column));
    if (known.length > 0) return known;
    const by = reductions.get(source)?.find((one) => one.column.name === column.name)?.by;
    const place = by === undefined ? null : ids.place(by);
    return place === null ? [] : [keysPredicate(column, place)];
  });
}

/** Fragment of a source, and the position of one of its columns there; null when it brings no such column. */
export interface FragmentIds {
  place(column: ColumnId): Place | null;
}

interface Place {
  readonly fragment: number;
  readonly column: number;
}

/** `c IN (c)` where the values are too many for a list: true of all rows that can matter. */
function keysPredicate(column: ColumnId, place: Place): Template {
  const name = columnText(column);
  const orElse = name.map((part) => (part.kind === 'text' ? part.text : '')).join('');
  return join(name, text(' IN ('), [{ kind: 'keys', ...place, orElse }], text(')'));
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
  // As it was asked for: MySQL takes a date in BETWEEN that it does not take behind an operator.
  if (low?.inclusive === true && high?.inclusive === true) {
    return [join(name, text(' BETWEEN '), valueText(low.value), text(' AND '), valueText(high.value))];
  }
  const bounds: Template[] = [];
  if (low !== null) bounds.push(join(name, text(low.inclusive ? ' >= ' : ' > '), valueText(low.value)));
  if (high !== null) bounds.push(join(name, text(high.inclusive ? ' <= ' : ' < '), valueText(high.value)));
  return bounds;
}

function valueText(ref: ValueRef): Template {
  return [{ kind: 'value', ref }];
}
