// Walking syntax trees: the children of every kind of node, kept complete by the compiler.
import type { Kind, Node, NodeOf } from './ast.ts';

type Visit = (child: Node) => void;

function each(nodes: readonly Node[], visit: Visit): void {
  for (const node of nodes) visit(node);
}

function optional(node: Node | null, visit: Visit): void {
  if (node !== null) visit(node);
}

function none(): void {}

function nameOf(node: { readonly name: Node }, visit: Visit): void {
  visit(node.name);
}

function tail(node: NodeOf<'select' | 'setOperation' | 'parenQuery' | 'valuesQuery' | 'tableQuery'>, visit: Visit): void {
  optional(node.orderBy, visit);
  optional(node.limit, visit);
  each(node.locking, visit);
  optional(node.into, visit);
}

type Table = { readonly [K in Kind]: (node: NodeOf<K>, visit: Visit) => void };

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

const session = {
  set: (node, visit) => each(node.items, visit),
  setVariable(node, visit) {
    optional(node.base, visit);
    visit(node.name);
    visit(node.value);
  },
  setUserVariable(node, visit) {
    visit(node.variable);
    visit(node.value);
  },
  setNames: none,
  setCharset: none,
  setTransaction: none,
  setPassword: none,
  setRole: none,
  setStatementFor(node, visit) {
    each(node.items, visit);
    visit(node.statement);
  },
  show(node, visit) {
    optional(node.table, visit);
    optional(node.schema, visit);
    optional(node.like, visit);
    optional(node.where, visit);
    optional(node.limit, visit);
  },
  use: none,
  begin: none,
  commit: none,
  rollback: none,
  savepoint: nameOf,
  releaseSavepoint: nameOf,
  rollbackTo: nameOf,
  xa: (node, visit) => each(node.xid, visit),
  prepare(node, visit) {
    visit(node.name);
    visit(node.source);
  },
  execute(node, visit) {
    visit(node.name);
    each(node.using, visit);
  },
  executeImmediate(node, visit) {
    visit(node.source);
    each(node.using, visit);
  },
  deallocate: nameOf,
  tableLock(node, visit) {
    visit(node.table);
    optional(node.alias, visit);
  },
  lockTables: (node, visit) => each(node.locks, visit),
  unlockTables: none,
  kill: (node, visit) => optional(node.id, visit),
  callProcedure(node, visit) {
    optional(node.schema, visit);
    visit(node.name);
    each(node.args, visit);
  },
  do: (node, visit) => each(node.expressions, visit),
  handler: (node, visit) => visit(node.table),
  loadData(node, visit) {
    visit(node.file);
    visit(node.table);
  },
  explain: (node, visit) => optional(node.statement, visit),
  describeTable(node, visit) {
    visit(node.table);
    optional(node.column, visit);
  },
  vexplain: (node, visit) => visit(node.statement),
  empty: none,
} satisfies Partial<Table>;

const definitions = {
  dataType: (node, visit) => each(node.members, visit),
  reference(node, visit) {
    visit(node.table);
    each(node.columns, visit);
  },
  columnDefinition(node, visit) {
    visit(node.name);
    visit(node.type);
    optional(node.generated, visit);
    optional(node.defaultValue, visit);
    optional(node.onUpdate, visit);
    optional(node.comment, visit);
    each(node.checks, visit);
    optional(node.references, visit);
  },
  keyPart(node, visit) {
    optional(node.column, visit);
    optional(node.expression, visit);
  },
  keyDefinition(node, visit) {
    optional(node.name, visit);
    each(node.parts, visit);
    optional(node.references, visit);
    optional(node.check, visit);
  },
  tableOption: none,
  createTable(node, visit) {
    visit(node.table);
    each(node.columns, visit);
    each(node.keys, visit);
    each(node.options, visit);
    optional(node.like, visit);
    optional(node.query, visit);
  },
  alterTable(node, visit) {
    visit(node.table);
    each(node.actions, visit);
  },
  alterAddColumn: (node, visit) => visit(node.column),
  alterDropColumn: nameOf,
  alterChangeColumn(node, visit) {
    visit(node.from);
    visit(node.column);
  },
  alterRenameColumn(node, visit) {
    visit(node.from);
    visit(node.to);
  },
  alterAddKey: (node, visit) => visit(node.key),
  alterDropKey: (node, visit) => optional(node.name, visit),
  alterRenameKey(node, visit) {
    visit(node.from);
    visit(node.to);
  },
  alterRenameTable: (node, visit) => visit(node.to),
  alterOptions: (node, visit) => each(node.options, visit),
  alterOther: (node, visit) => optional(node.table, visit),
  dropTable: (node, visit) => each(node.tables, visit),
  renamePair(node, visit) {
    visit(node.from);
    visit(node.to);
  },
  renameTable: (node, visit) => each(node.pairs, visit),
  truncateTable: (node, visit) => visit(node.table),
  createIndex(node, visit) {
    visit(node.key);
    visit(node.table);
  },
  dropIndex(node, visit) {
    visit(node.name);
    visit(node.table);
  },
  createView(node, visit) {
    visit(node.name);
    each(node.columns, visit);
    visit(node.query);
  },
  createDatabase: nameOf,
  dropDatabase: nameOf,
  alterDatabase: (node, visit) => optional(node.name, visit),
  objectStatement(node, visit) {
    optional(node.schema, visit);
    optional(node.name, visit);
    each(node.tables, visit);
  },
  alterVschema: none,
  admin: (node, visit) => each(node.tables, visit),
} satisfies Partial<Table>;

const childrenOf = { ...expressions, ...queries, ...tables, ...writes, ...session, ...definitions } satisfies Table;

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
export function walk(node: Node, enter: (node: Node) => boolean | undefined | void, leave?: (node: Node) => void): void {
  if (enter(node) !== false) forEachChild(node, (child) => walk(child, enter, leave));
  leave?.(node);
}
