// Rule: the rows of one co-located group as one fragment of bare columns, everything above WHERE finished by MySQL.
import type { FragmentKey, GatherNode } from '../../../plan/nodes.ts';
import { groupExpressions, hasWindow, limitOf, selectOf } from '../../bind/clauses.ts';
import { lower } from '../../bind/columns-of.ts';
import type { Block, ColumnId } from '../../bind/model.ts';
import { sameColumn } from '../../facts/fact.ts';
import { join, joinWith, text } from '../../splice.ts';
import type { Several } from '../draft.ts';
import { besideGroups, firstMet, readBy, readingOrder } from '../first-rows.ts';
import { distinctSuffices, firstRowsOnly } from './fewer-rows.ts';
import { columnText, type FragmentColumns } from './fragment-columns.ts';
import { fragmentKeys } from './fragment-keys.ts';
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
  // A constant of a derived table is a column in the fragment.
  const computed = rewritten.columns.columns.some((column) => column.kind === 'computed');
  if (strict && (computed || besideGroups(block, rewritten.outside, statement).length > 0)) {
    return 'columns beside groups by an expression under ONLY_FULL_GROUP_BY';
  }
  if (groups !== null && !hasWindow(block)) groupByDetermined(block, select, rewritten, statement);
  const bareOutput = (block.output ?? []).every((one) => one.column !== null);
  const distinct = select.distinct && groups === null && bareOutput && select.orderBy === null;
  several.reasons.push('rows of one co-located group are read, a server does the rest');
  const { columns, outside } = rewritten;
  if (groups !== null && distinctSuffices(block, select, statement, outside)) {
    const note = 'distinct rows of one shard';
    return groupGather(several, select, rewritten, { distinct: true, behind: [], order: [], keys: [], note });
  }
  if (!distinct) {
    const by = readingOrder(block, outside, statement);
    const names = by.map((column) => columns.bare(column));
    const { keys, order } = readBy(block, by, names);
    const all = keys.length === 0 ? keys : [...keys, ...otherKeys(block, columns)];
    const first = firstRowsOnly(block, select, limitOf(block), statement);
    const note = first === null ? 'rows of one shard' : 'first rows of one shard';
    if (first !== null) several.reasons.push('limit: each shard gives at most offset + count rows');
    return groupGather(several, select, rewritten, { distinct, behind: first ?? [], order, keys: all, note });
  }
  const note = 'distinct rows of one shard';
  const met = firstMet(block, statement);
  if (met === null)
    return groupGather(several, select, rewritten, { distinct, behind: [], order: [], keys: [], note });
  const behind = join(text(' GROUP BY '), joinWith(', ', distinctColumns(outside).map(columnText)));
  const reading = readBy(block, [met], [columns.extreme('MIN', met)]);
  return groupGather(several, select, rewritten, { distinct: false, behind, ...reading, note });
}

/** Where the order of rows shows, the finish gets the indexes one server would choose from. */
function otherKeys(block: Block, columns: FragmentColumns): readonly FragmentKey[] {
  const [source] = block.sources;
  if (source?.kind !== 'table') return [];
  const present = [...source.used].filter((name) => columns.bareName({ source, name }) !== null);
  return fragmentKeys(source, new Set(present))
    .filter((key) => !key.primary)
    .map((key) => ({
      ...key,
      columns: key.columns.map((name) => columns.bareName({ source, name: lower(name) }) ?? name),
    }));
}

function distinctColumns(columns: readonly ColumnId[]): readonly ColumnId[] {
  return columns.filter((column, index) => columns.findIndex((one) => sameColumn(one, column)) === index);
}
