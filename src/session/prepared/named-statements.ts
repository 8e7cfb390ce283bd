// SQL-level PREPARE, EXECUTE, DEALLOCATE: texts kept by name, values put in as literals.
import { SqlError } from '../../errors/sql-error.ts';
import type { Deallocate, Execute, ExecuteImmediate, Expression, Prepare } from '../../sql/ast.ts';
import type { SqlText } from '../../sql/mode.ts';
import { parseStatement } from '../../sql/parser/parse.ts';
import { type ColumnDefinition, FieldType } from '../../value/column-definition.ts';
import { answerOk } from '../answer/answer.ts';
import { limitParams } from '../rewrite/limit-params.ts';
import { substituteExpression } from '../rewrite/substitute.ts';
import type { StatementContext } from '../statement/statement-context.ts';
import { literalOf } from '../variables/variable-literal.ts';
import { fillParams } from './fill-params.ts';
import { checkPreparable } from './preparable.ts';
import { assertReadsAlike } from './same-reading.ts';

/** Throws 1064 when the text does not parse, 1295 when it may not be prepared, as PREPARE does. */
export async function runPrepare(statement: Prepare, context: StatementContext): Promise<void> {
  const text = await evaluateText(statement.source, context);
  const { mode } = context.state;
  checkPreparable(parseStatement(text, mode), mode.flavour);
  context.state.named.set(statement.name.name.toLowerCase(), { text, mode });
  context.sink.ok({ affectedRows: 0n, lastInsertId: 0n, warnings: 0, info: 'Statement prepared' });
}

export async function runExecute(statement: Execute, context: StatementContext): Promise<void> {
  const named = context.state.named.get(statement.name.name.toLowerCase());
  if (named === undefined) throw unknownStatement(statement.name.name, 'EXECUTE');
  assertReadsAlike(named.text, named.mode, context.state.mode);
  await runWith(named.text, statement.using, context);
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
    const { columns, rows } = await context.query(`SELECT ${value}`);
    const cell = rows[0]?.[0] ?? null;
    const literal = limits.includes(index)
      ? await limitLiteral(value, columns[0], cell, context)
      : literalOf(columns[0], cell);
    literals.push(literal);
  }
  await context.run(fillParams(text, literals, context.state.mode, 'EXECUTE'), []);
}

const integerTypes: ReadonlySet<number | undefined> = new Set([
  FieldType.tiny,
  FieldType.short,
  FieldType.int24,
  FieldType.long,
  FieldType.longLong,
]);

/** Literals of LIMIT are digits only. MySQL takes no other value there, MariaDB anything as a number: a server says which. */
async function limitLiteral(
  value: SqlText,
  column: ColumnDefinition | undefined,
  cell: string | null,
  context: StatementContext,
): Promise<SqlText> {
  if (cell === null) return '0';
  const isInteger = integerTypes.has(column?.type);
  const isMysql = context.state.mode.flavour === 'mysql';
  if (isMysql && isInteger && cell.startsWith('-'))
    throw new SqlError(1690, '22003', "unsigned integer value is out of range in 'EXECUTE'");
  if (isMysql && !isInteger) throw wrongArguments();
  if (isInteger && !cell.startsWith('-')) return cell;
  const { rows } = await context.query(`SELECT COALESCE(CAST(${value} AS SIGNED), 0)`);
  const digits = rows[0]?.[0] ?? '0';
  if (digits.startsWith('-')) throw wrongArguments();
  return digits;
}

function wrongArguments(): SqlError {
  return new SqlError(1210, 'HY000', 'Incorrect arguments to EXECUTE');
}
