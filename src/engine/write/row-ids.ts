// Keyspace ids of rows that are there.
import type { RoutingKey } from '../../vindex/routing-key.ts';
import type { KeyspaceId, VindexValue } from '../../vindex/vindex.ts';
import { noPlaceOf } from '../insert/insert-places.ts';
import { idsOfTuples } from '../lookup/lookup-ids.ts';
import type { WriteUnit } from './unit.ts';

/** By their primary vindex. Throws SG6030 for a value that has none. */
export async function rowIds(
  unit: WriteUnit,
  table: string,
  key: RoutingKey,
  rows: readonly { readonly primary: readonly VindexValue[] }[],
): Promise<readonly KeyspaceId[]> {
  const { vindex } = key;
  if (vindex.kind === 'functional') {
    return rows.map(({ primary }, row) => {
      const mapping = vindex.map(primary);
      if (mapping.kind !== 'id') throw noPlaceOf(table, key, row);
      return mapping.id;
    });
  }
  const ids = await idsOfTuples(
    unit,
    key,
    rows.map(({ primary }) => primary),
  );
  return ids.map((found, row) => {
    const [id] = found;
    if (id === undefined) throw noPlaceOf(table, key, row);
    return id;
  });
}
