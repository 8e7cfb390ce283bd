// SHOW VARIABLES: a server's, with the session's own values where they are not a server's to know.
import type { Show } from '../../sql/ast.ts';
import { probeShard } from '../servers/probe-shard.ts';
import type { StatementContext } from '../statement/statement-context.ts';
import { answerResult, readFromShard, renameResult } from './server-show.ts';

export async function showVariables(show: Show, context: StatementContext): Promise<void> {
  const shard = probeShard(context.vschema, context.state.target);
  const result = await readFromShard(context.text, shard, context);
  if (show.scope === 'global') return answerResult(renameResult(result, shard), context);
  const own = ownValues(context);
  const rows = result.rows.map((row) => {
    const value = own.get((row[0] ?? '').toLowerCase());
    return value === undefined ? row : [row[0] ?? null, value, ...row.slice(2)];
  });
  answerResult(renameResult({ columns: result.columns, rows }, shard), context);
}

function ownValues(context: StatementContext): ReadonlyMap<string, string> {
  const { state } = context;
  const own = new Map<string, string>([
    ['autocommit', state.scope.autocommit ? 'ON' : 'OFF'],
    ['pseudo_thread_id', String(state.login.connectionId)],
    ['last_insert_id', String(state.lastInsertId)],
    ['identity', String(state.lastInsertId)],
  ]);
  if (state.selectLimit !== null) own.set('sql_select_limit', String(state.selectLimit));
  for (const [name, { value }] of state.kept) own.set(name, value);
  return own;
}
