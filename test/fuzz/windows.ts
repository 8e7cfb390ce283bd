// Random window functions, each over a window that determines its result.
import type { Piece } from './piece.ts';
import { columnsIn, type Generation, pickColumn, type Scope, type Typed } from './scope.ts';
import type { Family } from './types.ts';

const frames = [
  'ROWS BETWEEN 2 PRECEDING AND CURRENT ROW',
  'ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING',
  'ROWS BETWEEN 1 FOLLOWING AND 3 FOLLOWING',
  'ROWS 1 PRECEDING',
] as const;

/** null when the scope has nothing to number its rows by, or the family has no function. */
export function windowFunction(generation: Generation, scope: Scope, family: Family | null): Typed | null {
  const { random } = generation;
  const keys = scope.sources.map((source) => source.key);
  const total = keys.some((key) => key === null) ? null : keys.flatMap((key) => key ?? []);
  const column = pickColumn(random, { ...scope, outer: null }, null);
  const sums = columnsIn(scope).filter(
    (one) => one.summable && (one.family === 'int' || one.family === 'dec'),
  );
  const sum = random.maybe(sums);
  if (column === null) return null;
  const partition = random.chance(0.6)
    ? `PARTITION BY ${pickColumn(random, { ...scope, outer: null }, null)?.ref ?? '1'} `
    : '';
  const ranked =
    column.family === 'json'
      ? null
      : `${partition}ORDER BY ${column.ref}${random.chance(0.3) ? ' DESC' : ''}`;
  const framed = total === null ? null : `${partition}ORDER BY ${total.join(', ')} ${random.pick(frames)}`;
  const numbered = total === null ? null : `${partition}ORDER BY ${total.join(', ')}`;
  if (family === null || family === 'int') {
    const text = random.weighted<string | null>([
      [3, numbered === null ? null : `ROW_NUMBER() OVER (${numbered})`],
      [2, ranked === null ? null : `RANK() OVER (${ranked})`],
      [1, ranked === null ? null : `DENSE_RANK() OVER (${ranked})`],
      [2, `COUNT(*) OVER (${partition})`],
      [1, ranked === null ? null : `COUNT(${column.ref}) OVER (${ranked})`],
      [1, numbered === null ? null : `NTILE(3) OVER (${numbered})`],
    ]);
    return text === null ? null : typed(text, 'int');
  }
  if (family === 'dec' && sum !== null) {
    const text = random.weighted<string | null>([
      [2, `SUM(${sum.ref}) OVER (${partition})`],
      [2, ranked === null ? null : `SUM(${sum.ref}) OVER (${ranked})`],
      [
        1,
        framed === null ? null : `${random.pick(['SUM', 'AVG', 'MIN', 'MAX'])}(${sum.ref}) OVER (${framed})`,
      ],
    ]);
    return text === null ? null : typed(text, 'dec');
  }
  // A zero date and the NULL beyond the partition's end sort alike.
  if (numbered === null || column.family !== family || family === 'datetime' || family === 'date')
    return null;
  const name = random.pick(['LAG', 'LEAD', 'FIRST_VALUE', 'LAST_VALUE']);
  return { ...typed(`${name}(${column.ref}) OVER (${numbered})`, family), loose: column.loose };
}

function typed(piece: Piece, family: Family): Typed {
  return { piece, family, loose: false, summable: false, values: [] };
}
