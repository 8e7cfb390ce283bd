// The select list of a read that goes before a write: each column once, expressions of the statement beside them.
import type { Expression } from '../../sql/ast.ts';
import type { Binding, TableSource } from '../bind/model.ts';
import type { Piece } from '../derived-unit.ts';
import { columnText } from '../query/workspace/fragment-columns.ts';
import { wholeNumber } from './whole-number.ts';

export class ReadItems {
  readonly #items: (readonly Piece[])[] = [];
  readonly #columns = new Map<string, number>();

  /** Comma separated; never empty once something was added. */
  get pieces(): readonly Piece[] {
    return this.#items.flatMap((item, index) => (index === 0 ? item : [', ', ...item]));
  }

  /** Cell of a column (lower case) of a table. */
  column(source: TableSource, name: string): number {
    const key = `${source.id}.${name}`;
    const known = this.#columns.get(key);
    if (known !== undefined) return known;
    const sql = columnText({ source, name })
      .map((part) => (part.kind === 'text' ? part.text : ''))
      .join('');
    this.#columns.set(key, this.#items.length);
    return this.#items.push([sql]) - 1;
  }

  /** Cell of an expression as the client wrote it. */
  expression(expression: Expression, columns: Binding['columns']): number {
    const { start, end } = expression;
    const whole = wholeNumber(expression, columns);
    const own = { start, end };
    return this.#items.push(whole === null ? [own] : [whole.before, own, whole.behind]) - 1;
  }
}
