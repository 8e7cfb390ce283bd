// A statement for one shard or any one shard, with what to do when values lead to several.
import type { Destination } from '../../plan/destination.ts';
import type { RouteNode } from '../../plan/nodes.ts';
import type { Node } from '../../sql/ast.ts';
import type { Template } from '../../text/template.ts';
import type { PlanContext } from '../context.ts';
import { nameEdits, qualifierEdits } from '../names.ts';
import { splice } from '../splice.ts';
import type { TextUnit } from '../text-unit.ts';

/** The whole text with physical names; null when nothing in it needs a change. */
export function wholeText(root: Node, unit: TextUnit, context: PlanContext): Template | null {
  const qualifiers = qualifierEdits(root, context);
  if (qualifiers.length === 0) return null;
  return splice(unit, 0, unit.text.length, [...qualifiers, ...nameEdits(root, qualifiers)]);
}

/** The same, spelled out even when nothing changes. */
export function wholeTextAlways(root: Node, unit: TextUnit, context: PlanContext): Template {
  return wholeText(root, unit, context) ?? splice(unit, 0, unit.text.length, []);
}

export function routeNode(
  keyspace: string,
  destination: Destination,
  template: Template | null,
  several: RouteNode['several'],
): RouteNode {
  return { kind: 'route', keyspace, destination, template, several, whenNone: 'anyShard' };
}
