// LOCK TABLES: of one unsharded keyspace, on a connection that the session keeps until UNLOCK TABLES.
import type { BackendConnection } from '../../backend/contract.ts';
import { renameError } from '../../engine/physical-names.ts';
import { shardgateError } from '../../errors/catalog.ts';
import { SqlError } from '../../errors/sql-error.ts';
import type { LockTables } from '../../sql/ast.ts';
import { quoteIdentifier } from '../../text/quote.ts';
import type { Shard } from '../../vindex/shard-map.ts';
import { resolveTable } from '../../vschema/resolve.ts';
import { answerOk } from '../answer/answer.ts';
import { applyEdits } from '../rewrite/text-edits.ts';
import { runStatement } from '../servers/backend-command.ts';
import type { StatementContext } from '../statement/statement-context.ts';
import { commitOpen } from '../transaction/transaction-statements.ts';

/** Commits what is open, as a server does. Throws SG5009 when the tables are not all of one unsharded keyspace. */
export async function runLockTables(statement: LockTables, context: StatementContext): Promise<void> {
  const shard = commonShard(statement, context);
  await commitOpen(context);
  const edits = statement.locks.map(({ table }) => ({
    start: table.start,
    end: table.end,
    text: `${quoteIdentifier(shard.database)}.${quoteIdentifier(table.name.name)}`,
  }));
  const lease = await context.state.scope.reserve(shard.id, context.signal);
  try {
    await runStatement(lease.connection, applyEdits(context.text, edits));
  } catch (error) {
    throw error instanceof SqlError ? renameError(error, shard) : error;
  }
  answerOk(context.sink);
}

function commonShard(statement: LockTables, context: StatementContext): Shard {
  const { vschema, state } = context;
  const shards = new Set<Shard | undefined>();
  for (const { table } of statement.locks) {
    const found = resolveTable(vschema, state.target.database, table.schema?.name ?? null, table.name.name);
    const keyspace = typeof found === 'string' ? undefined : vschema.keyspaces.get(found.keyspace);
    shards.add(keyspace === undefined || keyspace.sharded ? undefined : keyspace.shardMap.shards[0]);
  }
  const [shard] = shards;
  if (shard === undefined || shards.size > 1) throw shardgateError('SG5009', { construct: 'LOCK TABLES' });
  return shard;
}

/** The connection goes back, reset: its locks are gone. Where it has temporary tables, the locks alone go. */
export async function runUnlockTables(context: StatementContext): Promise<void> {
  const { scope } = context.state;
  if (scope.keepsTables) await Promise.all(scope.reservedFor('statements').map(unlock));
  else scope.unreserveStatements();
  answerOk(context.sink);
}

async function unlock(connection: BackendConnection): Promise<void> {
  await runStatement(connection, 'UNLOCK TABLES');
}
