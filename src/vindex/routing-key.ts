// A vindex together with the columns it is computed from: what a predicate must match to route.
import type { ColumnFamily } from '../value/column-family.ts';
import type { LookupTable } from './lookup-table.ts';
import type { Vindex } from './vindex.ts';

/** As much of a column's type as decides whether a literal routes. `null` members are unknown. */
export interface RoutingColumn {
  readonly name: string;
  /** null: the column's type is unknown (nothing tracked): only canonical integers and plain strings route, as Vitess does. */
  readonly family: ColumnFamily | null;
  /** Lower-case `information_schema` DATA_TYPE (`char` strips trailing blanks, `binary` pads); null = unknown. */
  readonly dataType: string | null;
  readonly unsigned: boolean;
  /** Bits of integers, characters or bytes of text and binary, digits of decimals. */
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
