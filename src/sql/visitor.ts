// Walking syntax trees: the children of every kind of node, kept complete by the compiler.
import type { Kind, Node, NodeOf } from './ast.ts';
import { definitions, session } from './visitor-statements.ts';
import { each, none, optional, type Table, type Visit } from './visitor-table.ts';

function tail(
  node: NodeOf<'select' | 'setOperation' | 'parenQuery' | 'valuesQuery' | 'tableQuery'>,
  visit: Visit,
): void {
  optional(node.orderBy, visit);
  optional(node.limit, visit);
  each(node.locking, visit);
  optional(node.into, visit);
}

/** Children in the order of the text, as far as the grammar fixes one. */
const expressions = {
  literal: none,
  param: none,
  column(node, visit) {
    optional(node.schema, visit);
    optional(node.table, visit);
    visit(node.name);
  },
  star(node, visit) {
    optional(node.schema, visit);
    optional(node.table, visit);
  },
  userVariable: none,
  systemVariable(node, visit) {
    optional(node.base, visit);
    visit(node.name);
  },
  assign(node, visit) {
    visit(node.target);
    visit(node.value);
  },
  unary: (node, visit) => visit(node.operand),
  not: (node, visit) => visit(node.operand),
  logical: (node, visit) => each(node.operands, visit),
  comparison(node, visit) {
    visit(node.left);
    visit(node.right);
  },
  binary(node, visit) {
    visit(node.left);
    visit(node.right);
  },
  between(node, visit) {
    visit(node.operand);
    visit(node.low);
    visit(node.high);
  },
  inList(node, visit) {
    visit(node.operand);
    visit(node.list);
  },
  expressionList: (node, visit) => each(node.items, visit),
  inSubquery(node, visit) {
    visit(node.operand);
    visit(node.subquery);
  },
  like(node, visit) {
    visit(node.operand);
    visit(node.pattern);
    optional(node.escape, visit);
  },
  regexp(node, visit) {
    visit(node.operand);
    visit(node.pattern);
  },
  isNull: (node, visit) => visit(node.operand),
  isTruth: (node, visit) => visit(node.operand),
  paren: (node, visit) => visit(node.expression),
  row: (node, visit) => each(node.items, visit),
  subquery: (node, visit) => visit(node.query),
  exists: (node, visit) => visit(node.subquery),
  quantified(node, visit) {
    visit(node.operand);
    visit(node.subquery);
  },
  caseWhen(node, visit) {
    visit(node.condition);
    visit(node.result);
  },
  case(node, visit) {
    optional(node.operand, visit);
    each(node.whens, visit);
    optional(node.otherwise, visit);
  },
  interval: (node, visit) => visit(node.value),
  call(node, visit) {
    optional(node.schema, visit);
    visit(node.ident);
    each(node.args, visit);
  },
  aggregate(node, visit) {
    visit(node.ident);
    each(node.args, visit);
    optional(node.orderBy, visit);
    optional(node.separator, visit);
    optional(node.limit, visit);
    optional(node.over, visit);
  },
  windowCall(node, visit) {
    visit(node.ident);
    each(node.args, visit);
    optional(node.withinGroup, visit);
    visit(node.over);
  },
  keywordCall(node, visit) {
    visit(node.ident);
    for (const piece of node.pieces) if (typeof piece !== 'string') visit(piece);
  },
  cast(node, visit) {
    visit(node.operand);
    optional(node.timeZone, visit);
    visit(node.type);
  },
  collate(node, visit) {
    visit(node.operand);
    visit(node.collation);
  },
  match(node, visit) {
    each(node.columns, visit);
    visit(node.against);
  },
  default: (node, visit) => optional(node.column, visit),
  valuesFunction: (node, visit) => visit(node.column),
  sequenceValue(node, visit) {
    visit(node.sequence);
    each(node.args, visit);
  },
  nextValues: (node, visit) => optional(node.count, visit),
  keyword: none,
} satisfies Partial<Table>;

const queries = {
  ident: none,
  tableName(node, visit) {
    optional(node.schema, visit);
    visit(node.name);
  },
  windowSpec(node, visit) {
    optional(node.base, visit);
    each(node.partitionBy, visit);
    optional(node.orderBy, visit);
    optional(node.frame, visit);
  },
  windowFrame(node, visit) {
    visit(node.from);
    optional(node.to, visit);
  },
  frameBound: (node, visit) => optional(node.value, visit),
  namedWindow(node, visit) {
    visit(node.name);
    visit(node.spec);
  },
  select(node, visit) {
    optional(node.with, visit);
    optional(node.hints, visit);
    visit(node.list);
    optional(node.from, visit);
    optional(node.where, visit);
    optional(node.groupBy, visit);
    optional(node.having, visit);
    optional(node.window, visit);
    tail(node, visit);
  },
  setOperation(node, visit) {
    optional(node.with, visit);
    visit(node.left);
    visit(node.right);
    tail(node, visit);
  },
  parenQuery(node, visit) {
    optional(node.with, visit);
    visit(node.query);
    tail(node, visit);
  },
  valuesQuery(node, visit) {
    optional(node.with, visit);
    each(node.rows, visit);
    tail(node, visit);
  },
  tableQuery(node, visit) {
    optional(node.with, visit);
    visit(node.table);
    tail(node, visit);
  },
  with: (node, visit) => each(node.expressions, visit),
  commonTableExpression(node, visit) {
    visit(node.name);
    each(node.columns, visit);
    visit(node.query);
    each(node.cycle, visit);
  },
  hints: none,
  selectList: (node, visit) => each(node.items, visit),
  selectItem(node, visit) {
    visit(node.expression);
    optional(node.alias, visit);
  },
  from: (node, visit) => each(node.tables, visit),
  where: (node, visit) => visit(node.expression),
  groupBy: (node, visit) => each(node.items, visit),
  having: (node, visit) => visit(node.expression),
  window: (node, visit) => each(node.windows, visit),
  orderBy: (node, visit) => each(node.items, visit),
  orderItem: (node, visit) => visit(node.expression),
  limit(node, visit) {
    optional(node.offset, visit);
    optional(node.count, visit);
    optional(node.rowsExamined, visit);
  },
  locking(node, visit) {
    each(node.of, visit);
    optional(node.waitSeconds, visit);
  },
  into(node, visit) {
    optional(node.file, visit);
    each(node.variables, visit);
  },
} satisfies Partial<Table>;

const tables = {
  table(node, visit) {
    visit(node.name);
    each(node.partitions, visit);
    optional(node.systemTime, visit);
    optional(node.alias, visit);
    each(node.indexHints, visit);
  },
  systemTime(node, visit) {
    optional(node.period, visit);
    each(node.points, visit);
  },
  indexHint: (node, visit) => each(node.indexes, visit),
  derived(node, visit) {
    visit(node.subquery);
    optional(node.systemTime, visit);
    optional(node.alias, visit);
    each(node.columns, visit);
  },
  join(node, visit) {
    visit(node.left);
    visit(node.right);
    optional(node.on, visit);
    optional(node.using, visit);
  },
  on: (node, visit) => visit(node.expression),
  using: (node, visit) => each(node.columns, visit),
  tableList: (node, visit) => each(node.tables, visit),
  odbcJoin: (node, visit) => visit(node.table),
  jsonTable(node, visit) {
    visit(node.document);
    visit(node.path);
    each(node.columnNames, visit);
    optional(node.alias, visit);
  },
  tableFunction(node, visit) {
    visit(node.call);
    optional(node.alias, visit);
  },
} satisfies Partial<Table>;

const writes = {
  valuesRow: (node, visit) => each(node.items, visit),
  assignment(node, visit) {
    visit(node.column);
    visit(node.value);
  },
  insertColumns: (node, visit) => each(node.columns, visit),
  insertValues: (node, visit) => each(node.rows, visit),
  insertSet: (node, visit) => each(node.assignments, visit),
  insertQuery: (node, visit) => visit(node.query),
  rowAlias(node, visit) {
    visit(node.name);
    each(node.columns, visit);
  },
  onDuplicateKey: (node, visit) => each(node.assignments, visit),
  returning: (node, visit) => each(node.items, visit),
  insert(node, visit) {
    optional(node.hints, visit);
    visit(node.table);
    each(node.partitions, visit);
    optional(node.columns, visit);
    visit(node.source);
    optional(node.rowAlias, visit);
    optional(node.onDuplicate, visit);
    optional(node.returning, visit);
  },
  setClause: (node, visit) => each(node.assignments, visit),
  update(node, visit) {
    optional(node.with, visit);
    optional(node.hints, visit);
    each(node.tables, visit);
    visit(node.set);
    optional(node.where, visit);
    optional(node.orderBy, visit);
    optional(node.limit, visit);
    optional(node.returning, visit);
  },
  delete(node, visit) {
    optional(node.with, visit);
    optional(node.hints, visit);
    each(node.targets, visit);
    visit(node.from);
    optional(node.where, visit);
    optional(node.orderBy, visit);
    optional(node.limit, visit);
    optional(node.returning, visit);
  },
} satisfies Partial<Table>;

const childrenOf = {
  ...expressions,
  ...queries,
  ...tables,
  ...writes,
  ...session,
  ...definitions,
} satisfies Table;

function visitorOf<K extends Kind>(kind: K): (node: NodeOf<K>, visit: Visit) => void {
  const table: Table = childrenOf;
  return table[kind];
}

/** Calls `visit` for each direct child of `node`, in the order of the text. */
export function forEachChild<K extends Kind>(node: NodeOf<K>, visit: (child: Node) => void): void {
  visitorOf<K>(node.kind as K)(node, visit);
}

/**
 * Visits `node` and everything below it, parents first. `enter` returning false skips a node's children
 * (`leave` is still called for the node itself).
 */
export function walk(node: Node, enter: (node: Node) => unknown, leave?: (node: Node) => void): void {
  if (enter(node) !== false) forEachChild(node, (child) => walk(child, enter, leave));
  leave?.(node);
}
