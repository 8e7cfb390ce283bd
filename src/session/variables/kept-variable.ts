// A variable that no server is told of.

/** Accepted by SET and shown back, without effect behind a pool. */
export interface KeptVariable {
  /** As SHOW VARIABLES shows it. */
  readonly value: string;
  /** As an expression (SqlText) of the variable's type. */
  readonly sql: string;
}
