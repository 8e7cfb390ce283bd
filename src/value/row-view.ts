// Reading one row without decoding it: cells are spans of the row packet's payload.

/**
 * A reusable view: `load` points it at the next row, nothing is allocated per row. Columns count from 0 and are not
 * range checked.
 */
export interface RowView {
  readonly columnCount: number;
  /** The row last loaded. */
  readonly payload: Buffer;
  /** Points the view at a row packet's payload (no packet header, large rows joined). Throws SqlError 1835 when malformed. */
  load(payload: Buffer): void;
  isNull(column: number): boolean;
  /** Span of the cell's value in `payload`, without its length prefix; both 0 for NULL. */
  start(column: number): number;
  end(column: number): number;
  /** The cell's bytes as they travel; null for NULL. */
  slice(column: number): Buffer | null;
  /**
   * The cell as MySQL prints it, as binary string (one char = one byte); null for NULL. Floating point cells of binary rows
   * print as JavaScript does: compare them by `double`.
   */
  text(column: number): string | null;
  /** An integer cell, exact; null for NULL. Throws SqlError 1835 when the cell holds no integer. */
  integer(column: number): bigint | null;
  /** A number cell as double; null for NULL. */
  double(column: number): number | null;
}
