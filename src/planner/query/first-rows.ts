// Answers that depend on the order in which a server reads its rows: what it most likely is, so that ours is the same.
import type { FragmentKey } from '../../plan/nodes.ts';
import type { Expression, Node } from '../../sql/ast.ts';
import { aggregatesIn, groupExpressions, limitOf, orderOf, selectOf } from '../bind/clauses.ts';
import { lower } from '../bind/columns-of.ts';
import type { Block, ColumnId } from '../bind/model.ts';
import { typeOf } from '../facts/column-type.ts';
import { sameColumn } from '../facts/fact.ts';
import { columnOf } from '../facts/read-facts.ts';
import type { BoundStatement } from '../statement.ts';
import { foldComparator } from './compare.ts';
import { some } from './traits.ts';
import { clusteringColumns } from './workspace/fragment-keys.ts';

const ordered = new Set(['group_concat', 'json_arrayagg', 'json_objectagg']);

/**
 * Columns by which the finish should read the rows of a block; empty when their order does not show. SQL leaves it open
 * which row of a group a column beside GROUP BY is taken from, which of several equal texts ('DE', 'de') stands for them,
 * and in which order GROUP_CONCAT sees its rows; one server that reads a table by its primary key does all in that order,
 * so we do.
 */
export function readingOrder(
  block: Block,
  outside: readonly ColumnId[],
  statement: BoundStatement,
): readonly ColumnId[] {
  return orderMatters(block, outside, statement) ? primaryKey(block) : [];
}

/** Whether the order in which the block reads its rows shows in its answer. `outside`: its columns beside aggregates. */
export function orderMatters(block: Block, outside: readonly ColumnId[], statement: BoundStatement): boolean {
  return showsOrder(block) || undetermined(block, outside, statement) || showsOneOfEquals(block, statement);
}

/**
 * Of the block's tables, one after the other: most joins of few tables are read as they are written. Empty where some source
 * has none.
 */
function primaryKey(block: Block): readonly ColumnId[] {
  const keys = block.sources.map((source): readonly ColumnId[] => {
    const all = source.kind === 'table' ? source.table.keys : [];
    const primary = all.find((key) => key.name === 'PRIMARY' && !key.partial);
    return primary?.columns.map((name) => ({ source, name: lower(name) })) ?? [];
  });
  return keys.some((key) => key.length === 0) ? [] : keys.flat();
}

/** How the fragment's table is made to give its rows in an order: kept in it by a primary key, or sorted for the finish. */
export interface Reading {
  readonly keys: readonly FragmentKey[];
  readonly order: readonly string[];
}

/**
 * `names`: of the columns on the workspace. A key is what one server has, so that it also takes the same path; beside other
 * tables a row's key comes many times.
 */
export function readBy(block: Block, columns: readonly ColumnId[], names: readonly string[]): Reading {
  const [source] = columns.map((column) => column.source);
  if (source?.kind !== 'table' || block.sources.length > 1) return { keys: [], order: names };
  const clustering = clusteringColumns(source);
  const isWhole =
    clustering?.length === columns.length && clustering.every((one, i) => isSame(one, columns[i]));
  return isWhole
    ? { keys: [{ unique: true, primary: true, columns: names }], order: [] }
    : { keys: [], order: names };
}

function isSame(a: ColumnId, b: ColumnId | undefined): boolean {
  return b !== undefined && sameColumn(a, b);
}

/**
 * The column whose least value in a group of rows tells which group one server meets first; null when equal texts do not
 * show or no such column is known. Rows that share the first column of a primary key without being the same count as met
 * together.
 */
export function firstMet(block: Block, statement: BoundStatement): ColumnId | null {
  const [first] = showsOneOfEquals(block, statement) ? primaryKey(block) : [];
  const type = first === undefined ? 'unknown' : typeOf(first);
  return first === undefined || typeof type === 'string' || foldComparator(type) === null ? null : first;
}

/** Whether the order in which some block of the statement reads its rows shows in its answer. */
export function orderShows(statement: BoundStatement): boolean {
  return statement.binding.blocks.some(
    (block) =>
      (limitOf(block) !== null && orderOf(block) === null) ||
      showsOrder(block) ||
      showsOneOfEquals(block, statement) ||
      undetermined(block, shownColumns(block), statement),
  );
}

function shownColumns(block: Block): readonly ColumnId[] {
  return (block.output ?? []).map((one) => one.column).filter((column) => column !== null);
}

/** Texts are grouped, or compared by DISTINCT, MIN or MAX: equal ones need not be the same. */
function showsOneOfEquals(block: Block, statement: BoundStatement): boolean {
  const groups = groupExpressions(block);
  const compared: Node[] = aggregatesIn(block)
    .filter(({ name, distinct }) => name === 'min' || name === 'max' || (distinct && ordered.has(name)))
    .flatMap(({ args }) => args);
  for (const group of groups ?? []) compared.push(...groupedItem(group, block));
  const select = selectOf(block);
  if (select?.distinct === true) compared.push(select.list);
  return compared.some((node) => some(node, (inner) => isText(inner, statement)));
}

/** A group as it stands, or the item it names by position or alias. */
function groupedItem(group: Expression, block: Block): readonly Node[] {
  const { output } = block;
  const byPosition = group.kind === 'literal' ? output?.[Number(group.text) - 1]?.expression : null;
  const name = group.kind === 'column' && group.table === null ? lower(group.name.name) : null;
  const byName = output?.find((one) => lower(one.name) === name)?.expression;
  return [group, byPosition, byName].filter((node) => node !== null && node !== undefined);
}

function isText(node: Node, statement: BoundStatement): boolean {
  if (node.kind === 'star') return true;
  if (node.kind !== 'column') return false;
  const column = columnOf(node, statement.binding.columns);
  const type = column === null ? 'unknown' : typeOf(column);
  return typeof type !== 'string' && type.family === 'text';
}

function showsOrder(block: Block): boolean {
  return aggregatesIn(block).some((aggregate) => ordered.has(aggregate.name) && aggregate.orderBy === null);
}

/** Some column beside GROUP BY is not grouped by: without ONLY_FULL_GROUP_BY any row of the group may give it. */
export function undetermined(block: Block, outside: readonly ColumnId[], statement: BoundStatement): boolean {
  return !statement.context.onlyFullGroupBy && besideGroups(block, outside, statement).length > 0;
}

/** Those of the columns that GROUP BY does not name, by themselves, by position or by an alias. */
export function besideGroups(
  block: Block,
  outside: readonly ColumnId[],
  statement: BoundStatement,
): readonly ColumnId[] {
  const groups = groupExpressions(block);
  if (groups === null) return [];
  const grouped = groups.map((one) => groupedColumn(one, block, statement));
  return outside.filter(
    (column) => !grouped.some((one) => one?.source === column.source && one.name === column.name),
  );
}

function groupedColumn(expression: Expression, block: Block, statement: BoundStatement): ColumnId | null {
  const { output } = block;
  if (expression.kind === 'literal') return output?.[Number(expression.text) - 1]?.column ?? null;
  const column = columnOf(expression, statement.binding.columns);
  if (column !== null || expression.kind !== 'column' || expression.table !== null) return column;
  const name = lower(expression.name.name);
  return output?.find((one) => lower(one.name) === name)?.column ?? null;
}
