// A statement for one shard: the client's bytes there, the shard's bytes back. No promise when a connection is at hand.

import { SqlError } from '../../errors/sql-error.ts';
import type { PlanNode, RouteNode } from '../../plan/nodes.ts';
import type { Template } from '../../text/template.ts';
import { present } from '../../util/assert.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import { closeStatement } from '../backend-call.ts';
import { queryPayload } from '../command-payload.ts';
import type { Execution, ScopedLease } from '../contract.ts';
import { type ParamText, paramText, prepareRun } from '../param-text.ts';
import { shardMapOf, shardsFor } from '../resolve.ts';
import { shardText } from '../shard-text.ts';
import { Relay } from './relay.ts';
import { sendShared } from './shared-read.ts';

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
  return sendToShard(execution, shard, node.template);
}

/**
 * The statement to one shard, the answer relayed. `template` null: the client's own packet. Throws (or rejects) only
 * before anything was sent; afterwards the response ends the sink.
 */
export function sendToShard(
  execution: Execution,
  shard: Shard,
  template: Template | null,
): void | Promise<void> {
  const { plan, scope } = execution;
  if (sendShared(execution, shard, template, runAlone)) return;
  const lease = scope.tryAcquire(shard.id, plan.readOnly && !plan.locks ? reads : writes);
  if (lease === null) return acquireAndSend(execution, shard, template, true);
  return send(execution, shard, template, lease, true);
}

async function acquireAndSend(
  execution: Execution,
  shard: Shard,
  template: Template | null,
  mayRetry: boolean,
): Promise<void> {
  const { scope, plan, signal } = execution;
  const lease = await scope.acquire(shard.id, { writes: !plan.readOnly || plan.locks, signal });
  await send(execution, shard, template, lease, mayRetry);
}

function send(
  execution: Execution,
  shard: Shard,
  template: Template | null,
  lease: ScopedLease,
  mayRetry: boolean,
): void | Promise<void> {
  const { plan, scope, statement, observer } = execution;
  // A read outside a transaction whose connection broke before the first byte may run once more, elsewhere.
  const retriable = mayRetry && plan.readOnly && !plan.locks && !scope.inTransaction;
  const relay = new Relay(
    execution,
    lease,
    shard,
    retriable ? () => retry(execution, shard, template) : null,
  );
  if (template === null && statement.packets !== null) {
    observer.shardQuery(shard.id, statement.text);
    lease.connection.sendPackets(statement.packets, relay);
    return;
  }
  const { prepared } = statement;
  if (statement.format === 'binary' && (prepared === null || !keepsParameters(plan.root.kind, template))) {
    const text =
      template === null ? { spelled: statement.text, asked: null } : paramText(execution, shard, template);
    observer.shardQuery(shard.id, text.spelled);
    return sendPrepared(lease, relay, text);
  }
  const sql = template === null ? statement.text : shardText(execution, shard, template);
  observer.shardQuery(shard.id, sql);
  if (statement.format === 'text' || prepared === null) {
    lease.connection.send(queryPayload(sql), relay);
    return;
  }
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

/** A handle of our own for one execution: the text is not the client's. */
async function sendPrepared(lease: ScopedLease, relay: Relay, text: ParamText): Promise<void> {
  const { connection } = lease;
  try {
    const { id, payload } = await prepareRun(connection, text, (sql) => sql);
    connection.send(payload, relay);
    // Commands are answered in order: the handle is closed after its execution.
    closeStatement(connection, id);
  } catch (error) {
    relay.failUnsent(error);
  }
}

/**
 * Whether the text still has the client's `?` where its parameters stand: only then its own handle serves. An INSERT that
 * is put together row by row has its values spelled out.
 */
function keepsParameters(kind: PlanNode['kind'], template: Template | null): boolean {
  if (template === null) return true;
  return kind !== 'insert' && template.every((part) => part.kind === 'text' || part.kind === 'database');
}

function retry(execution: Execution, shard: Shard, template: Template | null): boolean {
  runAgain(execution, shard, template, false);
  return true;
}

/** What a shared connection did not answer; its own connection may break as well. */
function runAlone(execution: Execution, shard: Shard, template: Template | null): void {
  runAgain(execution, shard, template, true);
}

function runAgain(execution: Execution, shard: Shard, template: Template | null, mayRetry: boolean): void {
  acquireAndSend(execution, shard, template, mayRetry).catch((error: unknown) => {
    execution.sink.fail(error instanceof SqlError ? error : new SqlError(1105, 'HY000', String(error)));
  });
}
