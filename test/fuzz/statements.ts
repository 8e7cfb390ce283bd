// Random SELECT statements over a world: blocks, set operations, CTEs.
import { choice, type Piece } from './piece.ts';
import { Random } from './random.ts';
import type { Generation, OutputColumn, Query, QueryRequest } from './scope.ts';
import { randomSelect } from './selects.ts';
import type { FuzzTable } from './tables.ts';
import type { Family } from './types.ts';

const shownFamilies: readonly (Family | null)[] = [
  null,
  null,
  'int',
  'int',
  'text',
  'dec',
  'float',
  'date',
  'datetime',
  'bytes',
];

export function randomStatement(seed: number, tables: readonly FuzzTable[]): Piece {
  const random = new Random(seed);
  let aliases = 0;
  const ctes: { name: string; output: readonly OutputColumn[] }[] = [];
  const generation: Generation = {
    random,
    tables,
    ctes,
    alias: () => `x${aliases++}`,
    query: (request) => innerQuery(generation, request),
  };
  const depth = random.weighted([
    [4, 0],
    [5, 1],
    [3, 2],
  ]);
  const families = random.times(random.int(1, 4), () => random.pick(shownFamilies));
  const request: QueryRequest = { families, outer: null, depth, exact: false, single: false };
  const clauses: Piece[] = [];
  while (random.chance(0.12)) clauses.push(cte(generation, ctes, depth));
  const body = random.chance(0.1)
    ? setOperation(generation, request, true)
    : randomSelect(generation, request, true);
  const lock = random.chance(0.02) ? ' FOR UPDATE' : '';
  const withClause: Piece =
    clauses.length === 0
      ? ''
      : ['WITH ', clauses.flatMap((one, index) => (index === 0 ? [one] : [', ', one])), ' '];
  return [withClause, body.piece, lock];
}

function cte(
  generation: Generation,
  ctes: { name: string; output: readonly OutputColumn[] }[],
  depth: number,
): Piece {
  const { random } = generation;
  const families = random.times(random.int(1, 3), () => null);
  const query = generation.query({
    families,
    outer: null,
    depth: Math.max(depth - 1, 0),
    exact: false,
    single: false,
  });
  const name = generation.alias();
  ctes.push({ name, output: query.output });
  return [`${name} AS (`, query.piece, ')'];
}

function innerQuery(generation: Generation, request: QueryRequest): Query {
  const { random } = generation;
  const isSet = !request.single && request.depth >= 0 && random.chance(0.06);
  return isSet ? setOperation(generation, request, false) : randomSelect(generation, request, false);
}

/** Branches of the same families; equal rows must be spelled alike, so every column is exact. */
function setOperation(generation: Generation, request: QueryRequest, top: boolean): Query {
  const { random } = generation;
  const exact: QueryRequest = { ...request, depth: Math.max(request.depth - 1, 0), exact: true };
  const families = request.families.map((family) => (family === null || family === 'float' ? 'int' : family));
  const branch = (): Query => randomSelect(generation, { ...exact, families }, false);
  const first = branch();
  const parts: Piece[] = [];
  for (let index = random.int(1, 2); index > 0; index--) {
    const operator = random.weighted([
      [4, ' UNION ALL '],
      [3, ' UNION '],
      [1, ' INTERSECT '],
      [1, ' EXCEPT '],
    ]);
    parts.push(operator, parenthesised(branch()));
  }
  const order: Piece =
    top && random.chance(0.5)
      ? choice(
          [
            ` ORDER BY ${families.map((_, index) => index + 1).join(', ')}`,
            random.chance(0.5) ? ` LIMIT ${random.int(1, 9)}` : '',
            { kind: 'mark', mark: 'ordered' },
          ],
          '',
        )
      : '';
  const output = first.output.map((column) => ({
    ...column,
    loose: column.family === 'text' || column.loose,
  }));
  return { piece: [parenthesised(first), parts, order], output };
}

/** A branch may end in ORDER BY and LIMIT of its own. */
function parenthesised(query: Query): Piece {
  return ['(', query.piece, ')'];
}
