// What the tables of the visitor are made of.
import type { Kind, Node, NodeOf } from './ast.ts';

/** Called with each child. */
export type Visit = (child: Node) => void;

export function each(nodes: readonly Node[], visit: Visit): void {
  for (const node of nodes) visit(node);
}

export function optional(node: Node | null, visit: Visit): void {
  if (node !== null) visit(node);
}

export function none(): void {}

export function nameOf(node: { readonly name: Node }, visit: Visit): void {
  visit(node.name);
}

/** For every kind of node, how to visit its children. */
export type Table = { readonly [K in Kind]: (node: NodeOf<K>, visit: Visit) => void };
