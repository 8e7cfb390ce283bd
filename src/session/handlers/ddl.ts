// DDL: commits what is open, runs on every shard, and answers when the new schema is known.
import type { OkResult, ResultSink } from '../../engine/contract.ts';
import { SqlError } from '../../errors/sql-error.ts';
import type { Plan } from '../../plan/nodes.ts';
import { CaptureSink } from '../answer/capture-sink.ts';
import type { StatementContext } from '../statement/statement-context.ts';
import { commitOpen } from '../transaction/transaction-statements.ts';

/**
 * The client's OK waits for the schema tracker: its next statement must see the new columns. When shards disagree the
 * tracker is refreshed all the same, so that drift is known.
 */
export async function runDdl(
  plan: Plan,
  context: StatementContext,
  execute: (sink: ResultSink) => void | Promise<void>,
): Promise<void> {
  await commitOpen(context);
  context.state.scope.takeNext();
  // What answers with rows changes no columns, and its rows are in the client's format.
  if (plan.root.kind === 'eachShard' && plan.root.result !== 'ok')
    return context.state.scope.outside(async () => execute(context.sink));
  const capture = new CaptureSink();
  const result = capture.result();
  result.catch(() => {});
  let ok: OkResult | null;
  try {
    // With autocommit=0 too: it is no part of a transaction, and XA branches refuse it.
    await context.state.scope.outside(async () => {
      await execute(capture);
      await result;
    });
    ok = capture.okResult;
  } catch (error) {
    capture.fail(error instanceof SqlError ? error : new SqlError(1105, 'HY000', String(error)));
    throw error;
  } finally {
    await context.deps.refreshSchema(plan.keyspace);
  }
  if (plan.root.kind === 'eachShard' && plan.root.warning !== null) {
    context.state.replaceWarnings([{ level: 'Warning', code: 1105, message: plan.root.warning }]);
  }
  if (ok !== null) context.sink.ok(ok);
  else capture.replay(context.sink);
}
