// Where the rows of one source that matter are: facts about its vindex columns turned into a destination.
import type { Destination } from '../../plan/destination.ts';
import type { ValueRef } from '../../text/template.ts';
import type { RoutingKey } from '../../vindex/routing-key.ts';
import { lower } from '../bind/columns-of.ts';
import type { ColumnId, TableSource } from '../bind/model.ts';
import { equalClass, includesColumn } from '../facts/equal-class.ts';
import type { Fact } from '../facts/fact.ts';
import { distinctDestinations } from './combine.ts';

export const everywhere: Destination = { kind: 'all' };

/** The columns a routing key is computed from, of one source. */
export function keyColumns(source: TableSource, key: RoutingKey): readonly ColumnId[] {
  return key.columns.map((column) => ({ source, name: lower(column.name) }));
}

/** Shards that hold the rows of `source` for which all `facts` hold. */
export function sourceDestination(source: TableSource, facts: readonly Fact[]): Destination {
  const { table } = source;
  switch (table.kind) {
    case 'reference':
      return { kind: 'any' };
    case 'pinned':
      return table.pinnedShard === null ? everywhere : { kind: 'shard', shards: [table.pinnedShard] };
    case 'unsharded':
    case 'sequence':
    case 'unknown':
      return everywhere;
    case 'sharded':
      return byVindexes(source, facts) ?? everywhere;
  }
}

/**
 * The best of what the vindexes say: a unique value, then value lists, then ranges. Lookup vindexes count too; a second
 * functional vindex does not say where a row is.
 */
function byVindexes(source: TableSource, facts: readonly Fact[]): Destination | null {
  let best: { readonly destination: Destination; readonly rank: number } | null = null;
  source.table.columnVindexes.forEach((key, index) => {
    const { vindex } = key;
    if (!key.exact || (index > 0 && vindex.kind !== 'lookup')) return;
    if (vindex.kind === 'lookup' && vindex.writeOnly) return;
    const destination = byKey(source, key, facts);
    if (destination === null) return;
    const rank = rankOf(destination) * 1000 + vindex.cost;
    if (best === null || rank < best.rank) best = { destination, rank };
  });
  return found(best);
}

function found(best: { readonly destination: Destination } | null): Destination | null {
  return best?.destination ?? null;
}

function rankOf(destination: Destination): number {
  switch (destination.kind) {
    case 'none':
      return 0;
    case 'equal':
      return destination.key.vindex.unique ? 1 : 3;
    case 'in':
      return destination.key.vindex.unique ? 2 : 4;
    case 'and':
      return destination.parts.reduce((least, part) => Math.min(least, rankOf(part)), 9);
    case 'or':
      return destination.parts.reduce((most, part) => Math.max(most, rankOf(part)), 2);
    case 'range':
    case 'prefix':
      return 5;
    case 'any':
    case 'shard':
      return 1;
    case 'all':
      return 9;
  }
}

/** null when the facts say nothing about the key. */
function byKey(source: TableSource, key: RoutingKey, facts: readonly Fact[]): Destination | null {
  const groups = keyColumns(source, key).map((column) => equalClass(column, facts));
  const equal = equalParts(key, groups, facts);
  if (equal.length > 0) return all(equal);
  const parts = [...listParts(key, groups, facts), ...rangeParts(key, groups, facts)];
  const others = facts.filter((other) => other.kind === 'same');
  for (const fact of facts) {
    if (fact.kind !== 'any') continue;
    const branches = fact.alternatives.map((part) => byVindexes(source, [...part, ...others]));
    const known = branches.filter((branch) => branch !== null);
    if (known.length === branches.length) parts.push(oneOf(known));
  }
  return parts.length === 0 ? null : all(parts);
}

type Groups = readonly (readonly ColumnId[])[];

function all(parts: readonly Destination[]): Destination {
  const distinct = distinctDestinations(parts);
  const [only] = distinct;
  return distinct.length === 1 && only !== undefined ? only : { kind: 'and', parts: distinct };
}

function oneOf(parts: readonly Destination[]): Destination {
  const distinct = distinctDestinations(parts);
  const [only] = distinct;
  return distinct.length === 1 && only !== undefined ? only : { kind: 'or', parts: distinct };
}

/** Single values for all columns of the key, or for its first ones when it takes a prefix. */
function equalParts(key: RoutingKey, groups: Groups, facts: readonly Fact[]): readonly Destination[] {
  const values = groups.map((group) => singleValues(group, facts));
  const first = values[0] ?? [];
  if (groups.length === 1) return first.map((value) => ({ kind: 'equal', key, values: [value] }));
  const prefix: ValueRef[] = [];
  for (const column of values) {
    const [value] = column;
    if (value === undefined) break;
    prefix.push(value);
  }
  const rows = facts.flatMap((fact) => wholeTuples(key, groups, fact));
  if (prefix.length === groups.length || (prefix.length > 0 && rows.length === 0)) {
    return [{ kind: 'equal', key, values: prefix }];
  }
  return [];
}

function singleValues(group: readonly ColumnId[], facts: readonly Fact[]): readonly ValueRef[] {
  return facts.flatMap((fact) => {
    if (fact.kind !== 'values' || fact.columns.length !== 1 || fact.tuples.length !== 1) return [];
    const [column] = fact.columns;
    const value = fact.tuples[0]?.[0];
    return column !== undefined && value !== undefined && includesColumn(group, column) ? [value] : [];
  });
}

/** Value lists: `IN` on the column, or the column's place in a row IN. */
function listParts(key: RoutingKey, groups: Groups, facts: readonly Fact[]): Destination[] {
  return facts.flatMap((fact): Destination[] => {
    if (fact.kind !== 'values') return [];
    const whole = wholeTuples(key, groups, fact);
    if (whole.length > 0) return [...whole];
    const place = fact.columns.findIndex((column) => includesColumn(groups[0] ?? [], column));
    if (place < 0) return [];
    if (fact.listSlot !== null) return [{ kind: 'in', key, tuples: [], listSlot: fact.listSlot }];
    const tuples = fact.tuples.map((tuple) => tuple.slice(place, place + 1));
    return [{ kind: 'in', key, tuples, listSlot: null }];
  });
}

/** A row IN that gives all columns of a multi-column key. */
function wholeTuples(key: RoutingKey, groups: Groups, fact: Fact): readonly Destination[] {
  if (fact.kind !== 'values' || groups.length < 2 || fact.listSlot !== null) return [];
  const places = groups.map((group) => fact.columns.findIndex((column) => includesColumn(group, column)));
  if (places.some((place) => place < 0)) return [];
  const tuples = fact.tuples.map((tuple) => places.flatMap((place) => tuple.slice(place, place + 1)));
  return [{ kind: 'in', key, tuples, listSlot: null }];
}

/** Comparisons on kinds whose ids follow the order of the values; LIKE on kinds that know prefixes. */
function rangeParts(key: RoutingKey, groups: Groups, facts: readonly Fact[]): Destination[] {
  const { vindex } = key;
  const [group] = groups;
  if (vindex.kind !== 'functional' || groups.length !== 1 || group === undefined) return [];
  const ranges = facts.flatMap((fact): Destination[] => {
    if (fact.kind === 'range' && vindex.rangeMap !== null && includesColumn(group, fact.column)) {
      return [{ kind: 'range', key, low: fact.low, high: fact.high }];
    }
    if (fact.kind === 'prefix' && vindex.prefixMap !== null && includesColumn(group, fact.column)) {
      return [{ kind: 'prefix', key, pattern: fact.pattern }];
    }
    return [];
  });
  return ranges;
}
