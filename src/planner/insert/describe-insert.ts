// An INSERT that reads first, as one server would prepare it.
import type { Template } from '../../text/template.ts';
import type { Binding } from '../bind/model.ts';
import { wholeTextAlways } from '../write/route-node.ts';
import type { InsertPlanning } from './insert-planning.ts';

/** null: the target and what is read are on different servers. */
export function describeInsert(
  { node, unit, context, table }: InsertPlanning,
  { keyspaces }: Binding,
): Template | null {
  const alone = keyspaces.every((keyspace) => keyspace === table.keyspace);
  return alone ? wholeTextAlways(node, unit, context) : null;
}
