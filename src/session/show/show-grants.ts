// SHOW GRANTS: users are Shardgate's own, what they may do is a matter of its configuration.
import { quoteIdentifier } from '../../text/quote.ts';
import { answerRows, textColumn } from '../answer/answer.ts';
import type { StatementContext } from '../statement/statement-context.ts';
import { visibleKeyspaces } from './visible.ts';

export function showGrants(context: StatementContext): void {
  const { user } = context.state.login;
  const who = `${quoteIdentifier(user)}@\`%\``;
  const grants = visibleKeyspaces(context).map(
    (keyspace) => `GRANT ALL PRIVILEGES ON ${quoteIdentifier(keyspace.name)}.* TO ${who}`,
  );
  const rows = [`GRANT USAGE ON *.* TO ${who}`, ...grants].map((grant) => [grant]);
  answerRows(context.sink, [textColumn(`Grants for ${user}@%`, 1024)], rows, context.format);
}
