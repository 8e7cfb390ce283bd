// A computed number on its way from a read to a write: with all its digits, not only those it shows.
import type { Expression } from '../../sql/ast.ts';
import type { Binding } from '../bind/model.ts';
import { isExactNumber } from '../query/exact-number.ts';
import { mayHideDigits } from '../query/hidden-digits.ts';

/** Put around an expression in the text of the read. */
export interface Wrapping {
  readonly before: string;
  readonly behind: string;
}

/** null: the expression shows all it is, or may be something else than an exact number. */
export function wholeNumber(expression: Expression, columns: Binding['columns']): Wrapping | null {
  if (!isExact(expression, columns) || !mayHideDigits(expression, columns)) return null;
  return { before: 'CAST((', behind: ') AS DECIMAL(65,30))' };
}

function isExact(expression: Expression, columns: Binding['columns']): boolean {
  if (isExactNumber(expression, columns)) return true;
  switch (expression.kind) {
    case 'paren':
      return isExact(expression.expression, columns);
    case 'binary':
      return (
        numeric.has(expression.operator) &&
        isExact(expression.left, columns) &&
        isExact(expression.right, columns)
      );
    case 'subquery': {
      const { query } = expression;
      const [item] = query.kind === 'select' ? query.list.items : [];
      return item !== undefined && isExact(item.expression, columns);
    }
    default:
      return false;
  }
}

const numeric: ReadonlySet<string> = new Set(['+', '-', '*', '/']);
