// The client's statement as one server would prepare it: names, types and flags of the answer, and the server's own errors.
import type { Template } from '../../text/template.ts';
import { nameEdits, qualifierEdits } from '../names.ts';
import { splice } from '../splice.ts';
import type { BoundStatement } from '../statement.ts';

/** null when no single server has all tables. */
export function describeTemplate(statement: BoundStatement): Template | null {
  const { node, context, unit, binding } = statement;
  if (binding.keyspaces.length > 1) return null;
  const qualifiers = qualifierEdits(node, context);
  return splice(unit, node.start, node.end, [...qualifiers, ...nameEdits(node, qualifiers)]);
}

/** For a scatter: absent where the client's own text names no keyspace that a server would not know. */
export function describedAs({ node, context, unit }: BoundStatement): { readonly describe?: Template } {
  const qualifiers = qualifierEdits(node, context);
  if (qualifiers.length === 0) return {};
  return { describe: splice(unit, node.start, node.end, [...qualifiers, ...nameEdits(node, qualifiers)]) };
}
