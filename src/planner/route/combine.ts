// Putting destinations together: where a statement over several sources has to go, and what that is called in metrics.
import type { Destination } from '../../plan/destination.ts';
import type { PlanLabel } from '../../plan/nodes.ts';
import type { ValueRef } from '../../text/template.ts';
import type { RoutingKey } from '../../vindex/routing-key.ts';
import { sameRef } from '../text-unit.ts';

/** Equal vindexes give equal values equal keyspace ids: one by name within a keyspace. */
export function sameVindex(a: RoutingKey, b: RoutingKey): boolean {
  return a.vindex === b.vindex || (a.vindex.name === b.vindex.name && a.vindex.type === b.vindex.type);
}

function sameRefs(a: readonly ValueRef[], b: readonly ValueRef[]): boolean {
  return (
    a.length === b.length &&
    a.every((ref, index) => {
      const other = b[index];
      return other !== undefined && sameRef(ref, other);
    })
  );
}

/** Both resolve to the same shards whatever the values are. False when in doubt. Types of the columns must agree too. */
export function sameDestination(a: Destination, b: Destination): boolean {
  switch (a.kind) {
    case 'all':
    case 'none':
    case 'any':
      return a.kind === b.kind;
    case 'shard':
      return b.kind === 'shard' && a.shards.join() === b.shards.join();
    case 'equal':
      return b.kind === 'equal' && sameKey(a.key, b.key) && sameRefs(a.values, b.values);
    case 'in':
      return (
        b.kind === 'in' &&
        sameKey(a.key, b.key) &&
        a.listSlot === b.listSlot &&
        sameTuples(a.tuples, b.tuples)
      );
    case 'range':
    case 'prefix':
      return a === b;
    case 'and':
    case 'or':
      return b.kind === a.kind && sameParts(a.parts, b.parts);
  }
}

function sameKey(a: RoutingKey, b: RoutingKey): boolean {
  if (a === b) return true;
  if (!sameVindex(a, b) || a.columns.length !== b.columns.length) return false;
  return a.columns.every((column, index) => {
    const other = b.columns[index];
    return (
      column.family === other?.family &&
      column.collation === other?.collation &&
      column.scale === other?.scale
    );
  });
}

function sameTuples(a: readonly (readonly ValueRef[])[], b: readonly (readonly ValueRef[])[]): boolean {
  return a.length === b.length && a.every((tuple, index) => sameRefs(tuple, b[index] ?? []));
}

function sameParts(a: readonly Destination[], b: readonly Destination[]): boolean {
  return (
    a.length === b.length &&
    a.every((part, index) => {
      const other = b[index];
      return other !== undefined && sameDestination(part, other);
    })
  );
}

/** The parts without those that say what one before them says. */
export function distinctDestinations(parts: readonly Destination[]): readonly Destination[] {
  const seen = new Map<string, Destination[]>();
  const objects = new Set<Destination>();
  return parts.filter((part) => {
    if (objects.has(part)) return false;
    objects.add(part);
    const bucket = bucketOf(part);
    // Equal to nothing but itself.
    if (bucket === null) return true;
    const like = seen.get(bucket) ?? [];
    if (like.some((other) => sameDestination(part, other))) return false;
    seen.set(bucket, [...like, part]);
    return true;
  });
}

/** Equal destinations have equal ones; thousands of values compared pair by pair would take minutes. */
function bucketOf(part: Destination): string | null {
  switch (part.kind) {
    case 'equal':
      return `equal ${part.values.map(refText).join()}`;
    case 'in':
      return `in ${part.listSlot} ${part.tuples.map((tuple) => tuple.map(refText).join()).join(';')}`;
    case 'range':
    case 'prefix':
      return null;
    case 'and':
    case 'or': {
      const inner = part.parts.map(bucketOf);
      return inner.includes(null) ? null : `${part.kind} (${inner.join(' ')})`;
    }
    default:
      return part.kind;
  }
}

function refText(ref: ValueRef): string {
  switch (ref.kind) {
    case 'slot':
      return `slot ${ref.slot}`;
    case 'item':
      return `item ${ref.slot} ${ref.item}`;
    case 'param':
      return `param ${ref.index}`;
    case 'constant':
      return `constant ${ref.sql}`;
  }
}

/** Shards that any of the parts needs; `any` needs none of its own. */
export function union(parts: readonly Destination[]): Destination {
  const needed = parts.filter((part) => part.kind !== 'any' && part.kind !== 'none');
  if (needed.some((part) => part.kind === 'all')) return { kind: 'all' };
  const distinct = distinctDestinations(needed);
  const [only] = distinct;
  if (only === undefined) return { kind: 'any' };
  return distinct.length === 1 ? only : { kind: 'or', parts: distinct };
}

/** The metric label of a read that goes there. */
export function labelOf(destination: Destination): PlanLabel {
  switch (destination.kind) {
    case 'all':
      return 'scatter';
    case 'none':
      return 'none';
    case 'any':
      return 'reference';
    case 'shard':
      return destination.shards.length === 1 ? 'equal_unique' : 'in';
    case 'equal':
      if (destination.values.length < destination.key.columns.length) return 'in';
      return destination.key.vindex.unique ? 'equal_unique' : 'equal';
    case 'in':
      return 'in';
    case 'range':
    case 'prefix':
      return 'range';
    case 'and':
      return destination.parts.map(labelOf).reduce((a, b) => (order.indexOf(a) <= order.indexOf(b) ? a : b));
    case 'or': {
      const worst = destination.parts
        .map(labelOf)
        .reduce((a, b) => (order.indexOf(a) >= order.indexOf(b) ? a : b));
      return worst === 'equal_unique' || worst === 'reference' ? 'in' : worst;
    }
  }
}

/** From cheap to expensive. */
const order: readonly PlanLabel[] = ['none', 'reference', 'equal_unique', 'equal', 'in', 'range', 'scatter'];

/** What a reader of EXPLAIN wants to know about a destination. */
export function describeDestination(destination: Destination): string {
  switch (destination.kind) {
    case 'all':
      return 'all shards';
    case 'none':
      return 'no shard';
    case 'any':
      return 'any one shard';
    case 'shard':
      return `shard ${destination.shards.join(', ')}`;
    case 'equal':
      return `${columnsOf(destination.key)} is one value (${destination.key.vindex.name})`;
    case 'in':
      return `${columnsOf(destination.key)} is one of a list (${destination.key.vindex.name})`;
    case 'range':
      return `${columnsOf(destination.key)} lies in a range (${destination.key.vindex.name})`;
    case 'prefix':
      return `${columnsOf(destination.key)} starts with a prefix (${destination.key.vindex.name})`;
    case 'and':
      return destination.parts.map(describeDestination).join(' and ');
    case 'or':
      return destination.parts.map(describeDestination).join(' or ');
  }
}

function columnsOf(key: RoutingKey): string {
  return key.columns.map((column) => `${key.table}.${column.name}`).join(', ');
}
