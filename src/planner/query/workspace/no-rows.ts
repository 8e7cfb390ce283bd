// LIMIT 0: a server looks at no row then, and no fragment may meet an error that only rows have.
import { limitOf, selectOf } from '../../bind/clauses.ts';
import type { BoundStatement } from '../../statement.ts';
import type { Draft } from '../draft.ts';
import { readLimit } from '../limit.ts';

/**
 * Obligation: a server that meets LIMIT 0 checks names and constants of the block and reads none of its rows. It does read
 * what a set operation, a subquery or a derived table asks for, so that the statement must be one block; locks are left alone.
 */
export function withoutRowsOfLimitZero(draft: Draft, { binding }: BoundStatement): Draft {
  const { root, blocks } = binding;
  if (draft.node.kind !== 'gather' || root.kind !== 'block' || blocks.length !== 1) return draft;
  const select = selectOf(root);
  if (select === null || select.locking.length > 0) return draft;
  const limit = readLimit(limitOf(root), root.unit);
  if (limit === null || typeof limit === 'string') return draft;
  return { ...draft, node: { ...draft.node, noRowsAtZero: limit.count } };
}
