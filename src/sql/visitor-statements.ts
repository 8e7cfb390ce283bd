// The children of statements about the session, and of definitions.
import { each, nameOf, none, optional, type Table } from './visitor-table.ts';

/** Children of session statements. */
export const session = {
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
    // Of `s.t` the schema is the same node.
    if (node.schema !== node.table?.schema) optional(node.schema, visit);
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
    each(node.partitions, visit);
    optional(node.fields.terminatedBy, visit);
    optional(node.fields.enclosedBy, visit);
    optional(node.fields.escapedBy, visit);
    optional(node.lines.startingBy, visit);
    optional(node.lines.terminatedBy, visit);
    optional(node.ignoreLines, visit);
    each(node.targets ?? [], visit);
    each(node.assignments, visit);
  },
  explain: (node, visit) => optional(node.statement, visit),
  describeTable(node, visit) {
    visit(node.table);
    optional(node.column, visit);
  },
  vexplain: (node, visit) => visit(node.statement),
  empty: none,
} satisfies Partial<Table>;

/** Children of definitions. */
export const definitions = {
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
    // Of MODIFY the name is the same node.
    if (node.from !== node.column.name) visit(node.from);
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
    // Of a sequence the names are the table's.
    if (node.name !== node.tables[0]?.name) {
      optional(node.schema, visit);
      optional(node.name, visit);
    }
    each(node.tables, visit);
  },
  alterVschema: none,
  admin: (node, visit) => each(node.tables, visit),
} satisfies Partial<Table>;
