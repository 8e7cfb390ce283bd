// The rows one table of a row write is about: out of what was read, each once, with their places.
import type { RowTarget } from '../../plan/row-target.ts';
import { present } from '../../util/assert.ts';
import type { RowView } from '../../value/row-view.ts';
import { storedVindexValue } from '../../vindex/routable.ts';
import type { RoutingColumn } from '../../vindex/routing-key.ts';
import { type Shard, type ShardMap, shardNamed, shardOf } from '../../vindex/shard-map.ts';
import type { KeyspaceId, VindexValue } from '../../vindex/vindex.ts';
import type { LookupEntry } from '../lookup/lookup-entry.ts';
import { rowView } from '../merge/row-views.ts';
import { shardMapOf } from '../resolve.ts';
import { type KeptRows, refuseDecimals } from '../rows-sink.ts';
import { literalWriter } from '../workspace/literals.ts';
import { rowIds } from './row-ids.ts';
import type { WriteUnit } from './unit.ts';

export interface TargetRow {
  /** In the order of the read, from 0. */
  readonly row: number;
  readonly identity: readonly VindexValue[];
  /** null where the identity keeps its value, or is not computed. */
  readonly identityAfter: readonly (VindexValue | null)[];
  /** Values of the primary vindex; empty for tables without one. */
  readonly primary: readonly VindexValue[];
  /** By lookup of the target. */
  readonly lookups: readonly (readonly VindexValue[])[];
  /** Literals of the values computed while reading. */
  readonly values: readonly string[];
  /** Of a table with a primary vindex. */
  readonly id: KeyspaceId | null;
  /** One, or all of a reference table. */
  readonly shards: readonly Shard[];
}

type Unplaced = Omit<TargetRow, 'id' | 'shards'>;

/** Rows an outer join did not find are not there; a row found several times counts once, as it was found first. */
export async function targetRows(
  unit: WriteUnit,
  target: RowTarget,
  read: KeptRows,
): Promise<readonly TargetRow[]> {
  const found = new Map<string, Unplaced>();
  const view = rowView(read.format, read.columns);
  const writers = target.values.map(({ cell }) =>
    literalWriter(cell, present(read.columns[cell], 'a column per cell')),
  );
  refuseDecimals(
    read,
    target.values.flatMap(({ cell, asText }) => (asText === true ? [cell] : [])),
  );
  for (const [row, payload] of read.rows.entries()) {
    view.load(payload);
    const identity = target.identity.map(({ column, cell }) => storedVindexValue(view.text(cell), column));
    if (identity.some((value) => value.kind === 'null')) continue;
    const text = JSON.stringify(identity);
    if (found.has(text)) continue;
    const values = writers.map((write) => write(view));
    found.set(text, { row, identity, values, ...vindexValues(target, view) });
  }
  return placed(unit, target, [...found.values()]);
}

function vindexValues(
  target: RowTarget,
  view: RowView,
): Pick<TargetRow, 'primary' | 'lookups' | 'identityAfter'> {
  const { place, after } = target;
  return {
    primary: place.kind === 'key' ? valuesAt(place.key.columns, place.cells, view) : [],
    lookups: target.lookups.map(({ key, cells }) => valuesAt(key.columns, cells, view)),
    identityAfter: (after?.identity ?? []).map((cell, i) =>
      cell === null
        ? null
        : storedVindexValue(view.text(cell), present(target.identity[i], 'a column').column),
    ),
  };
}

function valuesAt(
  columns: readonly RoutingColumn[],
  cells: readonly number[],
  view: RowView,
): readonly VindexValue[] {
  return columns.map((column, i) =>
    storedVindexValue(view.text(present(cells[i], 'a cell per column')), column),
  );
}

async function placed(
  unit: WriteUnit,
  target: RowTarget,
  rows: readonly Unplaced[],
): Promise<readonly TargetRow[]> {
  const map = shardMapOf(unit.execution, target.keyspace);
  const { place } = target;
  switch (place.kind) {
    case 'everywhere':
      return rows.map((row) => ({ ...row, id: null, shards: map.shards }));
    case 'shard': {
      const shard = present(shardNamed(map, place.shard), `shard ${place.shard}`);
      return rows.map((row) => ({ ...row, id: null, shards: [shard] }));
    }
    case 'key': {
      const ids = await rowIds(unit, target.table, place.key, rows);
      return rows.map((row, i) => {
        const id = present(ids[i], 'an id per row');
        return { ...row, id, shards: [shardOf(map, id)] };
      });
    }
  }
}

/** The row as one lookup vindex of the target (by position) sees it. */
export function lookupEntry(row: TargetRow, lookup: number): LookupEntry {
  const id = present(row.id, 'a row with lookups has a keyspace id');
  return { row: row.row, values: present(row.lookups[lookup], 'values'), primary: row.primary, id };
}

export function shardsInOrder(
  map: ShardMap,
  rows: readonly TargetRow[],
): readonly (readonly [Shard, readonly TargetRow[]])[] {
  return map.shards.flatMap((shard) => {
    const members = rows.filter((row) => row.shards.includes(shard));
    return members.length === 0 ? [] : [[shard, members] as const];
  });
}
