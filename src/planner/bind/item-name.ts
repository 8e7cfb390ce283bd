// The name a select item gives its result column.
import type { SelectItem } from '../../sql/ast.ts';

/** Alias, column name, or the expression as written (decoded); servers differ in details of the last (trap 29). */
export function itemName(item: SelectItem): string {
  if (item.alias !== null) return item.alias.name;
  if (item.expression.kind === 'column') return item.expression.name.name;
  return Buffer.from(item.text ?? '', 'latin1').toString('utf8');
}
