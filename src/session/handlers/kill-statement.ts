// KILL [QUERY|CONNECTION] id: sessions of this process, one's own user only.
import { SqlError } from '../../errors/sql-error.ts';
import type { Kill } from '../../sql/ast.ts';
import { answerOk } from '../answer/answer.ts';
import type { StatementContext } from '../statement/statement-context.ts';

export async function runKill(statement: Kill, context: StatementContext): Promise<void> {
  const { id } = statement;
  if (id === null || statement.target === 'queryId' || statement.target === 'user') {
    throw new SqlError(1235, '42000', 'KILL of this form is not supported; give a connection id');
  }
  const { rows } = await context.query(`SELECT ${context.text.slice(id.start, id.end)}`);
  await killSession(Number(rows[0]?.[0] ?? 0), statement.target === 'query', context);
  answerOk(context.sink);
}

/** Rejects with 1094 for no such session in any process, with 1095 for another user's. */
export async function killSession(
  connectionId: number,
  queryOnly: boolean,
  context: Pick<StatementContext, 'deps' | 'state'>,
): Promise<void> {
  const { registry } = context.deps;
  const { user } = context.state.login;
  let outcome = registry.kill(connectionId, user, queryOnly);
  if (outcome === 'unknown' && registry.elsewhere !== null) {
    outcome = await registry.elsewhere.kill(connectionId, user, queryOnly);
  }
  if (outcome === 'unknown') throw new SqlError(1094, 'HY000', `Unknown thread id: ${connectionId}`);
  if (outcome === 'notOwner') {
    throw new SqlError(1095, 'HY000', `You are not owner of thread ${connectionId}`);
  }
}
