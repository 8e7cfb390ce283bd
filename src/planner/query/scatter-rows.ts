// Rule: rows of all shards concatenated or merge-sorted. Each shard answers for its own rows.
import type { Merge, ScatterNode } from '../../plan/nodes.ts';
import { limitOf, orderOf, selectOf } from '../bind/clauses.ts';
import type { Block } from '../bind/model.ts';
import { nameEdits, qualifierEdits } from '../names.ts';
import { type Edit, join, splice, text } from '../splice.ts';
import { describedAs } from './describe-template.ts';
import type { Several } from './draft.ts';
import { limitEdit, readLimit } from './limit.ts';
import { mergeOrder } from './order-keys.ts';
import { asksForTime } from './traits.ts';

/*
 * Proof obligation: the statement without ORDER BY and LIMIT is the disjoint union of what the shards answer (locality), and
 * ORDER BY has merge keys. Then the first offset+count rows of the union are among the first offset+count of each shard.
 */

/** The node, or why rows cannot be merged as bytes. */
export function scatterRows(several: Several, block: Block): ScatterNode | string {
  const { statement, keyspace, destination } = several;
  const { unit, node, context } = statement;
  const limit = readLimit(limitOf(block), unit);
  if (typeof limit === 'string') return limit;
  const qualifiers = qualifierEdits(node, context);
  const edits: Edit[] = [...qualifiers, ...nameEdits(node, qualifiers)];
  const order = mergeOrder(block, statement, edits);
  if (typeof order === 'string') return order;
  const select = selectOf(block);
  if (order.hidden.length > 0) {
    if (select === null) return 'TABLE sorted by what it does not show as bytes';
    if (select.distinct) return 'DISTINCT would compare the sort keys as well';
    edits.push({
      start: select.list.end,
      end: select.list.end,
      parts: join(
        ...order.hidden.map((item, index) => join(text(', '), item, text(` AS \`sg_sort_${index}\``))),
      ),
    });
  }
  const clause = limitOf(block);
  if (clause !== null && limit !== null && limit.offset !== null) edits.push(limitEdit(clause, limit));
  const merge: Merge = orderOf(block) === null ? { kind: 'concat' } : { kind: 'mergeSort', keys: order.keys };
  several.reasons.push(
    merge.kind === 'concat'
      ? 'concat: no order is asked for'
      : 'merge-sort: every shard sorts its rows, and the keys compare as bytes',
  );
  if (limit !== null) several.reasons.push('limit: each shard gives at most offset + count rows');
  return {
    kind: 'scatter',
    keyspace,
    destination,
    template: splice(unit, 0, node.end, edits),
    merge,
    limit,
    hiddenColumns: order.hidden.length,
    pinTime: asksForTime(node),
    ...describedAs(statement),
  };
}

/** UNION ALL of branches that shards answer alone: rows in any order, as UNION ALL promises no other. */
export function scatterUnion(several: Several): ScatterNode | string {
  const { statement, keyspace, destination } = several;
  const { unit, node, context } = statement;
  if (node.kind !== 'setOperation') return 'not a set operation';
  if (node.orderBy !== null) return 'ORDER BY of a UNION sorts merged column types';
  const limit = readLimit(node.limit, unit);
  if (typeof limit === 'string') return limit;
  const qualifiers = qualifierEdits(node, context);
  const edits: Edit[] = [...qualifiers, ...nameEdits(node, qualifiers)];
  if (node.limit !== null && limit !== null && limit.offset !== null)
    edits.push(limitEdit(node.limit, limit));
  several.reasons.push('concat: UNION ALL of what every shard answers for its own rows');
  return {
    kind: 'scatter',
    keyspace,
    destination,
    template: splice(unit, 0, node.end, edits),
    merge: { kind: 'concat' },
    limit,
    hiddenColumns: 0,
    pinTime: asksForTime(node),
    ...describedAs(statement),
  };
}
