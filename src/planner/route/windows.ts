// The windows a block's functions run over, with names resolved.
import type { Ident, Node, WindowSpec } from '../../sql/ast.ts';
import { forEachChild } from '../../sql/visitor.ts';
import { selectOf } from '../bind/clauses.ts';
import type { Block } from '../bind/model.ts';

/** null when a name cannot be resolved, or a window extends another. */
export function windowSpecsIn(block: Block): readonly WindowSpec[] | null {
  const select = selectOf(block);
  if (select === null) return [];
  const named = new Map(
    select.window?.windows.map((window) => [window.name.name.toLowerCase(), window.spec]) ?? [],
  );
  const found: WindowSpec[] = [];
  let unresolved = false;
  const add = (over: WindowSpec | Ident | null): void => {
    if (over === null) return;
    const spec = over.kind === 'ident' ? named.get(over.name.toLowerCase()) : over;
    const base = spec?.base ? named.get(spec.base.name.toLowerCase()) : spec;
    if (base === undefined || base === null || base.base !== null) unresolved = true;
    else found.push(base);
  };
  const visit = (node: Node): void => {
    if (node.kind === 'subquery') return;
    if (node.kind === 'windowCall' || node.kind === 'aggregate') add(node.over);
    forEachChild(node, visit);
  };
  for (const clause of [select.list, select.orderBy]) if (clause !== null) visit(clause);
  return unresolved ? null : found;
}
