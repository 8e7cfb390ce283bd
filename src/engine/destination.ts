// Destination + values -> shards. What cannot be used for routing widens its node to all shards, never narrows it.
import type { Destination } from '../plan/destination.ts';
import type { ValueRef } from '../text/template.ts';
import { assertNever } from '../util/assert.ts';
import type { LiteralCharset } from '../vindex/canonical/canonical-text.ts';
import { likePrefix } from '../vindex/like-prefix.ts';
import { toVindexValue } from '../vindex/routable.ts';
import type { RoutingKey } from '../vindex/routing-key.ts';
import { type Shard, type ShardMap, shardNamed, shardOf, shardsOf } from '../vindex/shard-map.ts';
import type { FunctionalVindex, Mapping, VindexValue } from '../vindex/vindex.ts';
import type { BindValues } from './contract.ts';
import type { LookupAnswers } from './lookup/lookup-answers.ts';
import { bindValueOf } from './values.ts';

export interface DestinationContext {
  readonly map: ShardMap;
  readonly binds: BindValues;
  readonly charset: LiteralCharset;
  /** null: lookup vindexes do not narrow. */
  readonly lookups: LookupAnswers | null;
  /** Which shard serves `any`: 0 inside a transaction, so that its reads stay on one snapshot. */
  readonly anyIndex: number;
}

/** Shards in key-range order, each once. Never throws for values; an empty list means no row can match. */
export function resolveDestination(destination: Destination, context: DestinationContext): readonly Shard[] {
  const { map } = context;
  switch (destination.kind) {
    case 'all':
      return map.shards;
    case 'none':
      return [];
    case 'any':
      return map.shards.slice(context.anyIndex % map.shards.length).slice(0, 1);
    case 'shard':
      return inOrder(
        map,
        destination.shards.map((name) => shardNamed(map, name)).filter((shard) => shard !== null),
      );
    case 'equal':
      return byLookup(destination, context) ?? resolveEqual(destination.key, destination.values, context);
    case 'in':
      return byLookup(destination, context) ?? resolveIn(destination, context);
    case 'range':
      return resolveRange(destination, context);
    case 'prefix':
      return resolvePrefix(destination, context);
    case 'and':
      return resolveAnd(destination.parts, context);
    case 'or':
      return inOrder(
        map,
        destination.parts.flatMap((part) => resolveDestination(part, context)),
      );
    default:
      return assertNever(destination);
  }
}

/** Key-range order without repetition. */
function inOrder(map: ShardMap, shards: readonly Shard[]): readonly Shard[] {
  if (shards.length < 2) return shards;
  const wanted = new Set(shards.map((shard) => shard.index));
  return map.shards.filter((shard) => wanted.has(shard.index));
}

function resolveAnd(parts: readonly Destination[], context: DestinationContext): readonly Shard[] {
  let left: readonly Shard[] = context.map.shards;
  for (const part of parts) {
    const right = new Set(resolveDestination(part, context).map((shard) => shard.index));
    left = left.filter((shard) => right.has(shard.index));
  }
  return left;
}

function resolveEqual(
  key: RoutingKey,
  refs: readonly ValueRef[],
  context: DestinationContext,
): readonly Shard[] {
  const values = vindexValues(key, refs, context);
  return values === null ? context.map.shards : shardsOfValues(key, values, context);
}

function resolveIn(
  destination: Extract<Destination, { readonly kind: 'in' }>,
  context: DestinationContext,
): readonly Shard[] {
  const { map, binds } = context;
  const found = new Set<number>();
  const { listSlot } = destination;
  const count = listSlot === null ? destination.tuples.length : binds.itemCount(listSlot);
  for (let i = 0; i < count; i++) {
    const refs = listSlot === null ? destination.tuples[i] : [itemRef(listSlot, i)];
    for (const shard of resolveEqual(destination.key, refs ?? [], context)) found.add(shard.index);
    if (found.size === map.shards.length) return map.shards;
  }
  return map.shards.filter((shard) => found.has(shard.index));
}

function itemRef(slot: number, item: number): ValueRef {
  return { kind: 'item', slot, item };
}

/** The members of a list slot, one by one. */
export function itemRefs(slot: number, binds: BindValues): readonly (readonly ValueRef[])[] {
  return Array.from({ length: binds.itemCount(slot) }, (_, item) => [itemRef(slot, item)]);
}

/** null: the vindex computes its ids itself. */
function byLookup(
  destination: Extract<Destination, { readonly kind: 'equal' | 'in' }>,
  context: DestinationContext,
): readonly Shard[] | null {
  if (destination.key.vindex.kind === 'functional') return null;
  const ids = context.lookups?.idsOf(destination) ?? null;
  if (ids === null) return context.map.shards;
  return inOrder(
    context.map,
    ids.map((id) => shardOf(context.map, id)),
  );
}

/** The values of a key (or a prefix of its columns) as its vindex takes them; null: one of them does not route. */
export function vindexValues(
  key: RoutingKey,
  refs: readonly ValueRef[],
  context: Pick<DestinationContext, 'binds' | 'charset'>,
): readonly VindexValue[] | null {
  if (!key.exact || refs.length === 0) return null;
  const values: VindexValue[] = [];
  for (let i = 0; i < refs.length; i++) {
    const ref = refs[i];
    const value = ref === undefined ? null : routableValue(key, i, ref, context);
    if (value === null) return null;
    values.push(value);
  }
  return values;
}

function routableValue(
  key: RoutingKey,
  column: number,
  ref: ValueRef,
  context: Pick<DestinationContext, 'binds' | 'charset'>,
): VindexValue | null {
  const routingColumn = key.columns[column];
  const value = bindValueOf(ref, context.binds);
  if (routingColumn === undefined || value === null) return null;
  return toVindexValue(value, routingColumn, context.charset);
}

function shardsOfValues(
  key: RoutingKey,
  values: readonly VindexValue[],
  context: DestinationContext,
): readonly Shard[] {
  const { vindex } = key;
  if (vindex.kind === 'functional') return shardsOfMapping(vindex.map(values), context.map, vindex);
  return context.map.shards;
}

export function shardsOfMapping(
  mapping: Mapping,
  map: ShardMap,
  vindex: Pick<FunctionalVindex, 'idBytes'>,
): readonly Shard[] {
  switch (mapping.kind) {
    case 'id':
      return [shardOf(map, mapping.id)];
    case 'ranges':
      return shardsOf(map, mapping.ranges, vindex.idBytes !== undefined);
    case 'none':
      return [];
    default:
      return assertNever(mapping);
  }
}

function resolveRange(
  destination: Extract<Destination, { readonly kind: 'range' }>,
  context: DestinationContext,
): readonly Shard[] {
  const { key, low, high } = destination;
  const rangeMap = key.vindex.kind === 'functional' ? key.vindex.rangeMap : null;
  if (rangeMap === null) return context.map.shards;
  const bound = (side: typeof low) => {
    const value = side === null ? null : routableValue(key, 0, side.value, context);
    // A comparison with NULL matches nothing; an open bound is merely wider.
    return side === null || value === null || value.kind === 'null'
      ? null
      : { value, inclusive: side.inclusive };
  };
  const from = bound(low);
  const to = bound(high);
  return from === null && to === null
    ? context.map.shards
    : shardsOf(context.map, rangeMap(from, to), fixedLength(key));
}

function resolvePrefix(
  destination: Extract<Destination, { readonly kind: 'prefix' }>,
  context: DestinationContext,
): readonly Shard[] {
  const { key, pattern } = destination;
  const prefixMap = key.vindex.kind === 'functional' ? key.vindex.prefixMap : null;
  const value = bindValueOf(pattern, context.binds);
  if (prefixMap === null || value === null || value.kind !== 'string') return context.map.shards;
  const prefix = likePrefix(value.value, context.charset);
  return prefix.length === 0
    ? context.map.shards
    : shardsOf(context.map, prefixMap(prefix), fixedLength(key));
}

function fixedLength({ vindex }: RoutingKey): boolean {
  return vindex.kind === 'functional' && vindex.idBytes !== undefined;
}
