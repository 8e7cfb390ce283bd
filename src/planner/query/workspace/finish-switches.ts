// Which of MariaDB's ways the finish may not take: those that are wrong, or another one than over the client's own tables.
import type { GatherNode } from '../../../plan/nodes.ts';
import type { Node } from '../../../sql/ast.ts';
import type { BoundStatement } from '../../statement.ts';
import { some } from '../traits.ts';

/*
 * MariaDB 10.11 pushes the comparison into a subquery that it runs per row, below its window functions, which then see other
 * rows. A subquery that it stores is right. It takes the cheaper way, which over a workspace's tables is another one than over
 * the client's.
 */
const storing = 'materialization=on,in_to_exists=off';

/*
 * A view is merged into the statement whatever derived_merge says, which is of derived tables: the finish has those in place of
 * views. Stored ones give other constants beside an outer join and other text of BIT.
 */
const merging = 'derived_merge=on';

/** The plan, with what its finish needs to be right. */
export function withFinishSwitches(node: GatherNode, statement: BoundStatement): GatherNode {
  const { binding, context } = statement;
  if (context.vschema.flavour.kind !== 'mariadb') return node;
  const isRisky = binding.blocks.some((block) => some(block.node, comparesWithWindow));
  const switches = [...(isRisky ? [storing] : []), ...(hasViewsOnly(statement) ? [merging] : [])];
  return switches.length === 0
    ? node
    : { ...node, finishSetting: `optimizer_switch='${switches.join(',')}'` };
}

/** Beside derived tables of the client's own the session's word on those is kept. */
function hasViewsOnly({ binding }: BoundStatement): boolean {
  const queries = binding.blocks.flatMap((block) =>
    block.sources.filter((source) => source.kind === 'query'),
  );
  return queries.length > 0 && queries.every((source) => source.origin === 'view');
}

function comparesWithWindow(node: Node): boolean {
  return (node.kind === 'inSubquery' || node.kind === 'quantified') && some(node.subquery, isWindow);
}

function isWindow(node: Node): boolean {
  return node.kind === 'windowCall' || (node.kind === 'aggregate' && node.over !== null);
}
