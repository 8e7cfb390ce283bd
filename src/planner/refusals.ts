// The printed list of what is refused over several shards, each with its reason and remedy in the error catalogue.
import { shardgateError } from '../errors/catalog.ts';
import type { SqlError } from '../errors/sql-error.ts';
import type { RefuseNode } from '../plan/nodes.ts';
import type { Node } from '../sql/ast.ts';
import { walk } from '../sql/visitor.ts';
import type { Template } from '../text/template.ts';
import { isBuiltinFunction, lockFunctions } from './query/builtin-functions.ts';
import { noFunctions, type PureFunctions } from './stored-functions.ts';

/**
 * The first construct below `root` that no plan over several shards answers rightly, null when there is none.
 * On one shard all of them are the server's business.
 * `pure`: stored functions that are calls like any other.
 */
export function refusalOf(root: Node, pure: PureFunctions = noFunctions): SqlError | null {
  let found: SqlError | null = null;
  walk(root, (node) => {
    found ??= refuseNode(node, pure);
    return found === null;
  });
  return found;
}

function refuseNode(node: Node, pure: PureFunctions): SqlError | null {
  switch (node.kind) {
    case 'call':
      if (node.schema !== null || !isBuiltinFunction(node.name)) {
        return node.schema === null && pure(node.name)
          ? null
          : shardgateError('SG2012', { name: node.ident.name });
      }
      return lockFunctions.has(node.name) ? shardgateError('SG2024', { name: node.ident.name }) : null;
    case 'into':
      return node.target === 'variables'
        ? shardgateError('SG2014')
        : shardgateError('SG2013', { target: node.target.toUpperCase() });
    case 'assign':
      return shardgateError('SG2015');
    case 'match':
      return shardgateError('SG2017');
    case 'select':
      return node.options.includes('sqlCalcFoundRows') ? shardgateError('SG2016') : null;
    case 'sequenceValue':
      return shardgateError('SG2022', { construct: 'a sequence function' });
    case 'nextValues':
      return shardgateError('SG2022', { construct: 'NEXT VALUES' });
    default:
      return null;
  }
}

/** An error as a plan. `ask`: let a server say its own error first. */
export function refuse(
  error: SqlError,
  ask: { keyspace: string; template: Template } | null = null,
): RefuseNode {
  const { errno, sqlState, message, id } = error;
  return { kind: 'refuse', errno, sqlState, message, id, ask };
}
