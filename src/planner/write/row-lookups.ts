// The lookup vindexes of a table that is written: which rows of theirs must follow, and where the values stand.
import { shardgateError } from '../../errors/catalog.ts';
import type { RowLookup } from '../../plan/row-target.ts';
import { mergesValues } from '../../vindex/merges-values.ts';
import type { RoutingKey } from '../../vindex/routing-key.ts';
import type { Table } from '../../vschema/model.ts';
import { lower } from '../bind/columns-of.ts';

/**
 * `cellOf`: position of a column's value, -1 when it has none (then its default). Throws SG6034 when a lookup table is not
 * known. The primary vindex is not among them, whatever its kind.
 */
export function rowLookups(table: Table, cellOf: (column: string) => number): readonly RowLookup[] {
  return table.columnVindexes.slice(1).flatMap((key): readonly RowLookup[] => {
    const { vindex } = key;
    if (vindex.kind !== 'lookup') return [];
    if (key.lookup === undefined) {
      throw shardgateError('SG6034', { table: table.name, vindex: vindex.name, lookup: vindex.table });
    }
    return [
      {
        key,
        cells: key.columns.map((column) => cellOf(lower(column.name))),
        owned: isOwned(table, key),
        uniqueKey: uniqueKeyName(table, key),
        shared: !vindex.unique && !oneRowPerId(table),
      },
    ];
  });
}

export function isOwned(table: Table, key: RoutingKey): boolean {
  return key.vindex.kind === 'lookup' && key.vindex.owner === table.name;
}

export function ownsLookups(table: Table): boolean {
  return table.columnVindexes.some((key) => isOwned(table, key));
}

function uniqueKeyName(table: Table, key: RoutingKey): string {
  const wanted = new Set(key.columns.map((column) => lower(column.name)));
  const same = table.keys.find(
    (one) =>
      one.unique &&
      one.columns.length === wanted.size &&
      one.columns.every((name) => wanted.has(lower(name))),
  );
  return same?.name ?? key.vindex.name;
}

/** A unique key within the sharding columns, whose values have ids of their own. */
function oneRowPerId(table: Table): boolean {
  if (mergesValues(table.columnVindexes[0]?.vindex)) return false;
  const sharding = new Set(table.columnVindexes[0]?.columns.map((column) => lower(column.name)));
  return table.keys.some(
    (key) => key.unique && !key.partial && key.columns.every((name) => sharding.has(lower(name))),
  );
}
