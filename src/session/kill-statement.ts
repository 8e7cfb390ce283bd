// KILL [QUERY|CONNECTION] id: sessions of this process, one's own user only.
import { SqlError } from '../errors/sql-error.ts';
import type { Kill } from '../sql/ast.ts';
import { answerOk } from './answer.ts';
import type { StatementContext } from './statement-context.ts';

export async function runKill(statement: Kill, context: StatementContext): Promise<void> {
  const { id } = statement;
  if (id === null || statement.target === 'queryId' || statement.target === 'user') {
    throw new SqlError(1235, '42000', 'KILL of this form is not supported; give a connection id');
  }
  const { rows } = await context.query(`SELECT ${context.text.slice(id.start, id.end)}`);
  killSession(Number(rows[0]?.[0] ?? 0), statement.target === 'query', context);
  answerOk(context.sink);
}

/** Throws 1094 for no such session, 1095 for another user's. */
export function killSession(
  connectionId: number,
  queryOnly: boolean,
  context: Pick<StatementContext, 'deps' | 'state'>,
): void {
  const victim = context.deps.registry.get(connectionId);
  if (victim === null) throw new SqlError(1094, 'HY000', `Unknown thread id: ${connectionId}`);
  if (victim.user !== context.state.login.user) {
    throw new SqlError(1095, 'HY000', `You are not owner of thread ${connectionId}`);
  }
  if (queryOnly) victim.killQuery();
  else victim.kill();
}
