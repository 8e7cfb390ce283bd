// Quotients hold more digits than they show (1/3 shows 0.3333 and holds nine), and a user variable keeps all of them.
import type { Expression, Subquery } from '../../sql/ast.ts';
import type { LexMode, SqlText } from '../../sql/mode.ts';
import { walk } from '../../sql/visitor.ts';
import { type ColumnDefinition, FieldType } from '../../value/column-definition.ts';

/** Digits behind the point that every server's DECIMAL can have, and those of one word of it. */
const scaleMax = 30;
const wordDigits = 9;
/** Left for digits in front of the point. */
const integerDigitsMax = 65 - scaleMax;

/** 9.7 rounds, 8.4 does not. */
const roundingVersion = 90000;

type Server = Pick<LexMode, 'flavour' | 'version'>;

/** Whether a value of the expression may hold more digits than `cell`, which is how it shows. */
export function mayHoldMore(
  expression: Expression,
  column: ColumnDefinition | undefined,
  cell: string | null,
  { flavour, version }: Server,
): boolean {
  if (column?.type !== FieldType.newDecimal || cell === null) return false;
  const [integer = ''] = cell.split('.');
  // MySQL 9 rounds quotients as it shows them; a bare AVG it keeps.
  if (flavour === 'mysql' && version >= roundingVersion)
    return isAverage(expression) && integer.length <= integerDigitsMax;
  let divides = false;
  walk(expression, (node) => {
    if (node.kind === 'binary' && node.operator === '/') divides = true;
    if (node.kind === 'aggregate' && node.name === 'avg') divides = true;
    return !divides;
  });
  return divides && integer.length <= integerDigitsMax;
}

/** The expression as a number that shows all its digits. */
export function showingAll(expression: SqlText): SqlText {
  return `CAST((${expression}) AS DECIMAL(65,${scaleMax}))`;
}

/** The number as the variable shows it: whole words of digits for what a division gave, else what it showed by itself. */
export function heldDigits(expression: Expression, shown: string, all: string): string {
  const [integer = '', fraction = ''] = all.split('.');
  const digits = fraction.replace(/0+$/, '');
  const shownDigits = shown.split('.')[1]?.length ?? 0;
  if (!isQuotient(expression) && digits.length <= shownDigits) return shown;
  const length = Math.max(digits.length, shownDigits, wordDigits);
  const words = isDivision(expression) ? Math.ceil(length / wordDigits) * wordDigits : length;
  return `${integer}.${digits.padEnd(words, '0')}`;
}

/** Nothing is done to what the division gave. */
function isDivision(expression: Expression): boolean {
  if (expression.kind === 'paren') return isDivision(expression.expression);
  if (expression.kind === 'binary') return expression.operator === '/';
  if (expression.kind === 'aggregate') return true;
  return expression.kind === 'subquery' && onlyItem(expression).some(isDivision);
}

function isAverage(expression: Expression): boolean {
  if (expression.kind === 'paren') return isAverage(expression.expression);
  if (expression.kind === 'aggregate') return expression.name === 'avg';
  return expression.kind === 'subquery' && onlyItem(expression).some(isAverage);
}

function onlyItem({ query }: Subquery): readonly Expression[] {
  return query.kind === 'select' ? query.list.items.slice(0, 1).map((item) => item.expression) : [];
}

/** Not of functions that round. */
function isQuotient(expression: Expression): boolean {
  switch (expression.kind) {
    case 'paren':
      return isQuotient(expression.expression);
    case 'unary':
      return isQuotient(expression.operand);
    case 'binary':
      return expression.operator === '/' || isQuotient(expression.left) || isQuotient(expression.right);
    case 'aggregate':
      return expression.name === 'avg';
    case 'subquery':
      return onlyItem(expression).some(isQuotient);
    case 'call':
      return passing.has(expression.name) && expression.args.some(isQuotient);
    default:
      return false;
  }
}

/** Functions that give one of their arguments as it is. */
const passing: ReadonlySet<string> = new Set([
  'coalesce',
  'ifnull',
  'if',
  'nullif',
  'greatest',
  'least',
  'abs',
]);
