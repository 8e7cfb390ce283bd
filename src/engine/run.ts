// Runs a plan: one switch over its root.
import type { LookupDestination, PlanNode, RouteNode } from '../plan/nodes.ts';
import { assertNever } from '../util/assert.ts';
import type { Execution } from './contract.ts';
import { runInsert } from './insert/insert.ts';
import { runLoad } from './load/load.ts';
import { resolveLookups } from './lookup/lookup-reads.ts';
import { runScatter } from './merge/scatter.ts';
import { runNumbers } from './numbers.ts';
import { runRefuse } from './refuse.ts';
import { routeShard, runOnShard } from './relay/route.ts';
import { withRetry } from './retry.ts';
import { runGather } from './workspace/gather.ts';
import { runDml } from './write/dml.ts';
import { runEachShard } from './write/each-shard.ts';
import { runRowWrites } from './write/row-writes.ts';

/**
 * Runs the plan of an execution. The answer ends in the sink, or run throws or rejects with the error that ended it
 * (SqlError; anything else is a fault of ours). Rows may have gone out before a rejection.
 *
 * Without a promise in return, the statement was sent to one shard with a connection at hand; its response ends the sink
 * (`relayEnd`, or `fail` when it breaks off) in some later event.
 */
export function run(execution: Execution): void | Promise<void> {
  const { lookups, root } = execution.plan;
  if (lookups !== undefined) return runAfterLookups(execution, lookups, root);
  return runNode(execution, root);
}

async function runAfterLookups(
  execution: Execution,
  lookups: readonly (readonly LookupDestination[])[],
  root: PlanNode,
): Promise<void> {
  execution.lookups = await resolveLookups(execution, lookups);
  await runNode(execution, root);
}

function runNode(execution: Execution, node: PlanNode): void | Promise<void> {
  switch (node.kind) {
    case 'route':
      return runRoute(execution, node);
    case 'scatter':
      return withRetry(execution, (attempt) => runScatter(execution, node, attempt));
    case 'gather':
      return withRetry(execution, (attempt) => runGather(execution, node, attempt));
    case 'insert':
      return runInsert(execution, node, run);
    case 'dml':
      return runDml(execution, node);
    case 'rowWrites':
      return runRowWrites(execution, node, run);
    case 'load':
      return runLoad(execution, node);
    case 'numbers':
      return runNumbers(execution, node);
    case 'eachShard':
      return runEachShard(execution, node);
    case 'refuse':
      return runRefuse(execution, node);
    default:
      return assertNever(node);
  }
}

function runRoute(execution: Execution, node: RouteNode): void | Promise<void> {
  const shard = routeShard(execution, node);
  return shard === null ? runNode(execution, node.several) : runOnShard(execution, node, shard);
}
