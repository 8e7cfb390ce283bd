// Whether an expression is an exact number (integer or DECIMAL) on every server: its text then orders and adds exactly.
import type { Expression } from '../../sql/ast.ts';
import type { Binding } from '../bind/model.ts';
import { typeOf } from '../facts/column-type.ts';
import { columnOf } from '../facts/read-facts.ts';

const arithmetic = new Set(['+', '-', '*', '/', '%', 'mod', 'div']);
const integerFunctions = new Set([
  'length',
  'char_length',
  'octet_length',
  'year',
  'month',
  'day',
  'dayofmonth',
  'dayofweek',
  'dayofyear',
  'hour',
  'minute',
  'second',
  'quarter',
  'week',
  'weekday',
  'datediff',
  'to_days',
  'crc32',
  'sign',
]);

export function isExactNumber(expression: Expression, columns: Binding['columns']): boolean {
  switch (expression.kind) {
    case 'paren':
      return isExactNumber(expression.expression, columns);
    case 'literal':
      return expression.type === 'integer' || expression.type === 'decimal';
    case 'column': {
      const column = columnOf(expression, columns);
      const type = column === null ? 'unknown' : typeOf(column);
      return typeof type !== 'string' && (type.family === 'integer' || type.family === 'decimal');
    }
    case 'unary':
      return (
        (expression.operator === '-' || expression.operator === '+') &&
        isExactNumber(expression.operand, columns)
      );
    case 'binary':
      return (
        arithmetic.has(expression.operator) &&
        isExactNumber(expression.left, columns) &&
        isExactNumber(expression.right, columns)
      );
    case 'aggregate': {
      if (expression.name === 'count') return true;
      const [arg] = expression.args;
      const numeric = expression.name === 'sum' || expression.name === 'avg' || isExtreme(expression.name);
      return numeric && arg !== undefined && isExactNumber(arg, columns);
    }
    case 'call':
      return integerFunctions.has(expression.name);
    default:
      return false;
  }
}

function isExtreme(name: string): boolean {
  return name === 'min' || name === 'max';
}
