// A text put together from stretches of another and words of our own, with the other's slots and parameters where they went.
import type { SqlText } from '../sql/ast.ts';
import type { Hole, SlotHit, TextUnit } from './text-unit.ts';

/** Words of our own, or a stretch of the source text. */
export type Piece = SqlText | { readonly start: number; readonly end: number };

interface Stretch {
  /** Where it begins in the new text, and where it came from. */
  readonly at: number;
  readonly start: number;
  readonly end: number;
}

/** The pieces one after the other. A plan made from it serves every statement that shares the source's plan. */
export function derivedUnit(source: TextUnit, pieces: readonly Piece[]): TextUnit {
  const stretches: Stretch[] = [];
  let text = '';
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      text += piece;
    } else {
      stretches.push({ at: text.length, ...piece });
      text += source.text.slice(piece.start, piece.end);
    }
  }
  const holes = stretches.flatMap((stretch) => holesIn(source, stretch));
  const original = (offset: number): number | null => {
    const stretch = stretches.find(({ at, start, end }) => offset >= at && offset < at + end - start);
    return stretch === undefined ? null : offset - stretch.at + stretch.start;
  };
  return {
    text,
    holes,
    slotAt(offset: number): SlotHit | null {
      const there = original(offset);
      return there === null ? null : source.slotAt(there);
    },
    paramAt(offset: number): number | null {
      const hole = holes.find((one) => one.start === offset);
      return hole?.ref.kind === 'param' ? hole.ref.index : null;
    },
  };
}

function holesIn(source: TextUnit, { at, start, end }: Stretch): readonly Hole[] {
  const shift = at - start;
  return source.holes
    .filter((hole) => hole.start >= start && hole.end <= end)
    .map((hole) => ({ ...hole, start: hole.start + shift, end: hole.end + shift }));
}
