// A vindex together with the columns it is computed from: what a predicate must match to route.
import type { ColumnFamily } from '../value/column-family.ts';
import type { Vindex } from './vindex.ts';

/** As much of a column's type as decides whether a literal routes. `null` members are unknown. */
export interface RoutingColumn {
  readonly name: string;
  /** null: the column's type is unknown (nothing tracked): only canonical integers and plain strings route, as Vitess does. */
  readonly family: ColumnFamily | null;
  /** Lower-case `information_schema` DATA_TYPE (`char` strips trailing blanks, `binary` pads); null = unknown. */
  readonly dataType: string | null;
  readonly unsigned: boolean;
  /** Bits of integers, characters or bytes of text and binary, digits of decimals, 2 of YEAR(2). */
  readonly size: number | null;
  readonly scale: number | null;
  /** null also for columns without a collation. */
  readonly collation: string | null;
}

export interface RoutingKey {
  readonly table: string;
  readonly vindex: Vindex;
  readonly columns: readonly RoutingColumn[];
  /** Equality of the columns implies equality of the vindex's input (case- and pad-insensitive collations do not); else equality must not route. */
  readonly exact: boolean;
  /** Of a lookup vindex: its table, when the vschema has it. */
  readonly lookup?: LookupTable;
}

/** The table behind a lookup vindex, as far as reading and writing its rows needs to know it. */
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
  /** Other tables whose rows are found by it. */
  readonly users: readonly LookupUser[];
}

/** A table that has a lookup vindex which another one owns; `columns` in vindex order. */
export interface LookupUser {
  readonly table: string;
  readonly columns: readonly RoutingColumn[];
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
