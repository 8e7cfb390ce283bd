// Random SELECT blocks: plain, grouped, aggregated, distinct, windowed; ordered and limited where that is determined.
import { aggregate, groupExpression } from './aggregates.ts';
import { expression, isNumber } from './expressions.ts';
import { type From, randomFrom } from './from.ts';
import { choice, list, nothing, optional, type Piece, render } from './piece.ts';
import { predicate } from './predicates.ts';
import {
  type Generation,
  type OutputColumn,
  pickColumn,
  type Query,
  type QueryRequest,
  type Scope,
  type Typed,
} from './scope.ts';
import type { Family } from './types.ts';
import { windowFunction } from './windows.ts';

/** `top`: ORDER BY and LIMIT may end it, with the marks that say what is determined. */
export function randomSelect(generation: Generation, request: QueryRequest, top: boolean): Query {
  const { random } = generation;
  const from = randomFrom(generation, request.outer, request.depth);
  const where: Piece = random.chance(0.6)
    ? optional([' WHERE ', predicate(generation, from.scope, request.depth > 0 ? 2 : 1)])
    : nothing;
  const block = { generation, request, from, where, top };
  if (request.single) return aggregated(block);
  const make = random.weighted([
    [5, plain],
    [3, grouped],
    [1.5, aggregated],
    [1.5, distinct],
    [top || request.depth > 0 ? 1.2 : 0, windowed],
  ]);
  return make(block);
}

interface BlockParts {
  readonly generation: Generation;
  readonly request: QueryRequest;
  readonly from: From;
  readonly where: Piece;
  readonly top: boolean;
}

interface Item extends OutputColumn {
  readonly piece: Piece;
}

/** Items under fresh names; at the top now and then without, as clients write them. */
function items(block: BlockParts, made: readonly Typed[]): readonly Item[] {
  const { generation, top } = block;
  const { random } = generation;
  // Aliases that are columns' names as well.
  const taken = top && random.chance(0.12) ? random.sample(['a', 'b', 'c', 'd', 'e', 'id'], made.length) : [];
  return made.map((one, index): Item => {
    // MariaDB gives a constant of a derived table that is shown twice one name.
    const isAgain = made.findIndex((other) => other.piece === one.piece) < index;
    const name = taken[index] ?? generation.alias();
    const again: Piece = isNumber(one.family) ? ['(', one.piece, ' + 0)'] : ['COALESCE(', one.piece, ')'];
    const shown: Piece = isAgain ? again : one.piece;
    const named: Piece = [shown, ` AS ${name}`];
    const { family, loose, summable, values } = one;
    return {
      name,
      family,
      loose,
      summable,
      values,
      piece: top && random.chance(0.3) ? shown : named,
    };
  });
}

function finished(
  block: BlockParts,
  head: Piece,
  shown: readonly Item[],
  behind: Piece,
  order: Piece,
): Query {
  const { from, where, top, request } = block;
  const columns = shown.map((item) => item.piece);
  const selectList: Piece =
    top && request.families.length !== 1
      ? list(columns)
      : columns.flatMap((one, index) => (index === 0 ? [one] : [', ', one]));
  return {
    piece: [head, selectList, ' FROM ', from.piece, where, behind, order],
    output: shown,
  };
}

function plain(block: BlockParts): Query {
  const { generation, request, top } = block;
  const { random } = generation;
  const star = top && random.chance(0.12);
  const made = request.families.map((family) => scalar(block, family));
  const shown = items(block, made);
  if (star) return starred(block);
  return finished(block, modified(block, 'SELECT '), shown, nothing, order(block, made, shown, false));
}

/** Words behind SELECT that do not change what comes out. */
function modified({ generation: { random }, top }: BlockParts, head: string): Piece {
  if (!top || !random.chance(0.06)) return head;
  const words = [
    'SQL_NO_CACHE',
    'HIGH_PRIORITY',
    'SQL_BUFFER_RESULT',
    'SQL_SMALL_RESULT',
    'STRAIGHT_JOIN',
    'ALL',
  ];
  return choice(`${head}${random.pick(words)} `, head);
}

/** An expression, or now and then a subquery of one row at most. */
function scalar({ generation, request, from }: BlockParts, family: Family | null): Typed {
  const { random } = generation;
  if (request.depth === 0 || !random.chance(0.12)) {
    return expression(generation, from.scope, family, request.depth, request.exact);
  }
  const inner = { outer: from.scope, depth: request.depth - 1, exact: true, single: true };
  const query = generation.query({ ...inner, families: [family] });
  const [column] = query.output;
  if (column === undefined) throw new Error('a query without columns');
  return { ...column, piece: ['(', query.piece, ')'] };
}

/** SELECT *: what it shows is not tracked, so it stands only at the top. */
function starred(block: BlockParts): Query {
  const { from, where, generation } = block;
  const { random } = generation;
  const [source] = from.scope.sources;
  const star = source !== undefined && random.chance(0.4) ? `${source.alias}.*` : '*';
  return {
    piece: ['SELECT ', star, ' FROM ', from.piece, where, keyOrder(block.from.scope, random.chance(0.5))],
    output: [],
  };
}

/** Total where every source has a key. */
function keyOrder(scope: Scope, wanted: boolean): Piece {
  const keys = scope.sources.map((source) => source.key);
  if (!wanted || keys.some((key) => key === null)) return nothing;
  return optional([
    ` ORDER BY ${keys.flatMap((key) => key ?? []).join(', ')}`,
    { kind: 'mark', mark: 'ordered' },
  ]);
}

function distinct(block: BlockParts): Query {
  const { generation, request, from } = block;
  const made = request.families.map((family) =>
    expression(generation, from.scope, family, request.depth, true),
  );
  const shown = items(
    block,
    made.map((one) => ({ ...one, loose: false })),
  );
  // By a column that is not shown: in which order rows then come is not determined.
  const hidden =
    block.top && generation.random.chance(0.15)
      ? pickColumn(generation.random, { ...from.scope, outer: null }, null)
      : null;
  const by: Piece = hidden === null ? order(block, made, shown, true) : optional([' ORDER BY ', hidden.ref]);
  return finished(block, 'SELECT DISTINCT ', shown, nothing, by);
}

function grouped(block: BlockParts): Query {
  const { generation, request, from, top } = block;
  const { random } = generation;
  const groups = random.times(random.int(1, 2), () => groupExpression(generation, from.scope));
  const made = request.families.map((family): Typed => {
    const visible = groups.filter(
      (group) => group.shown !== null && (family === null || group.shown.family === family),
    );
    const group = random.chance(0.5) ? random.maybe(visible) : null;
    return group?.shown ?? aggregate(generation, from.scope, family);
  });
  const shown = items(block, made);
  // With DISTINCT aggregates MariaDB 10.11 counts a value once per group in the rows of totals.
  const isDistinct = made.some((one) => render(one.piece, false).sql.includes('DISTINCT'));
  // Of an expression that is a group a server may forget to show NULL in the rows of totals.
  const columnsOnly = groups.every((group) => typeof group.piece === 'string');
  // A group shown twice is NULL in one of the places only.
  const names = groups.map((group) => group.piece);
  const isOnce =
    new Set(names).size === names.length &&
    names.every((name) => made.filter((one) => one.piece === name).length < 2);
  const rollup = top && columnsOnly && !isDistinct && isOnce && random.chance(0.1) ? ' WITH ROLLUP' : '';
  const having: Piece = random.chance(0.25)
    ? optional([
        ' HAVING ',
        aggregate(generation, from.scope, 'int').piece,
        random.pick([' > 1', ' >= 2', ' <> 3', ' < 5']),
      ])
    : nothing;
  const compared: Piece =
    request.depth > 0 && random.chance(0.08)
      ? optional([
          having === nothing ? ' HAVING COUNT(*) >= (' : ' AND COUNT(*) >= (',
          generation.query({ families: ['int'], outer: null, depth: 0, exact: true, single: true }).piece,
          ')',
        ])
      : nothing;
  const by = groups.map((group): Piece => {
    const at = made.findIndex((one) => one.piece === group.piece);
    if (!top || at < 0 || rollup !== '' || !random.chance(0.25)) return group.piece;
    return choice(String(at + 1), group.piece);
  });
  const behind: Piece = [' GROUP BY ', list(by), rollup, having, compared];
  if (rollup !== '') return finished(block, 'SELECT ', shown, behind, nothing);
  const leading = random.chance(0.25)
    ? [aggregate(generation, from.scope, random.pick(['int', 'dec'])).piece]
    : [];
  return finished(block, modified(block, 'SELECT '), shown, behind, order(block, made, shown, true, leading));
}

function aggregated(block: BlockParts): Query {
  const { generation, request, from } = block;
  const made = request.families.map((family) => aggregate(generation, from.scope, family, true));
  const having: Piece = generation.random.chance(0.1) ? optional(' HAVING COUNT(*) > 2') : nothing;
  return finished(block, 'SELECT ', items(block, made), having, nothing);
}

function windowed(block: BlockParts): Query {
  const { generation, request, from } = block;
  const made = request.families.map((family, index) => {
    const one = index % 2 === 0 ? windowFunction(generation, from.scope, family) : null;
    return one ?? expression(generation, from.scope, family, 0, request.exact);
  });
  const shown = items(block, made);
  return finished(block, 'SELECT ', shown, nothing, order(block, made, shown, false));
}

/**
 * ORDER BY something and then every column shown, so that rows that compare equal are spelled alike; LIMIT behind it.
 * Inside other queries ORDER BY only matters with LIMIT.
 */
function order(
  block: BlockParts,
  made: readonly Typed[],
  shown: readonly Item[],
  grouped: boolean,
  leading: readonly Piece[] = [],
): Piece {
  const { generation, request, from, top } = block;
  const { random } = generation;
  if (!top && (request.outer !== null || !random.chance(0.15))) return nothing;
  if (!random.chance(0.6)) return top && random.chance(0.1) ? countOnlyLimit(random.int(0, 9)) : nothing;
  if (made.some((one) => one.family === 'json')) return nothing;
  const first: Piece[] = grouped
    ? leading.map((one) => [one, direction(block)])
    : random.times(random.int(0, 2), () => [
        expression(generation, from.scope, random.pick(sortedFamilies), 1).piece,
        direction(block),
      ]);
  // A name that may be an alias, a column or both.
  if (top && !grouped && random.chance(0.15)) first.push(random.pick(shown).name);
  const positions = shown.map((_, index): Piece => [String(index + 1), direction(block)]);
  const exact = made.flatMap((one): Piece[] => (one.loose ? [spelling(one)] : []));
  if (grouped && exact.length > 0) return nothing;
  const by: Piece = [
    ' ORDER BY ',
    [...first, ...positions, ...exact].flatMap((one, index) => (index === 0 ? [one] : [', ', one])),
  ];
  const mark: Piece = { kind: 'mark', mark: 'ordered' };
  const limit: Piece = random.chance(0.5) ? limitClause(generation, showsColumn(block, made)) : nothing;
  if (!top) return limit === nothing ? nothing : choice([by, limit], nothing);
  return choice([by, limit, mark], [by, mark], nothing);
}

/** MariaDB sorts a zero date that an expression gives before or behind NULL, by the path. */
const sortedFamilies: readonly Family[] = ['int', 'int', 'dec', 'float', 'text', 'bytes', 'time'];

/** Tells apart what compares equal: letters of either case, 0 and -0. */
function spelling(one: Typed): Piece {
  return isNumber(one.family) ? ['CAST(', one.piece, ' AS CHAR)'] : ['HEX(', one.piece, ')'];
}

function direction(block: BlockParts): Piece {
  return block.generation.random.chance(0.3) ? ' DESC' : '';
}

/** Of constants alone, a merged view's among them, MariaDB shows DISTINCT's one row behind any OFFSET. */
function showsColumn({ from }: BlockParts, made: readonly Typed[]): boolean {
  const columns = from.scope.sources.flatMap((source) => (source.key === null ? [] : source.columns));
  return made.some(({ piece }) => columns.some((column) => column.ref === piece));
}

function limitClause({ random }: Generation, withOffset: boolean): Piece {
  const number = (value: number): Piece => ({ kind: 'value', sql: String(value), param: BigInt(value) });
  const count = number(random.int(0, 12));
  return random.weighted<Piece>([
    [4, [' LIMIT ', count]],
    [withOffset ? 2 : 0, [' LIMIT ', count, ' OFFSET ', number(random.int(0, 8))]],
    [0.5, [' FETCH FIRST ', count, random.pick([' ROWS ONLY', ' ROWS WITH TIES'])]],
    [withOffset ? 0.5 : 0, [' OFFSET ', number(random.int(0, 5)), ' ROWS FETCH NEXT ', count, ' ROWS ONLY']],
    [withOffset ? 1 : 0, [' LIMIT ', number(random.int(0, 8)), ', ', count]],
  ]);
}

function countOnlyLimit(count: number): Piece {
  return optional([` LIMIT ${count}`, { kind: 'mark', mark: 'countOnly' }]);
}
