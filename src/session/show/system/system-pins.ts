// What a query's WHERE says for sure of a system table's rows: so much less is read from the servers.
import type { Expression, FromClause, Statement } from '../../../sql/ast.ts';
import type { SqlText } from '../../../sql/mode.ts';
import { walk } from '../../../sql/visitor.ts';
import type { SystemReference } from './system-references.ts';

export interface Pins {
  /** Values that a column (upper case) must have one of. Plain ASCII. */
  readonly values: ReadonlyMap<string, readonly string[]>;
}

const none: Pins = { values: new Map() };

/**
 * Conditions of the outermost WHERE that compare a column of the reference with literals. They may be applied before any
 * join: where an outer join would then make NULLs of a row's other half, the same condition drops that row.
 */
export function pinsOf(reference: SystemReference, statement: Statement, references: number): Pins {
  if (statement.kind !== 'select' || statement.where === null) return none;
  if (statement.from === null || !holds(statement.from, reference)) return none;
  const values = new Map<string, readonly string[]>();
  for (const condition of conjuncts(statement.where.expression)) {
    const pin = pinOf(condition, reference, references === 1);
    if (pin !== null && !values.has(pin.column)) values.set(pin.column, pin.values);
  }
  return { values };
}

/** The reference belongs to this query block, not to one inside it. */
function holds(from: FromClause, reference: SystemReference): boolean {
  let found = false;
  walk(from, (node) => {
    if (node === reference.table) found = true;
    return node.kind !== 'subquery' && !found;
  });
  return found;
}

function conjuncts(expression: Expression): readonly Expression[] {
  if (expression.kind === 'paren') return conjuncts(expression.expression);
  if (expression.kind !== 'logical' || expression.operator !== 'and') return [expression];
  return expression.operands.flatMap(conjuncts);
}

function pinOf(
  condition: Expression,
  reference: SystemReference,
  only: boolean,
): { readonly column: string; readonly values: readonly string[] } | null {
  if (condition.kind === 'comparison' && condition.operator === '=') {
    const { left, right } = condition;
    return pin(left, [right], reference, only) ?? pin(right, [left], reference, only);
  }
  if (condition.kind === 'inList' && !condition.negated) {
    return pin(condition.operand, condition.list.items, reference, only);
  }
  return null;
}

function pin(
  operand: Expression,
  values: readonly Expression[],
  reference: SystemReference,
  only: boolean,
): { readonly column: string; readonly values: readonly string[] } | null {
  if (operand.kind !== 'column') return null;
  const { table } = operand;
  const called = (reference.table.alias ?? reference.table.name.name).name.toLowerCase();
  const ours = table === null ? only : table.name.toLowerCase() === called;
  if (!ours) return null;
  const texts = values.map(plainText);
  const known = texts.filter((text) => text !== null);
  return known.length < texts.length ? null : { column: operand.name.name.toUpperCase(), values: known };
}

/** The value of a string literal without escapes, quotes or characters beyond ASCII; null for everything else. */
function plainText(expression: Expression): string | null {
  if (expression.kind !== 'literal' || expression.type !== 'string' || expression.introducer !== null)
    return null;
  return unquoted(expression.text);
}

function unquoted(text: SqlText): string | null {
  const inner = text.slice(1, -1);
  return /^[\x20-\x7e]*$/.test(inner) && !/['"\\]/.test(inner) ? inner : null;
}
