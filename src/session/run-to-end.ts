// Runs one statement outside COM_QUERY's promise-free path and waits for the end of its answer.
import { isConnectionLoss } from './text-query.ts';
import type { Outcome } from './client-sink.ts';
import { toSqlError } from './error-of.ts';
import type { Session } from './session.ts';
import { startStatement, type StatementInput } from './statement-run.ts';

/** Never rejects once something was answered; errors of the statement are answered here. */
export async function runToEnd(session: Session, input: StatementInput): Promise<void> {
  const outcome = await new Promise<Outcome>((resolve) => {
    let ended: Outcome | null = null;
    let settled = false;
    const finish = (): void => {
      if (ended !== null && settled) resolve(ended);
    };
    session.sink.onEnd = (result) => {
      ended = result;
      session.statementEnded(result);
      finish();
    };
    const settle = (): void => {
      settled = true;
      finish();
    };
    const fail = (error: unknown): void => {
      settled = true;
      if (ended === null) session.sink.fail(toSqlError(error));
      else finish();
    };
    try {
      const running = startStatement(session, input);
      if (running === undefined) settle();
      else running.then(settle, fail);
    } catch (error) {
      fail(error);
    }
  });
  session.sink.onEnd = null;
  const { error } = outcome;
  if (error !== null && session.state.scope.open) {
    await session.state.scope.failed(error.errno, isConnectionLoss(error));
  }
}
