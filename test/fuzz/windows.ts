// Random window functions, each over a window that determines its result.
import type { Piece } from './piece.ts';
import { columnsIn, type Generation, pickColumn, type Scope, type Typed } from './scope.ts';
import type { Family } from './types.ts';

const frames = [
  'ROWS BETWEEN 2 PRECEDING AND CURRENT ROW',
  'ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING',
  'ROWS BETWEEN 1 FOLLOWING AND 3 FOLLOWING',
  'ROWS 1 PRECEDING',
  'ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING',
] as const;

/** By values, not by rows: rows that tie share a frame. */
const ranges = [
  'RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW',
  'RANGE BETWEEN 1 PRECEDING AND 2 FOLLOWING',
  'RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING',
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
      [
        1,
        total === null
          ? null
          : `COUNT(${column.ref}) OVER (${partition}ORDER BY ${total.join(', ')} ${random.pick(frames)})`,
      ],
      [0.5, sum === null || sum.family !== 'int' ? null : `BIT_OR(${sum.ref}) OVER (${partition})`],
    ]);
    return text === null ? null : typed(text, 'int');
  }
  if (family === 'dec' && sum !== null) {
    const text = random.weighted<string | null>([
      [2, `SUM(${sum.ref}) OVER (${partition})`],
      [2, ranked === null ? null : `SUM(${sum.ref}) OVER (${ranked})`],
      [1, `SUM(${sum.ref}) OVER (${partition}ORDER BY ${sum.ref} % 100 ${random.pick(ranges)})`],
      [0.7, `MEDIAN(${sum.ref}) OVER (${partition === '' ? 'PARTITION BY 1' : partition})`],
      [
        1,
        framed === null ? null : `${random.pick(['SUM', 'AVG', 'MIN', 'MAX'])}(${sum.ref}) OVER (${framed})`,
      ],
    ]);
    return text === null ? null : typed(text, 'dec');
  }
  if (family === 'float' && ranked !== null && random.chance(0.6)) {
    return typed(`ROUND(${random.pick(['PERCENT_RANK', 'CUME_DIST'])}() OVER (${ranked}), 6)`, 'float');
  }
  // A zero date and the NULL beyond the partition's end sort alike.
  if (numbered === null || column.family !== family || family === 'datetime' || family === 'date')
    return null;
  if (random.chance(0.3)) {
    const call = random.pick([
      `LAG(${column.ref}, 2)`,
      `LEAD(${column.ref}, 3)`,
      `NTH_VALUE(${column.ref}, 2)`,
    ]);
    return { ...typed(`${call} OVER (${numbered})`, family), loose: column.loose };
  }
  const name = random.pick(['LAG', 'LEAD', 'FIRST_VALUE', 'LAST_VALUE']);
  return { ...typed(`${name}(${column.ref}) OVER (${numbered})`, family), loose: column.loose };
}

function typed(piece: Piece, family: Family): Typed {
  return { piece, family, loose: false, summable: false, values: [] };
}
