// Random SELECT statements over a world: blocks, set operations, CTEs.
import { choice, type Piece, render } from './piece.ts';
import { Random } from './random.ts';
import type { Generation, Query, QueryRequest } from './scope.ts';
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
  const generation = newGeneration(random, tables);
  const { ctes } = generation;
  const depth = random.weighted([
    [4, 0],
    [5, 1],
    [3, 2],
  ]);
  const families = random.times(random.int(1, 4), () => random.pick(shownFamilies));
  const request: QueryRequest = { families, outer: null, depth, exact: false, single: false };
  const clauses: Piece[] = [];
  const recursive = random.chance(0.03);
  if (recursive) clauses.push(counter(generation, ctes));
  while (random.chance(0.12)) clauses.push(cte(generation, ctes, depth));
  const body = random.chance(0.1)
    ? setOperation(generation, request, true)
    : randomSelect(generation, request, true);
  const lock = random.chance(0.02) ? ' FOR UPDATE' : '';
  const withClause: Piece =
    clauses.length === 0
      ? ''
      : [
          recursive ? 'WITH RECURSIVE ' : 'WITH ',
          clauses.flatMap((one, index) => (index === 0 ? [one] : [', ', one])),
          ' ',
        ];
  return [withClause, body.piece, lock];
}

/** Views over the tables of keyspace shop, one or none; each is named and read like a table. */
export function randomViews(seed: number, tables: readonly FuzzTable[]): readonly FuzzTable[] {
  const random = new Random(seed ^ 0x71e3);
  const inShop = tables.filter((table) => table.kind !== 'unsharded');
  return random.times(random.int(0, 2), (index): FuzzTable => {
    const generation = newGeneration(random, inShop);
    const families = random.times(random.int(2, 4), () => random.pick(shownFamilies));
    const { piece, output } = randomSelect(
      generation,
      { families, outer: null, depth: 0, exact: false, single: false },
      false,
    );
    const name = `v${index}`;
    const columns = output.map(({ name: column, ...type }) => {
      return { name: column, type: { sql: '', ...type }, nullable: true, sharding: false };
    });
    const createSql = `CREATE VIEW ${name} AS ${render(piece, false).sql}`;
    return { name, spelled: name, kind: 'view', domain: null, columns, primaryKey: [], createSql, rows: [] };
  });
}

function newGeneration(
  random: Random,
  tables: readonly FuzzTable[],
): Generation & { readonly ctes: CteInSight[] } {
  let aliases = 0;
  const generation = {
    random,
    tables,
    ctes: [] as CteInSight[],
    mixesFamilies: true,
    alias: () => `x${aliases++}`,
    query: (request: QueryRequest): Query => innerQuery(generation, request),
  };
  return generation;
}

type CteInSight = Generation['ctes'][number];

function cte(generation: Generation, ctes: CteInSight[], depth: number): Piece {
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
  if (!random.chance(0.3)) {
    ctes.push({ name, output: query.output });
    return [`${name} AS (`, query.piece, ')'];
  }
  const output = query.output.map((column, index) => ({ ...column, name: `c${index}` }));
  ctes.push({ name, output });
  return [`${name} (${output.map((column) => column.name).join(', ')}) AS (`, query.piece, ')'];
}

/** Numbers from a recursion, to be joined with. */
function counter(generation: Generation, ctes: CteInSight[]): Piece {
  const name = generation.alias();
  const to = generation.random.int(2, 9);
  const output = { name: 'n', family: 'int', loose: false, summable: true, values: ['1', '2', '5'] } as const;
  ctes.push({ name, output: [output] });
  const table = generation.random.chance(0.5)
    ? generation.random.maybe(generation.tables.filter((one) => one.kind !== 'view'))
    : null;
  if (table === null) return `${name} (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM ${name} WHERE n < ${to})`;
  // Through rows, which may be on any shard.
  const alias = generation.alias();
  return `${name} (n) AS (SELECT 1 UNION SELECT ${alias}.id FROM ${name} JOIN ${table.spelled} AS ${alias} ON ${alias}.id = ${name}.n + 1 OR ${alias}.id = ${name}.n * 2)`;
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
      [0.4, ' INTERSECT ALL '],
      [0.4, ' EXCEPT ALL '],
    ]);
    const nested = random.chance(0.2)
      ? [
          parenthesised(branch()),
          random.pick([' UNION ALL ', ' EXCEPT ', ' INTERSECT ']),
          parenthesised(branch()),
        ]
      : null;
    parts.push(operator, nested === null ? parenthesised(branch()) : ['(', nested, ')']);
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
