// MariaDB's wrong window functions in IN, ANY and ALL: the finish keeps it from running such a subquery once per row.
import type { GatherNode } from '../../../plan/nodes.ts';
import type { Node } from '../../../sql/ast.ts';
import type { BoundStatement } from '../../statement.ts';
import { some } from '../traits.ts';

/*
 * MariaDB 10.11 pushes the comparison into a subquery that it runs per row, below its window functions, which then see other
 * rows. A subquery that it stores is right. It takes the cheaper way, which over a workspace's tables is another one than over
 * the client's.
 */
const storing = "optimizer_switch='materialization=on,in_to_exists=off'";

/** The plan, with what its finish needs to be right. */
export function withStoredSubqueries(node: GatherNode, statement: BoundStatement): GatherNode {
  const { binding, context } = statement;
  if (context.vschema.flavour.kind !== 'mariadb') return node;
  const isRisky = binding.blocks.some((block) => some(block.node, comparesWithWindow));
  return isRisky ? { ...node, finishSetting: storing } : node;
}

function comparesWithWindow(node: Node): boolean {
  return (node.kind === 'inSubquery' || node.kind === 'quantified') && some(node.subquery, isWindow);
}

function isWindow(node: Node): boolean {
  return node.kind === 'windowCall' || (node.kind === 'aggregate' && node.over !== null);
}
