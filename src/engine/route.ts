// A statement for one shard: the client's bytes there, the shard's bytes back. No promise when a connection is at hand.

import { SqlError } from '../errors/sql-error.ts';
import type { RouteNode } from '../plan/nodes.ts';
import { present } from '../util/assert.ts';
import type { Shard } from '../vindex/shard-map.ts';
import { closeStatement, prepareStatement } from './backend-call.ts';
import { throwIfCancelled } from './cancel.ts';
import { executePayload, queryPayload } from './command-payload.ts';
import type { Execution, ScopedLease } from './contract.ts';
import { Relay } from './relay.ts';
import { shardMapOf, shardsFor } from './resolve.ts';
import { shardText } from './shard-text.ts';

const reads = { writes: false };
const writes = { writes: true };

/** The one shard of a route; null when its values lead to several. None at all: any shard answers the empty result. */
export function routeShard(execution: Execution, node: RouteNode): Shard | null {
  const shards = shardsFor(execution, node.keyspace, node.destination);
  if (shards.length > 1) return null;
  return shards[0] ?? present(shardMapOf(execution, node.keyspace).shards[0], 'a keyspace has a shard');
}

/** Sends and returns; the sink is ended by the response. Throws (or rejects) only before anything was sent. */
export function runOnShard(execution: Execution, node: RouteNode, shard: Shard): void | Promise<void> {
  const { scope, plan } = execution;
  throwIfCancelled(execution.signal);
  const lease = scope.tryAcquire(shard.id, plan.readOnly && !plan.locks ? reads : writes);
  if (lease === null) return acquireAndSend(execution, node, shard, true);
  return send(execution, node, shard, lease, true);
}

async function acquireAndSend(
  execution: Execution,
  node: RouteNode,
  shard: Shard,
  mayRetry: boolean,
): Promise<void> {
  const { scope, plan, signal } = execution;
  const lease = await scope.acquire(shard.id, { writes: !plan.readOnly || plan.locks, signal });
  await send(execution, node, shard, lease, mayRetry);
}

function send(
  execution: Execution,
  node: RouteNode,
  shard: Shard,
  lease: ScopedLease,
  mayRetry: boolean,
): void | Promise<void> {
  const { plan, scope } = execution;
  // A read outside a transaction whose connection broke before the first byte may run once more, elsewhere.
  const retriable = mayRetry && plan.readOnly && !plan.locks && !scope.inTransaction;
  const relay = new Relay(execution, lease, shard, retriable ? () => retry(execution, node, shard) : null);
  const { statement, observer } = execution;
  const { connection } = lease;
  if (node.template === null && statement.packets !== null) {
    observer.shardQuery(shard.id, statement.text);
    connection.sendPackets(statement.packets, relay);
    return;
  }
  const sql = node.template === null ? statement.text : shardText(execution, shard, node.template);
  observer.shardQuery(shard.id, sql);
  if (statement.format === 'text') {
    connection.send(queryPayload(sql), relay);
    return;
  }
  return sendBinary(execution, node, lease, relay, sql);
}

/** Binary rows: the client's prepared handle where its parameters are still in the text, else one of our own. */
function sendBinary(
  execution: Execution,
  node: RouteNode,
  lease: ScopedLease,
  relay: Relay,
  sql: string,
): void | Promise<void> {
  const { prepared } = execution.statement;
  if (prepared === null || spellsParameters(node)) return sendPrepared(lease, relay, sql);
  const packets = prepared.packetsFor(lease.connection, sql);
  if (Buffer.isBuffer(packets)) {
    lease.connection.sendPackets(packets, relay);
    return;
  }
  return packets.then(
    (ready) => lease.connection.sendPackets(ready, relay),
    (error: unknown) => relay.failUnsent(error),
  );
}

async function sendPrepared(lease: ScopedLease, relay: Relay, sql: string): Promise<void> {
  const { connection } = lease;
  try {
    const { id } = await prepareStatement(connection, sql);
    connection.send(executePayload(id), relay);
    // Commands are answered in order: the handle is closed after its execution.
    closeStatement(connection, id);
  } catch (error) {
    relay.failUnsent(error);
  }
}

function spellsParameters(node: RouteNode): boolean {
  return node.template?.some((part) => part.kind === 'value' && part.ref.kind === 'param') ?? false;
}

function retry(execution: Execution, node: RouteNode, shard: Shard): boolean {
  acquireAndSend(execution, node, shard, false).catch((error: unknown) => {
    execution.sink.fail(error instanceof SqlError ? error : new SqlError(1105, 'HY000', String(error)));
  });
  return true;
}
