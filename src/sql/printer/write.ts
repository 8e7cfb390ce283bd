// INSERT, REPLACE, UPDATE, DELETE to text.
import type { Printers } from './writer.ts';

/** Writes and their clauses. */
export const writes = {
  insert(w, node) {
    w.put(node.replace ? 'REPLACE ' : 'INSERT ');
    w.optional('', node.hints);
    if (node.hints !== null) w.put(' ');
    if (node.priority !== null)
      w.put(node.priority === 'delayed' ? 'DELAYED ' : `${node.priority.toUpperCase()}_PRIORITY `);
    if (node.ignore) w.put('IGNORE ');
    w.put('INTO ');
    w.node(node.table);
    if (node.partitions.length > 0) {
      w.put(' PARTITION ');
      w.parens(node.partitions);
    }
    w.optional(' ', node.columns);
    w.put(' ');
    w.node(node.source);
    w.optional(' ', node.rowAlias);
    w.optional(' ', node.onDuplicate);
    w.optional(' ', node.returning);
  },
  insertColumns: (w, node) => w.parens(node.columns),
  insertValues(w, node) {
    w.put('VALUES ');
    w.list(node.rows);
  },
  insertSet(w, node) {
    w.put('SET ');
    w.list(node.assignments);
  },
  insertQuery: (w, node) => w.node(node.query),
  valuesRow(w, node) {
    if (node.keyword) w.put('ROW');
    w.parens(node.items);
  },
  assignment(w, node) {
    w.node(node.column);
    w.put(' = ');
    w.node(node.value);
  },
  rowAlias(w, node) {
    w.put('AS ');
    w.node(node.name);
    if (node.columns.length > 0) w.parens(node.columns);
  },
  onDuplicateKey(w, node) {
    w.put('ON DUPLICATE KEY UPDATE ');
    w.list(node.assignments);
  },
  returning(w, node) {
    w.put('RETURNING ');
    w.list(node.items);
  },
  setClause(w, node) {
    w.put('SET ');
    w.list(node.assignments);
  },
  update(w, node) {
    w.optional('', node.with);
    w.put(node.with === null ? 'UPDATE ' : ' UPDATE ');
    w.optional('', node.hints);
    if (node.hints !== null) w.put(' ');
    if (node.lowPriority) w.put('LOW_PRIORITY ');
    if (node.ignore) w.put('IGNORE ');
    w.list(node.tables);
    w.put(' ');
    w.node(node.set);
    w.optional(' ', node.where);
    w.optional(' ', node.orderBy);
    w.optional(' ', node.limit);
    w.optional(' ', node.returning);
  },
  delete(w, node) {
    w.optional('', node.with);
    w.put(node.with === null ? 'DELETE ' : ' DELETE ');
    w.optional('', node.hints);
    if (node.hints !== null) w.put(' ');
    if (node.lowPriority) w.put('LOW_PRIORITY ');
    if (node.quick) w.put('QUICK ');
    if (node.ignore) w.put('IGNORE ');
    if (node.form === 'using') w.put('FROM ');
    w.list(node.targets);
    if (node.form !== 'single') w.put(' ');
    if (node.form !== 'using') w.node(node.from);
    else {
      w.put('USING ');
      w.list(node.from.tables);
    }
    w.optional(' ', node.where);
    w.optional(' ', node.orderBy);
    w.optional(' ', node.limit);
    w.optional(' ', node.returning);
  },
} satisfies Partial<Printers>;
