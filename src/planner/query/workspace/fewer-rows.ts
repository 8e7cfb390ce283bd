// Rows of one co-located group that the finish can do without: those beyond a LIMIT, and those that come again.
import type { Expression, LimitClause, Node, OrderItem, Select } from '../../../sql/ast.ts';
import { walk } from '../../../sql/visitor.ts';
import type { Template } from '../../../text/template.ts';
import { aggregatesIn, groupExpressions, hasWindow } from '../../bind/clauses.ts';
import { lower } from '../../bind/columns-of.ts';
import { referredName } from '../../bind/item-name.ts';
import type { Block, ColumnId } from '../../bind/model.ts';
import { typeOf } from '../../facts/column-type.ts';
import { columnOf } from '../../facts/read-facts.ts';
import { nameEdits, qualifierEdits } from '../../names.ts';
import { join, joinWith, splice, text } from '../../splice.ts';
import type { BoundStatement } from '../../statement.ts';
import { orderMatters } from '../first-rows.ts';
import { readLimit } from '../limit.ts';
import { isDeterministic, some } from '../traits.ts';
import { columnText } from './fragment-columns.ts';

/*
 * Proof obligation:
 *  - LIMIT: every shard sorts by what the client's ORDER BY means, so the first offset + count rows of all are among the
 *    first offset + count of each. Nothing between FROM and LIMIT looks at other rows.
 *  - DISTINCT: aggregates that see each value once, or the least and greatest, give the same over a set of rows. Rows that
 *    are equal to DISTINCT must be equal to everything else: text ('a' = 'A') is compared by COUNT(DISTINCT) and nothing else.
 *    No value may differ from call to call (UUID()): those count once per row.
 */

/** ` ORDER BY ... LIMIT ...` for the fragment; null when the finish may need any row. */
export function firstRowsOnly(
  block: Block,
  select: Select,
  limitClause: LimitClause | null,
  statement: BoundStatement,
): Template | null {
  if (select.orderBy === null || select.distinct || groupExpressions(block) !== null || hasWindow(block))
    return null;
  const limit = readLimit(limitClause, block.unit);
  if (limit === null || typeof limit === 'string') return null;
  const items: Template[] = [];
  for (const item of select.orderBy.items) {
    const meant = meaningOf(item, block, select, statement);
    if (meant === null) return null;
    if (meant.length > 0) items.push(join(meant, text(item.direction === 'desc' ? ' DESC' : '')));
  }
  if (items.length === 0) return null;
  const count: Template = [{ kind: 'limit', offset: limit.offset, count: limit.count }];
  return join(text(' ORDER BY '), joinWith(', ', items), text(' LIMIT '), count);
}

/** What an item sorts by, in the words of FROM; empty: a constant. Null where only the whole statement says. */
function meaningOf(
  { expression }: OrderItem,
  block: Block,
  select: Select,
  statement: BoundStatement,
): Template | null {
  if (expression.kind === 'literal') {
    if (expression.type !== 'integer') return [];
    const shown = block.output?.[Number(expression.text) - 1];
    if (shown === undefined) return null;
    if (shown.expression !== null) return ownText(shown.expression, block, statement);
    return shown.column === null ? null : columnText(shown.column);
  }
  if (expression.kind === 'column' && expression.table === null) {
    const name = lower(expression.name.name);
    const item = select.list.items.find((one) => referredName(one) === name);
    if (item !== undefined) return ownText(item.expression, block, statement);
  }
  return ownText(expression, block, statement);
}

function ownText(expression: Expression, block: Block, statement: BoundStatement): Template | null {
  if (expression.kind === 'literal') return [];
  if (expression.kind === 'param' || !isDeterministic(expression)) return null;
  // `ORDER BY (-1)` is an unknown column to MariaDB, `ORDER BY (+1)` a position.
  if (!some(expression, (node) => node.kind === 'column' || node.kind === 'select')) return [];
  let bound = true;
  walk(expression, (node) => {
    if (node.kind === 'column' && !statement.binding.columns.has(node)) bound = false;
    return bound;
  });
  if (!bound) return null;
  const qualifiers = qualifierEdits(expression, statement.context);
  const edits = [...qualifiers, ...nameEdits(expression, qualifiers)];
  return join(text('('), splice(block.unit, expression.start, expression.end, edits), text(')'));
}

const plainFamilies: ReadonlySet<string> = new Set([
  'integer',
  'decimal',
  'date',
  'datetime',
  'time',
  'year',
]);

/** Whether a row that comes twice is as good as once. */
export function distinctSuffices(
  block: Block,
  select: Select,
  statement: BoundStatement,
  outside: readonly ColumnId[],
): boolean {
  const aggregates = aggregatesIn(block);
  if (groupExpressions(block) === null || hasWindow(block) || aggregates.length === 0) return false;
  if (orderMatters(block, outside, statement)) return false;
  const texts = new Set<Node>();
  for (const { name, distinct, args } of aggregates) {
    const isExtreme = name === 'min' || name === 'max';
    if (!isExtreme && !(distinct && (name === 'count' || name === 'sum' || name === 'avg'))) return false;
    if (name === 'count') for (const arg of args) texts.add(arg);
  }
  const clauses = [select.list, select.groupBy, select.having, select.orderBy];
  return clauses.every(
    (clause) => clause === null || (isDeterministic(clause) && comparesAsSet(clause, texts, statement)),
  );
}

function comparesAsSet(clause: Node, texts: ReadonlySet<Node>, statement: BoundStatement): boolean {
  let exact = true;
  walk(clause, (node) => {
    if (node.kind === 'star') exact = false;
    if (node.kind !== 'column') return exact;
    const column = columnOf(node, statement.binding.columns);
    const type = column === null ? 'unknown' : typeOf(column);
    const family = typeof type === 'string' ? type : type.family;
    const isText = (family === 'text' || family === 'binary') && texts.has(node);
    if (!plainFamilies.has(family) && !isText) exact = false;
    return exact;
  });
  return exact;
}
