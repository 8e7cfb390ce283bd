// What reading a statement costs: plan key and cache hit, parse, beside node-sql-parser.
import nodeSqlParser from 'node-sql-parser';
import { tokenize } from '../../src/sql/lexer/lexer.ts';
import { defaultMode } from '../../src/sql/mode.ts';
import { normalize } from '../../src/sql/normalize/normalize.ts';
import { parseStatement } from '../../src/sql/parser/parse.ts';
import type { Figure } from '../report.ts';

const mode = defaultMode('mariadb');

const pointSelect = (id: number) => `SELECT c FROM sbtest1 WHERE id=${id}`;

const join = (id: number) =>
  `SELECT o.id, o.total, c.name, c.email FROM orders o JOIN customers c ON c.id = o.customer_id ` +
  `LEFT JOIN products p ON p.id = o.product_id WHERE o.customer_id = ${id} AND o.status = 'shipped' ` +
  `AND o.created_at >= '2024-01-01' ORDER BY o.id DESC LIMIT 9`;

const fiveWayJoin =
  'SELECT o.id, c.name, p.title, s.name AS supplier, COUNT(*) AS n, SUM(i.price * i.amount) AS total ' +
  'FROM orders o JOIN order_items i ON i.order_id = o.id AND i.customer_id = o.customer_id ' +
  'JOIN customers c ON c.id = o.customer_id JOIN products p ON p.id = i.product_id ' +
  "LEFT JOIN suppliers s ON s.id = p.supplier_id WHERE o.customer_id = 42 AND o.status IN ('new', 'paid') " +
  "AND o.created_at BETWEEN '2024-01-01' AND '2024-12-31' GROUP BY o.id, c.name, p.title, s.name " +
  'HAVING total > 100 ORDER BY total DESC LIMIT 10';

function insert(first: number): string {
  const rows = Array.from({ length: 1000 }, (_, i) => {
    const id = first + i;
    return `(${id},'user${id}@example.com','Some Name ${id}',${id * 1.5})`;
  });
  return `INSERT INTO users (id,email,name,score) VALUES ${rows.join(',')}`;
}

/** Texts as a session has them: each decoded from bytes of its own. */
function texts(count: number, build: (i: number) => string): string[] {
  return Array.from({ length: count }, (_, i) => Buffer.from(build(100_000 + 7 * i)).toString('latin1'));
}

/** Microseconds per call, the best of many short rounds: anything else on the machine only ever adds. */
function bestUs(calls: number, work: (i: number) => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 200; round += 1) {
    const from = process.hrtime.bigint();
    for (let i = 0; i < calls; i += 1) work(i);
    best = Math.min(best, Number(process.hrtime.bigint() - from) / 1000 / calls);
  }
  return best;
}

const plans = new Map<string, number>();
let found = 0;

/** What a session does with a statement it knows. */
function hit(text: string): void {
  if (plans.has(normalize(text, mode).key)) found += 1;
}

function keyFigure(name: string, goal: number, calls: number, statements: readonly string[]): Figure {
  for (const text of statements) plans.set(normalize(text, mode).key, 1);
  found = 0;
  const value = bestUs(calls, (i) => hit(statements[i % statements.length] ?? ''));
  if (found === 0) throw new Error('no cache hits');
  return { name, value, unit: 'µs', goal };
}

export async function sqlBench(): Promise<readonly Figure[]> {
  const points = texts(1000, pointSelect);
  const joins = texts(1000, join);
  const inserts = texts(10, insert);
  const five = texts(1, () => fiveWayJoin);
  const other = new nodeSqlParser.Parser();
  const otherOptions = { database: 'mariadb' };
  const figure = (name: string, goal: number | null, calls: number, work: (i: number) => void): Figure => ({
    name,
    value: bestUs(calls, work),
    unit: 'µs',
    goal,
  });
  return [
    keyFigure('plan key and hit: point select', 0.5, 2_000, points),
    keyFigure('plan key and hit: 250-byte join', 1.5, 500, joins),
    keyFigure('plan key and hit: INSERT of 1,000 rows', 120, 5, inserts),
    figure('tokens of the join', null, 200, (i) => tokenize(joins[i % 1000] ?? '', mode)),
    figure('parse: point select', 10, 500, (i) => parseStatement(points[i % 1000] ?? '', mode)),
    figure('parse: five-way join', 60, 100, () => parseStatement(five[0] ?? '', mode)),
    figure('node-sql-parser: point select', null, 30, (i) =>
      other.astify(points[i % 1000] ?? '', otherOptions),
    ),
    figure('node-sql-parser: five-way join', null, 3, () => other.astify(five[0] ?? '', otherOptions)),
  ];
}
