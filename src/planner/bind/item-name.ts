// The name a select item gives its result column.
import type { SelectItem } from '../../sql/ast.ts';
import { lower } from './columns-of.ts';

/** Alias, column name, or the expression as written (decoded); servers differ in details of the last (trap 29). */
export function itemName(item: SelectItem): string {
  if (item.alias !== null) return item.alias.name;
  if (item.expression.kind === 'column') return item.expression.name.name;
  return Buffer.from(item.text ?? '', 'latin1').toString('utf8');
}

/**
 * By what ORDER BY and HAVING may mean the item beside a column's name, in lower case: its alias, or what a server calls an
 * expression without one. `SELECT 'a' FROM t ORDER BY a` sorts by the constant. null: by nothing.
 */
export function referredName(item: SelectItem): string | null {
  const { alias, expression } = item;
  if (alias !== null) return lower(alias.name);
  if (expression.kind === 'column' || expression.kind === 'star') return null;
  if (expression.kind !== 'literal' || expression.type !== 'string') return lower(itemName(item));
  const [, single, double] = plainString.exec(expression.text) ?? [];
  const content = single ?? double;
  return content === undefined ? null : lower(Buffer.from(content, 'latin1').toString('utf8'));
}

/** One part without escapes: the servers call it by its content. */
const plainString = /^(?:'([^'\\]*)'|"([^"\\]*)")$/;
