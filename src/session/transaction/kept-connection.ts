// Statements that leave something behind on their connection: CREATE TEMPORARY TABLE, and CALL, of which nobody knows.
import type { ResultSink } from '../../engine/contract.ts';

import { withErrorPacket } from '../../engine/relay/error-packet.ts';
import { shardgateError } from '../../errors/catalog.ts';
import type { Plan } from '../../plan/nodes.ts';
import { present } from '../../util/assert.ts';
import { EndWatcher } from '../answer/end-watcher.ts';
import type { StatementContext } from '../statement/statement-context.ts';

type Execute = (sink: ResultSink) => void | Promise<void>;

const statusInTransaction = 1;

/**
 * Temporary tables are seen by later statements of this session and by nobody else: the connection stays with it. A CALL has
 * it to itself, and it is reset before others get it.
 */
export async function runKept(plan: Plan, context: StatementContext, execute: Execute): Promise<void> {
  const { scope } = context.state;
  const shardId = shardOf(plan, context);
  if (plan.joins === 'kept') {
    await scope.keepTables(shardId, context.signal);
    return execute(context.sink);
  }
  const isKept = scope.reservedFor('statements').length > 0 || scope.inTransaction;
  await scope.reserve(shardId, context.signal);
  if (isKept) return execute(context.sink);
  const gate = new TransactionGate(context.sink);
  try {
    await execute(gate);
    await gate.ended;
  } finally {
    scope.unreserveStatements();
  }
}

/** The one shard of an unsharded keyspace, or the one the client named. */
function shardOf({ keyspace, root }: Plan, { vschema }: StatementContext): string {
  const named =
    root.kind === 'route' && root.destination.kind === 'shard' ? root.destination.shards[0] : null;
  const shards = present(vschema.keyspaces.get(keyspace), 'a keyspace that was planned for').shardMap.shards;
  const shard = shards.find(({ name }) => name === named) ?? shards[0];
  return present(shard, 'a keyspace has shards').id;
}

/** Passes an answer on. One that ends inside a transaction becomes an error: the session knows of none. */
class TransactionGate extends EndWatcher {
  override relayEnd(...[chunk, terminalAt, terminal]: Parameters<EndWatcher['relayEnd']>): void {
    if (terminal.error !== null || (terminal.status & statusInTransaction) === 0) {
      super.relayEnd(chunk, terminalAt, terminal);
      return;
    }
    const error = shardgateError('SG5027');
    const bytes = withErrorPacket(chunk, terminalAt, error);
    super.relayEnd(bytes, terminalAt, { ...terminal, kind: 'error', error });
  }
}
