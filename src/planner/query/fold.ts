// Rule: aggregates without GROUP BY on exact types. Every shard answers one row; sums, least and greatest make one of them.
import type { FoldColumn, ScatterNode } from '../../plan/nodes.ts';
import type { Aggregate, Expression } from '../../sql/ast.ts';
import { limitOf, selectOf } from '../bind/clauses.ts';
import type { Block } from '../bind/model.ts';
import { typeOf } from '../facts/column-type.ts';
import { columnOf } from '../facts/read-facts.ts';
import { nameEdits, qualifierEdits } from '../names.ts';
import type { KeyTuple } from '../route/locality.ts';
import { splice } from '../splice.ts';
import type { BoundStatement } from '../statement.ts';
import { foldComparator } from './compare.ts';
import { describedAs } from './describe-template.ts';
import type { Several } from './draft.ts';
import { isExactNumber } from './exact-number.ts';
import { mayHideDigits } from './hidden-digits.ts';
import { asksForTime } from './traits.ts';

/*
 * Proof obligation: the shards' rows are disjoint and together all rows (locality). COUNT and SUM over a union of disjoint
 * sets are sums; integers and DECIMALs that show all their digits add exactly and keep their scale; MIN and MAX are the least and greatest of the
 * parts' when the column's bytes order as its values. Of values that include the sharding key no shard has one of another's:
 * DISTINCT on each is DISTINCT over all.
 */

/** null when some column of the result is more than one such aggregate. */
export function foldAggregates(
  several: Several,
  block: Block,
  keys: readonly KeyTuple[],
): ScatterNode | null {
  const { statement, keyspace, destination } = several;
  const { unit, node, context } = statement;
  const select = selectOf(block);
  if (select === null || select.groupBy !== null || select.having !== null || limitOf(block) !== null)
    return null;
  const columns: FoldColumn[] = [];
  for (const item of select.list.items) {
    const column = foldColumn(item.expression, statement, keys);
    if (column === null) return null;
    columns.push(column);
  }
  const qualifiers = qualifierEdits(node, context);
  several.reasons.push('fold: one row per shard; counts and exact sums add up, MIN and MAX compare as bytes');
  return {
    kind: 'scatter',
    keyspace,
    destination,
    template: splice(unit, 0, node.end, [...qualifiers, ...nameEdits(node, qualifiers)]),
    merge: { kind: 'fold', columns },
    limit: null,
    hiddenColumns: 0,
    pinTime: asksForTime(node),
    ...describedAs(statement),
  };
}

/** No value of its arguments is on two shards. */
export function isDistinctByShard(
  { args }: Aggregate,
  { proof, binding }: BoundStatement,
  keys: readonly KeyTuple[],
): boolean {
  return proof.holdsKey(
    args.map((arg) => columnOf(arg, binding.columns)),
    keys,
  );
}

function foldColumn(
  expression: Expression,
  statement: BoundStatement,
  keys: readonly KeyTuple[],
): FoldColumn | null {
  if (expression.kind === 'paren') return foldColumn(expression.expression, statement, keys);
  if (expression.kind !== 'aggregate' || expression.over !== null) return null;
  if (expression.distinct && !isDistinctByShard(expression, statement, keys)) return null;
  const [arg] = expression.args;
  const { columns } = statement.binding;
  switch (expression.name) {
    case 'count':
      return { fold: 'sum', compare: 'number' };
    case 'sum':
      if (arg === undefined || !isExactNumber(arg, columns) || mayHideDigits(arg, columns)) return null;
      return { fold: 'sum', compare: 'number' };
    case 'min':
    case 'max': {
      const column = arg === undefined ? null : columnOf(arg, columns);
      const type = column === null ? 'computed' : typeOf(column);
      const compare = typeof type === 'string' ? null : foldComparator(type);
      return compare === null ? null : { fold: expression.name, compare };
    }
    default:
      return null;
  }
}
