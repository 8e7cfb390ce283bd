// Keys of a fragment's table on the workspace: those that hold over all shards, and indexes worth their price.
import type { FragmentKey } from '../../../plan/nodes.ts';
import type { Column, Key } from '../../../vschema/model.ts';
import { lower } from '../../bind/columns-of.ts';
import type { ColumnId, TableSource } from '../../bind/model.ts';
import { typeOf } from '../../facts/column-type.ts';
import { sameColumn } from '../../facts/fact.ts';
import type { Flow } from '../../facts/held.ts';

/** Longest text or binary column, in characters, that an index without prefix surely takes (3072 bytes, utf8mb4). */
const indexedCharactersMax = 191;

/**
 * Keys of the table whose columns are all in the fragment. A unique key holds over all shards when it contains the sharding
 * columns, or when all rows come from one shard; otherwise it becomes a plain index.
 */
export function fragmentKeys(source: TableSource, names: ReadonlySet<string>): readonly FragmentKey[] {
  const keys: FragmentKey[] = [];
  for (const key of source.table.keys) {
    if (key.partial || key.fulltext || !key.columns.every((column) => names.has(lower(column)))) continue;
    if (!key.columns.every((column) => isIndexable(source, column))) continue;
    const unique = key.unique && holdsEverywhere(source, key);
    keys.push({ unique, primary: unique && key.name === 'PRIMARY', columns: key.columns });
  }
  return keys;
}

/** The columns by which a server keeps the table's rows in order, when no two rows of any shards share them; else null. */
export function clusteringColumns(source: TableSource): readonly ColumnId[] | null {
  const key = source.table.keys.find((one) => one.name === 'PRIMARY' && !one.partial);
  if (key === undefined || !holdsEverywhere(source, key)) return null;
  if (!key.columns.every((column) => isIndexable(source, column))) return null;
  return key.columns.map((name) => ({ source, name: lower(name) }));
}

function holdsEverywhere(source: TableSource, key: Key): boolean {
  const { table } = source;
  if (table.kind !== 'sharded') return true;
  const [primary] = table.columnVindexes;
  if (primary === undefined || !primary.exact) return false;
  const columns = key.columns.map(lower);
  return primary.columns.every((column) => columns.includes(lower(column.name)));
}

function isIndexable(source: TableSource, name: string): boolean {
  const column = source.table.columns?.find((one) => lower(one.name) === lower(name));
  return column !== undefined && isIndexableType(column);
}

function isIndexableType(column: Column): boolean {
  switch (column.family) {
    case 'text':
    case 'binary':
      return (
        !/(text|blob)$/.test(column.dataType) &&
        (column.size ?? indexedCharactersMax + 1) <= indexedCharactersMax
      );
    case 'json':
    case 'geometry':
    case 'other':
      return false;
    default:
      return true;
  }
}

/**
 * Whether a column is compared with a column of like type anywhere: joins and correlations want an index on it. Not with
 * anything else: where the table itself has no such index, it must not change the answer, and MariaDB finds NULLs for
 * `t LEFT JOIN ... ON t.datetime = (a constant column of an empty derived table)` by an index, and 7 for `i = 7.4` (trap 12).
 */
export function isJoined(column: ColumnId, flow: Flow): boolean {
  if (column.source.kind !== 'table') return false;
  if (!isIndexable(column.source, column.name)) return false;
  for (const { facts } of flow.held.values()) {
    for (const fact of facts) {
      if (fact.kind !== 'same' || sameColumn(fact.left, fact.right)) continue;
      const involved = sameColumn(fact.left, column) || sameColumn(fact.right, column);
      if (involved && isAlike(fact.left, fact.right)) return true;
    }
  }
  return false;
}

/** Columns whose comparison an index serves without converting a value. Untracked ones are taken at their word. */
function isAlike(a: ColumnId, b: ColumnId): boolean {
  const [left, right] = [typeOf(a), typeOf(b)];
  if (left === 'computed' || right === 'computed') return false;
  if (left === 'unknown' || right === 'unknown') return true;
  const known = left.collation !== null && right.collation !== null;
  return left.family === right.family && (!known || left.collation === right.collation);
}
