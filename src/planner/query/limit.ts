// LIMIT split between the shards and the merge: each shard gives offset + count rows, the merge skips and counts.
import type { Limit } from '../../plan/nodes.ts';
import type { LimitClause } from '../../sql/ast.ts';
import { type Edit, join, text } from '../splice.ts';
import { type TextUnit, valueRefOf } from '../text-unit.ts';

/** null: no LIMIT. A text says why it cannot be split. */
export function readLimit(clause: LimitClause | null, unit: TextUnit): Limit | null | string {
  if (clause === null) return null;
  if (clause.withTies) return 'WITH TIES looks at rows beyond the count';
  if (clause.rowsExamined !== null) return 'ROWS EXAMINED counts what one server reads';
  if (clause.count === null) return 'OFFSET without a count';
  const count = valueRefOf(clause.count, unit);
  const offset = clause.offset === null ? null : valueRefOf(clause.offset, unit);
  if (count === null || (clause.offset !== null && offset === null)) return 'LIMIT by a variable';
  return { offset, count };
}

/** The shards' LIMIT. */
export function limitEdit(clause: LimitClause, limit: Limit): Edit {
  return {
    start: clause.start,
    end: clause.end,
    parts: join(text('LIMIT '), [{ kind: 'limit', offset: limit.offset, count: limit.count }]),
  };
}
