// What the normaliser takes out of a text: slots, their kinds and their items, and how to find one by offset.

/** Kinds of slots, list members and cells. */
export const S = {
  /** Digits that fit 64 bits unsigned. */
  integer: 1,
  decimal: 2,
  float: 3,
  /** With all its adjacent parts and its introducer. */
  string: 4,
  nString: 5,
  /** `0x1F` or `x'1F'`. */
  hex: 6,
  /** `0b1` or `b'1'`. */
  bit: 7,
  /** `DATE '..'`, `TIME '..'`, `TIMESTAMP '..'`: keyword and string. (`{d '..'}` stays in the key.) */
  temporal: 8,
  /** The members of `IN (...)`, two or more, all literals of one kind; from the first member to the last. */
  list: 9,
  /** The rows behind VALUES in INSERT and REPLACE, from the first parenthesis to the last. */
  rows: 10,
  // Only cells of rows:
  null: 11,
  default: 12,
  true: 13,
  false: 14,
  /** `?` */
  param: 15,
} as const;

/** A value of `S`. */
export type SlotKind = (typeof S)[keyof typeof S];

/** Members of a list slot (one cell each) or rows of a rows slot. */
export interface SlotItems {
  /** Members or rows. */
  readonly count: number;
  /** Cells per item: 1 for a list; for rows the same in every row (0 for `VALUES ()`). */
  readonly width: number;
  /** Start and end of item i at 2i and 2i + 1: a member with its sign, a row with its parentheses. */
  readonly spans: Int32Array;
  /** Start and end of cell j of item i at 2 (i * width + j) and behind; a sign belongs to the cell. */
  readonly cellSpans: Int32Array;
  /** `S` of cell j of item i at i * width + j. */
  readonly cellKinds: Uint8Array;
  /** Number of `?` in front of the first item: the index of the first parameter among the cells. */
  readonly firstParam: number;
}

/**
 * A statement's plan key and the values taken out of it. Immutable; refers to the text only by offsets.
 *
 * Statements with equal keys (under equal modes) have the same tokens except for the slots' values, each slot of the
 * same kind, and scalar slots of one spelling at the same places. So they may share one plan if the plan
 * - takes no slot's value as known (nor the number of items of a list or rows slot, nor kinds of cells; the number of parameters in rows is in the key),
 * - treats two slots as equal only where their spellings are (`spellingOf`), and none as different,
 * - treats a slot and a literal outside every slot neither as equal nor as different.
 * A literal outside every slot (`slotAt` is null) is part of the key: a plan may rely on its value.
 */
export interface Normalized {
  readonly key: string;
  /** Kind, start and end of slot i at 3i, 3i + 1, 3i + 2, in order of position. */
  readonly slots: readonly number[];
  /** By slot; null for scalars. Null as a whole when all slots are scalar. */
  readonly items: readonly (SlotItems | null)[] | null;
}

export function slotCount(normalized: Normalized): number {
  return normalized.slots.length / 3;
}

export function slotKind(normalized: Normalized, slot: number): SlotKind {
  return normalized.slots[3 * slot] as SlotKind;
}

export function slotStart(normalized: Normalized, slot: number): number {
  return normalized.slots[3 * slot + 1] as number;
}

export function slotEnd(normalized: Normalized, slot: number): number {
  return normalized.slots[3 * slot + 2] as number;
}

/** The items of a list or rows slot, null for a scalar. */
export function slotItems(normalized: Normalized, slot: number): SlotItems | null {
  return normalized.items?.[slot] ?? null;
}

/** Where a literal went: its slot, and in a list or rows slot its item and cell (else 0). */
export interface SlotPosition {
  readonly slot: number;
  readonly item: number;
  readonly cell: number;
}

/**
 * The slot that covers the literal which starts at `start`, or null when the literal is part of the key.
 * In a list or rows slot null also for offsets between the cells. O(log n); for plan time.
 */
export function slotAt(normalized: Normalized, start: number): SlotPosition | null {
  const { slots } = normalized;
  const slot = lastAtOrBefore(slots.length / 3, start, (i) => slots[3 * i + 1] as number);
  if (slot < 0 || start >= slotEnd(normalized, slot)) return null;
  const items = slotItems(normalized, slot);
  if (items === null) return { slot, item: 0, cell: 0 };
  const { cellSpans } = items;
  const cell = lastAtOrBefore(cellSpans.length / 2, start, (i) => cellSpans[2 * i] as number);
  if (cell < 0 || start >= (cellSpans[2 * cell + 1] as number)) return null;
  return { slot, item: Math.floor(cell / items.width), cell: cell % items.width };
}

/** The largest i below `count` with `startOf(i) <= start`, or -1; starts ascend. */
function lastAtOrBefore(count: number, start: number, startOf: (i: number) => number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (startOf(middle) <= start) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Whether an offset is inside a slot, separators of a list included. O(log n). */
export function isInSlot(normalized: Normalized, offset: number): boolean {
  const slot = lastAtOrBefore(slotCount(normalized), offset, (i) => slotStart(normalized, i));
  return slot >= 0 && offset < slotEnd(normalized, slot);
}

/** Kind and text of a scalar slot; slots that agree in it have equal values, and the key says so. null: a list or rows. */
export function spellingOf(normalized: Normalized, text: string, slot: number): string | null {
  const kind = slotKind(normalized, slot);
  if (kind === S.list || kind === S.rows) return null;
  return `${kind} ${text.slice(slotStart(normalized, slot), slotEnd(normalized, slot))}`;
}
