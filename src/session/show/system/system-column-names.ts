// MySQL's information_schema consists of views: a column without an alias is called as the view calls it, in upper case.
import type { Select, SelectItem, Statement, TableReference } from '../../../sql/ast.ts';
import { quoteIdentifier } from '../../../text/quote.ts';
import type { TextEdit } from '../../rewrite/text-edits.ts';
import type { Filled } from './system-workspace.ts';

/** `SELECT table_name` -> `` SELECT `TABLE_NAME` `` in the select list that names the result, over the tables in its FROM. */
export function columnNameEdits(statement: Statement, tables: readonly Filled[]): TextEdit[] {
  const select = namingSelect(statement);
  if (select === null || select.from === null || !select.from.tables.every(isNamed)) return [];
  const names = new Set(tables.flatMap(({ table }) => table.columns));
  return select.list.items.flatMap((item) => columnEdit(item, names));
}

/** The first of a UNION. */
function namingSelect(statement: Statement): Select | null {
  switch (statement.kind) {
    case 'select':
      return statement;
    case 'setOperation':
      return namingSelect(statement.left);
    case 'parenQuery':
      return namingSelect(statement.query);
    default:
      return null;
  }
}

/** Behind a derived table names are as written. */
function isNamed(reference: TableReference): boolean {
  if (reference.kind === 'join') return isNamed(reference.left) && isNamed(reference.right);
  return reference.kind === 'table';
}

function columnEdit({ alias, expression }: SelectItem, names: ReadonlySet<string>): TextEdit[] {
  if (alias !== null || expression.kind !== 'column') return [];
  const { name } = expression;
  const upper = name.name.toUpperCase();
  return names.has(upper) ? [{ start: name.start, end: name.end, text: quoteIdentifier(upper) }] : [];
}
