// ORDER BY as merge keys: which columns of the shards' rows the proxy compares to merge sorted streams.
import type { SortKey } from '../../plan/nodes.ts';
import type { Expression, OrderItem } from '../../sql/ast.ts';
import type { Template } from '../../text/template.ts';
import { orderOf, selectOf } from '../bind/clauses.ts';
import { lower } from '../bind/columns-of.ts';
import { referredName } from '../bind/item-name.ts';
import type { Block, ColumnId, OutputColumn } from '../bind/model.ts';
import { typeOf } from '../facts/column-type.ts';
import { sameColumn } from '../facts/fact.ts';
import { columnOf } from '../facts/read-facts.ts';
import { type Edit, identifier, join, splice, text } from '../splice.ts';
import type { BoundStatement } from '../statement.ts';
import { comparatorOf } from './compare.ts';
import { isExactNumber } from './exact-number.ts';

/** `hidden`: select items to append, in order. */
export interface MergeOrder {
  readonly keys: readonly SortKey[];
  readonly hidden: readonly Template[];
}

/*
 * Proof obligation: the byte order named by a key refines the order in which each shard sorted its rows by that item. Then
 * the k-way merge of sorted streams is sorted. Ties in all keys may come in any order, as on one server.
 */

/** The merge keys of a block's ORDER BY, or why there are none. */
export function mergeOrder(
  block: Block,
  statement: BoundStatement,
  edits: readonly Edit[],
): MergeOrder | string {
  const items = orderOf(block)?.items ?? [];
  const { output } = block;
  if (items.length === 0) return { keys: [], hidden: [] };
  if (output === null) return 'the columns of * are not known';
  const keys: SortKey[] = [];
  const hidden: Template[] = [];
  for (const item of items) {
    const target = targetOf(item, block, statement);
    const made = keyOf(item, target, block, statement, edits, output.length + hidden.length);
    if (typeof made === 'string') return made;
    keys.push(made.key);
    if (made.hidden !== null) hidden.push(made.hidden);
  }
  return { keys, hidden };
}

/** What an item sorts by: a column of the result, a column of a source, or an expression. */
interface Target {
  readonly index: number | null;
  readonly column: ColumnId | null;
  readonly expression: Expression | null;
}

function targetOf(item: OrderItem, block: Block, statement: BoundStatement): Target {
  const { expression } = item;
  const output = block.output ?? [];
  const position = ordinal(expression);
  if (position !== null) return ofOutput(output, position - 1);
  if (expression.kind === 'column' && expression.table === null) {
    const name = lower(expression.name.name);
    const alias = selectOf(block)?.list.items.find((one) => referredName(one) === name);
    const index = alias === undefined ? -1 : output.findIndex((one) => one.expression === alias.expression);
    if (index >= 0) return ofOutput(output, index);
  }
  const column = columnOf(expression, statement.binding.columns);
  const index =
    column === null ? -1 : output.findIndex((one) => one.column !== null && sameColumn(one.column, column));
  return { index: index < 0 ? null : index, column, expression };
}

function ordinal(expression: Expression): number | null {
  return expression.kind === 'literal' && expression.type === 'integer' ? Number(expression.text) : null;
}

function ofOutput(output: readonly OutputColumn[], index: number): Target {
  const column = output[index];
  return {
    index: column === undefined ? null : index,
    column: column?.column ?? null,
    expression: column?.expression ?? null,
  };
}

interface MadeKey {
  readonly key: SortKey;
  readonly hidden: Template | null;
}

function keyOf(
  item: OrderItem,
  target: Target,
  block: Block,
  statement: BoundStatement,
  edits: readonly Edit[],
  next: number,
): MadeKey | string {
  const descending = item.direction === 'desc';
  const source = sourceText(target, block, edits);
  const type = target.column === null ? 'computed' : typeOf(target.column);
  if (typeof type === 'string') {
    const { expression } = target;
    if (expression === null || !isExactNumber(expression, statement.binding.columns)) {
      return 'ORDER BY an expression whose order only a server knows';
    }
    const key = { descending, compare: 'number', padHex: null } as const;
    if (target.index !== null) return { key: { ...key, column: target.index }, hidden: null };
    return { key: { ...key, column: next }, hidden: source };
  }
  const comparator = comparatorOf(type);
  if (comparator === null)
    return `the order of ${type.name} (${type.collation ?? type.dataType}) is not a byte order`;
  // Of a derived table's column UNIX_TIMESTAMP() reads local text (fragment-columns.ts).
  if (type.family === 'timestamp' && target.column?.source.kind !== 'table')
    return `the order of ${type.name} (a TIMESTAMP of a derived table) is not a byte order`;
  const { compare, padHex, wrap } = comparator;
  if (wrap === null && target.index !== null) {
    return { key: { column: target.index, descending, compare, padHex }, hidden: null };
  }
  const hidden = wrap === null ? source : join(text(wrap.before), source, text(wrap.after));
  return { key: { column: next, descending, compare, padHex }, hidden };
}

/** The sorted thing's own text; a column that came out of a star is named by its source. */
function sourceText(target: Target, block: Block, edits: readonly Edit[]): Template {
  const { expression, column } = target;
  if (expression !== null) return splice(block.unit, expression.start, expression.end, edits);
  return column === null ? [] : text(`${identifier(column.source.alias)}.${identifier(column.name)}`);
}
