// Where a query stands while it is bound, and what the parts of the binder ask of each other.
import type { Node, Query, TableName } from '../../sql/ast.ts';
import type { Flavour } from '../../sql/mode.ts';
import type { Table } from '../../vschema/model.ts';
import type { TextUnit } from '../text-unit.ts';
import type { Block, BoundQuery, ColumnId, Cte, Source, TableSource } from './model.ts';

/** CTEs in sight, innermost first. */
export interface CteScope {
  readonly ctes: readonly Cte[];
  readonly outer: CteScope | null;
}

/** What the binder asks of its surroundings. */
export interface BindHost {
  /** Throws the server's error for a name that means no table; null for a table of a system schema. */
  table(name: TableName, defaultSchema: string | null): Table | null;
  /** Text and tree of a view that must be looked into; null for base tables. */
  view(table: Table): { readonly query: Query; readonly unit: TextUnit } | null;
  readonly database: string | null;
  /** CTEs nobody refers to are not looked up. */
  readonly skipsUnusedCtes: boolean;
  /** In WITH RECURSIVE a name means a CTE also before it is defined. */
  readonly seesLaterCtes: boolean;
  /** Whose words errors take. */
  readonly flavour: Flavour;
}

export interface Place {
  readonly unit: TextUnit;
  readonly scope: CteScope | null;
  /** The block whose columns it may use. */
  readonly outer: Block | null;
  /** Schema of unqualified table names: the current one, a view's own inside its text. */
  readonly database: string | null;
  /** Views, CTEs and subqueries around it. */
  readonly depth: number;
}

/** Deeper nesting is not followed. */
export const depthMax = 60;

/** The binder as FROM sees it. */
export interface BinderPort {
  readonly host: BindHost;
  readonly tables: TableSource[];
  readonly keyspaces: Set<string>;
  readonly doubts: string[];
  /** CTEs whose queries are being bound: where they name themselves they recurse. */
  readonly openCtes: ReadonlySet<Cte>;
  /** Binds a CTE that is named before it is defined; false: it is being bound. */
  bindLaterCte(cte: Cte): boolean;
  /** Tables of system schemas, by name. */
  readonly systemTables: string[];
  nextSource(): number;
  query(node: Query, place: Place): BoundQuery;
  /** Binds every column below `node`, as an expression of `block`. */
  expressions(node: Node, block: Block, place: Place): void;
  /** All visible columns of a source are needed. */
  star(source: Source): void;
  /** Pairs that USING (`names`) or NATURAL (null) makes equal. */
  commonColumns(
    left: readonly Source[],
    right: readonly Source[],
    names: readonly string[] | null,
  ): (readonly [ColumnId, ColumnId])[];
}
