// How tightly a printed expression holds together.
import type { BinaryOperator, Expression } from '../ast.ts';
import { level } from '../parser/expression/level.ts';

/** Levels of arithmetic operators; left operands bind at the level, right ones above it. */
export const binaryLevels: Readonly<Record<BinaryOperator, number>> = {
  '+': level.sum,
  '-': level.sum,
  '*': level.product,
  '/': level.product,
  '%': level.product,
  mod: level.product,
  div: level.product,
  '|': level.bitOr,
  '&': level.bitAnd,
  '^': level.bitXor,
  '<<': level.shift,
  '>>': level.shift,
  '||': level.concat,
  '->': level.primary,
  '->>': level.primary,
  soundsLike: level.predicate,
  memberOf: level.predicate,
};

/** The level of an expression's outermost operator. */
export function levelOf(node: Expression): number {
  switch (node.kind) {
    case 'assign':
      return level.any;
    case 'logical':
      return node.operator === 'or' ? level.or : node.operator === 'xor' ? level.xor : level.and;
    case 'not':
      return level.not;
    case 'comparison':
    case 'quantified':
    case 'isNull':
    case 'isTruth':
      return level.comparison;
    case 'between':
    case 'inList':
    case 'inSubquery':
    case 'like':
    case 'regexp':
      return level.predicate;
    case 'binary':
      return binaryLevels[node.operator];
    case 'unary':
      return node.operator === '!' || node.operator === 'binary' ? level.bang : level.sign;
    case 'collate':
      return level.collate;
    default:
      return level.primary;
  }
}
