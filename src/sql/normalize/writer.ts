// Writes the plan key and the slots while the normaliser goes through the text.
import type { SqlText } from '../mode.ts';
import { KeyBuilder } from './key.ts';
import { type Normalized, S, type SlotItems, type SlotKind } from './slot.ts';
import { Spellings, tagOf } from './spelling.ts';

/*
 * The key is the text with cuts. What replaces a cut begins with a NUL byte, which no token may hold outside quotes,
 * so a client cannot write it:
 *   NUL tag           a literal: i integer, d decimal, f float, s string, n N'..', x 0x.., h x'..', y 0b.., b b'..',
 *                     t temporal
 *   NUL = tag n ;     a literal spelled like that of slot n (the equality pattern)
 *   NUL l tag         the members of a list
 *   NUL r width ;     rows; with parameters among the cells `p number ;` follows, because the number shifts the
 *                     indexes of the parameters behind
 * A comment that is no code, hint or directive is replaced by one blank.
 */

const blank = 0x20;
const semicolon = 0x3b;
const alikeTag = 0x3d;
const listTag = 0x6c;
const rowsTag = 0x72;
const paramsTag = 0x70;

/** Offsets must ascend from call to call. */
export class SlotWriter {
  private readonly key = new KeyBuilder();
  private readonly spellings = new Spellings();
  private text: SqlText = '';
  private bytes: Uint8Array = new Uint8Array(0);
  /** Up to here the text is in the key. */
  private copied = 0;
  private slots: number[] = [];
  private items: (SlotItems | null)[] | null = null;

  reset(text: SqlText, bytes: Uint8Array): void {
    this.key.reset();
    this.spellings.reset();
    this.text = text;
    this.bytes = bytes;
    this.copied = 0;
    this.slots = [];
    this.items = null;
  }

  finish(): Normalized {
    const { text, slots, items } = this;
    this.text = '';
    if (this.copied === 0) return { key: text, slots, items };
    this.key.copy(text, this.bytes, this.copied, text.length);
    return { key: this.key.take(), slots, items };
  }

  /** Leaves `text[start, end)`, white space and comments, out of the key. */
  blank(start: number, end: number): void {
    this.key.copy(this.text, this.bytes, this.copied, start);
    this.key.byte(blank);
    this.copied = end;
  }

  /** A slot over `text[start, end)`, of which `[cut, end)` leaves the key (an introducer in front stays). */
  scalar(kind: SlotKind, start: number, cut: number, end: number): void {
    const { key, bytes, slots } = this;
    const alike = slots.length === 0 ? -1 : this.spellings.find(this.text, slots, kind, start, end);
    key.copy(this.text, bytes, this.copied, cut);
    key.byte(0);
    if (alike >= 0) key.byte(alikeTag);
    key.byte(tagOf(kind, bytes[cut]));
    if (alike >= 0) {
      key.number(alike);
      key.byte(semicolon);
    }
    this.copied = end;
    this.items?.push(null);
    slots.push(kind, start, end);
  }

  /** A list of members of `kind`. */
  list(kind: SlotKind, items: SlotItems, end: number): void {
    const start = this.collapse(S.list, items, end);
    this.key.byte(listTag);
    this.key.byte(tagOf(kind, this.bytes[start]));
  }

  /** Rows with `params` parameters among their cells. */
  rows(items: SlotItems, params: number, end: number): void {
    this.collapse(S.rows, items, end);
    this.key.byte(rowsTag);
    this.key.number(items.width);
    this.key.byte(semicolon);
    if (params === 0) return;
    this.key.byte(paramsTag);
    this.key.number(params);
    this.key.byte(semicolon);
  }

  private collapse(kind: SlotKind, items: SlotItems, end: number): number {
    const start = items.spans[0] ?? end;
    this.key.copy(this.text, this.bytes, this.copied, start);
    this.key.byte(0);
    this.copied = end;
    this.items ??= new Array<SlotItems | null>(this.slots.length / 3).fill(null);
    this.items.push(items);
    this.slots.push(kind, start, end);
    return start;
  }
}
