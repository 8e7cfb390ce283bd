// One value taken out of a statement: a literal as the client spelled it, or a prepared statement's parameter.

export type LiteralKind =
  | 'integer' // digits only, no sign
  | 'decimal'
  | 'float'
  | 'string' // quoted, possibly with introducer and adjacent parts
  | 'hex' // 0x37 or x'37'
  | 'bit'
  | 'null'
  | 'default' // DEFAULT in VALUES
  | 'true'
  | 'false'
  | 'temporal' // DATE '..', TIME '..', TIMESTAMP '..', {d '..'}
  | 'expression'; // a cell or operand that is none of these: only its text is known

/** Its SQL spelling is a binary string (one char = one byte) that may be put back into a statement as it is. */
export interface BindValue {
  readonly kind: LiteralKind;
  /** True when a unary minus stands directly before the literal; not part of `sql`. */
  readonly negative: boolean;
  /** Spelling of the literal without its sign. */
  readonly sql: string;
  /**
   * The value: digits with sign for numbers ('-7', '1.50', '1e3'), the bytes (as binary string, escapes resolved) for
   * string, hex and bit, '' for null, default and expression; the text inside the quotes for temporal.
   */
  readonly value: string;
}
