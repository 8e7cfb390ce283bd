// What a plan says of the rows one table loses, gains or changes: how they are named, where they are, which lookup rows follow.
import type { Template } from '../text/template.ts';
import type { RoutingColumn, RoutingKey } from '../vindex/routing-key.ts';

/** A lookup vindex of a written table and where a row (of VALUES, or of what was read) has the values of its columns. */
export interface RowLookup {
  /** With its lookup table. */
  readonly key: RoutingKey;
  /** One position per column; -1: the column's default. */
  readonly cells: readonly number[];
  /** The table's own: its rows change with the lookup rows. Else the values must be known there already. */
  readonly owned: boolean;
  /** Name of the table's unique key over the columns, for the words of a duplicate; the vindex's when it has none. */
  readonly uniqueKey: string;
  /** Several rows of one keyspace id may have the same values, and then share a lookup row. */
  readonly shared: boolean;
}

/** A table whose rows are changed. Cells are columns of the rows read. */
export interface RowTarget {
  readonly keyspace: string;
  readonly table: string;
  /** A unique key without NULLs; NULL in a row read: an outer join found no row of this table. */
  readonly identity: readonly ReadCell[];
  readonly place: RowPlace;
  /** The lookup vindexes whose rows follow; of an UPDATE only those it may change. */
  readonly lookups: readonly RowLookup[];
  /** `DELETE FROM t`, or `UPDATE t SET ...` with the assignments that a server can compute from the row alone. */
  readonly head: Template;
  /** Behind the WHERE of ours: ORDER BY, or nothing. */
  readonly tail: Template;
  /** False: `head` ends in SET, and `values` begin the assignments. */
  readonly assigns: boolean;
  /** The assignments of `head` take a DEFAULT that may be missing: servers say so (1364) also where no row is met. */
  readonly takesMissingDefault?: true;
  /** Assignments computed while reading. `asText`: it may not be a decimal (SG6052). */
  readonly values: readonly { readonly column: string; readonly cell: number; readonly asText?: true }[];
  /** Not null: vindexes may see another row after the UPDATE. */
  readonly after: RowAfter | null;
}

export interface ReadCell {
  readonly column: RoutingColumn;
  readonly cell: number;
}

/**
 *  - key: each row on the shard of its keyspace id; cells hold the values of the vindex's columns
 *  - shard: a table that is on one shard only, by name
 *  - everywhere: a reference table
 */
export type RowPlace =
  | { readonly kind: 'key'; readonly key: RoutingKey; readonly cells: readonly number[] }
  | { readonly kind: 'shard'; readonly shard: string }
  | { readonly kind: 'everywhere' };

/** What to look at when rows have been updated in place. */
export interface RowAfter {
  /** Per column of the identity the cell of its new value; null: it keeps its value. */
  readonly identity: readonly (number | null)[];
  /** Columns that make a copy of a row which belongs to another shard now; null: rows stay where they are. */
  readonly copied: readonly CopiedColumn[] | null;
}

/** How a column travels to another shard without losing anything. */
export interface CopiedColumn {
  readonly name: string;
  /**
   *  - plain: as it is; number: as its number (`c+0`: BIT, ENUM, SET)
   *  - double: `c+0e0` (FLOAT prints six digits)
   *  - text: as UTF-8 bytes; document: JSON as text
   */
  readonly as: 'plain' | 'number' | 'double' | 'text' | 'document';
}
