// A statement that is not answered: its own error, unless the server has one that comes first.
import { SqlError } from '../errors/sql-error.ts';
import type { RefuseNode } from '../plan/nodes.ts';
import { present } from '../util/assert.ts';
import { closeStatement, prepareStatement } from './backend-call.ts';
import { untilCancelled } from './cancel.ts';
import type { Execution } from './contract.ts';
import { paramText } from './param-text.ts';
import { renameError } from './physical-names.ts';
import { shardMapOf } from './resolve.ts';

/** Always throws or rejects. */
export function runRefuse(execution: Execution, node: RefuseNode): Promise<never> {
  const refusal = new SqlError(node.errno, node.sqlState, node.message, node.id);
  if (node.ask === null) throw refusal;
  return askFirst(execution, node.ask, refusal);
}

/** An unknown column is that to a client of any server, whatever we think of the rest of the statement. */
async function askFirst(
  execution: Execution,
  ask: NonNullable<RefuseNode['ask']>,
  refusal: SqlError,
): Promise<never> {
  await askServer(execution, ask);
  throw refusal;
}

/** Lets the keyspace's first shard prepare the statement and rejects with what it has against it, in the client's names. */
export async function askServer(execution: Execution, ask: NonNullable<RefuseNode['ask']>): Promise<void> {
  const { scope, signal } = execution;
  const shard = present(shardMapOf(execution, ask.keyspace).shards[0], 'a keyspace has a shard');
  const { spelled, asked } = paramText(execution, shard, ask.template);
  const sql = asked?.sql ?? spelled;
  const lease = await scope.acquire(shard.id, { writes: false, signal });
  try {
    const { id } = await untilCancelled(prepareStatement(lease.connection, sql), signal);
    closeStatement(lease.connection, id);
  } catch (error) {
    lease.done(!lease.connection.alive || signal.aborted);
    throw error instanceof SqlError ? renameError(error, shard) : error;
  }
  lease.done(false);
}
