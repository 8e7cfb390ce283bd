// CTEs that nobody refers to, which MySQL does not even look up: their tables need not exist.
import type { CommonTableExpression, Node, With } from '../../sql/ast.ts';
import { forEachChild, walk } from '../../sql/visitor.ts';

/**
 * The expressions of `list` that the node around it, or one of them that it refers to, names as a table. One that is named
 * only where another of its name hides it counts as used.
 */
export function usedCtes(around: Node, list: With): ReadonlySet<CommonTableExpression> {
  const names = new Set<string>();
  forEachChild(around, (child) => {
    if (child !== list) addNames(child, names);
  });
  const used = new Set<CommonTableExpression>();
  // An expression sees those before it.
  for (const expression of [...list.expressions].reverse()) {
    if (!names.has(expression.name.name.toLowerCase())) continue;
    used.add(expression);
    addNames(expression.query, names);
  }
  return used;
}

function addNames(root: Node, names: Set<string>): void {
  walk(root, (node) => {
    if (node.kind === 'tableName' && node.schema === null) names.add(node.name.name.toLowerCase());
  });
}
