// BEGIN, COMMIT, ROLLBACK and savepoints.
import type { Begin, Commit, ReleaseSavepoint, Rollback, RollbackTo, Savepoint } from '../../sql/ast.ts';
import { quoteIdentifier } from '../../text/quote.ts';
import { answerOk } from '../answer/answer.ts';
import type { Warning } from '../servers/warnings.ts';
import type { StatementContext } from '../statement/statement-context.ts';

/** Commits what is open (BEGIN, DDL, LOCK TABLES and SET autocommit=1 do so); counts it; warns of several shards. */
export async function commitOpen(
  context: Pick<StatementContext, 'state' | 'deps'>,
): Promise<readonly Warning[]> {
  const { state, deps } = context;
  if (!state.scope.open) return [];
  const { shardsTouched: shards, mode } = state.scope;
  try {
    const report = await state.scope.commit();
    if (shards > 0) deps.observer.transaction(mode, shards, 'commit');
    if (report.late.length > 0) return [lateShards(report.late)];
    return report.writers > 1 && mode === 'multi' ? [severalShards(report.shards)] : [];
  } catch (error) {
    deps.observer.transaction(mode, shards, 'failed');
    throw error;
  }
}

function severalShards(shards: readonly string[]): Warning {
  return {
    level: 'Warning',
    code: 1105,
    message: `the transaction wrote to ${shards.length} shards (${shards.join(', ')}), which were committed one after the other; SET transaction_mode = 'twopc' commits them as one`,
  };
}

function lateShards(shards: readonly string[]): Warning {
  return {
    level: 'Warning',
    code: 1105,
    message: `the transaction is committed, but ${shards.join(', ')} could not be told: its rows there show and its locks go when recovery has reached that server`,
  };
}

async function rollbackOpen(context: StatementContext): Promise<void> {
  const { state, deps } = context;
  if (!state.scope.open) return;
  const { shardsTouched: shards, mode } = state.scope;
  await state.scope.rollback();
  if (shards > 0) deps.observer.transaction(mode, shards, 'rollback');
}

export async function runBegin(statement: Begin, context: StatementContext): Promise<void> {
  // MySQL: BEGIN ends a READ ONLY transaction and begins another one; COMMIT and READ WRITE do not.
  const staysReadOnly = context.state.mode.flavour === 'mysql' && context.state.scope.readOnly;
  await commitOpen(context);
  const { state, vschema } = context;
  const unsaid = staysReadOnly ? true : null;
  const readOnly = statement.access === null ? unsaid : statement.access === 'readOnly';
  state.scope.begin(readOnly, statement.consistentSnapshot);
  const { database } = state.target;
  const keyspace = database === null ? undefined : vschema.keyspaces.get(database);
  const shards = statement.consistentSnapshot ? (keyspace?.shardMap.shards ?? []) : [];
  await takeSnapshots(
    shards.map(({ id }) => id),
    context,
  );
  const warnings = shards.length > 1 ? [snapshotPerShard(shards.length)] : [];
  state.tellWarnings(warnings);
  answerOk(context.sink, warnings.length);
}

async function takeSnapshots(shardIds: readonly string[], context: StatementContext): Promise<void> {
  const { scope } = context.state;
  const { twopc } = context.deps;
  if (scope.mode === 'twopc' && shardIds.length > 1)
    await Promise.all(shardIds.map((shardId) => twopc.ready(shardId)));
  const join = (shardId: string) => scope.acquire(shardId, { writes: false, signal: context.signal });
  await Promise.all(shardIds.map(join));
}

function snapshotPerShard(count: number): Warning {
  return {
    level: 'Note',
    code: 1105,
    message: `the ${count} shards have a snapshot each, taken one after the other: a commit over several shards at the same moment may show on some of them`,
  };
}

/** What SET TRANSACTION said before it is forgotten, also when no transaction was open. */
export async function runCommit(statement: Commit, context: StatementContext): Promise<void> {
  const { readOnly } = context.state.scope;
  const warnings = await commitOpen(context);
  context.state.scope.takeNext();
  if (statement.chain === true) context.state.scope.begin(readOnly, false);
  context.state.tellWarnings(warnings);
  answerOk(context.sink, warnings.length);
  if (statement.release === true) hangUp(context);
}

export async function runRollback(statement: Rollback, context: StatementContext): Promise<void> {
  const { readOnly } = context.state.scope;
  await rollbackOpen(context);
  context.state.scope.takeNext();
  if (statement.chain === true) context.state.scope.begin(readOnly, false);
  context.state.tellWarnings([]);
  answerOk(context.sink);
  if (statement.release === true) hangUp(context);
}

/** COMMIT RELEASE: the answer, and then the connection ends. */
function hangUp({ deps, state }: StatementContext): void {
  deps.registry.kill(state.login.connectionId, state.login.user, false);
}

export async function runSavepoint(
  statement: Savepoint | ReleaseSavepoint | RollbackTo,
  context: StatementContext,
): Promise<void> {
  const { scope } = context.state;
  const name = quoteIdentifier(statement.name.name);
  if (statement.kind === 'savepoint') await scope.savepoint(name);
  else if (statement.kind === 'rollbackTo') await scope.rollbackTo(name);
  else await scope.releaseSavepoint(name);
  answerOk(context.sink);
}
