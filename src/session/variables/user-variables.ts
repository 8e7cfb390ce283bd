// SET @x: MySQL evaluates the expression once, the session keeps a literal of the value.
import type { SetUserVariable } from '../../sql/ast.ts';
import type { SqlText } from '../../sql/mode.ts';
import { substituteExpression } from '../rewrite/substitute.ts';
import { heldDigits, mayHoldMore, showingAll } from '../rewrite/whole-digits.ts';
import type { StatementContext } from '../statement/statement-context.ts';
import type { Change } from './set-change.ts';
import { isText, literalOf } from './variable-literal.ts';

export async function setUserVariable(item: SetUserVariable, context: StatementContext): Promise<Change> {
  const { userVariables } = context.state;
  const name = item.variable.name.toLowerCase();
  const { value } = item;
  const plainNumber = value.kind === 'literal' && (value.type === 'integer' || value.type === 'null');
  if (plainNumber) {
    const sql = context.text.slice(value.start, value.end);
    return () => void userVariables.set(name, { sql, collation: null });
  }
  const text = await substituteExpression(value, context);
  const { columns, rows } = await context.query(`SELECT ${text}`);
  const [column] = columns;
  const shown = rows[0]?.[0] ?? null;
  let sql = literalOf(column, shown);
  if (mayHoldMore(value, column, shown, context.state.mode)) {
    const { rows: whole } = await context.query(`SELECT ${showingAll(text)}`);
    sql = heldDigits(value, sql, whole[0]?.[0] ?? sql);
  }
  const isPlainText = value.kind === 'literal' && value.introducer === null;
  const asks = column !== undefined && shown !== null && isText(column) && !isPlainText;
  const collation = asks ? await otherCollation(text, context) : null;
  return () => void userVariables.set(name, { sql, collation });
}

/** An answer's metadata names the character set of results, not the expression's collation. */
async function otherCollation(expression: SqlText, context: StatementContext): Promise<string | null> {
  const { rows } = await context.query(
    `SELECT NULLIF(COLLATION((${expression})), @@SESSION.collation_connection)`,
  );
  return rows[0]?.[0] ?? null;
}
