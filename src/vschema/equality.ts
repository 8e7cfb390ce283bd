// Does equality of a column, as its collation sees it, imply equality of what a vindex computes from it?
import type { RoutingColumn } from '../vindex/routing-key.ts';
import type { Vindex } from '../vindex/vindex.ts';

/*
 * `WHERE c = 'abc'` finds every row whose c is equal under c's collation. If those rows may have different vindex values they
 * lie on different shards, and the predicate must not route.
 *  - Collations that compare code points without padding (`binary`, utf8mb4_0900_bin, MariaDB's *_nopad_bin): equal means the
 *    same bytes. Every vindex is exact.
 *  - *_bin (PAD SPACE): equal means the same bytes but for trailing spaces. Only vindexes that drop trailing spaces, the
 *    unicode_loose kinds, agree.
 *  - ascii_general_ci: besides, upper and lower case letters are equal: the unicode_loose kinds agree.
 *  - All others (general_ci: 'ß' = 's' = 'S', all emoji equal; unicode_ci and 0900_ai_ci: other versions of the collation
 *    algorithm than the unicode_loose kinds use): no vindex agrees for every value.
 * Numbers, dates and decimals are compared by value, and canonical text stands for the value.
 */
export function equalityExact(vindex: Vindex, column: RoutingColumn): boolean {
  switch (column.family) {
    case null:
    case 'integer':
    case 'year':
    case 'decimal':
    case 'date':
    case 'datetime':
    case 'binary':
      return true;
    case 'text':
      return textExact(column.collation, vindex.kind === 'functional' && vindex.equality === 'looseText');
    default:
      return false;
  }
}

/** `loose`: the vindex drops case, accents and trailing spaces. */
export function textExact(collation: string | null, loose: boolean): boolean {
  if (collation === null) return false;
  if (comparesCodePoints(collation)) return true;
  return loose && (collation.endsWith('_bin') || asciiCaseInsensitive.has(collation));
}

const asciiCaseInsensitive = new Set(['ascii_general_ci', 'ascii_general_nopad_ci']);

/** NO PAD and by code point: equality of text is equality of bytes, and order is byte order. */
export function comparesCodePoints(collation: string): boolean {
  return collation === 'binary' || collation === 'utf8mb4_0900_bin' || collation.endsWith('_nopad_bin');
}
