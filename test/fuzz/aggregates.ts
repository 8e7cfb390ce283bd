// Random aggregates and groups whose results do not depend on the order of rows.
import { expression, isNumber } from './expressions.ts';
import { choice, type Piece, render } from './piece.ts';
import { type Column, columnsIn, type Generation, pickColumn, type Scope, type Typed } from './scope.ts';
import type { Family } from './types.ts';

function typed(piece: Piece, family: Family): Typed {
  return { piece, family, loose: false, summable: false, values: [] };
}

/** `whole`: of all rows. Groups may pass a temporary table, in which one server rounds quotients or does not. */
export function aggregate(generation: Generation, scope: Scope, wanted: Family | null, whole = false): Typed {
  const quotient = whole && wanted === 'dec' && generation.random.chance(0.2);
  const made =
    (quotient ? quotientAggregate(generation, scope) : null) ?? ownAggregate(generation, scope, wanted);
  if (!generation.random.chance(0.04) || !isOfColumns(made.piece, scope)) return made;
  // MariaDB forgets all values but one there.
  if (render(made.piece, false).sql.includes('DISTINCT')) return made;
  // In a subquery without columns of its own it still aggregates this block's rows.
  const from = generation.random.chance(0.3)
    ? [' FROM ', generation.random.pick(generation.tables).spelled]
    : '';
  return {
    ...made,
    piece: choice(['(SELECT ', made.piece, from, from === '' ? '' : ' LIMIT 1', ')'], made.piece),
  };
}

/** Names a column of this scope and none of a block around it. */
function isOfColumns(piece: Piece, scope: Scope): boolean {
  const { sql } = render(piece, false);
  const names = (one: Scope): boolean => columnsIn(one).some((column) => sql.includes(column.ref));
  return names(scope) && (scope.outer === null || !names(scope.outer));
}

function ownAggregate(generation: Generation, scope: Scope, wanted: Family | null): Typed {
  const { random } = generation;
  const family = wanted ?? random.pick<Family>(['int', 'int', 'int', 'dec', 'float', 'text', 'date']);
  if (family === 'int') return integerAggregate(generation, scope);
  if (family === 'dec') return decimalAggregate(generation, scope);
  if (family === 'float') return floatAggregate(generation, scope);
  if (family === 'text') return textAggregate(generation, scope);
  const column = pickColumn(random, { ...scope, outer: null }, family);
  if (column === null) return typed('MAX(NULL)', family);
  return typed([random.pick(['MIN(', 'MAX(']), exactOf(column), ')'], family);
}

/** The column, or what tells its equal values apart no more. */
function exactOf(column: Column): Piece {
  if (!column.loose) return column.ref;
  return isNumber(column.family) ? `(${column.ref} + 0)` : `HEX(${column.ref})`;
}

function own(scope: Scope): Scope {
  return { ...scope, outer: null };
}

function integerAggregate(generation: Generation, scope: Scope): Typed {
  const { random } = generation;
  const column = pickColumn(random, own(scope), null);
  const number = pickColumn(random, own(scope), 'int');
  const ref = column?.ref ?? '1';
  return typed(
    random.weighted<Piece>([
      [4, 'COUNT(*)'],
      [2, ['COUNT(', ref, ')']],
      [2, ['COUNT(DISTINCT ', ref, ')']],
      [1, ['COUNT(DISTINCT ', ref, ', ', number?.ref ?? '1', ')']],
      [1, ['COUNT(', expression(generation, own(scope), 'int', 1).piece, ')']],
      [number === null ? 0 : 3, [random.pick(['MIN(', 'MAX(']), number === null ? '' : exactOf(number), ')']],
      [1, ['COUNT(DISTINCT ', expression(generation, own(scope), null, 1, true).piece, ')']],
      [0.7, [random.pick(['MIN(', 'MAX(']), expression(generation, own(scope), 'int', 1, true).piece, ')']],
      [0.4, [random.pick(['BIT_OR(', 'BIT_XOR(']), expression(generation, own(scope), 'int', 1).piece, ')']],
      [number === null ? 0 : 0.7, [random.pick(['BIT_AND(', 'BIT_OR(', 'BIT_XOR(']), number?.ref ?? '', ')']],
    ]),
    'int',
  );
}

function decimalAggregate(generation: Generation, scope: Scope): Typed {
  const { random } = generation;
  const sums = columnsIn(scope).filter(
    (column) => column.summable && (column.family === 'int' || column.family === 'dec'),
  );
  const column = random.maybe(sums);
  const extreme = pickColumn(random, own(scope), 'dec');
  if (column === null) return typed('SUM(1)', 'dec');
  const { ref } = column;
  return typed(
    random.weighted<Piece>([
      [4, `SUM(${ref})`],
      [2, `AVG(${ref})`],
      [1, `SUM(DISTINCT ${ref})`],
      [1, `AVG(DISTINCT ${ref})`],
      [1, `(SUM(${ref}) / COUNT(*))`],
      [1, `SUM(${ref} * 2 + 1)`],
      [1, `SUM(CASE WHEN ${ref} > 1 THEN 1 ELSE 0 END)`],
      [extreme === null ? 0 : 2, [random.pick(['MIN(', 'MAX(']), extreme?.ref ?? '', ')']],
      [0.5, `ROUND(STDDEV_POP(${ref} % 10), 4)`],
      [0.3, `ROUND(VAR_SAMP(${ref} % 10), 4)`],
      [0.7, `SUM(DISTINCT ${ref} % 7)`],
      [0.7, `(MAX(${ref}) - MIN(${ref}))`],
      [0.7, `COALESCE(SUM(${ref}), COUNT(*))`],
      [0.7, `(SUM(${ref}) * 100 / COUNT(*))`],
      [0.7, ['SUM(IF(', predicateOf(generation, scope), `, ${ref}, 0))`]],
    ]),
    'dec',
  );
}

function predicateOf(generation: Generation, scope: Scope): Piece {
  return [
    expression(generation, own(scope), 'int', 1).piece,
    generation.random.pick([' > 1', ' IS NULL', ' = 2']),
  ];
}

/** Quotients hold more digits than they show. */
function quotientAggregate({ random }: Generation, scope: Scope): Typed | null {
  const column = random.maybe(columnsIn(scope).filter((one) => one.summable && one.family !== 'float'));
  if (column === null) return null;
  const { ref } = column;
  return typed(
    random.pick([
      `SUM(${ref} / 3)`,
      `AVG(${ref} / 7)`,
      `SUM(${ref} / 9 * 1000)`,
      `SUM(COALESCE(${ref} / 7, 0.5))`,
    ]),
    'dec',
  );
}

function floatAggregate(generation: Generation, scope: Scope): Typed {
  const { random } = generation;
  const column = random.maybe(columnsIn(scope).filter((one) => one.summable && one.family === 'float'));
  if (column === null) return typed('SUM(0.5e0)', 'float');
  const { ref } = column;
  return typed(
    random.pick([`SUM(${ref})`, `AVG(${ref})`, `MIN(${ref} + 0)`, `MAX(${ref} + 0)`, `SUM(${ref} * 2)`]),
    'float',
  );
}

function textAggregate(generation: Generation, scope: Scope): Typed {
  const { random } = generation;
  const column = pickColumn(random, own(scope), 'text');
  const number = pickColumn(random, own(scope), 'int');
  const exact = column === null ? "'x'" : exactOf(column);
  const any = number?.ref ?? '1';
  return {
    ...typed(
      random.weighted<Piece>([
        [2, [random.pick(['MIN(', 'MAX(']), exact, ')']],
        [2, ['GROUP_CONCAT(', exact, ' ORDER BY ', exact, ')']],
        [1, ['GROUP_CONCAT(DISTINCT ', any, ' ORDER BY ', any, " DESC SEPARATOR '|')"]],
        [1, ['HEX(WEIGHT_STRING(RTRIM(MAX(', exact, '))))']],
        [1, ['GROUP_CONCAT(', any, ' ORDER BY ', any, ' LIMIT 3)']],
        [
          1,
          [random.pick(['MIN(HEX(', 'MAX(HEX(']), expression(generation, own(scope), 'text', 1).piece, '))'],
        ],
        // Its text in a derived table that a filter is pushed into is wrong on MariaDB 10.11 itself.
        [1, ['JSON_LENGTH(JSON_ARRAYAGG(', any, ' ORDER BY ', any, '))']],
      ]),
      'text',
    ),
    loose: true,
  };
}

/** A group, and what of it may be shown: nothing where equal values are spelled differently. */
export function groupExpression(
  generation: Generation,
  scope: Scope,
): { readonly piece: Piece; readonly shown: Typed | null } {
  const { random } = generation;
  const column = pickColumn(random, own(scope), null);
  if (column === null || column.family === 'json' || random.chance(0.25)) {
    const made = expression(generation, own(scope), random.pick<Family>(['int', 'date', 'dec']), 1, true);
    // A constant would be taken for a position.
    const piece: Piece = ['(', made.piece, ' + 0)'];
    return { piece, shown: made.family === 'date' ? null : { ...made, piece, family: made.family } };
  }
  if (!column.loose) {
    const { family, summable, values } = column;
    return { piece: column.ref, shown: { piece: column.ref, family, loose: false, summable, values } };
  }
  if (isNumber(column.family)) {
    return { piece: column.ref, shown: { ...typed(`(${column.ref} + 0)`, column.family) } };
  }
  if (random.chance(0.4)) {
    const piece = `HEX(${column.ref})`;
    return { piece, shown: { ...typed(piece, 'text') } };
  }
  return { piece: column.ref, shown: null };
}
