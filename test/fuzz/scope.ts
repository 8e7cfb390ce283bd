// What a generated expression can see: sources with their columns, and the blocks around it.
import type { Piece } from './piece.ts';
import type { Random } from './random.ts';
import type { FuzzTable } from './tables.ts';
import type { Family } from './types.ts';

export interface Column {
  /** As an expression: `x1.a`. */
  readonly ref: string;
  readonly name: string;
  readonly family: Family;
  readonly loose: boolean;
  readonly summable: boolean;
  readonly unsigned: boolean;
  /** Literals worth comparing it with. */
  readonly values: readonly string[];
  /** Of a base table: the domain's name and place of a sharding column. */
  readonly shardKey: string | null;
}

export interface Source {
  readonly alias: string;
  readonly columns: readonly Column[];
  /** Expressions that together tell its rows apart; null when nothing is known to. */
  readonly key: readonly string[] | null;
}

export interface Scope {
  readonly sources: readonly Source[];
  readonly outer: Scope | null;
}

/** A generated scalar. */
export interface Typed {
  readonly piece: Piece;
  readonly family: Family;
  readonly loose: boolean;
  readonly summable: boolean;
  readonly values: readonly string[];
}

/** A generated query: what it shows, by name. */
export interface Query {
  readonly piece: Piece;
  readonly output: readonly OutputColumn[];
}

export interface OutputColumn {
  readonly name: string;
  readonly family: Family;
  readonly loose: boolean;
  readonly summable: boolean;
  readonly values: readonly string[];
}

/** What the parts of the generator share. */
export interface Generation {
  readonly random: Random;
  readonly tables: readonly FuzzTable[];
  /** Names of CTEs in sight, innermost last. */
  readonly ctes: { readonly name: string; readonly output: readonly OutputColumn[] }[];
  /** Comparisons of unlike families: what does not convert is a warning in a SELECT, but an error of a write, for some rows. */
  readonly mixesFamilies: boolean;
  alias(): string;
  /** A query with exactly these families as columns; `exact`: no column is loose. */
  query(request: QueryRequest): Query;
}

export interface QueryRequest {
  /** Wanted families of the columns; null: any. */
  readonly families: readonly (Family | null)[];
  readonly outer: Scope | null;
  readonly depth: number;
  readonly exact: boolean;
  /** One row at most, whatever the data is. */
  readonly single: boolean;
}

export function columnsIn(scope: Scope): readonly Column[] {
  return scope.sources.flatMap((source) => source.columns);
}

/** Columns of the scope, or now and then of a block around it. */
export function pickColumn(random: Random, scope: Scope, family: Family | null): Column | null {
  const outward = scope.outer !== null && random.chance(scope.sources.length === 0 ? 1 : 0.2);
  if (outward && scope.outer !== null) return pickColumn(random, scope.outer, family);
  const fitting = columnsIn(scope).filter((column) => family === null || column.family === family);
  return random.maybe(fitting);
}
