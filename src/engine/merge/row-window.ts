// LIMIT offset, count over merged rows.
import type { Limit } from '../../plan/nodes.ts';
import { limitNumber } from '../../text/render.ts';
import type { BindValues } from '../contract.ts';

/** Counts rows as they come; says which of them the client sees. */
export class RowWindow {
  #skip: number;
  #left: number;

  constructor(skip: number, left: number) {
    this.#skip = skip;
    this.#left = left;
  }

  /** Without a limit, or with operands that are no numbers (the shards answer those with an error), all rows pass. */
  static of(limit: Limit | null, binds: BindValues): RowWindow {
    if (limit === null) return new RowWindow(0, Number.POSITIVE_INFINITY);
    const count = limitNumber(limit.count, binds);
    const offset = limit.offset === null ? 0n : limitNumber(limit.offset, binds);
    // Beyond 2^53 rows the rounding of the number does not matter.
    return new RowWindow(Number(offset ?? 0n), count === null ? Number.POSITIVE_INFINITY : Number(count));
  }

  get full(): boolean {
    return this.#left <= 0;
  }

  /** One row: whether it passes. */
  take(): boolean {
    if (this.#skip > 0) {
      this.#skip--;
      return false;
    }
    if (this.#left <= 0) return false;
    this.#left--;
    return true;
  }

  /** The part of a batch that passes. */
  takeBatch<T>(rows: readonly T[]): readonly T[] {
    if (this.#skip === 0 && this.#left >= rows.length) {
      this.#left -= rows.length;
      return rows;
    }
    const from = Math.min(this.#skip, rows.length);
    const passed = rows.slice(from, from + Math.min(this.#left, rows.length - from));
    this.#skip -= from;
    this.#left -= passed.length;
    return passed;
  }
}
