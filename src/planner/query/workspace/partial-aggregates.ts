// Rule: partial aggregates per shard and group, finished by MySQL: counts and sums of the shards are summed there.
import type { GatherNode } from '../../../plan/nodes.ts';
import type { Aggregate, Node, Select } from '../../../sql/ast.ts';
import type { Template } from '../../../text/template.ts';
import { aggregatesIn, groupExpressions, hasWindow, selectOf } from '../../bind/clauses.ts';
import { lower } from '../../bind/columns-of.ts';
import { referredName } from '../../bind/item-name.ts';
import type { Block, ColumnId } from '../../bind/model.ts';
import { typeOf } from '../../facts/column-type.ts';
import { columnOf } from '../../facts/read-facts.ts';
import { qualifierEdits } from '../../names.ts';
import type { KeyTuple } from '../../route/locality.ts';
import { type Edit, join, joinWith, splice, text } from '../../splice.ts';
import type { BoundStatement } from '../../statement.ts';
import { foldComparator } from '../compare.ts';
import type { Several } from '../draft.ts';
import { firstMet, readBy, undetermined } from '../first-rows.ts';
import { isDistinctByShard } from '../fold.ts';
import { mayHideDigits } from '../hidden-digits.ts';
import { hasSubquery, isDeterministic, some } from '../traits.ts';
import { columnText, type FragmentColumns } from './fragment-columns.ts';
import {
  fragmentColumn,
  groupByDetermined,
  groupGather,
  groupObstacle,
  rewriteClauses,
} from './group-gather.ts';

/*
 * Proof obligation: rows of the shards are disjoint and together all rows. A group's rows on one shard answer COUNT, SUM,
 * MIN, MAX for themselves; over the shards counts and sums add, MIN and MAX take the least and greatest, AVG is the sum of
 * sums over the sum of counts with the same scale (SUM keeps the argument's scale, `/` adds div_precision_increment as AVG
 * does). Groups are formed again on the workspace by the same bare columns, so under the same collations.
 * COUNT comes back as BIGINT by CAST (SUM would make it DECIMAL, trap 11).
 */

/** The node, or why the aggregates cannot be split. */
export function partialAggregates(
  several: Several,
  block: Block,
  keys: readonly KeyTuple[],
): GatherNode | string {
  const { statement } = several;
  const select = selectOf(block);
  const obstacle = groupObstacle(block, statement);
  if (select === null || obstacle !== null) return obstacle ?? 'TABLE';
  if (hasWindow(block)) return 'window functions see single rows';
  const foreign = aggregatesIn(block).find((aggregate) => !isSplittable(aggregate, statement, keys));
  if (foreign !== undefined)
    return `${foreign.name.toUpperCase()}${foreign.distinct ? '(DISTINCT ...)' : ''} cannot be split`;
  const groups = groupColumns(block, select, statement);
  if (typeof groups === 'string') return groups;
  if (roundsMeans(select, groups, statement)) return 'AVG inside an expression of groups that are sorted';
  const rewritten = rewriteClauses(block, select, statement, (node, columns) =>
    finishOf(node, columns, statement),
  );
  if (groups.length === 0 && rewritten.outside.length > 0)
    return 'a column beside aggregates without GROUP BY';
  if (undetermined(block, rewritten.outside, statement))
    return 'a column beside GROUP BY that any row may give';
  for (const column of groups) rewritten.columns.bare(column);
  if (rewritten.columns.obstacle !== null) return rewritten.columns.obstacle;
  if (select.groupBy?.rollup === true && rewritten.outside.some((column) => !has(groups, column))) {
    return 'ROLLUP over columns that a key determines';
  }
  groupByDetermined(block, select, rewritten, statement);
  const behind =
    groups.length === 0
      ? text(' HAVING COUNT(*) > 0')
      : join(text(' GROUP BY '), joinWith(', ', groups.map(columnText)));
  several.reasons.push('partial aggregates: each shard groups its own rows, a server adds the groups up');
  const met = groups.length === 0 ? null : firstMet(block, statement);
  return groupGather(several, select, rewritten, {
    distinct: false,
    behind,
    ...(met === null ? readBy(block, [], []) : readBy(block, [met], [rewritten.columns.extreme('MIN', met)])),
    note: 'groups of one shard',
  });
}

/**
 * Groups sorted by anything but themselves are stored first, each aggregate by itself: a server then computes with the mean
 * as it shows. The finish stores the sums, so it would compute with more digits.
 */
function roundsMeans(select: Select, groups: readonly ColumnId[], statement: BoundStatement): boolean {
  const items = select.orderBy?.items ?? [];
  const isStored = items.some(({ expression }) => {
    const column = columnOf(expression, statement.binding.columns);
    return column === null || !has(groups, column);
  });
  const shown = [...select.list.items, ...items].map((item) => item.expression);
  return groups.length > 0 && isStored && shown.some((one) => !isMean(one) && some(one, isMean));
}

function isMean(node: Node): boolean {
  return node.kind === 'aggregate' && node.name === 'avg' && node.over === null;
}

function has(columns: readonly ColumnId[], column: ColumnId): boolean {
  return columns.some((one) => one.source === column.source && one.name === column.name);
}

function isSplittable(aggregate: Aggregate, statement: BoundStatement, keys: readonly KeyTuple[]): boolean {
  const { args, distinct, name } = aggregate;
  if (distinct && !isDistinctByShard(aggregate, statement, keys)) return false;
  if (args.some((arg) => hasSubquery(arg) || !isDeterministic(arg))) return false;
  if (args.some((arg) => namesAlias(arg, statement))) return false;
  const [arg] = args;
  switch (name) {
    case 'count':
      return args.length <= 1 || distinct;
    case 'sum':
    case 'avg':
      return arg !== undefined && !mayHideDigits(arg, statement.binding.columns);
    case 'min':
    case 'max': {
      const column = arg === undefined ? null : columnOf(arg, statement.binding.columns);
      const type = column === null ? 'computed' : typeOf(column);
      return typeof type !== 'string' && foldComparator(type) !== null;
    }
    default:
      return false;
  }
}

/** MariaDB lets HAVING aggregate an alias, which means nothing to a fragment. */
function namesAlias(arg: Node, statement: BoundStatement): boolean {
  return some(arg, (node) => node.kind === 'column' && !statement.binding.columns.has(node));
}

/** GROUP BY as bare columns: named, by position or by alias. */
function groupColumns(block: Block, select: Select, statement: BoundStatement): readonly ColumnId[] | string {
  const columns: ColumnId[] = [];
  for (const expression of groupExpressions(block) ?? []) {
    let column = columnOf(expression, statement.binding.columns);
    if (expression.kind === 'literal' && expression.type === 'integer') {
      column = block.output?.[Number(expression.text) - 1]?.column ?? null;
    } else if (column === null && expression.kind === 'column' && expression.table === null) {
      const name = lower(expression.name.name);
      const item = select.list.items.find((one) => referredName(one) === name);
      column = item === undefined ? null : columnOf(item.expression, statement.binding.columns);
    }
    if (column === null) return 'groups by an expression';
    columns.push(column);
  }
  return columns;
}

/** The finish of one aggregate over the columns that hold its parts. */
function finishOf(node: Node, columns: FragmentColumns, statement: BoundStatement): Template | null {
  if (node.kind !== 'aggregate' || node.over !== null) return null;
  const { unit, context } = statement;
  const edits: readonly Edit[] = qualifierEdits(node, context);
  const [arg] = node.args;
  const end = node.args.at(-1)?.end ?? 0;
  const partial = (name: string): string => {
    const inner = arg === undefined ? text('*') : splice(unit, arg.start, end, edits);
    const head = text(`${name}(${node.distinct ? 'DISTINCT ' : ''}`);
    return fragmentColumn(columns.computed(join(head, inner, text(')'))));
  };
  switch (node.name) {
    case 'count':
      return text(`CAST(COALESCE(SUM(${partial('COUNT')}), 0) AS SIGNED)`);
    case 'sum':
      return text(`SUM(${partial('SUM')})`);
    case 'avg':
      return text(`(SUM(${partial('SUM')}) / SUM(${partial('COUNT')}))`);
    case 'min':
    case 'max': {
      const operation = node.name === 'min' ? 'MIN' : 'MAX';
      const column = arg === undefined ? null : columnOf(arg, statement.binding.columns);
      return column === null
        ? null
        : text(`${operation}(${fragmentColumn(columns.extreme(operation, column))})`);
    }
    default:
      return null;
  }
}
