// Values computed with parameters that go into text: what a read shows of them is not what a server stores.
import type { Expression } from '../../sql/ast.ts';
import type { Column } from '../../vschema/model.ts';
import type { PlanContext } from '../context.ts';
import { some } from '../query/traits.ts';

const textual: ReadonlySet<Column['family'] | undefined> = new Set([
  'text',
  'binary',
  'enum',
  'set',
  'json',
  'other',
  undefined,
]);

/**
 * On MySQL a decimal computed with a parameter shows 30 digits behind the point; a text column gets those that it has. Whether
 * it is a decimal turns out when it is read. `column` null: not known.
 */
export function showsDigits(expression: Expression, column: Column | null, { mode }: PlanContext): boolean {
  return (
    mode.flavour === 'mysql' &&
    textual.has(column?.family) &&
    some(expression, (part) => part.kind === 'param')
  );
}
