// The statement's own text with the normaliser's slots, or any other text with parameters only.
import type { Node, SqlText } from '../sql/ast.ts';
import type { Flavour } from '../sql/mode.ts';
import {
  isInSlot,
  type Normalized,
  S,
  slotAt,
  slotCount,
  slotEnd,
  slotKind,
  slotStart,
  spellingOf,
} from '../sql/normalize/slot.ts';
import { type Hole, paramHoles, type SlotHit, type TextUnit } from './text-unit.ts';

/** Unit of a text whose literals are constants of the plan. */
export function plainUnit(text: SqlText, root: Node): TextUnit {
  return { text, holes: inOrder(paramHoles(root)), slotAt: () => null };
}

/** Unit of a statement whose literals the normaliser lifted. `flavour` decides what `ORDER BY ?` means. */
export function statementUnit(
  text: SqlText,
  root: Node,
  normalized: Normalized | null,
  flavour: Flavour = 'mariadb',
): TextUnit {
  const given = paramHoles(root, flavour === 'mysql');
  if (normalized === null) return { text, holes: inOrder(given), slotAt: () => null };
  const params = given.filter(({ start }) => !isInSlot(normalized, start));
  const holes = inOrder([...slotHoles(normalized), ...params]);
  const canonical = canonicalSlots(text, normalized);
  return {
    text,
    holes,
    slotAt(offset: number): SlotHit | null {
      const position = slotAt(normalized, offset);
      if (position === null) return null;
      const kind = slotKind(normalized, position.slot);
      const inList = kind === S.list || kind === S.rows;
      return { slot: canonical[position.slot] ?? position.slot, inList };
    },
  };
}

function inOrder(holes: readonly Hole[]): readonly Hole[] {
  return [...holes].sort((a, b) => a.start - b.start);
}

function slotHoles(normalized: Normalized): Hole[] {
  const holes: Hole[] = [];
  for (let slot = 0; slot < slotCount(normalized); slot++) {
    const ref = { kind: 'slot', slot, negative: false } as const;
    holes.push({ start: slotStart(normalized, slot), end: slotEnd(normalized, slot), ref });
  }
  return holes;
}

/** Slots spelled alike have one value in every statement of the key: each stands for the first of them. */
function canonicalSlots(text: SqlText, normalized: Normalized): readonly number[] {
  const canonical: number[] = [];
  const first = new Map<string, number>();
  for (let slot = 0; slot < slotCount(normalized); slot++) {
    const spelling = spellingOf(normalized, text, slot);
    const same = spelling === null ? slot : (first.get(spelling) ?? slot);
    if (same === slot && spelling !== null) first.set(spelling, slot);
    canonical.push(same);
  }
  return canonical;
}
