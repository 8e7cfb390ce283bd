// SELECT ... INTO @a, @b: the rows come to the session, which keeps the values.
import { SqlError } from '../../errors/sql-error.ts';
import type { IntoClause, Select, Statement } from '../../sql/ast.ts';
import { parseStatement } from '../../sql/parser/parse.ts';
import type { ColumnDefinition } from '../../value/column-definition.ts';
import { applyEdits, type TextEdit } from '../rewrite/text-edits.ts';
import { heldDigits, mayHoldMore, showingAll } from '../rewrite/whole-digits.ts';
import type { StatementContext } from '../statement/statement-context.ts';
import { literalOf } from '../variables/variable-literal.ts';

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
    state.replaceWarnings([{ level: 'Warning', code: 1329, message }]);
  } else {
    const literals = names.map((_, index) => literalOf(columns[index], row[index] ?? null));
    const values = await withAllDigits(into, context, columns, literals);
    for (const [index, name] of names.entries())
      state.userVariables.set(name, { sql: values[index] ?? 'NULL', collation: null });
  }
  const warnings = row === undefined ? 1 : 0;
  sink.ok({ affectedRows: BigInt(rows.length), lastInsertId: 0n, warnings, info: '' });
}

/** Quotients keep the digits that they do not show. */
async function withAllDigits(
  into: IntoClause,
  { text, state, query }: StatementContext,
  columns: readonly ColumnDefinition[],
  literals: readonly string[],
): Promise<readonly string[]> {
  const statement = parseStatement(text, state.mode);
  // Where rows are stored on their way, one server rounds as well.
  const items = statement.kind === 'select' && !isStored(statement) ? statement.list.items : [];
  if (items.length !== literals.length) return literals;
  const edits = items.flatMap(({ expression }, index): TextEdit[] => {
    if (!mayHoldMore(expression, columns[index], literals[index] ?? null, state.mode)) return [];
    const { start, end } = expression;
    return [{ start, end, text: showingAll(text.slice(start, end)) }];
  });
  if (edits.length === 0) return literals;
  const { rows } = await query(applyEdits(text, [...edits, { start: into.start, end: into.end, text: ' ' }]));
  return literals.map((literal, index) => {
    const item = items[index];
    const isEdited = edits.some((edit) => edit.start === item?.expression.start);
    const all = isEdited ? (rows[0]?.[index] ?? null) : null;
    return item === undefined || all === null ? literal : heldDigits(item.expression, literal, all);
  });
}

function isStored({ distinct, groupBy, orderBy }: Select): boolean {
  return distinct || groupBy !== null || orderBy !== null;
}
