// How the bytes of a sorted column compare, by the column's type; and what must be asked of the shards to compare them.
import type { FoldColumn, SortKey } from '../../plan/nodes.ts';
import type { Column } from '../../vschema/model.ts';
import { padWeight } from '../weights.ts';

export interface Comparator {
  readonly compare: SortKey['compare'];
  readonly padHex: string | null;
  /** Wraps the column when its own bytes do not order; null: they do. `before` and `after` surround its text. */
  readonly wrap: { readonly before: string; readonly after: string } | null;
}

const plain = (compare: SortKey['compare']): Comparator => ({ compare, padHex: null, wrap: null });
const plus = (compare: SortKey['compare'], operand: string): Comparator => ({
  compare,
  padHex: null,
  wrap: { before: '(', after: `)+${operand}` },
});

/**
 * null: no byte order is known to equal the server's, so the statement is finished by a server.
 *  - FLOAT prints six digits only: its exact value is f+0e0.
 *  - ENUM and SET order by number, not by name; BIT as an integer.
 *  - TIMESTAMP texts are local time, which is not monotone: seconds since 1970 are.
 *  - YEAR(2) shows two digits of four: 70 is before 00.
 *  - Text by the weights of its collation where trap-tested padding rules are known.
 */
export function comparatorOf(column: Column): Comparator | null {
  switch (column.family) {
    case 'year':
      return column.size === 2 ? null : plain('number');
    case 'integer':
    case 'decimal':
      return column.columnType.includes('zerofill') ? plus('number', '0') : plain('number');
    case 'date':
    case 'datetime':
      return plain('temporal');
    case 'time':
      return plain('time');
    case 'timestamp':
      return { compare: 'number', padHex: null, wrap: { before: 'UNIX_TIMESTAMP(', after: ')' } };
    case 'float':
      return column.dataType === 'float' ? plus('float', '0e0') : plain('float');
    case 'enum':
    case 'set':
    case 'bit':
      return plus('number', '0');
    case 'binary':
      return plain('bytes');
    case 'text': {
      const padHex = padWeight(column.collation);
      if (padHex === undefined) return null;
      return { compare: 'weight', padHex, wrap: { before: 'WEIGHT_STRING(', after: ')' } };
    }
    case 'json':
    case 'geometry':
    case 'other':
      return null;
  }
}

/** How MIN and MAX of a column fold; null when the column's own bytes do not order as its values. */
export function foldComparator(column: Column): FoldColumn['compare'] | null {
  const comparator = comparatorOf(column);
  if (comparator === null || comparator.wrap !== null || comparator.compare === 'bytes') return null;
  return comparator.compare;
}
