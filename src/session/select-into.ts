// SELECT ... INTO @a, @b: the rows come to the session, which keeps the values.
import { SqlError } from '../errors/sql-error.ts';
import type { IntoClause, Statement } from '../sql/ast.ts';
import type { StatementContext } from './statement-context.ts';
import { literalOf } from './user-variables.ts';

/** The INTO of a whole statement when it names user variables; null for every other statement. */
export function intoVariables(statement: Statement): IntoClause | null {
  if (!('into' in statement) || statement.into === null) return null;
  return statement.into.target === 'variables' ? statement.into : null;
}

/** No row leaves the variables as they are (warning 1329); several are an error (1172), as on a server. */
export async function runSelectInto(into: IntoClause, context: StatementContext): Promise<void> {
  const { text, state, sink } = context;
  const names = into.variables.map((variable) => variable.name.toLowerCase());
  const { columns, rows } = await context.query(`${text.slice(0, into.start)} ${text.slice(into.end)}`);
  if (columns.length !== names.length) {
    throw new SqlError(1222, '21000', 'The used SELECT statements have a different number of columns');
  }
  if (rows.length > 1) throw new SqlError(1172, '42000', 'Result consisted of more than one row');
  const [row] = rows;
  if (row === undefined) {
    const message = 'No data - zero rows fetched, selected, or processed';
    state.warnings = [{ level: 'Warning', code: 1329, message }];
  } else {
    for (const [index, name] of names.entries()) {
      state.userVariables.set(name, { sql: literalOf(columns[index], row[index] ?? null) });
    }
  }
  const warnings = row === undefined ? 1 : 0;
  sink.ok({ affectedRows: BigInt(rows.length), lastInsertId: 0n, warnings, info: '' });
}
