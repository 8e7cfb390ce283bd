// Random FROM clauses: tables, derived tables and CTEs, joined in every form.
import { choice, list, type Piece } from './piece.ts';
import { predicate } from './predicates.ts';
import type { Column, Generation, OutputColumn, Query, Scope, Source } from './scope.ts';
import type { FuzzTable } from './tables.ts';

export interface From {
  readonly piece: Piece;
  readonly scope: Scope;
}

export function randomFrom(generation: Generation, outer: Scope | null, depth: number): From {
  const { random } = generation;
  const count = random.weighted([
    [5, 1],
    [5, 2],
    [depth > 0 ? 2 : 0.5, 3],
  ]);
  const first = randomSource(generation, depth);
  const sources = [first.source];
  const parts: Piece[] = [first.piece];
  for (let index = 1; index < count; index++) {
    const next = relatedSource(generation, depth, sources);
    parts.push(join(generation, sources, next, depth));
    sources.push(next.source);
  }
  const [head = '', ...tails] = parts;
  const nested = tails.length === 2 && random.chance(0.25) ? nestedJoin(generation, sources, parts) : null;
  return {
    piece: nested ?? (tails.length === 0 ? head : [head, list(tails, '', 0)]),
    scope: { sources: random.chance(0.25) ? unqualified(sources) : sources, outer },
  };
}

/** `a LEFT JOIN (b JOIN c ON ...) ON ...`: null when the third source joins both others. */
function nestedJoin(
  generation: Generation,
  sources: readonly Source[],
  parts: readonly Piece[],
): Piece | null {
  const { random } = generation;
  const [first, second, third] = sources;
  const [head, next, last] = parts;
  if (first === undefined || second === undefined || third === undefined || head === undefined) return null;
  const bare = (part: Piece | undefined): Piece | null =>
    typeof part !== 'string' && part !== undefined && !('kind' in part) ? (part[1] ?? null) : null;
  const [middle, inner] = [bare(next), bare(last)];
  if (middle === null || inner === null) return null;
  const innerOn = joinCondition(generation, [second], third, 0, { sources: [second, third], outer: null });
  const outerOn = joinCondition(generation, [first], second, 0, { sources, outer: null });
  const [left, right] = [
    random.pick([' LEFT JOIN ', ' JOIN ', ' RIGHT JOIN ']),
    random.pick([' JOIN ', ' LEFT JOIN ']),
  ];
  return [head, left, '(', middle, right, inner, ' ON ', innerOn, ') ON ', outerOn];
}

/** Names alone where only one source has them. */
function unqualified(sources: readonly Source[]): readonly Source[] {
  const names = sources.flatMap((source) => source.columns.map((column) => column.name));
  const isUnique = (name: string): boolean => names.filter((other) => other === name).length === 1;
  return sources.map((source) => ({
    ...source,
    columns: source.columns.map((column) =>
      isUnique(column.name) ? { ...column, ref: column.name } : column,
    ),
  }));
}

interface Placed {
  readonly piece: Piece;
  readonly source: Source;
}

function randomSource(generation: Generation, depth: number): Placed {
  const { random } = generation;
  const cte = random.chance(0.5) ? random.maybe(generation.ctes) : null;
  if (cte !== null) {
    const alias = generation.alias();
    return { piece: `${cte.name} AS ${alias}`, source: sourceOf(alias, cte.output) };
  }
  if (depth > 0 && random.chance(0.2)) {
    const wanted = random.times(random.int(1, 3), () => null);
    const query = generation.query({
      families: wanted,
      outer: null,
      depth: depth - 1,
      exact: false,
      single: false,
    });
    return derived(generation, query);
  }
  if (random.chance(0.04)) return constants(generation);
  return placed(generation, random.pick(generation.tables));
}

/** Rows of no table. */
function constants(generation: Generation): Placed {
  const alias = generation.alias();
  const rows = generation.random.pick([
    "(SELECT 1 AS n, 'a' AS s UNION ALL SELECT 2, 'b' UNION ALL SELECT NULL, 'é')",
    "(SELECT 3 AS n, 'ab' AS s)",
    'JSON_TABLE(\'[{"n": 1, "s": "a"}, {"n": 5}]\', \'$[*]\' COLUMNS (n INT PATH \'$.n\', s VARCHAR(9) PATH \'$.s\'))',
  ]);
  const base = { summable: false, loose: false } as const;
  const output: readonly OutputColumn[] = [
    { ...base, name: 'n', family: 'int', values: ['1', '2', '5'] },
    { ...base, name: 's', family: 'text', loose: true, values: ["'a'", "'A'", "'é'"] },
  ];
  return { piece: `${rows} AS ${alias}`, source: sourceOf(alias, output) };
}

/** A table that shares a domain with one already there, more often than chance would have it. */
function relatedSource(generation: Generation, depth: number, sources: readonly Source[]): Placed {
  const { random } = generation;
  const domains = new Set(sources.flatMap((source) => source.columns.map((column) => column.shardKey)));
  const related = generation.tables.filter(
    (table) => table.domain !== null && domains.has(`${table.domain.vindex}.0`),
  );
  const table = random.chance(0.5) ? random.maybe(related) : null;
  return table === null ? randomSource(generation, depth) : placed(generation, table);
}

function derived(generation: Generation, query: Query): Placed {
  const alias = generation.alias();
  return { piece: ['(', query.piece, `) AS ${alias}`], source: sourceOf(alias, query.output) };
}

function sourceOf(alias: string, output: readonly OutputColumn[]): Source {
  const columns = output.map((column): Column => {
    return { ...column, ref: `${alias}.${column.name}`, unsigned: false, shardKey: null };
  });
  return { alias, columns, key: null };
}

function placed(generation: Generation, table: FuzzTable): Placed {
  const alias = generation.alias();
  const columns = table.columns.map((column): Column => {
    const { family, loose, summable, values, unsigned } = column.type;
    const shardKey =
      column.sharding && table.domain !== null ? `${table.domain.vindex}.${column.name.slice(1)}` : null;
    return {
      ref: `${alias}.${column.name}`,
      name: column.name,
      family,
      loose,
      summable,
      values,
      unsigned: unsigned === true,
      shardKey,
    };
  });
  const key = table.primaryKey.length === 0 ? null : table.primaryKey.map((name) => `${alias}.${name}`);
  const hint = key !== null && generation.random.chance(0.03) ? ' FORCE INDEX (PRIMARY)' : '';
  return { piece: `${table.spelled} AS ${alias}${hint}`, source: { alias, columns, key } };
}

function join(generation: Generation, sources: readonly Source[], next: Placed, depth: number): Piece {
  const { random } = generation;
  const scope: Scope = { sources: [...sources, next.source], outer: null };
  const on = joinCondition(generation, sources, next.source, depth, scope);
  const common = commonNames(sources, next.source);
  const shared = random.maybe(common);
  return random.weighted<Piece>([
    [6, [random.pick([' JOIN ', ' INNER JOIN ', ' STRAIGHT_JOIN ']), next.piece, ' ON ', on]],
    [5, [' LEFT JOIN ', next.piece, ' ON ', on]],
    [2, [' RIGHT JOIN ', next.piece, ' ON ', on]],
    [
      shared === null ? 0 : 1.5,
      [random.pick([' JOIN ', ' LEFT JOIN ', ' RIGHT JOIN ']), next.piece, ` USING (${shared})`],
    ],
    [
      common.length > 1 ? 1 : 0,
      [random.pick([' JOIN ', ' LEFT JOIN ']), next.piece, ` USING (${common.slice(0, 2).join(', ')})`],
    ],
    [
      common.length > 0 && common.length < 3 && sources.length === 1 ? 0.7 : 0,
      [random.pick([' NATURAL JOIN ', ' NATURAL LEFT JOIN ', ' NATURAL RIGHT JOIN ']), next.piece],
    ],
    [0.4, [random.pick([' CROSS JOIN ', ', ']), next.piece]],
  ]);
}

/** Names that exactly one source on the left has, in a comparable family. */
function commonNames(sources: readonly Source[], next: Source): readonly string[] {
  const left = sources.flatMap((source) => source.columns);
  return next.columns
    .filter((column) => column.family !== 'json')
    .filter((column) => {
      const same = left.filter((one) => one.name === column.name);
      return same.length === 1 && same[0]?.family === column.family && column.family !== 'text';
    })
    .map((column) => column.name);
}

function joinCondition(
  generation: Generation,
  sources: readonly Source[],
  next: Source,
  depth: number,
  scope: Scope,
): Piece {
  const { random } = generation;
  const left = sources.flatMap((source) => source.columns);
  const keys = next.columns.filter((column) => column.shardKey !== null);
  const colocated = keys.flatMap((column) => {
    const twin = left.find((one) => one.shardKey === column.shardKey);
    return twin === undefined ? [] : [`${column.ref} = ${twin.ref}`];
  });
  const whole = colocated.length === keys.length && keys.length > 0;
  const right = random.pick(next.columns);
  const partner = random.maybe(left.filter((one) => one.family === right.family));
  const other: Piece = partner === null ? predicate(generation, scope, 0) : `${right.ref} = ${partner.ref}`;
  const base: Piece = whole && random.chance(0.7) ? list(colocated, ' AND ') : other;
  if (random.chance(0.7)) return base;
  return choice(list([base, predicate(generation, scope, depth > 0 ? 1 : 0)], ' AND '), base);
}
