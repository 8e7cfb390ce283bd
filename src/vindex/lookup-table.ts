// The table behind a lookup vindex, as far as reading and writing its rows needs to know it.
import type { RoutingColumn, RoutingKey } from './routing-key.ts';

export interface LookupTable {
  readonly keyspace: string;
  readonly table: string;
  /** The columns that hold the owner's values, in vindex order. */
  readonly from: readonly RoutingColumn[];
  readonly to: RoutingColumn;
  readonly rows: LookupRows;
  /**
   * Values that are equal to the owner's columns are equal to `from` as well, so that asking by one finds the rows of all.
   * Else equality in a WHERE must not route.
   */
  readonly sameEquality: boolean;
}

/**
 * Where the rows of a lookup table are:
 *  - oneShard: the whole table, by shard name
 *  - byValue: by its own primary vindex; `columns` are the positions in `from` that it takes, in its order
 */
export type LookupRows =
  | { readonly kind: 'oneShard'; readonly shard: string }
  | { readonly kind: 'byValue'; readonly key: RoutingKey; readonly columns: readonly number[] };

/**
 * At most one row of the lookup table can hold values the owner takes as equal: duplicates meet on one server, whose unique
 * key over `from` sees them (that the two columns compare alike is the vschema's promise there).
 */
export function provesUnique({ rows, sameEquality }: LookupTable): boolean {
  return rows.kind === 'oneShard' || (sameEquality && rows.key.exact);
}
