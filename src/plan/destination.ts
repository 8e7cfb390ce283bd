// Where a statement goes, before the values are known: an expression over sets of shards.
import type { ValueRef } from '../text/template.ts';
import type { RoutingKey } from '../vindex/routing-key.ts';

/**
 * Resolved at run time against one keyspace to a set of shards. A value that cannot be used for routing (its kind and the
 * column's type are no allow-listed pair) widens its node to all shards.
 *  - all, none, any (one shard, whichever: reference tables), shard (named by the client or pinned)
 *  - equal: the shard(s) of one value (one ref per vindex column, in vindex column order; a prefix for multicol)
 *  - in: union over the members; `list` is a list slot or refs of one column, tuples are lists of refs
 *  - range: ordered kinds only; null bound = open
 *  - prefix: LIKE 'x%' with the constant part in front of the first wildcard
 *  - and / or: intersection / union
 */
export type Destination =
  | { readonly kind: 'all' }
  | { readonly kind: 'none' }
  | { readonly kind: 'any' }
  | { readonly kind: 'shard'; readonly shards: readonly string[] }
  | { readonly kind: 'equal'; readonly key: RoutingKey; readonly values: readonly ValueRef[] }
  | {
      readonly kind: 'in';
      readonly key: RoutingKey;
      /** Each tuple has one ref per vindex column; a single list slot instead when the list was collapsed. */
      readonly tuples: readonly (readonly ValueRef[])[];
      readonly listSlot: number | null;
    }
  | {
      readonly kind: 'range';
      readonly key: RoutingKey;
      readonly low: { readonly value: ValueRef; readonly inclusive: boolean } | null;
      readonly high: { readonly value: ValueRef; readonly inclusive: boolean } | null;
    }
  | { readonly kind: 'prefix'; readonly key: RoutingKey; readonly pattern: ValueRef }
  | { readonly kind: 'and'; readonly parts: readonly Destination[] }
  | { readonly kind: 'or'; readonly parts: readonly Destination[] };
