// What is known of a column's type, through derived tables; and when equality of two columns means equal routing values.

import type { Column } from '../../vschema/model.ts';
import { lower, outputOf } from '../bind/columns-of.ts';
import type { ColumnId } from '../bind/model.ts';

/** `unknown`: nobody told us the table's columns. `computed`: an expression's result. */
export function typeOf(column: ColumnId): Column | 'unknown' | 'computed' {
  const { source, name } = column;
  if (source.kind === 'function') return 'computed';
  if (source.kind === 'table') {
    if (source.table.columns === null) return 'unknown';
    return source.table.columns.find((one) => lower(one.name) === name) ?? 'computed';
  }
  const inner = originOf(column);
  return inner === null ? 'computed' : typeOf(inner);
}

/** The column one level down that a derived table's column shows unchanged; null for expressions and set operations. */
export function originOf(column: ColumnId): ColumnId | null {
  const { source, name } = column;
  if (source.kind !== 'query') return null;
  const output = outputOf(source.query);
  if (output === null) return null;
  const named = source.columns.length > 0 ? source.columns : output.map((one) => one.name);
  const index = named.findIndex((one) => lower(one) === name);
  return output[index]?.column ?? null;
}

/**
 * Whether `a = b` carries a value's bytes from one column to the other. Numbers equal text loosely ('7abc' = 7), texts of
 * different collations or under loose ones equal differently: those say nothing about where the other row is.
 * Columns nobody described are taken at their word, as the vschema is.
 */
export function equalityCarries(a: ColumnId, b: ColumnId): boolean {
  const left = typeOf(a);
  const right = typeOf(b);
  if (left === 'computed' || right === 'computed') return false;
  if (left === 'unknown' || right === 'unknown') return left === right;
  if (left.family !== right.family) return false;
  switch (left.family) {
    case 'integer':
    case 'date':
      return true;
    case 'year':
      return left.size === right.size;
    case 'decimal':
    case 'datetime':
      return left.scale === right.scale;
    case 'text':
    case 'binary':
      return (
        left.collation === right.collation &&
        left.charset === right.charset &&
        left.dataType === right.dataType
      );
    default:
      return false;
  }
}
