// The syntax tree of a MySQL or MariaDB statement: readonly data with a literal `kind` and byte spans.

/*
 * Conventions, for whoever reads or builds trees:
 * - `start`/`end` are byte offsets in the parsed text, end exclusive, without surrounding blanks and comments.
 *   A node made by a rewrite, not by the parser, has start = end = -1 (`synthetic`).
 * - Parentheses around an expression are a node (`paren`), so the span of any operand is exact. Parentheses around
 *   a subquery or a derived table belong to the span of that node; `query.start/end` is what is inside them.
 * - Clauses are nodes whose span starts at their keyword (`where`, `from`, `orderBy` ...), so that a splice can
 *   replace or remove a clause as a whole.
 * - Names (`Ident.name`) are decoded Unicode; raw pieces of the statement (`SqlText`) stay one char per byte.
 * - Operators of one meaning have one spelling here (`OR`, `||` without PIPES_AS_CONCAT: 'or'; `&&`: 'and';
 *   `!=`: '<>'; `x IN ...` and `x NOT IN ...` differ in `negated`).
 * - An absent part is null or an empty array, never undefined: every node of a kind has the same shape.
 * - Chains of AND/OR/XOR are one n-ary node; the height of a tree is bounded by the parser (`heightMax`),
 *   so plain recursion over a tree is safe.
 */

/** SQL bytes read as latin1: one char per byte. */
export type SqlText = string;

interface Span {
  /** Byte offset of the first byte, -1 in made-up nodes. */
  readonly start: number;
  /** Byte offset after the last byte, -1 in made-up nodes. */
  readonly end: number;
}

/** The span of nodes that a rewrite made: they stand nowhere in the client's text. */
export const synthetic = { start: -1, end: -1 } as const;

// ---------------------------------------------------------------------------------------------- names

/** A name. `quoted` covers backticks, ANSI double quotes and aliases written as strings. */
export interface Ident extends Span {
  readonly kind: 'ident';
  readonly name: string;
  readonly quoted: boolean;
}

/** A possibly qualified name of a table, view or sequence, without alias. */
export interface TableName extends Span {
  readonly kind: 'tableName';
  readonly schema: Ident | null;
  readonly name: Ident;
}

// ---------------------------------------------------------------------------------------------- expressions

export type LiteralType =
  | 'integer'
  | 'decimal'
  | 'float'
  | 'string'
  | 'nString'
  | 'hex'
  | 'bit'
  | 'null'
  | 'true'
  | 'false'
  | 'date'
  | 'time'
  | 'timestamp';

/**
 * A literal in its own spelling. Numbers carry no sign (that is a `unary` around them). Adjacent strings are one
 * literal whose text spans them all. Temporal literals (`DATE'..'`, `{d '..'}`) hold their whole text.
 */
export interface Literal extends Span {
  readonly kind: 'literal';
  readonly type: LiteralType;
  readonly text: SqlText;
  /** Character set named by an introducer (`utf8mb4` for `_utf8mb4'x'`), else null. The text includes it. */
  readonly introducer: string | null;
}

/** A `?`; `index` counts from 0 through the statement. */
export interface Param extends Span {
  readonly kind: 'param';
  readonly index: number;
}

/** A column reference `name`, `table.name` or `schema.table.name`. */
export interface Column extends Span {
  readonly kind: 'column';
  readonly schema: Ident | null;
  readonly table: Ident | null;
  readonly name: Ident;
}

/** `*`, `t.*`, `s.t.*` in a select list or RETURNING. */
export interface Star extends Span {
  readonly kind: 'star';
  readonly schema: Ident | null;
  readonly table: Ident | null;
}

/** `@name`. */
export interface UserVariable extends Span {
  readonly kind: 'userVariable';
  readonly name: string;
}

export type VariableScope = 'global' | 'session' | 'persist' | 'persistOnly';

/** `@@name`, `@@session.name` (LOCAL is 'session'), `@@base.name` (key caches, components). */
export interface SystemVariable extends Span {
  readonly kind: 'systemVariable';
  /** Null when no scope was written: the session value where there is one, else the global. */
  readonly scope: VariableScope | null;
  readonly base: Ident | null;
  readonly name: Ident;
}

/** `@x := value`. */
export interface AssignExpression extends Span {
  readonly kind: 'assign';
  readonly target: UserVariable;
  readonly value: Expression;
}

/** `-x`, `+x`, `~x`, `!x`, `BINARY x`. */
export interface Unary extends Span {
  readonly kind: 'unary';
  readonly operator: '-' | '+' | '~' | '!' | 'binary';
  readonly operand: Expression;
}

/** `NOT x` (`!x` is a `unary`: it binds differently). */
export interface Not extends Span {
  readonly kind: 'not';
  readonly operand: Expression;
}

/** A chain of two or more operands of one logical operator. */
export interface Logical extends Span {
  readonly kind: 'logical';
  readonly operator: 'and' | 'or' | 'xor';
  readonly operands: readonly Expression[];
}

export type ComparisonOperator = '=' | '<=>' | '<>' | '<' | '<=' | '>' | '>=';

export interface Comparison extends Span {
  readonly kind: 'comparison';
  readonly operator: ComparisonOperator;
  readonly left: Expression;
  readonly right: Expression;
}

/** `'||'` is concatenation (PIPES_AS_CONCAT). `'->'`, `'->>'`: the left is a column, the right a string literal. */
export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | 'mod'
  | 'div'
  | '|'
  | '&'
  | '^'
  | '<<'
  | '>>'
  | '||'
  | '->'
  | '->>'
  | 'soundsLike'
  | 'memberOf';

export interface Binary extends Span {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}

export interface Between extends Span {
  readonly kind: 'between';
  readonly negated: boolean;
  readonly operand: Expression;
  readonly low: Expression;
  readonly high: Expression;
}

export interface InList extends Span {
  readonly kind: 'inList';
  readonly negated: boolean;
  readonly operand: Expression;
  /** The parenthesised list. */
  readonly list: ExpressionList;
}

/** A parenthesised, comma-separated list; the span includes the parentheses. */
export interface ExpressionList extends Span {
  readonly kind: 'expressionList';
  readonly items: readonly Expression[];
}

export interface InSubquery extends Span {
  readonly kind: 'inSubquery';
  readonly negated: boolean;
  readonly operand: Expression;
  readonly subquery: Subquery;
}

export interface Like extends Span {
  readonly kind: 'like';
  readonly negated: boolean;
  readonly operand: Expression;
  readonly pattern: Expression;
  readonly escape: Expression | null;
}

/** `x REGEXP y`, `x RLIKE y`. */
export interface Regexp extends Span {
  readonly kind: 'regexp';
  readonly negated: boolean;
  readonly operand: Expression;
  readonly pattern: Expression;
}

export interface IsNull extends Span {
  readonly kind: 'isNull';
  readonly negated: boolean;
  readonly operand: Expression;
}

/** `x IS [NOT] TRUE|FALSE|UNKNOWN`. */
export interface IsTruth extends Span {
  readonly kind: 'isTruth';
  readonly negated: boolean;
  readonly operand: Expression;
  readonly truth: 'true' | 'false' | 'unknown';
}

export interface Paren extends Span {
  readonly kind: 'paren';
  readonly expression: Expression;
}

/** `(a, b)` or `ROW(a, b)`. */
export interface Row extends Span {
  readonly kind: 'row';
  readonly keyword: boolean;
  readonly items: readonly Expression[];
}

/** A query in parentheses where an expression stands: scalar, row or table valued by context. */
export interface Subquery extends Span {
  readonly kind: 'subquery';
  readonly query: Query;
}

export interface Exists extends Span {
  readonly kind: 'exists';
  readonly subquery: Subquery;
}

/** `x = ANY (SELECT ...)`; SOME is 'any'. */
export interface Quantified extends Span {
  readonly kind: 'quantified';
  readonly operator: ComparisonOperator;
  readonly quantifier: 'any' | 'all';
  readonly operand: Expression;
  readonly subquery: Subquery;
}

export interface CaseWhen extends Span {
  readonly kind: 'caseWhen';
  readonly condition: Expression;
  readonly result: Expression;
}

export interface Case extends Span {
  readonly kind: 'case';
  readonly operand: Expression | null;
  readonly whens: readonly CaseWhen[];
  readonly otherwise: Expression | null;
}

/** `INTERVAL value unit`, only beside + and - or as an argument of DATE_ADD and its kin. */
export interface Interval extends Span {
  readonly kind: 'interval';
  readonly value: Expression;
  /** Upper case: `DAY`, `YEAR_MONTH`, `SQL_TSI_WEEK`. */
  readonly unit: string;
}

/** Any function without own syntax, stored and loadable functions included. */
export interface Call extends Span {
  readonly kind: 'call';
  readonly schema: Ident | null;
  readonly ident: Ident;
  /** ASCII lower case of the name. */
  readonly name: string;
  readonly args: readonly Expression[];
  /** False for `CURRENT_TIMESTAMP` and its kin written without parentheses. */
  readonly parens: boolean;
}

/** A built-in aggregate; with `over` it is a window function instead. */
export interface Aggregate extends Span {
  readonly kind: 'aggregate';
  /** ASCII lower case of the name as written (`std` and `stddev` stay apart). */
  readonly name: string;
  readonly ident: Ident;
  readonly distinct: boolean;
  /** `COUNT(*)`: no args. */
  readonly star: boolean;
  readonly args: readonly Expression[];
  /** GROUP_CONCAT's. */
  readonly orderBy: OrderByClause | null;
  readonly separator: Literal | null;
  /** GROUP_CONCAT's and JSON_ARRAYAGG's on MariaDB. */
  readonly limit: LimitClause | null;
  readonly over: WindowSpec | Ident | null;
}

/** A window function that is no aggregate: ROW_NUMBER, RANK, LAG, FIRST_VALUE, PERCENTILE_CONT ... */
export interface WindowCall extends Span {
  readonly kind: 'windowCall';
  readonly name: string;
  readonly ident: Ident;
  readonly args: readonly Expression[];
  readonly fromLast: boolean | null;
  readonly nulls: 'respect' | 'ignore' | null;
  /** PERCENTILE_CONT and PERCENTILE_DISC on MariaDB. */
  readonly withinGroup: OrderByClause | null;
  readonly over: WindowSpec | Ident;
}

/**
 * A function with keywords between its arguments, as the pieces between the parentheses in order: words in upper
 * case, separators, and expressions. EXTRACT, TRIM, POSITION, CHAR ... USING, CONVERT ... USING, WEIGHT_STRING,
 * TIMESTAMPADD, GET_FORMAT, JSON_VALUE, MATCH's modifiers excepted.
 */
export interface KeywordCall extends Span {
  readonly kind: 'keywordCall';
  readonly name: string;
  readonly ident: Ident;
  readonly pieces: readonly (SqlText | Expression)[];
}

/** `CAST(x AS type)` and `CONVERT(x, type)`. */
export interface Cast extends Span {
  readonly kind: 'cast';
  readonly form: 'cast' | 'convert';
  readonly operand: Expression;
  /** `CAST(x AT TIME ZONE 'z' AS DATETIME)`. */
  readonly timeZone: Literal | null;
  readonly type: DataType;
  /** `AS CHAR ARRAY`, in functional keys. */
  readonly array: boolean;
}

export interface Collate extends Span {
  readonly kind: 'collate';
  readonly operand: Expression;
  readonly collation: Ident;
}

export interface Match extends Span {
  readonly kind: 'match';
  readonly columns: readonly Expression[];
  /** MySQL allows `MATCH a, b AGAINST` without parentheses; printed with them. */
  readonly against: Expression;
  readonly modifier: 'natural' | 'naturalExpansion' | 'boolean' | 'expansion' | null;
}

/** `DEFAULT` as a value, or `DEFAULT(column)`. MariaDB's IGNORE as a value is a `keyword`. */
export interface Default extends Span {
  readonly kind: 'default';
  readonly column: Column | null;
}

/** `VALUES(column)` (MariaDB also `VALUE(column)`) in ON DUPLICATE KEY UPDATE. */
export interface ValuesFunction extends Span {
  readonly kind: 'valuesFunction';
  /** VALUE was written. */
  readonly singular: boolean;
  readonly column: Column;
}

/** MariaDB sequences: `NEXT VALUE FOR s`, `NEXTVAL(s)`, `PREVIOUS VALUE FOR s`, `LASTVAL(s)`, `SETVAL(s, ...)`. */
export interface SequenceValue extends Span {
  readonly kind: 'sequenceValue';
  readonly function: 'next' | 'previous' | 'set';
  readonly sequence: TableName;
  readonly args: readonly Expression[];
}

/** Vitess's `NEXT VALUE` / `NEXT n VALUES` as the only item of a select list. */
export interface NextValues extends Span {
  readonly kind: 'nextValues';
  /** Null for `NEXT VALUE`. */
  readonly count: Expression | null;
}

/** A bare word where a value stands (`SET x = ON`, `SET charset = utf8`), spelled as written. */
export interface Keyword extends Span {
  readonly kind: 'keyword';
  readonly word: string;
}

export type Expression =
  | Literal
  | Param
  | Column
  | Star
  | UserVariable
  | SystemVariable
  | AssignExpression
  | Unary
  | Not
  | Logical
  | Comparison
  | Binary
  | Between
  | InList
  | InSubquery
  | Like
  | Regexp
  | IsNull
  | IsTruth
  | Paren
  | Row
  | Subquery
  | Exists
  | Quantified
  | Case
  | Interval
  | Call
  | Aggregate
  | WindowCall
  | KeywordCall
  | Cast
  | Collate
  | Match
  | Default
  | ValuesFunction
  | SequenceValue
  | NextValues
  | Keyword;

// ---------------------------------------------------------------------------------------------- windows

export interface WindowSpec extends Span {
  readonly kind: 'windowSpec';
  /** The window this one extends: `OVER (w ORDER BY ...)`. */
  readonly base: Ident | null;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: OrderByClause | null;
  readonly frame: WindowFrame | null;
}

export interface WindowFrame extends Span {
  readonly kind: 'windowFrame';
  readonly unit: 'rows' | 'range' | 'groups';
  readonly from: FrameBound;
  /** Null when no BETWEEN was written. */
  readonly to: FrameBound | null;
  readonly exclude: 'currentRow' | 'group' | 'ties' | 'noOthers' | null;
}

export interface FrameBound extends Span {
  readonly kind: 'frameBound';
  readonly bound: 'unboundedPreceding' | 'preceding' | 'currentRow' | 'following' | 'unboundedFollowing';
  /** For 'preceding' and 'following'. */
  readonly value: Expression | null;
}

export interface NamedWindow extends Span {
  readonly kind: 'namedWindow';
  readonly name: Ident;
  readonly spec: WindowSpec;
}

// ---------------------------------------------------------------------------------------------- queries

/** A query: what a SELECT statement, a subquery, a derived table, a CTE, a view or INSERT ... SELECT holds. */
export type Query = Select | SetOperation | ParenQuery | ValuesQuery | TableQuery;

/** What may follow the body of any query. Of a plain SELECT these are its own clauses. */
interface QueryTail {
  readonly with: With | null;
  readonly orderBy: OrderByClause | null;
  readonly limit: LimitClause | null;
  readonly locking: readonly LockingClause[];
  readonly into: IntoClause | null;
}

export type SelectOption =
  | 'all'
  | 'distinct'
  | 'distinctrow'
  | 'highPriority'
  | 'straightJoin'
  | 'sqlSmallResult'
  | 'sqlBigResult'
  | 'sqlBufferResult'
  | 'sqlCache'
  | 'sqlNoCache'
  | 'sqlCalcFoundRows';

/** One query block. */
export interface Select extends Span, QueryTail {
  readonly kind: 'select';
  readonly hints: Hints | null;
  readonly options: readonly SelectOption[];
  /** DISTINCT or DISTINCTROW among the options. */
  readonly distinct: boolean;
  readonly list: SelectList;
  /** Null without FROM. `FROM DUAL` is a clause without tables. */
  readonly from: FromClause | null;
  readonly where: WhereClause | null;
  readonly groupBy: GroupByClause | null;
  readonly having: HavingClause | null;
  readonly window: WindowClause | null;
}

/** `left UNION|INTERSECT|EXCEPT [ALL|DISTINCT] right`; INTERSECT binds tighter, the others associate to the left. */
export interface SetOperation extends Span, QueryTail {
  readonly kind: 'setOperation';
  readonly operator: 'union' | 'intersect' | 'except';
  readonly all: boolean;
  /** DISTINCT was written (it is also the default). */
  readonly distinct: boolean;
  readonly left: Query;
  readonly right: Query;
}

/** `(query) [ORDER BY ...] [LIMIT ...]`; also a bare parenthesised query. */
export interface ParenQuery extends Span, QueryTail {
  readonly kind: 'parenQuery';
  readonly query: Query;
}

/** `VALUES ROW(1, 2), ROW(3, 4)` (MySQL) or `VALUES (1, 2), (3, 4)` (MariaDB). */
export interface ValuesQuery extends Span, QueryTail {
  readonly kind: 'valuesQuery';
  readonly rows: readonly ValuesRow[];
}

/** `TABLE t`. */
export interface TableQuery extends Span, QueryTail {
  readonly kind: 'tableQuery';
  readonly table: TableName;
}

export interface With extends Span {
  readonly kind: 'with';
  readonly recursive: boolean;
  readonly expressions: readonly CommonTableExpression[];
}

export interface CommonTableExpression extends Span {
  readonly kind: 'commonTableExpression';
  readonly name: Ident;
  readonly columns: readonly Ident[];
  readonly query: Query;
  /** MariaDB: `CYCLE a, b RESTRICT`. */
  readonly cycle: readonly Ident[];
}

/** An optimizer hint comment; the text is what stands between its marks. */
export interface Hints extends Span {
  readonly kind: 'hints';
  readonly text: SqlText;
}

/** The span runs from the first item to the last. */
export interface SelectList extends Span {
  readonly kind: 'selectList';
  readonly items: readonly SelectItem[];
}

export interface SelectItem extends Span {
  readonly kind: 'selectItem';
  readonly expression: Expression;
  readonly alias: Ident | null;
  /**
   * The expression as written, which names the result column when there is no alias. Null in made-up items, and
   * where executable comments cut through the item.
   */
  readonly text: SqlText | null;
}

export interface FromClause extends Span {
  readonly kind: 'from';
  /** The comma-separated references; empty for FROM DUAL. */
  readonly tables: readonly TableReference[];
}

export interface WhereClause extends Span {
  readonly kind: 'where';
  readonly expression: Expression;
}

export interface GroupByClause extends Span {
  readonly kind: 'groupBy';
  readonly items: readonly OrderItem[];
  readonly rollup: boolean;
}

export interface HavingClause extends Span {
  readonly kind: 'having';
  readonly expression: Expression;
}

export interface WindowClause extends Span {
  readonly kind: 'window';
  readonly windows: readonly NamedWindow[];
}

export interface OrderByClause extends Span {
  readonly kind: 'orderBy';
  readonly items: readonly OrderItem[];
}

export interface OrderItem extends Span {
  readonly kind: 'orderItem';
  readonly expression: Expression;
  /** Null when neither ASC nor DESC was written. */
  readonly direction: 'asc' | 'desc' | null;
}

/**
 * `LIMIT count`, `LIMIT offset, count`, `LIMIT count OFFSET offset`, `[OFFSET n ROWS] FETCH FIRST n ROWS ONLY`.
 * Without any count (`OFFSET 5 ROWS`, `LIMIT ROWS EXAMINED 5`) `count` is null.
 */
export interface LimitClause extends Span {
  readonly kind: 'limit';
  readonly form: 'limit' | 'comma' | 'fetch';
  readonly count: Expression | null;
  readonly offset: Expression | null;
  /** FETCH ... WITH TIES. */
  readonly withTies: boolean;
  /** MariaDB: ROWS EXAMINED n. */
  readonly rowsExamined: Expression | null;
}

export interface LockingClause extends Span {
  readonly kind: 'locking';
  /** 'shareMode' is LOCK IN SHARE MODE. */
  readonly strength: 'update' | 'share' | 'shareMode';
  readonly of: readonly TableName[];
  readonly wait: 'nowait' | 'skipLocked' | null;
  /** MariaDB: WAIT n. */
  readonly waitSeconds: Expression | null;
}

export interface IntoClause extends Span {
  readonly kind: 'into';
  readonly target: 'outfile' | 'dumpfile' | 'variables';
  /** For OUTFILE and DUMPFILE. */
  readonly file: Literal | null;
  /** CHARACTER SET, FIELDS and LINES options as written. */
  readonly options: SqlText;
  /** User variables, or local variables of stored programs. */
  readonly variables: readonly (UserVariable | Ident)[];
}

// ---------------------------------------------------------------------------------------------- table references

export type TableReference = Table | Derived | Join | TableList | JsonTable | OdbcJoin | TableFunction;

/** A table, view or CTE by name; the span covers alias, partitions and index hints. */
export interface Table extends Span {
  readonly kind: 'table';
  readonly name: TableName;
  readonly partitions: readonly Ident[];
  readonly systemTime: SystemTime | null;
  readonly alias: Ident | null;
  readonly indexHints: readonly IndexHint[];
}

/** `FOR SYSTEM_TIME ...` or `FOR PORTION OF ...`, as written after the keyword pair. */
export interface SystemTime extends Span {
  readonly kind: 'systemTime';
  readonly form: 'asOf' | 'between' | 'fromTo' | 'all' | 'before' | 'portion';
  /** The period's name for 'portion'. */
  readonly period: Ident | null;
  /** One or two points in time; `TIMESTAMP` and `TRANSACTION` words are in `unit`. */
  readonly points: readonly Expression[];
  readonly units: readonly ('timestamp' | 'transaction' | null)[];
}

export interface IndexHint extends Span {
  readonly kind: 'indexHint';
  readonly action: 'use' | 'force' | 'ignore';
  /** Vitess: the names are vindexes for the planner; not part of what servers read. */
  readonly vindex: boolean;
  /** FOR JOIN | ORDER BY | GROUP BY. */
  readonly scope: 'join' | 'orderBy' | 'groupBy' | null;
  readonly indexes: readonly Ident[];
}

export interface Derived extends Span {
  readonly kind: 'derived';
  readonly lateral: boolean;
  readonly subquery: Subquery;
  readonly systemTime: SystemTime | null;
  readonly alias: Ident | null;
  readonly columns: readonly Ident[];
}

export interface Join extends Span {
  readonly kind: 'join';
  /** JOIN, INNER JOIN: 'inner'. CROSS JOIN: 'cross' (same meaning in MySQL). STRAIGHT_JOIN: 'straight'. */
  readonly type: 'inner' | 'cross' | 'straight' | 'left' | 'right';
  readonly natural: boolean;
  readonly left: TableReference;
  readonly right: TableReference;
  readonly on: OnClause | null;
  readonly using: UsingClause | null;
}

export interface OnClause extends Span {
  readonly kind: 'on';
  readonly expression: Expression;
}

export interface UsingClause extends Span {
  readonly kind: 'using';
  readonly columns: readonly Ident[];
}

/** Parentheses around one or more table references: `(a, b)`, `(a JOIN b ON ...)`, `(a)`. */
export interface TableList extends Span {
  readonly kind: 'tableList';
  readonly tables: readonly TableReference[];
}

/** `{ oj a LEFT JOIN b ON ... }`. */
export interface OdbcJoin extends Span {
  readonly kind: 'odbcJoin';
  readonly table: TableReference;
}

export interface JsonTable extends Span {
  readonly kind: 'jsonTable';
  readonly document: Expression;
  readonly path: Expression;
  /** The COLUMNS (...) list as written, parentheses included: it holds literals only. */
  readonly columns: SqlText;
  readonly columnNames: readonly Ident[];
  readonly alias: Ident | null;
}

/** Any other `name(args) [AS] alias` in FROM. */
export interface TableFunction extends Span {
  readonly kind: 'tableFunction';
  readonly call: Call;
  readonly alias: Ident | null;
}

// ---------------------------------------------------------------------------------------------- DML

export interface ValuesRow extends Span {
  readonly kind: 'valuesRow';
  /** ROW(...) was written. */
  readonly keyword: boolean;
  readonly items: readonly Expression[];
}

export interface Assignment extends Span {
  readonly kind: 'assignment';
  readonly column: Column;
  readonly value: Expression;
}

/** `(a, b, t.c)` after the table of an INSERT. */
export interface InsertColumns extends Span {
  readonly kind: 'insertColumns';
  readonly columns: readonly Column[];
}

/** `VALUES (..), (..)`; the span starts at VALUES. */
export interface InsertValues extends Span {
  readonly kind: 'insertValues';
  readonly rows: readonly ValuesRow[];
}

/** `SET a = 1, ...`; the span starts at SET. */
export interface InsertSet extends Span {
  readonly kind: 'insertSet';
  readonly assignments: readonly Assignment[];
}

/** `INSERT ... SELECT`; also TABLE t and VALUES ROW(...) as queries. */
export interface InsertQuery extends Span {
  readonly kind: 'insertQuery';
  readonly query: Query;
}

/** MySQL's `AS new [(a, b)]` after VALUES or SET. */
export interface RowAlias extends Span {
  readonly kind: 'rowAlias';
  readonly name: Ident;
  readonly columns: readonly Ident[];
}

export interface OnDuplicateKey extends Span {
  readonly kind: 'onDuplicateKey';
  readonly assignments: readonly Assignment[];
}

export interface ReturningClause extends Span {
  readonly kind: 'returning';
  readonly items: readonly SelectItem[];
}

/** INSERT and REPLACE. */
export interface Insert extends Span {
  readonly kind: 'insert';
  readonly replace: boolean;
  readonly hints: Hints | null;
  readonly priority: 'low' | 'high' | 'delayed' | null;
  readonly ignore: boolean;
  readonly table: TableName;
  readonly partitions: readonly Ident[];
  readonly columns: InsertColumns | null;
  readonly source: InsertValues | InsertSet | InsertQuery;
  readonly rowAlias: RowAlias | null;
  readonly onDuplicate: OnDuplicateKey | null;
  readonly returning: ReturningClause | null;
}

/** The SET clause of an UPDATE. */
export interface SetClause extends Span {
  readonly kind: 'setClause';
  readonly assignments: readonly Assignment[];
}

export interface Update extends Span {
  readonly kind: 'update';
  readonly with: With | null;
  readonly hints: Hints | null;
  readonly lowPriority: boolean;
  readonly ignore: boolean;
  /** One plain table, or a multi-table update. */
  readonly tables: readonly TableReference[];
  readonly set: SetClause;
  readonly where: WhereClause | null;
  readonly orderBy: OrderByClause | null;
  readonly limit: LimitClause | null;
  readonly returning: ReturningClause | null;
}

export interface Delete extends Span {
  readonly kind: 'delete';
  readonly with: With | null;
  readonly hints: Hints | null;
  readonly lowPriority: boolean;
  readonly quick: boolean;
  readonly ignore: boolean;
  /** 'single': DELETE FROM t; 'from': DELETE t1, t2 FROM refs; 'using': DELETE FROM t1, t2 USING refs. */
  readonly form: 'single' | 'from' | 'using';
  /** Of the multi-table forms, without `.*`; empty for 'single'. */
  readonly targets: readonly TableName[];
  /** For 'single' exactly one `table`. The span starts at FROM (USING). */
  readonly from: FromClause;
  readonly where: WhereClause | null;
  readonly orderBy: OrderByClause | null;
  readonly limit: LimitClause | null;
  readonly returning: ReturningClause | null;
}

// ---------------------------------------------------------------------------------------------- session statements

/** `SET a = 1, @@global.b = 2, @c = 3, NAMES utf8mb4 ...`. */
export interface SetStatement extends Span {
  readonly kind: 'set';
  readonly items: readonly SetItem[];
}

export type SetItem =
  | SetVariable
  | SetUserVariable
  | SetNames
  | SetCharset
  | SetTransaction
  | SetPassword
  | SetRole;

export interface SetVariable extends Span {
  readonly kind: 'setVariable';
  /** Null: no scope written, which means session. */
  readonly scope: VariableScope | null;
  readonly base: Ident | null;
  readonly name: Ident;
  /** Bare words (ON, utf8, ROW) are `keyword`, DEFAULT is `default`. */
  readonly value: Expression;
}

export interface SetUserVariable extends Span {
  readonly kind: 'setUserVariable';
  readonly variable: UserVariable;
  readonly value: Expression;
}

export interface SetNames extends Span {
  readonly kind: 'setNames';
  /** Null: DEFAULT. */
  readonly charset: string | null;
  readonly collation: string | null;
}

export interface SetCharset extends Span {
  readonly kind: 'setCharset';
  /** Null: DEFAULT. */
  readonly charset: string | null;
}

export type IsolationLevel = 'readUncommitted' | 'readCommitted' | 'repeatableRead' | 'serializable';

export interface SetTransaction extends Span {
  readonly kind: 'setTransaction';
  /** Null: only the next transaction. */
  readonly scope: 'global' | 'session' | null;
  readonly isolation: IsolationLevel | null;
  readonly access: 'readOnly' | 'readWrite' | null;
}

export interface SetPassword extends Span {
  readonly kind: 'setPassword';
  readonly text: SqlText;
}

/** SET ROLE, SET DEFAULT ROLE. */
export interface SetRole extends Span {
  readonly kind: 'setRole';
  readonly text: SqlText;
}

/** MariaDB: `SET STATEMENT a = 1, ... FOR statement`. */
export interface SetStatementFor extends Span {
  readonly kind: 'setStatementFor';
  readonly items: readonly SetVariable[];
  readonly statement: Statement;
}

/**
 * What a SHOW shows. Forms that only a server can answer and that name no table are 'other'
 * with their first words in `Show.words`.
 */
export type ShowWhat =
  | 'databases'
  | 'tables'
  | 'tableStatus'
  | 'openTables'
  | 'columns'
  | 'index'
  | 'triggers'
  | 'events'
  | 'createTable'
  | 'createView'
  | 'createDatabase'
  /** TRIGGER, PROCEDURE, FUNCTION, EVENT, SEQUENCE; `table` is its name. */
  | 'createRoutine'
  | 'createOther'
  | 'variables'
  | 'status'
  | 'warnings'
  | 'errors'
  | 'countWarnings'
  | 'countErrors'
  | 'collation'
  | 'characterSet'
  | 'engines'
  | 'plugins'
  | 'privileges'
  | 'processlist'
  | 'grants'
  | 'procedureStatus'
  | 'functionStatus'
  | 'packageStatus'
  | 'vitessShards'
  | 'vitessTablets'
  | 'vitessMetadata'
  | 'vitessMigrations'
  | 'vitessOther'
  | 'vschemaTables'
  | 'vschemaVindexes'
  | 'vschemaKeyspaces'
  | 'keyspaces'
  | 'shardgatePools'
  | 'shardgateSessions'
  | 'shardgateQueries'
  | 'shardgateStatus'
  | 'shardgateTransactions'
  | 'other';

export interface Show extends Span {
  readonly kind: 'show';
  readonly what: ShowWhat;
  readonly full: boolean;
  readonly extended: boolean;
  /** SHOW GLOBAL|SESSION STATUS, VARIABLES. */
  readonly scope: 'global' | 'session' | null;
  /** Of SHOW COLUMNS, INDEX, CREATE TABLE|VIEW, VSCHEMA VINDEXES ON. A schema by FROM/IN is in `schema`. */
  readonly table: TableName | null;
  /** FROM db, or the database of SHOW CREATE DATABASE. */
  readonly schema: Ident | null;
  readonly like: Literal | null;
  readonly where: Expression | null;
  readonly limit: LimitClause | null;
  /** The words after SHOW up to the first clause, upper case (`CREATE PROCEDURE`, `ENGINE INNODB STATUS`). */
  readonly words: string;
  readonly text: SqlText;
}

/** `USE target`; the target is the decoded name or the raw words (`ks:-80@replica`). */
export interface Use extends Span {
  readonly kind: 'use';
  readonly target: string;
  readonly text: SqlText;
}

/** BEGIN and START TRANSACTION. */
export interface Begin extends Span {
  readonly kind: 'begin';
  readonly form: 'begin' | 'start';
  readonly access: 'readOnly' | 'readWrite' | null;
  readonly consistentSnapshot: boolean;
}

/** COMMIT and ROLLBACK; null where AND [NO] CHAIN, [NO] RELEASE is not written. */
interface Completion extends Span {
  readonly chain: boolean | null;
  readonly release: boolean | null;
}

export interface Commit extends Completion {
  readonly kind: 'commit';
}

export interface Rollback extends Completion {
  readonly kind: 'rollback';
}

export interface Savepoint extends Span {
  readonly kind: 'savepoint';
  readonly name: Ident;
}

export interface ReleaseSavepoint extends Span {
  readonly kind: 'releaseSavepoint';
  readonly name: Ident;
}

/** ROLLBACK TO [SAVEPOINT] name. */
export interface RollbackTo extends Span {
  readonly kind: 'rollbackTo';
  readonly name: Ident;
}

export interface Xa extends Span {
  readonly kind: 'xa';
  readonly verb: 'start' | 'end' | 'prepare' | 'commit' | 'rollback' | 'recover';
  readonly xid: readonly Literal[];
  readonly onePhase: boolean;
  readonly text: SqlText;
}

export interface Prepare extends Span {
  readonly kind: 'prepare';
  readonly name: Ident;
  readonly source: Expression;
}

export interface Execute extends Span {
  readonly kind: 'execute';
  readonly name: Ident;
  readonly using: readonly Expression[];
}

export interface ExecuteImmediate extends Span {
  readonly kind: 'executeImmediate';
  readonly source: Expression;
  readonly using: readonly Expression[];
}

export interface Deallocate extends Span {
  readonly kind: 'deallocate';
  readonly name: Ident;
}

export interface TableLock extends Span {
  readonly kind: 'tableLock';
  readonly table: TableName;
  readonly alias: Ident | null;
  readonly mode: 'read' | 'readLocal' | 'write' | 'lowPriorityWrite' | 'writeConcurrent';
}

export interface LockTables extends Span {
  readonly kind: 'lockTables';
  readonly locks: readonly TableLock[];
  readonly text: SqlText;
}

export interface UnlockTables extends Span {
  readonly kind: 'unlockTables';
}

export interface Kill extends Span {
  readonly kind: 'kill';
  readonly target: 'connection' | 'query' | 'queryId' | 'user';
  readonly id: Expression | null;
  readonly text: SqlText;
}

/** CALL procedure. */
export interface CallProcedure extends Span {
  readonly kind: 'callProcedure';
  readonly schema: Ident | null;
  readonly name: Ident;
  readonly args: readonly Expression[];
}

export interface Do extends Span {
  readonly kind: 'do';
  readonly expressions: readonly Expression[];
}

export interface Handler extends Span {
  readonly kind: 'handler';
  readonly verb: 'open' | 'read' | 'close';
  readonly table: TableName;
  readonly text: SqlText;
}

export interface LoadData extends Span {
  readonly kind: 'loadData';
  readonly local: boolean;
  readonly xml: boolean;
  readonly file: Literal;
  readonly duplicates: 'replace' | 'ignore' | null;
  readonly table: TableName;
  readonly partitions: readonly Ident[];
  /** Lower case; null when not given. Of LOAD XML nothing from here on is read. */
  readonly charset: string | null;
  /** null: the server's default. */
  readonly fields: {
    readonly terminatedBy: Literal | null;
    readonly enclosedBy: Literal | null;
    readonly escapedBy: Literal | null;
  };
  readonly lines: { readonly startingBy: Literal | null; readonly terminatedBy: Literal | null };
  readonly ignoreLines: Expression | null;
  /** Columns and variables that take the fields; null: all columns. */
  readonly targets: readonly (Ident | UserVariable)[] | null;
  /** Behind SET; variables that are targets stand for fields here, not for the session's. */
  readonly assignments: readonly Assignment[];
  readonly text: SqlText;
}

/** EXPLAIN, DESCRIBE and DESC of a statement, and MariaDB's ANALYZE statement. */
export interface Explain extends Span {
  readonly kind: 'explain';
  /** EXPLAIN ANALYZE and ANALYZE run the statement. */
  readonly analyze: boolean;
  /** Upper case, null without FORMAT. */
  readonly format: string | null;
  /** MySQL: INTO @variable. */
  readonly intoVariable: boolean;
  /** Null for FOR CONNECTION. */
  readonly statement: Statement | null;
  readonly text: SqlText;
}

/** DESCRIBE t [column | 'pattern'], EXPLAIN t. */
export interface DescribeTable extends Span {
  readonly kind: 'describeTable';
  readonly table: TableName;
  readonly column: Ident | Literal | null;
}

export interface Vexplain extends Span {
  readonly kind: 'vexplain';
  readonly mode: 'plan' | 'queries' | 'trace' | 'keys' | 'all';
  readonly statement: Statement;
}

// ---------------------------------------------------------------------------------------------- DDL

/** A column type, of CREATE TABLE and of casts. */
export interface DataType extends Span {
  readonly kind: 'dataType';
  /**
   * Upper case and canonical: INT for INTEGER/INT4, BIGINT for INT8, DECIMAL for DEC/NUMERIC/FIXED, DOUBLE for
   * DOUBLE PRECISION/REAL, TINYINT for BOOL(EAN), CHAR for CHARACTER/NCHAR, VARCHAR for its kin, MEDIUMTEXT for
   * LONG [VARCHAR], BIGINT for SERIAL. In casts SIGNED and UNSIGNED are names.
   */
  readonly name: string;
  /** In parentheses: length, precision or fraction digits; then the scale. */
  readonly length: number | null;
  readonly scale: number | null;
  readonly unsigned: boolean;
  readonly zerofill: boolean;
  /** Lower case; also by NATIONAL (utf8mb3), ASCII (latin1), UNICODE (ucs2), BYTE (binary). */
  readonly charset: string | null;
  readonly collation: string | null;
  /** The BINARY attribute of a text type: the `_bin` collation of its character set. */
  readonly binary: boolean;
  /** Members of ENUM and SET. */
  readonly members: readonly Literal[];
  readonly text: SqlText;
}

export interface Reference extends Span {
  readonly kind: 'reference';
  readonly table: TableName;
  readonly columns: readonly KeyPart[];
  readonly onDelete: string | null;
  readonly onUpdate: string | null;
}

export interface ColumnDefinition extends Span {
  readonly kind: 'columnDefinition';
  readonly name: Ident;
  readonly type: DataType;
  /** Null when neither NULL nor NOT NULL was written. */
  readonly nullable: boolean | null;
  readonly autoIncrement: boolean;
  readonly key: 'primary' | 'unique' | 'index' | null;
  /** DEFAULT's expression (DEFAULT NULL is a literal). */
  readonly defaultValue: Expression | null;
  readonly onUpdate: Expression | null;
  readonly generated: Expression | null;
  readonly stored: boolean;
  readonly invisible: boolean;
  readonly comment: Literal | null;
  readonly checks: readonly Expression[];
  readonly references: Reference | null;
}

export interface KeyPart extends Span {
  readonly kind: 'keyPart';
  /** Null for functional parts. */
  readonly column: Ident | null;
  readonly expression: Expression | null;
  /** Prefix length in characters. */
  readonly length: number | null;
  readonly direction: 'asc' | 'desc' | null;
}

export interface KeyDefinition extends Span {
  readonly kind: 'keyDefinition';
  readonly type: 'primary' | 'unique' | 'index' | 'fulltext' | 'spatial' | 'vector' | 'foreign' | 'check';
  /** Of the constraint or of the key; the key's wins when both are given. */
  readonly name: Ident | null;
  readonly parts: readonly KeyPart[];
  readonly references: Reference | null;
  /** CHECK's. */
  readonly check: Expression | null;
}

/** `ENGINE=InnoDB`, `DEFAULT CHARSET utf8mb4`, `UNION=(a,b)` ...; names upper case without DEFAULT. */
export interface TableOption extends Span {
  readonly kind: 'tableOption';
  /** CHARACTER SET and CHARSET are `CHARSET`. */
  readonly name: string;
  readonly value: SqlText;
}

export interface CreateTable extends Span {
  readonly kind: 'createTable';
  readonly orReplace: boolean;
  readonly temporary: boolean;
  readonly ifNotExists: boolean;
  readonly table: TableName;
  readonly columns: readonly ColumnDefinition[];
  readonly keys: readonly KeyDefinition[];
  readonly options: readonly TableOption[];
  /** PARTITION BY ... as written; empty without. */
  readonly partitioning: SqlText;
  readonly like: TableName | null;
  readonly query: Query | null;
  readonly text: SqlText;
}

export type AlterAction =
  | AlterAddColumn
  | AlterDropColumn
  | AlterChangeColumn
  | AlterRenameColumn
  | AlterAddKey
  | AlterDropKey
  | AlterRenameKey
  | AlterRenameTable
  | AlterOptions
  | AlterOther;

export interface AlterAddColumn extends Span {
  readonly kind: 'alterAddColumn';
  readonly column: ColumnDefinition;
}

export interface AlterDropColumn extends Span {
  readonly kind: 'alterDropColumn';
  readonly name: Ident;
}

/** CHANGE and MODIFY (`from` is the column's own name then). */
export interface AlterChangeColumn extends Span {
  readonly kind: 'alterChangeColumn';
  readonly from: Ident;
  readonly column: ColumnDefinition;
}

export interface AlterRenameColumn extends Span {
  readonly kind: 'alterRenameColumn';
  readonly from: Ident;
  readonly to: Ident;
}

export interface AlterAddKey extends Span {
  readonly kind: 'alterAddKey';
  readonly key: KeyDefinition;
}

export interface AlterDropKey extends Span {
  readonly kind: 'alterDropKey';
  readonly type: 'primary' | 'index' | 'foreign' | 'check' | 'constraint';
  /** Null for the primary key. */
  readonly name: Ident | null;
}

export interface AlterRenameKey extends Span {
  readonly kind: 'alterRenameKey';
  readonly from: Ident;
  readonly to: Ident;
}

export interface AlterRenameTable extends Span {
  readonly kind: 'alterRenameTable';
  readonly to: TableName;
}

export interface AlterOptions extends Span {
  readonly kind: 'alterOptions';
  readonly options: readonly TableOption[];
}

/** Actions of which only the words matter: ALGORITHM, LOCK, partitions, DISABLE KEYS, ALTER COLUMN, FORCE ... */
export interface AlterOther extends Span {
  readonly kind: 'alterOther';
  /** The first words, upper case: `ALGORITHM`, `ADD PARTITION`, `ALTER COLUMN`, `EXCHANGE PARTITION`. */
  readonly action: string;
  /** The table of EXCHANGE PARTITION. */
  readonly table: TableName | null;
  readonly text: SqlText;
}

export interface AlterTable extends Span {
  readonly kind: 'alterTable';
  readonly table: TableName;
  readonly actions: readonly AlterAction[];
  readonly text: SqlText;
}

export interface DropTable extends Span {
  readonly kind: 'dropTable';
  readonly what: 'table' | 'view' | 'sequence';
  readonly temporary: boolean;
  readonly ifExists: boolean;
  readonly tables: readonly TableName[];
  readonly text: SqlText;
}

export interface RenamePair extends Span {
  readonly kind: 'renamePair';
  readonly from: TableName;
  readonly to: TableName;
}

export interface RenameTable extends Span {
  readonly kind: 'renameTable';
  readonly pairs: readonly RenamePair[];
  readonly text: SqlText;
}

export interface TruncateTable extends Span {
  readonly kind: 'truncateTable';
  readonly table: TableName;
  readonly text: SqlText;
}

export interface CreateIndex extends Span {
  readonly kind: 'createIndex';
  readonly table: TableName;
  readonly key: KeyDefinition;
  readonly text: SqlText;
}

export interface DropIndex extends Span {
  readonly kind: 'dropIndex';
  readonly name: Ident;
  readonly table: TableName;
  readonly text: SqlText;
}

/** CREATE VIEW and ALTER VIEW. */
export interface CreateView extends Span {
  readonly kind: 'createView';
  readonly alter: boolean;
  readonly orReplace: boolean;
  readonly name: TableName;
  readonly columns: readonly Ident[];
  readonly query: Query;
  readonly text: SqlText;
}

export interface CreateDatabase extends Span {
  readonly kind: 'createDatabase';
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  readonly name: Ident;
  readonly text: SqlText;
}

export interface DropDatabase extends Span {
  readonly kind: 'dropDatabase';
  readonly ifExists: boolean;
  readonly name: Ident;
  readonly text: SqlText;
}

export interface AlterDatabase extends Span {
  readonly kind: 'alterDatabase';
  /** Null: the current one. */
  readonly name: Ident | null;
  readonly text: SqlText;
}

/** CREATE, ALTER and DROP of triggers, routines, events, sequences, servers, tablespaces and the like. */
export interface ObjectStatement extends Span {
  readonly kind: 'objectStatement';
  readonly verb: 'create' | 'alter' | 'drop';
  /** Upper case: `TRIGGER`, `PROCEDURE`, `FUNCTION`, `EVENT`, `SEQUENCE`, `SERVER` ... */
  readonly what: string;
  readonly schema: Ident | null;
  readonly name: Ident | null;
  /** The table a trigger or sequence concerns. */
  readonly tables: readonly TableName[];
  readonly text: SqlText;
}

/** Vitess's ALTER VSCHEMA. */
export interface AlterVschema extends Span {
  readonly kind: 'alterVschema';
  readonly text: SqlText;
}

/** ANALYZE, CHECK, OPTIMIZE, REPAIR, FLUSH, GRANT, CREATE USER, RESET, INSTALL ...: words and the tables named. */
export interface Admin extends Span {
  readonly kind: 'admin';
  /** Upper case: `ANALYZE TABLE`, `FLUSH`, `GRANT`, `CREATE USER`. */
  readonly verb: string;
  readonly tables: readonly TableName[];
  readonly text: SqlText;
}

/** Nothing but blanks and comments. */
export interface EmptyStatement extends Span {
  readonly kind: 'empty';
}

export type Statement =
  | Query
  | Insert
  | Update
  | Delete
  | SetStatement
  | SetStatementFor
  | Show
  | Use
  | Begin
  | Commit
  | Rollback
  | Savepoint
  | ReleaseSavepoint
  | RollbackTo
  | Xa
  | Prepare
  | Execute
  | ExecuteImmediate
  | Deallocate
  | LockTables
  | UnlockTables
  | Kill
  | CallProcedure
  | Do
  | Handler
  | LoadData
  | Explain
  | DescribeTable
  | Vexplain
  | CreateTable
  | AlterTable
  | DropTable
  | RenameTable
  | TruncateTable
  | CreateIndex
  | DropIndex
  | CreateView
  | CreateDatabase
  | DropDatabase
  | AlterDatabase
  | ObjectStatement
  | AlterVschema
  | Admin
  | EmptyStatement;

/** Any node of a tree. */
export type Node =
  | Statement
  | Expression
  | TableReference
  | AlterAction
  | SetItem
  | Ident
  | TableName
  | ExpressionList
  | CaseWhen
  | WindowSpec
  | WindowFrame
  | FrameBound
  | NamedWindow
  | With
  | CommonTableExpression
  | Hints
  | SelectList
  | SelectItem
  | FromClause
  | WhereClause
  | GroupByClause
  | HavingClause
  | WindowClause
  | OrderByClause
  | OrderItem
  | LimitClause
  | LockingClause
  | IntoClause
  | SystemTime
  | IndexHint
  | OnClause
  | UsingClause
  | ValuesRow
  | Assignment
  | InsertColumns
  | InsertValues
  | InsertSet
  | InsertQuery
  | RowAlias
  | OnDuplicateKey
  | ReturningClause
  | SetClause
  | TableLock
  | DataType
  | Reference
  | ColumnDefinition
  | KeyPart
  | KeyDefinition
  | TableOption
  | RenamePair;

export type Kind = Node['kind'];

/** The node type of one kind. */
export type NodeOf<K extends Kind> = Extract<Node, { readonly kind: K }>;
