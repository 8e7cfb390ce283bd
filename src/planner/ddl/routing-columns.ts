// ALTER TABLE of columns that the vschema routes by: what would leave rows where nobody looks for them.
import { shardgateError } from '../../errors/catalog.ts';
import type { AlterAction, AlterTable } from '../../sql/ast.ts';
import type { Table } from '../../vschema/model.ts';
import type { PlanContext } from '../context.ts';

/** Refuses to take away a column of a vindex, unless the directive FORCE_DDL is there. Gives a warning's text, or null. */
export function checkRoutingColumns(
  node: AlterTable,
  table: Table | null,
  context: PlanContext,
): string | null {
  const routing = new Set(
    (table?.columnVindexes ?? []).flatMap(({ columns }) => columns.map(({ name }) => name.toLowerCase())),
  );
  for (const action of node.actions) {
    const taken = takenAway(action)?.toLowerCase();
    if (taken === undefined || !routing.has(taken) || context.directives.has('FORCE_DDL')) continue;
    throw shardgateError('SG6016', {
      statement: `ALTER TABLE taking away ${taken} of ${table?.name ?? ''}`,
      keyspace: table?.keyspace ?? '',
      why: 'its vindex decides by this column where rows are, and none would be found without it',
      remedy: 'take the vindex out of the vschema first, or say /*vt+ FORCE_DDL */',
    });
  }
  const changed = node.actions.flatMap((action) =>
    action.kind === 'alterChangeColumn' ? [action.from.name.toLowerCase()] : [],
  );
  const moved = changed.find((name) => routing.has(name));
  return moved === undefined
    ? null
    : `Column ${moved} decides where rows are: they stay there, also where its new type would put them elsewhere; check --connect --rows tells`;
}

/** The column that is gone by its name after the action. */
function takenAway(action: AlterAction): string | null {
  switch (action.kind) {
    case 'alterDropColumn':
      return action.name.name;
    case 'alterRenameColumn':
      return action.from.name;
    case 'alterChangeColumn':
      return action.from.name.toLowerCase() === action.column.name.name.toLowerCase()
        ? null
        : action.from.name;
    default:
      return null;
  }
}
