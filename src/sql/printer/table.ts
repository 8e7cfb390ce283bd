// Table references to text.
import type { IndexHint, Join, SystemTime } from '../ast.ts';
import type { Printers, Writer } from './writer.ts';

const joinWords: Readonly<Record<Join['type'], string>> = {
  inner: 'JOIN',
  cross: 'CROSS JOIN',
  straight: 'STRAIGHT_JOIN',
  left: 'LEFT JOIN',
  right: 'RIGHT JOIN',
};

const scopes: Readonly<Record<NonNullable<IndexHint['scope']>, string>> = {
  join: ' FOR JOIN',
  orderBy: ' FOR ORDER BY',
  groupBy: ' FOR GROUP BY',
};

const periods: Readonly<Record<SystemTime['form'], readonly [string, string]>> = {
  asOf: ['AS OF ', ''],
  before: ['BEFORE ', ''],
  between: ['BETWEEN ', ' AND '],
  fromTo: ['FROM ', ' TO '],
  portion: ['FROM ', ' TO '],
  all: ['ALL', ''],
};

function operandOfJoin(w: Writer, node: Join['right']): void {
  // Built by hand: a join to the right of another needs parentheses.
  if (node.kind === 'join') w.parens([node]);
  else w.node(node);
}

/** What stands in FROM. */
export const tables = {
  table(w, node) {
    w.node(node.name);
    if (node.partitions.length > 0) {
      w.put(' PARTITION ');
      w.parens(node.partitions);
    }
    w.optional(' ', node.systemTime);
    w.optional(' AS ', node.alias);
    for (const hint of node.indexHints) w.optional(' ', hint);
  },
  systemTime(w, node) {
    const [before, between] = periods[node.form];
    w.put(node.period === null ? 'FOR SYSTEM_TIME ' : 'FOR PORTION OF ');
    w.optional('', node.period);
    if (node.period !== null) w.put(' ');
    w.put(before);
    for (const [index, point] of node.points.entries()) {
      if (index > 0) w.put(between);
      const unit = node.units[index] ?? null;
      if (unit !== null) w.put(`${unit.toUpperCase()} `);
      w.node(point);
    }
  },
  indexHint(w, node) {
    w.put(`${node.action.toUpperCase()} ${node.vindex ? 'VINDEX' : 'INDEX'}`);
    if (node.scope !== null) w.put(scopes[node.scope]);
    w.put(' ');
    w.parens(node.indexes);
  },
  derived(w, node) {
    if (node.lateral) w.put('LATERAL ');
    w.node(node.subquery);
    w.optional(' ', node.systemTime);
    w.optional(' AS ', node.alias);
    if (node.columns.length > 0) w.put(' ');
    if (node.columns.length > 0) w.parens(node.columns);
  },
  join(w, node) {
    w.node(node.left);
    w.put(node.natural ? ' NATURAL ' : ' ');
    w.put(joinWords[node.type]);
    w.put(' ');
    operandOfJoin(w, node.right);
    w.optional(' ', node.on);
    w.optional(' ', node.using);
  },
  on(w, node) {
    w.put('ON ');
    w.node(node.expression);
  },
  using(w, node) {
    w.put('USING ');
    w.parens(node.columns);
  },
  tableList: (w, node) => w.parens(node.tables),
  odbcJoin(w, node) {
    w.put('{ OJ ');
    w.node(node.table);
    w.put(' }');
  },
  jsonTable(w, node) {
    w.put('JSON_TABLE(');
    w.node(node.document);
    w.put(', ');
    w.node(node.path);
    w.put(` COLUMNS ${node.columns})`);
    w.optional(' AS ', node.alias);
  },
  tableFunction(w, node) {
    w.node(node.call);
    w.optional(' AS ', node.alias);
  },
} satisfies Partial<Printers>;
