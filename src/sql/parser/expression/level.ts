// How tightly operators bind, loosest first: MySQL's precedence table.

/** A level is what an operand must at least bind like. */
export const level = {
  any: 0,
  or: 1,
  xor: 2,
  and: 3,
  not: 4,
  /** IS, comparisons: one level, left-associative. */
  comparison: 5,
  /** BETWEEN, IN, LIKE, REGEXP, SOUNDS LIKE, MEMBER OF. */
  predicate: 6,
  bitOr: 7,
  bitAnd: 8,
  shift: 9,
  sum: 10,
  product: 11,
  bitXor: 12,
  /** `||` under PIPES_AS_CONCAT. */
  concat: 13,
  /** Unary `-`, `+`, `~`. */
  sign: 14,
  /** `!`, BINARY, and NOT under HIGH_NOT_PRECEDENCE. */
  bang: 15,
  collate: 16,
  /** What needs no parentheses anywhere. */
  primary: 17,
} as const;
