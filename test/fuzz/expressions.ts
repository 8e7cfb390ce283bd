// Random scalar expressions that mean the same on every server and never depend on the order of rows.
import { functionCall } from './functions.ts';
import { choice, type Piece } from './piece.ts';
import type { Random } from './random.ts';
import { type Generation, pickColumn, type Scope, type Typed } from './scope.ts';
import type { Family } from './types.ts';

const pools: Record<Family, readonly string[]> = {
  int: ['0', '1', '2', '3', '5', '7', '-1', '10', '100', '9007199254740993', '18446744073709551615'],
  dec: ['0.0', '1.5', '1.50', '-1.5', '2.25', '10.10', '0.001'],
  float: ['0e0', '1e0', '0.25e0', '-1.5e0', '1e3'],
  text: ["'a'", "'A'", "'ab'", "'e'", "'é'", "''", "'10'", "'z'", "'ss'", "'red'", "'x'"],
  bytes: ["x'61'", "x'ff00'", "'a'", "x'00'"],
  date: ["'2024-01-01'", "'2023-12-31'", "'2024-07-01'", "DATE '2024-02-29'", "'0000-00-00'"],
  time: ["'00:00:00'", "'12:34:56'", "TIME '-01:00:00'"],
  datetime: [
    "'2024-01-01 00:00:00'",
    "TIMESTAMP '2024-02-29 12:34:56'",
    "'2023-12-31 23:59:59'",
    "'2024-01-01'",
  ],
  year: ['2024', '1999', '0'],
  json: ["'{}'", "'[1]'"],
};

const families: readonly Family[] = [
  'int',
  'dec',
  'float',
  'text',
  'bytes',
  'date',
  'time',
  'datetime',
  'year',
];

export function literal(random: Random, family: Family, values: readonly string[] = []): Piece {
  const sql = values.length > 0 && random.chance(0.7) ? random.pick(values) : random.pick(pools[family]);
  return { kind: 'value', sql, param: paramOf(sql) };
}

/** The same value as a parameter; undefined for literals that have no exact counterpart. */
function paramOf(sql: string): bigint | number | string | undefined {
  if (/^-?\d{1,18}$/.test(sql)) return BigInt(sql);
  if (/^-?[\d.]+e-?\d+$/.test(sql)) return Number(sql);
  if (/^'[^'\\]*'$/.test(sql)) return sql.slice(1, -1);
  return undefined;
}

function typed(piece: Piece, family: Family, more: Partial<Typed> = {}): Typed {
  return { piece, family, loose: false, summable: false, values: [], ...more };
}

/** An expression of the family; `exact`: equal values are spelled alike. */
export function expression(
  generation: Generation,
  scope: Scope,
  wanted: Family | null,
  depth: number,
  exact = false,
): Typed {
  const { random } = generation;
  const family = wanted ?? random.pick(families);
  const simple = atom(generation, scope, wanted, exact);
  if (depth <= 0 || random.chance(0.6)) return simple;
  const made = compound(generation, scope, family, depth - 1);
  if (exact && made.loose) return simple;
  return { ...made, piece: choice(made.piece, simple.family === made.family ? simple.piece : made.piece) };
}

/** A column, else a literal. */
function atom(generation: Generation, scope: Scope, family: Family | null, exact: boolean): Typed {
  const { random } = generation;
  const column = pickColumn(random, scope, family);
  if (column === null) {
    const of = family ?? random.pick(families);
    // No parameter: of a number alone the result's type would be the parameter's.
    return typed(random.pick(pools[of]), of);
  }
  const { ref, loose, summable, values } = column;
  const base = { family: column.family, values };
  if (!exact || !loose) return { ...base, piece: ref, loose, summable };
  if (isNumber(column.family)) return { ...base, piece: `(${ref} + 0)`, loose: false, summable };
  return typed(`HEX(${ref})`, 'text');
}

/** Loose numbers (-0, BIT) become plain ones by adding 0. */
export function isNumber(family: Family): boolean {
  return family === 'int' || family === 'dec' || family === 'float';
}

function compound(generation: Generation, scope: Scope, family: Family, depth: number): Typed {
  const { random } = generation;
  const sub = (of: Family): Piece => expression(generation, scope, of, depth).piece;
  if (random.chance(0.25)) return conditional(generation, scope, family, depth);
  if (generation.mixesFamilies && random.chance(0.5)) {
    const loose = family === 'text' || family === 'float' || family === 'bytes';
    return typed(functionCall(random, family, sub), family, { loose });
  }
  switch (family) {
    case 'int':
      return typed(integer(random, sub), 'int');
    case 'dec':
      return typed(decimal(random, sub), 'dec');
    case 'float':
      return typed(['(', sub('float'), random.pick([' + 1', ' * 2', ' - 0.5e0', ' / 4']), ')'], 'float', {
        loose: true,
      });
    case 'text':
      return textual(random, sub);
    case 'bytes':
      return typed(binary(random, sub), 'bytes');
    case 'date':
    case 'datetime':
    case 'time':
      return typed(temporal(random, family, sub), family);
    case 'year':
    case 'json':
      return atom(generation, scope, family, false);
  }
}

type Sub = (family: Family) => Piece;

function decimal(random: Random, sub: Sub): Piece {
  return random.pick<Piece>([
    ['(', sub('dec'), ' + ', literal(random, 'int', ['1', '2']), ')'],
    ['(', sub('dec'), ' * 2)'],
    ['ROUND(', sub('dec'), ', 1)'],
    ['ABS(', sub('dec'), ')'],
    ['(', sub('dec'), ' / 3)'],
  ]);
}

function binary(random: Random, sub: Sub): Piece {
  return random.pick<Piece>([
    ['CAST(', sub('text'), ' AS BINARY)'],
    ['UNHEX(HEX(', sub('bytes'), '))'],
    ['CONCAT(', sub('bytes'), ", x'00')"],
  ]);
}

function temporal(random: Random, family: 'date' | 'datetime' | 'time', sub: Sub): Piece {
  const forms: Record<typeof family, readonly Piece[]> = {
    date: [
      ['DATE(', sub('datetime'), ')'],
      ['(', sub('date'), ' + INTERVAL 1 DAY)'],
      ['LAST_DAY(', sub('date'), ')'],
    ],
    datetime: [
      ['(', sub('datetime'), ' - INTERVAL 1 HOUR)'],
      ['TIMESTAMP(', sub('date'), ')'],
      ['DATE_ADD(', sub('datetime'), ', INTERVAL 1 MONTH)'],
    ],
    time: [
      ['TIME(', sub('datetime'), ')'],
      ['SEC_TO_TIME(', literal(random, 'int', ['1', '3600']), ')'],
    ],
  };
  return random.pick(forms[family]);
}

function integer(random: Random, sub: Sub): Piece {
  return random.pick<Piece>([
    ['(', sub('int'), ' % ', literal(random, 'int', ['3', '5', '2']), ')'],
    ['(', sub('int'), ' DIV 2)'],
    ['(', sub('int'), ' & 7)'],
    ['LENGTH(', sub('text'), ')'],
    ['CHAR_LENGTH(', sub('text'), ')'],
    ['YEAR(', sub('datetime'), ')'],
    ['DAYOFMONTH(', sub('date'), ')'],
    ['(', sub('int'), ' IS NULL)'],
    ['SIGN(', sub('dec'), ')'],
    ['FIELD(', sub('text'), ", 'a', 'b', 'é')"],
    ['(', sub('int'), ' > ', literal(random, 'int'), ')'],
    ['CRC32(', sub('text'), ')'],
    ['BIT_COUNT(', sub('int'), ')'],
  ]);
}

function textual(random: Random, sub: Sub): Typed {
  const loose = random.pick<Piece>([
    ['CONCAT(', sub('text'), ', ', literal(random, 'text'), ')'],
    ['UPPER(', sub('text'), ')'],
    ['LEFT(', sub('text'), ', 1)'],
    ['REVERSE(', sub('text'), ')'],
    ['TRIM(', sub('text'), ')'],
    ['REPLACE(', sub('text'), ", 'a', 'b')"],
  ]);
  const exact = random.pick<Piece>([
    ['HEX(', sub('text'), ')'],
    ['CAST(', sub('int'), ' AS CHAR)'],
    ['DATE_FORMAT(', sub('date'), ", '%Y-%m')"],
    ["CONCAT_WS('-', ", sub('int'), ', ', sub('date'), ')'],
  ]);
  return random.chance(0.6) ? typed(loose, 'text', { loose: true }) : typed(exact, 'text', { loose: true });
}

function conditional(generation: Generation, scope: Scope, family: Family, depth: number): Typed {
  const { random } = generation;
  const left = expression(generation, scope, family, depth);
  const right = expression(generation, scope, left.family, depth);
  const test: Piece = [expression(generation, scope, 'int', 0).piece, ' > 1'];
  const piece = random.pick<Piece>([
    ['COALESCE(', left.piece, ', ', right.piece, ')'],
    ['IFNULL(', left.piece, ', ', right.piece, ')'],
    ['NULLIF(', left.piece, ', ', right.piece, ')'],
    ['IF(', test, ', ', left.piece, ', ', right.piece, ')'],
    ['CASE WHEN ', test, ' THEN ', left.piece, ' ELSE ', right.piece, ' END'],
    ['CASE ', expression(generation, scope, 'int', 0).piece, ' WHEN 1 THEN ', left.piece, ' END'],
  ]);
  // Mixed collations have no collation of their own, so both sides count as loose.
  return typed(piece, left.family, { loose: left.family === 'text' || left.family === 'float' });
}
