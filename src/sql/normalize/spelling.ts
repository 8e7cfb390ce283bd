// Kinds and spellings of literals in the plan key: their letters, and which are spelled alike.
import type { SqlText } from '../mode.ts';
import { S, type SlotKind } from './slot.ts';

const minus = 0x2d;
const zero = 0x30;
const hexStringTag = 0x68;
const bitStringTag = 0x62;

/** Up to so many slots equal spellings are found by comparing pairs, beyond through a map: linear time. */
const pairwiseSlotsMax = 8;

/** By kind: `i d f s n x y t`. */
const tags = Uint8Array.from(' idfsnxyt', (char) => char.charCodeAt(0));

/** The letter of the kind of the literal that begins with `first`; both spellings of hex and bit have their own. */
export function tagOf(kind: SlotKind, first: number | undefined): number {
  const tag = tags[kind] as number;
  if (kind !== S.hex && kind !== S.bit) return tag;
  const plain = first === zero || first === minus;
  if (plain) return tag;
  return kind === S.hex ? hexStringTag : bitStringTag;
}

/** Finds the first slot that is spelled like a new one. `slots` holds kind, start and end per slot. */
export class Spellings {
  private slotOf: Map<string, number> | null = null;

  reset(): void {
    this.slotOf = null;
  }

  /** The first scalar slot of the kind with the spelling `text[start, end)`, or -1. Ask for every slot before adding it. */
  find(text: SqlText, slots: readonly number[], kind: SlotKind, start: number, end: number): number {
    if (slots.length >= 3 * pairwiseSlotsMax) return this.findInMap(text, slots, start, end);
    const length = end - start;
    for (let i = 0; i < slots.length; i += 3) {
      if (slots[i] !== kind) continue;
      const other = slots[i + 1] as number;
      if ((slots[i + 2] as number) - other !== length) continue;
      let n = 0;
      while (n < length && text.charCodeAt(other + n) === text.charCodeAt(start + n)) n += 1;
      if (n === length) return i / 3;
    }
    return -1;
  }

  /** Here a spelling decides the kind: only temporal literals and strings might share one, and theirs begin unlike. */
  private findInMap(text: SqlText, slots: readonly number[], start: number, end: number): number {
    if (this.slotOf === null) {
      this.slotOf = new Map();
      for (let i = slots.length - 3; i >= 0; i -= 3) {
        const scalar = slots[i] !== S.list && slots[i] !== S.rows;
        if (scalar) this.slotOf.set(text.slice(slots[i + 1], slots[i + 2]), i / 3);
      }
    }
    const spelling = text.slice(start, end);
    const found = this.slotOf.get(spelling);
    if (found !== undefined) return found;
    this.slotOf.set(spelling, slots.length / 3);
    return -1;
  }
}
