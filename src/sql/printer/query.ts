// Queries and their clauses to text.
import type { LockingClause, Query, SelectOption } from '../ast.ts';
import type { Printers, Writer } from './writer.ts';

const options: Readonly<Record<SelectOption, string>> = {
  all: 'ALL',
  distinct: 'DISTINCT',
  distinctrow: 'DISTINCTROW',
  highPriority: 'HIGH_PRIORITY',
  straightJoin: 'STRAIGHT_JOIN',
  sqlSmallResult: 'SQL_SMALL_RESULT',
  sqlBigResult: 'SQL_BIG_RESULT',
  sqlBufferResult: 'SQL_BUFFER_RESULT',
  sqlCache: 'SQL_CACHE',
  sqlNoCache: 'SQL_NO_CACHE',
  sqlCalcFoundRows: 'SQL_CALC_FOUND_ROWS',
};

const strengths: Readonly<Record<LockingClause['strength'], string>> = {
  update: 'FOR UPDATE',
  share: 'FOR SHARE',
  shareMode: 'LOCK IN SHARE MODE',
};

function tail(w: Writer, node: Query): void {
  w.optional(' ', node.orderBy);
  w.optional(' ', node.limit);
  // Both servers take INTO before the locking clauses; MariaDB takes it nowhere else.
  w.optional(' ', node.into);
  for (const clause of node.locking) w.optional(' ', clause);
}

function withClause(w: Writer, node: Query): void {
  w.optional('', node.with);
  if (node.with !== null) w.put(' ');
}

/** Query expressions. */
export const queries = {
  select(w, node) {
    withClause(w, node);
    w.put('SELECT ');
    w.optional('', node.hints);
    if (node.hints !== null) w.put(' ');
    for (const option of node.options) w.put(`${options[option]} `);
    w.node(node.list);
    // Where it stood: MariaDB warns of an INTO behind FROM.
    const isEarly = node.into !== null && node.from !== null && node.into.start < node.from.start;
    if (isEarly) w.optional(' ', node.into);
    w.optional(' ', node.from);
    w.optional(' ', node.where);
    w.optional(' ', node.groupBy);
    w.optional(' ', node.having);
    w.optional(' ', node.window);
    tail(w, isEarly ? { ...node, into: null } : node);
  },
  setOperation(w, node) {
    withClause(w, node);
    w.node(node.left);
    w.put(` ${node.operator.toUpperCase()} `);
    if (node.all) w.put('ALL ');
    if (node.distinct) w.put('DISTINCT ');
    setOperand(w, node.right, node.operator === 'intersect');
    tail(w, node);
  },
  parenQuery(w, node) {
    withClause(w, node);
    w.parens([node.query]);
    tail(w, node);
  },
  valuesQuery(w, node) {
    withClause(w, node);
    w.put('VALUES ');
    w.list(node.rows);
    tail(w, node);
  },
  tableQuery(w, node) {
    withClause(w, node);
    w.put('TABLE ');
    w.node(node.table);
    tail(w, node);
  },
  with(w, node) {
    w.put(node.recursive ? 'WITH RECURSIVE ' : 'WITH ');
    w.list(node.expressions);
  },
  commonTableExpression(w, node) {
    w.node(node.name);
    if (node.columns.length > 0) w.parens(node.columns);
    w.put(' AS ');
    w.parens([node.query]);
    if (node.cycle.length === 0) return;
    w.put(' CYCLE ');
    w.list(node.cycle);
    w.put(' RESTRICT');
  },
  hints: (w, node) => w.put(`/*+${node.text}*/`),
  selectList: (w, node) => w.list(node.items),
  selectItem(w, node) {
    // Without an alias the text names the column, so it must stay as it was.
    if (node.alias === null && node.text !== null && node.expression.kind !== 'star') w.put(node.text);
    else w.node(node.expression);
    w.optional(' AS ', node.alias);
  },
} satisfies Partial<Printers>;

function setOperand(w: Writer, node: Query, tight: boolean): void {
  // Built by hand: a set operation to the right of another needs parentheses, unless it is a tighter INTERSECT.
  const wrap = node.kind === 'setOperation' && (tight || node.operator !== 'intersect');
  if (wrap) w.parens([node]);
  else w.node(node);
}

/** Clauses. */
export const clauses = {
  from(w, node) {
    w.put('FROM ');
    if (node.tables.length === 0) w.put('DUAL');
    w.list(node.tables);
  },
  where(w, node) {
    w.put('WHERE ');
    w.node(node.expression);
  },
  groupBy(w, node) {
    w.put('GROUP BY ');
    w.list(node.items);
    if (node.rollup) w.put(' WITH ROLLUP');
  },
  having(w, node) {
    w.put('HAVING ');
    w.node(node.expression);
  },
  window(w, node) {
    w.put('WINDOW ');
    w.list(node.windows);
  },
  orderBy(w, node) {
    w.put('ORDER BY ');
    w.list(node.items);
  },
  orderItem(w, node) {
    w.node(node.expression);
    if (node.direction !== null) w.put(node.direction === 'asc' ? ' ASC' : ' DESC');
  },
  limit(w, node) {
    if (node.form === 'fetch') {
      if (node.offset !== null) {
        w.put('OFFSET ');
        w.node(node.offset);
        w.put(node.count === null ? ' ROWS' : ' ROWS ');
      }
      w.optional('FETCH FIRST ', node.count);
      if (node.count !== null) w.put(node.withTies ? ' ROWS WITH TIES' : ' ROWS ONLY');
      return;
    }
    w.put('LIMIT');
    // In the order of the text: the first `?` stays the first.
    const offsetFirst = node.form === 'comma' ? node.offset : null;
    w.optional(' ', offsetFirst);
    if (offsetFirst !== null) w.put(',');
    w.optional(' ', node.count);
    if (offsetFirst === null) w.optional(' OFFSET ', node.offset);
    w.optional(' ROWS EXAMINED ', node.rowsExamined);
  },
  locking(w, node) {
    w.put(strengths[node.strength]);
    if (node.of.length > 0) {
      w.put(' OF ');
      w.list(node.of);
    }
    if (node.wait !== null) w.put(node.wait === 'nowait' ? ' NOWAIT' : ' SKIP LOCKED');
    w.optional(' WAIT ', node.waitSeconds);
  },
  into(w, node) {
    w.put('INTO ');
    if (node.target === 'variables') {
      w.list(node.variables);
      return;
    }
    w.put(node.target.toUpperCase());
    w.optional(' ', node.file);
    if (node.options !== '') w.put(` ${node.options}`);
  },
} satisfies Partial<Printers>;
