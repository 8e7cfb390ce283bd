// The values of one running statement: literals where the normaliser found them, parameters as the client bound them.
import type { BindValues } from '../../engine/contract.ts';
import type { SqlError } from '../../errors/sql-error.ts';
import { tokenize } from '../../sql/lexer/lexer.ts';
import { T } from '../../sql/lexer/token.ts';
import { literalValue } from '../../sql/literal.ts';
import type { LexMode, SqlText } from '../../sql/mode.ts';
import {
  type Normalized,
  S,
  type SlotItems,
  slotCount,
  slotEnd,
  slotItems,
  slotKind,
  slotStart,
} from '../../sql/normalize/slot.ts';
import { syntaxError } from '../../sql/syntax-error.ts';
import { present } from '../../util/assert.ts';
import type { BindValue } from '../../value/bind-value.ts';

const noParams: readonly BindValue[] = [];

/** Nothing is decoded before it is asked for: a relay reads one value of many. */
export class StatementValues implements BindValues {
  readonly #text: SqlText;
  readonly #normalized: Normalized;
  readonly #mode: LexMode;
  readonly #params: readonly BindValue[];
  readonly #spell: ((index: number) => BindValue) | null;

  constructor(
    text: SqlText,
    normalized: Normalized,
    mode: LexMode,
    params: readonly BindValue[] = noParams,
    spell: ((index: number) => BindValue) | null = null,
  ) {
    this.#text = text;
    this.#normalized = normalized;
    this.#mode = mode;
    this.#params = params;
    this.#spell = spell;
  }

  spelling(spell: (index: number) => BindValue): StatementValues {
    return new StatementValues(this.#text, this.#normalized, this.#mode, this.#params, spell);
  }

  get paramCount(): number {
    return this.#params.length;
  }

  slot(slot: number): BindValue {
    const normalized = this.#normalized;
    const start = slotStart(normalized, slot);
    return literalValue(this.#text, start, slotEnd(normalized, slot), slotKind(normalized, slot), this.#mode);
  }

  itemCount(slot: number): number {
    return slot < slotCount(this.#normalized) ? (slotItems(this.#normalized, slot)?.count ?? 0) : 0;
  }

  itemWidth(slot: number): number {
    return this.#items(slot).width;
  }

  item(slot: number, item: number): BindValue {
    return this.cell(slot, item, 0);
  }

  cell(slot: number, row: number, cell: number): BindValue {
    const items = this.#items(slot);
    const index = row * items.width + cell;
    const kind = items.cellKinds[index];
    if (kind === S.param) return this.param(items.firstParam + paramsBefore(items, index));
    const start = items.cellSpans[2 * index] ?? 0;
    const end = items.cellSpans[2 * index + 1] ?? 0;
    return literalValue(
      this.#text,
      start,
      end,
      present(kind, 'cell of a slot') as typeof S.integer,
      this.#mode,
    );
  }

  itemText(slot: number, item: number): string {
    const items = this.#items(slot);
    const { spans, width } = items;
    const cells = { first: item * width, end: (item + 1) * width };
    return this.#filled(items, cells, spans[2 * item] ?? 0, spans[2 * item + 1] ?? 0);
  }

  slotText(slot: number): string {
    const start = slotStart(this.#normalized, slot);
    const end = slotEnd(this.#normalized, slot);
    const items = slotItems(this.#normalized, slot);
    if (items === null) return this.#text.slice(start, end);
    return this.#filled(items, { first: 0, end: items.count * items.width }, start, end);
  }

  /** `[start, end)` of the text with the values of the parameters among the cells in their places. */
  #filled(items: SlotItems, cells: { first: number; end: number }, start: number, end: number): string {
    let filled = '';
    let at = start;
    for (let index = cells.first; index < cells.end; index++) {
      if (items.cellKinds[index] !== S.param) continue;
      const { negative, sql } = this.param(items.firstParam + paramsBefore(items, index));
      filled += `${this.#text.slice(at, items.cellSpans[2 * index])}${negative ? ' -' : ''}${sql}`;
      at = items.cellSpans[2 * index + 1] ?? end;
    }
    return filled + this.#text.slice(at, end);
  }

  param(index: number): BindValue {
    const value = this.#spell?.(index) ?? this.#params[index];
    if (value === undefined) throw unprepared(this.#text, this.#mode);
    return value;
  }

  #items(slot: number): SlotItems {
    return present(slotItems(this.#normalized, slot), `items of slot ${slot}`);
  }
}

/** A `?` in a text that was not prepared: to a server it is no part of the language. */
function unprepared(text: SqlText, mode: LexMode): SqlError {
  const { kinds, starts } = tokenize(text, mode);
  const at = kinds.indexOf(T.param);
  return syntaxError(text, starts[at] ?? text.length, mode);
}

function paramsBefore(items: SlotItems, index: number): number {
  let count = 0;
  for (let i = 0; i < index; i++) if (items.cellKinds[i] === S.param) count++;
  return count;
}
