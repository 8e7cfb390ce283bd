// What a statement's text contains that decides how it may be split.
import type { Call, Node } from '../../sql/ast.ts';
import { timeFunctions } from '../../sql/time-functions.ts';
import { walk } from '../../sql/visitor.ts';
import { volatileFunctions } from './builtin-functions.ts';

/** NOW() and its kin occur: all parts of the statement must see one instant. */
export function asksForTime(root: Node): boolean {
  return some(root, (node) => node.kind === 'call' && timeFunctions.has(node.name));
}

/** RAND(seed): its sequence follows the rows of one server. */
export function hasSeededRandom(root: Node): boolean {
  return some(root, (node) => node.kind === 'call' && node.name === 'rand' && node.args.length > 0);
}

/** LAST_INSERT_ID(x): a later statement asks for what it remembers. */
export function setsInsertId(root: Node): boolean {
  return some(root, isInsertIdCall);
}

export function isInsertIdCall(node: Node): node is Call {
  return node.kind === 'call' && node.name === 'last_insert_id' && node.args.length > 0;
}

export function hasSubquery(root: Node): boolean {
  return some(root, (node) => node.kind === 'subquery');
}

/** The same columns give the same value on every server and at every time of the statement. */
export function isDeterministic(root: Node): boolean {
  return !some(
    root,
    (node) =>
      (node.kind === 'call' && volatileFunctions.has(node.name)) ||
      node.kind === 'userVariable' ||
      node.kind === 'systemVariable' ||
      node.kind === 'assign' ||
      node.kind === 'sequenceValue' ||
      node.kind === 'nextValues' ||
      node.kind === 'match',
  );
}

export function some(root: Node, test: (node: Node) => boolean): boolean {
  let found = false;
  walk(root, (node) => {
    found ||= test(node);
    return !found;
  });
  return found;
}
