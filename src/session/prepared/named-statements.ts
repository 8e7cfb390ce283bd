// SQL-level PREPARE, EXECUTE, DEALLOCATE: texts kept by name, values put in as literals.
import { SqlError } from '../../errors/sql-error.ts';
import type { Deallocate, Execute, ExecuteImmediate, Expression, Prepare } from '../../sql/ast.ts';
import type { SqlText } from '../../sql/mode.ts';
import { parseStatement } from '../../sql/parser/parse.ts';
import { answerOk } from '../answer/answer.ts';
import { limitParams } from '../rewrite/limit-params.ts';
import { substituteExpression } from '../rewrite/substitute.ts';
import type { StatementContext } from '../statement/statement-context.ts';
import { literalOf } from '../variables/variable-literal.ts';
import { fillParams } from './fill-params.ts';
import { checkPreparable } from './preparable.ts';

/** Throws 1064 when the text does not parse, 1295 when it may not be prepared, as PREPARE does. */
export async function runPrepare(statement: Prepare, context: StatementContext): Promise<void> {
  const text = await evaluateText(statement.source, context);
  const { mode } = context.state;
  checkPreparable(parseStatement(text, mode), mode.flavour);
  context.state.named.set(statement.name.name.toLowerCase(), text);
  context.sink.ok({ affectedRows: 0n, lastInsertId: 0n, warnings: 0, info: 'Statement prepared' });
}

export async function runExecute(statement: Execute, context: StatementContext): Promise<void> {
  const text = context.state.named.get(statement.name.name.toLowerCase());
  if (text === undefined) throw unknownStatement(statement.name.name, 'EXECUTE');
  await runWith(text, statement.using, context);
}

export async function runExecuteImmediate(
  statement: ExecuteImmediate,
  context: StatementContext,
): Promise<void> {
  await runWith(await evaluateText(statement.source, context), statement.using, context);
}

export function runDeallocate(statement: Deallocate, context: StatementContext): void {
  if (!context.state.named.delete(statement.name.name.toLowerCase())) {
    throw unknownStatement(statement.name.name, 'DEALLOCATE PREPARE');
  }
  answerOk(context.sink);
}

function unknownStatement(name: string, verb: string): SqlError {
  return new SqlError(1243, 'HY000', `Unknown prepared statement handler (${name}) given to ${verb}`);
}

async function evaluateText(source: Expression, context: StatementContext): Promise<SqlText> {
  const { rows } = await context.query(`SELECT ${await substituteExpression(source, context)}`);
  return rows[0]?.[0] ?? 'NULL';
}

async function runWith(
  text: SqlText,
  using: readonly Expression[],
  context: StatementContext,
): Promise<void> {
  const literals: SqlText[] = [];
  const limits = limitParams(text, context.state.mode);
  for (const [index, expression] of using.entries()) {
    const value = await substituteExpression(expression, context);
    // LIMIT takes anything as a number, literals there are digits only: a server says which.
    const sql = limits.includes(index) ? `SELECT COALESCE(CAST(${value} AS SIGNED), 0)` : `SELECT ${value}`;
    const { columns, rows } = await context.query(sql);
    const literal = literalOf(columns[0], rows[0]?.[0] ?? null);
    if (limits.includes(index) && literal.startsWith('-'))
      throw new SqlError(1210, 'HY000', 'Incorrect arguments to EXECUTE');
    literals.push(literal);
  }
  await context.run(fillParams(text, literals, context.state.mode, 'EXECUTE'), []);
}
