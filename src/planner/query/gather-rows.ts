// Rule: the rows of one co-located group as one fragment of bare columns, everything above WHERE finished by MySQL.
import type { GatherNode } from '../../plan/nodes.ts';
import { groupExpressions, hasWindow, selectOf } from '../bind/clauses.ts';
import type { Block, ColumnId } from '../bind/model.ts';
import { sameColumn } from '../facts/fact.ts';
import { join, joinWith, text } from '../splice.ts';
import type { Several } from './draft.ts';
import { besideGroups, firstMet, readingOrder } from './first-rows.ts';
import { columnText } from './fragment-columns.ts';
import {
  groupByDetermined,
  groupedTexts,
  groupGather,
  groupObstacle,
  rewriteClauses,
} from './group-gather.ts';

/*
 * Proof obligation: FROM and WHERE over the shards' rows give, together, the rows FROM and WHERE give over all rows
 * (locality). Everything else (grouping, windows, DISTINCT, ORDER BY, LIMIT) sees only those rows.
 */

/** The node, or why the block needs more than its own rows. */
export function gatherRows(several: Several, block: Block): GatherNode | string {
  const { statement } = several;
  const select = selectOf(block);
  const obstacle = groupObstacle(block, statement);
  if (select === null || obstacle !== null) return obstacle ?? 'TABLE';
  const rewritten = rewriteClauses(block, select, statement, () => null);
  if (rewritten.columns.obstacle !== null) return rewritten.columns.obstacle;
  const groups = groupExpressions(block);
  if (groups !== null && select.groupBy?.rollup === true && statement.context.onlyFullGroupBy) {
    return 'ROLLUP under ONLY_FULL_GROUP_BY';
  }
  const strict = statement.context.onlyFullGroupBy && groupedTexts(block, select).size > 0;
  if (strict && besideGroups(block, rewritten.outside, statement).length > 0) {
    return 'columns beside groups by an expression under ONLY_FULL_GROUP_BY';
  }
  if (groups !== null && !hasWindow(block)) groupByDetermined(block, select, rewritten, statement);
  const bareOutput = (block.output ?? []).every((one) => one.column !== null);
  const distinct = select.distinct && groups === null && bareOutput && select.orderBy === null;
  several.reasons.push('rows of one co-located group are read, a server does the rest');
  const { columns, outside } = rewritten;
  if (!distinct) {
    const order = readingOrder(block, outside, statement).map((column) => columns.bare(column));
    return groupGather(several, select, rewritten, {
      distinct,
      behind: [],
      order,
      note: 'rows of one shard',
    });
  }
  const note = 'distinct rows of one shard';
  const met = firstMet(block, statement);
  if (met === null) return groupGather(several, select, rewritten, { distinct, behind: [], order: [], note });
  const behind = join(text(' GROUP BY '), joinWith(', ', distinctColumns(outside).map(columnText)));
  const order = [columns.extreme('MIN', met)];
  return groupGather(several, select, rewritten, { distinct: false, behind, order, note });
}

function distinctColumns(columns: readonly ColumnId[]): readonly ColumnId[] {
  return columns.filter((column, index) => columns.findIndex((one) => sameColumn(one, column)) === index);
}
