// Statements over lookup tables, spelled so that no setting of the client's session changes what they mean.
import { hexLiteral, quoteIdentifier } from '../../text/quote.ts';
import { bytesOf } from '../../vindex/key-bytes.ts';
import type { LookupTable, RoutingColumn } from '../../vindex/routing-key.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import type { VindexValue } from '../../vindex/vindex.ts';

/** A value as a literal that compares with the column as the column's own values do. */
export function valueLiteral(value: VindexValue, column: RoutingColumn): string {
  switch (value.kind) {
    case 'null':
      return 'NULL';
    case 'integer':
    case 'decimal':
      return column.family === 'text' ? textLiteral(value.text) : value.text;
    case 'date':
    case 'datetime':
      return `'${value.text}'`;
    case 'bytes':
      return column.family === 'binary' ? hexLiteral(bytesOf(value.text)) : textLiteral(value.text);
  }
}

/** Text of vindex values is UTF-8; the column compares it by its own collation. */
function textLiteral(text: string): string {
  return `_utf8mb4 ${hexLiteral(bytesOf(text))}`;
}

export function tableName(shard: Shard, table: string): string {
  return `${quoteIdentifier(shard.database)}.${quoteIdentifier(table)}`;
}

/** `(a = 1 AND b = 2)`; the tuple may be shorter than the columns. NULL-safe, so that NULL finds NULL. */
export function tupleEquals(columns: readonly RoutingColumn[], tuple: readonly VindexValue[]): string {
  const parts = tuple.map((value, i) => {
    const column = columns[i];
    if (column === undefined) throw new Error('assertion failed: more values than columns');
    const name = quoteIdentifier(column.name);
    return value.kind === 'null' ? `${name} IS NULL` : `${name} = ${valueLiteral(value, column)}`;
  });
  return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(' AND ')})`;
}

/** A condition that holds for rows with any of the tuples. */
export function anyTuple(
  columns: readonly RoutingColumn[],
  tuples: readonly (readonly VindexValue[])[],
): string {
  const [column] = columns;
  const single = tuples.every((tuple) => tuple.length === 1 && tuple[0]?.kind !== 'null');
  if (!single || column === undefined || tuples.length === 1) {
    return tuples.map((tuple) => tupleEquals(columns, tuple)).join(' OR ');
  }
  const literals = tuples.flatMap((tuple) => tuple.map((value) => valueLiteral(value, column)));
  return `${quoteIdentifier(column.name)} IN (${literals.join(', ')})`;
}

/** Ends every SELECT of ours: a client's sql_select_limit must not cut it short. */
export const allRows = 'LIMIT 18446744073709551615';

export function columnList(table: LookupTable): string {
  return [...table.from, table.to].map((column) => quoteIdentifier(column.name)).join(', ');
}
