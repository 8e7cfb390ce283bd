// Random predicates: comparisons, lists, ranges, NULL logic, subqueries.
import { expression, literal } from './expressions.ts';
import { choice, list, type Piece } from './piece.ts';
import { type Column, columnsIn, type Generation, pickColumn, type Scope } from './scope.ts';
import type { Family } from './types.ts';

const comparable: readonly Family[] = [
  'int',
  'int',
  'int',
  'dec',
  'float',
  'text',
  'text',
  'bytes',
  'date',
  'datetime',
  'time',
];
const operators = ['=', '=', '<', '<=', '>', '>=', '>', '>=', '<>', '!=', '<=>'];

export function predicate(generation: Generation, scope: Scope, depth: number): Piece {
  const { random } = generation;
  const simple = leaf(generation, scope, depth);
  if (depth <= 0 || random.chance(0.6)) return simple;
  const other = predicate(generation, scope, depth - 1);
  const made = random.weighted<Piece>([
    [4, list([simple, other], ' AND ')],
    [4, ['(', list([simple, other], ' OR '), ')']],
    [1, ['NOT (', simple, ')']],
    [0.5, ['(', simple, ') IS NOT TRUE']],
    [
      0.5,
      list(
        [
          ['(', simple, ')'],
          ['(', other, ')'],
        ],
        ' XOR ',
      ),
    ],
  ]);
  return choice(made, simple);
}

function leaf(generation: Generation, scope: Scope, depth: number): Piece {
  const { random } = generation;
  const make = random.weighted<() => Piece>([
    [5, () => keyPredicate(generation, scope)],
    [6, () => comparison(generation, scope, depth)],
    [2, () => inList(generation, scope)],
    [2, () => between(generation, scope)],
    [1, () => like(generation, scope)],
    [1.5, () => [anyColumn(generation, scope), random.pick([' IS NULL', ' IS NOT NULL'])]],
    [depth > 0 ? 3 : 0, () => subqueryPredicate(generation, scope, depth)],
    [1, () => oddTest(generation, scope, depth)],
    [0.3, () => random.pick(['TRUE', '1 = 0', 'NULL', '1'])],
  ]);
  return make();
}

/**
 * To compare with: numbers of other kinds are left out, because MariaDB finds 2 for `i = 1.50` where an index serves it, and
 * nothing without.
 */
function otherFamily({ random, mixesFamilies }: Generation, family: Family): Family {
  if (!mixesFamilies) return family;
  const isNumber = family === 'int' || family === 'dec' || family === 'float';
  return isNumber ? random.pick(['text', 'date', family]) : random.pick(comparable);
}

/** What is no comparison of two scalars. */
function oddTest(generation: Generation, scope: Scope, depth: number): Piece {
  const { random } = generation;
  const of = (family: Family): Piece => expression(generation, scope, family, depth).piece;
  const column = (): Piece => anyColumn(generation, scope);
  return random.pick<Piece>([
    [of('int'), random.pick([' IS TRUE', ' IS NOT TRUE', ' IS FALSE', ' IS UNKNOWN'])],
    [of('text'), random.pick([" REGEXP '^[a-c]'", " NOT REGEXP 's'", " RLIKE 'e|z'"])],
    [of('text'), ' LIKE ', of('text')],
    ['(', of('int'), ', ', of('int'), random.pick([') = (', ') < (', ') >= (', ') <> (']), of('int'), ', 2)'],
    [of('int'), ' BETWEEN ', of('int'), ' AND ', of('int')],
    [of('date'), ' NOT BETWEEN ', of('date'), ' AND ', of('datetime')],
    [of('int'), ' IN (', of('int'), ', ', of('int'), ', 3)'],
    [of('dec'), ' IN (', of('dec'), ', ', of('int'), ')'],
    of('int'),
    ['NOT ', of('int')],
    ['ISNULL(', column(), ')'],
    ['COALESCE(', of('int'), ', 0) > 1'],
    ['NULLIF(', of('int'), ', 3) IS NULL'],
    ['EXISTS (SELECT 1 FROM DUAL WHERE ', of('int'), ' > 2)'],
    [of('int'), ' = (SELECT ', of('int'), ')'],
  ]);
}

/** On sharding columns, in the forms that route. */
function keyPredicate(generation: Generation, scope: Scope): Piece {
  const { random } = generation;
  const keys = columnsIn(scope).filter((column) => column.shardKey !== null);
  const key = random.maybe(keys);
  if (key === null) return comparison(generation, scope, 0);
  const value = (): Piece => literal(random, key.family, key.values);
  const other = random.maybe(keys.filter((column) => column !== key && column.family === key.family));
  return random.weighted<Piece>([
    [5, [key.ref, ' = ', value()]],
    [1, [value(), ' = ', key.ref]],
    [3, [key.ref, ' IN (', list(random.times(random.int(1, 4), value)), ')']],
    [2, [key.ref, ' BETWEEN ', value(), ' AND ', value()]],
    [2, [key.ref, random.pick([' < ', ' <= ', ' > ', ' >= ']), value()]],
    [1, [key.ref, ' <> ', value()]],
    [1, [key.ref, ' <=> ', value()]],
    [1, ['(', key.ref, ' = ', value(), ' OR ', key.ref, ' = ', value(), ')']],
    [other === null ? 0 : 3, [key.ref, ' = ', other?.ref ?? '']],
    [1, rowIn(generation, scope, key)],
    [key.family === 'text' ? 2 : 0, [key.ref, ' LIKE ', random.pick(["'a%'", "'%b'", "'A_'", "'e%'", "''"])]],
    [0.5, [key.ref, ' = ', literal(random, otherFamily(generation, key.family))]],
  ]);
}

function rowIn(generation: Generation, scope: Scope, key: Column): Piece {
  const { random } = generation;
  const other = pickColumn(random, scope, null) ?? key;
  const row = (): Piece => [
    '(',
    literal(random, key.family, key.values),
    ', ',
    literal(random, other.family, other.values),
    ')',
  ];
  return ['(', key.ref, ', ', other.ref, ') IN (', list([row(), row()]), ')'];
}

function anyColumn(generation: Generation, scope: Scope): Piece {
  return pickColumn(generation.random, scope, null)?.ref ?? '1';
}

function comparison(generation: Generation, scope: Scope, depth: number): Piece {
  const { random } = generation;
  const family = random.pick(comparable);
  const operator = ` ${random.pick(operators)} `;
  const column = pickColumn(random, scope, family);
  if (column !== null && random.chance(0.75)) {
    const right = random.chance(0.6)
      ? literal(random, family, column.values)
      : partnerOf(generation, scope, column);
    return [column.ref, operator, right];
  }
  const left = expression(generation, scope, family, depth);
  return [
    left.piece,
    operator,
    expression(
      generation,
      scope,
      random.chance(0.9) ? left.family : otherFamily(generation, left.family),
      depth,
    ).piece,
  ];
}

/** Another column of the family; texts under one collation, so that most of them compare at all. */
function partnerOf(generation: Generation, scope: Scope, column: Column): Piece {
  const { random } = generation;
  const other = pickColumn(random, scope, column.family);
  if (other === null) return literal(random, column.family, column.values);
  if (column.family !== 'text' || random.chance(0.5)) return other.ref;
  return [
    other.ref,
    random.pick([' COLLATE utf8mb4_general_ci', ' COLLATE utf8mb4_bin', ' COLLATE utf8mb4_unicode_ci']),
  ];
}

function inList(generation: Generation, scope: Scope): Piece {
  const { random } = generation;
  const family = random.pick(comparable);
  const column = pickColumn(random, scope, family);
  const items = random.times(random.int(1, 5), () => literal(random, family, column?.values));
  if (random.chance(0.15)) items.push('NULL');
  const left = column?.ref ?? literal(random, family);
  return [left, random.chance(0.25) ? ' NOT IN (' : ' IN (', list(items), ')'];
}

function between(generation: Generation, scope: Scope): Piece {
  const { random } = generation;
  const family = random.pick(comparable);
  const column = pickColumn(random, scope, family);
  const bound = (): Piece => literal(random, family, column?.values);
  return [column?.ref ?? bound(), random.chance(0.2) ? ' NOT' : '', ' BETWEEN ', bound(), ' AND ', bound()];
}

function like(generation: Generation, scope: Scope): Piece {
  const { random } = generation;
  const column = pickColumn(random, scope, 'text');
  const left = column?.ref ?? "'abc'";
  const pattern = random.pick(["'a%'", "'%b'", "'_'", "'%'", "''", "'A%'", "'é%'", "'%s%'"]);
  return [
    left,
    random.chance(0.2) ? ' NOT LIKE ' : ' LIKE ',
    { kind: 'value', sql: pattern, param: pattern.slice(1, -1) },
  ];
}

function subqueryPredicate(generation: Generation, scope: Scope, depth: number): Piece {
  const { random } = generation;
  const request = { outer: scope, depth: depth - 1, exact: false, single: false };
  const family = random.pick<Family>(['int', 'int', 'int', 'text', 'dec', 'date']);
  const left = expression(generation, scope, family, 0);
  const query = (single: boolean): Piece =>
    generation.query({ ...request, families: [left.family], single }).piece;
  return random.weighted<Piece>([
    [4, [left.piece, ' IN (', query(false), ')']],
    [2, [left.piece, ' NOT IN (', query(false), ')']],
    [3, ['EXISTS (', generation.query({ ...request, families: [null] }).piece, ')']],
    [2, ['NOT EXISTS (', generation.query({ ...request, families: [null] }).piece, ')']],
    [3, [left.piece, random.pick([' = ', ' < ', ' >= ']), '(', query(true), ')']],
    [1, [left.piece, random.pick([' > ALL (', ' = ANY (', ' <> ALL (', ' <= SOME (']), query(false), ')']],
    [
      1,
      [
        '(',
        left.piece,
        ', ',
        literal(random, 'int'),
        ') IN (',
        generation.query({ ...request, families: [left.family, 'int'] }).piece,
        ')',
      ],
    ],
  ]);
}
