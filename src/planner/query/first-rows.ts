// Answers that depend on the order in which a server reads its rows: what it most likely is, so that ours is the same.
import type { Expression } from '../../sql/ast.ts';
import { aggregatesIn, groupExpressions } from '../bind/clauses.ts';
import { lower } from '../bind/columns-of.ts';
import type { Block, ColumnId } from '../bind/model.ts';
import { columnOf } from '../facts/read-facts.ts';
import type { BoundStatement } from '../statement.ts';

const ordered = new Set(['group_concat', 'json_arrayagg', 'json_objectagg']);

/**
 * Columns by which the finish should read the rows of a block; empty when their order does not show. SQL leaves it open
 * which row of a group a column beside GROUP BY is taken from, and in which order GROUP_CONCAT sees its rows; one server
 * that reads a table by its primary key does both in that order, so we do.
 */
export function readingOrder(
  block: Block,
  outside: readonly ColumnId[],
  statement: BoundStatement,
): readonly ColumnId[] {
  const [source, ...others] = block.sources;
  if (source?.kind !== 'table' || others.length > 0) return [];
  const shows = showsOrder(block) || undetermined(block, outside, statement);
  const primary = shows ? source.table.keys.find((key) => key.name === 'PRIMARY' && !key.partial) : undefined;
  return primary?.columns.map((name) => ({ source, name: lower(name) })) ?? [];
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
