// Expressions of all operators over small numbers, without a parenthesis; and a tree with one around every operand.
import type { Expression, Statement } from '../../../src/sql/ast.ts';

const leaves = ['0', '1', '2', '3', 'NULL', '7', "'1'", '-1'];
const infix = `OR XOR AND || && = <=> <> < <= > >= | & << >> + - * / DIV % MOD ^`.split(' ');
const wordy = ['LIKE', 'NOT LIKE', 'REGEXP', 'NOT REGEXP', 'SOUNDS LIKE'];
const prefix = ['NOT ', '! ', '- ', '~ ', '+ ', 'BINARY '];
const suffix = [' IS NULL', ' IS NOT NULL', ' IS TRUE', ' IS NOT FALSE', ' IS UNKNOWN', ' IS NOT UNKNOWN'];

/** The same seed gives the same text. */
export function randomExpression(seed: number): string {
  let state = (seed * 2654435761) >>> 0;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % limit;
  };
  const pick = (list: readonly string[]): string => list[below(list.length)] ?? '1';
  const make = (depth: number): string => {
    if (depth <= 0) return pick(leaves);
    const inner = (): string => make(depth - 1);
    const small = (): string => make(depth - 2);
    switch (below(14)) {
      case 0:
      case 1:
      case 2:
        return pick(prefix) + inner();
      case 3:
        return inner() + pick(suffix);
      case 4:
        return `${inner()}${pick([' BETWEEN ', ' NOT BETWEEN '])}${small()} AND ${small()}`;
      case 5:
        return `${inner()}${pick([' IN ', ' NOT IN '])}(${small()}, ${small()})`;
      case 6:
        return `CASE WHEN ${inner()} THEN ${small()} ELSE ${small()} END`;
      case 7:
        return `${inner()} ${pick(wordy)} ${inner()}`;
      default:
        return `${inner()} ${pick(infix)} ${inner()}`;
    }
  };
  return make(1 + below(4));
}

/** `SELECT expression AS x` with every operand in parentheses, so that no precedence is left to the server. */
export function fullyParenthesized(statement: Statement): string {
  if (statement.kind !== 'select') throw new Error(statement.kind);
  const item = statement.list.items[0];
  if (item === undefined) throw new Error('no item');
  return `SELECT ${full(item.expression)} AS x`;
}

const spelled: Readonly<Record<string, string>> = { div: 'DIV', mod: 'MOD', soundsLike: 'SOUNDS LIKE' };

function full(node: Expression): string {
  const inner = (child: Expression): string => `(${full(child)})`;
  const negated = 'negated' in node && node.negated ? 'NOT ' : '';
  switch (node.kind) {
    case 'literal':
      return node.text;
    case 'paren':
      return full(node.expression);
    case 'unary':
      return `${node.operator === 'binary' ? 'BINARY ' : node.operator}${inner(node.operand)}`;
    case 'not':
      return `NOT ${inner(node.operand)}`;
    case 'logical':
      return node.operands.map(inner).join(` ${node.operator} `);
    case 'comparison':
    case 'binary':
      return `${inner(node.left)} ${spelled[node.operator] ?? node.operator} ${inner(node.right)}`;
    case 'isNull':
      return `${inner(node.operand)} IS ${negated}NULL`;
    case 'isTruth':
      return `${inner(node.operand)} IS ${negated}${node.truth}`;
    case 'between':
      return `${inner(node.operand)} ${negated}BETWEEN ${inner(node.low)} AND ${inner(node.high)}`;
    case 'inList':
      return `${inner(node.operand)} ${negated}IN (${node.list.items.map(inner).join(', ')})`;
    case 'like':
      return `${inner(node.operand)} ${negated}LIKE ${inner(node.pattern)}`;
    case 'regexp':
      return `${inner(node.operand)} ${negated}REGEXP ${inner(node.pattern)}`;
    case 'case':
      return fullCase(node, inner);
    default:
      throw new Error(`not generated: ${node.kind}`);
  }
}

function fullCase(
  node: Extract<Expression, { readonly kind: 'case' }>,
  inner: (child: Expression) => string,
): string {
  const whens = node.whens.map(({ condition, result }) => ` WHEN ${inner(condition)} THEN ${inner(result)}`);
  const otherwise = node.otherwise === null ? '' : ` ELSE ${inner(node.otherwise)}`;
  return `CASE${whens.join('')}${otherwise} END`;
}
