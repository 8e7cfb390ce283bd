// What binding finds out about a statement: its query blocks, their sources, and which column every name means.
import type {
  Column as ColumnNode,
  CommonTableExpression,
  Delete,
  Derived,
  Expression,
  JsonTable,
  Query,
  Select,
  TableFunction,
  Table as TableNode,
  TableQuery,
  TableReference,
  Update,
} from '../../sql/ast.ts';
import type { Table } from '../../vschema/model.ts';
import type { TextUnit } from '../text-unit.ts';

/** A column of a source, by lower-case name: column names are case-insensitive on every server. */
export interface ColumnId {
  readonly source: Source;
  readonly name: string;
}

export type Source = TableSource | QuerySource | FunctionSource;

interface SourceBase {
  /** Unique in the statement. */
  readonly id: number;
  /** The block whose FROM names it. */
  readonly block: Block;
  /** Name by which columns refer to it; exact spelling. */
  readonly alias: string;
}

/** A base table (or a view not expanded, which binding never leaves). */
export interface TableSource extends SourceBase {
  readonly kind: 'table';
  readonly node: TableNode | TableQuery;
  readonly table: Table;
  /** Columns the statement needs of it, lower case; `*` expanded. Filled while binding. */
  readonly used: Set<string>;
  /** A star or a NATURAL JOIN needs its visible columns, all of them and no other. */
  star: boolean;
}

/** A derived table, a CTE by name, or a view. */
export interface QuerySource extends SourceBase {
  readonly kind: 'query';
  readonly node: Derived | TableNode;
  readonly query: BoundQuery;
  /** Derived: its own query. Cte: shared by all references to it. View: the text stands in the vschema. */
  readonly origin: 'derived' | 'cte' | 'view';
  readonly lateral: boolean;
  /** Names given by the reference or the CTE; empty: the query's own. */
  readonly columns: readonly string[];
  /** Not null for CTEs. With several references, facts about one of them say nothing of the others. */
  readonly cte: Cte | null;
}

/** Rows that no table holds: JSON_TABLE and the like, a recursive CTE inside itself. Any server has the same. */
export interface FunctionSource extends SourceBase {
  readonly kind: 'function';
  readonly node: JsonTable | TableFunction | TableNode | TableQuery;
  /** Lower case; null = unknown. */
  readonly columns: readonly string[] | null;
}

/** A query with everything in it bound. */
export type BoundQuery = Block | BoundSet | BoundParen | BoundValues;

/** One SELECT (or TABLE t, or the tables and WHERE of an UPDATE or DELETE). */
export interface Block {
  readonly kind: 'block';
  readonly id: number;
  readonly unit: TextUnit;
  readonly node: Select | TableQuery | Update | Delete;
  /** Block whose columns this one may use (correlation); null for the top and for derived tables. */
  readonly outer: Block | null;
  readonly sources: Source[];
  readonly from: FromTree[];
  /** Columns of its result; null when a star stands over a source of unknown columns. */
  output: readonly OutputColumn[] | null;
  /** Subqueries in its expressions, not those in FROM. */
  readonly subqueries: SubqueryUse[];
  readonly with: readonly Cte[];
}

export interface BoundSet {
  readonly kind: 'set';
  readonly node: Query;
  readonly unit: TextUnit;
  readonly operator: 'union' | 'intersect' | 'except';
  readonly all: boolean;
  readonly left: BoundQuery;
  readonly right: BoundQuery;
  /** It ends in a LIMIT. */
  readonly limited: boolean;
  readonly with: readonly Cte[];
}

/** A query in parentheses that may end in ORDER BY and LIMIT of its own. */
export interface BoundParen {
  readonly kind: 'paren';
  readonly node: Query;
  readonly unit: TextUnit;
  readonly query: BoundQuery;
  readonly limited: boolean;
  readonly with: readonly Cte[];
}

/** VALUES ROW(...): no table. */
export interface BoundValues {
  readonly kind: 'values';
  readonly node: Query;
  readonly unit: TextUnit;
  readonly columns: number;
}

export interface Cte {
  readonly name: string;
  readonly columns: readonly string[];
  readonly node: CommonTableExpression;
  /** It names itself. */
  recursive: boolean;
  /** null until bound, and inside its own recursion. */
  query: BoundQuery | null;
  references: number;
  readonly unit: TextUnit;
}

export interface SubqueryUse {
  readonly query: BoundQuery;
  /** In the ON of the join with this node, else null: everywhere else the whole FROM and WHERE hold. */
  readonly on: FromTree | null;
  /** `x IN (subquery)` as a whole AND-operand of WHERE: the operand; it joins like an equality. */
  readonly semiJoin: Expression | null;
}

export interface OutputColumn {
  readonly name: string;
  /** The column it shows unchanged, null for expressions. */
  readonly column: ColumnId | null;
  /** null when it came out of a star. */
  readonly expression: Expression | null;
}

/** FROM as a tree of sources; comma lists are inner joins. */
export type FromTree =
  | { readonly kind: 'leaf'; readonly source: Source }
  | {
      readonly kind: 'join';
      readonly node: TableReference;
      /** RIGHT is turned around: `preserved` keeps its rows. For inner joins the sides are as written. */
      readonly outer: boolean;
      readonly preserved: FromTree;
      readonly other: FromTree;
      readonly on: Expression | null;
      /** Pairs made equal by USING and NATURAL. */
      readonly using: readonly (readonly [ColumnId, ColumnId])[];
    };

/** Everything about one statement's names. */
export interface Binding {
  readonly root: BoundQuery;
  readonly columns: ReadonlyMap<ColumnNode, ColumnId>;
  readonly tables: readonly TableSource[];
  /** Of its tables and views, each once: a view may have no table, and only its own keyspace's servers know it by name. */
  readonly keyspaces: readonly string[];
  readonly blocks: readonly Block[];
  /** Names a server would refuse, or that need columns nobody told us: one line each; empty = everything is bound. */
  readonly doubts: readonly string[];
  /** Tables of information_schema and its kin, by name. */
  readonly systemTables: readonly string[];
  /** Names in HAVING or inside ORDER BY expressions that are an alias and another column: only the text itself says which. */
  readonly aliasClashes: readonly string[];
}
