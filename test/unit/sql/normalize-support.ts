// For the normaliser's tests: other values for a statement's slots, and trees without literals.
import {
  type Normalized,
  S,
  slotAt,
  slotCount,
  slotEnd,
  slotItems,
  slotKind,
  slotStart,
} from '../../../src/sql/normalize/slot.ts';

/** The statement with other values in its scalar slots, of the same kinds, equal where they were equal. */
export function respelled(sql: string, normalized: Normalized, seed: number): string {
  let out = '';
  let copied = 0;
  for (let slot = 0; slot < slotCount(normalized); slot += 1) {
    const start = slotStart(normalized, slot);
    const spelling = sql.slice(start, slotEnd(normalized, slot));
    out += sql.slice(copied, start) + otherSpelling(spelling, slotKind(normalized, slot), seed);
    copied = slotEnd(normalized, slot);
  }
  return out + sql.slice(copied);
}

/** One-to-one in the spelling, so that equality survives. */
function otherSpelling(spelling: string, kind: number, seed: number): string {
  switch (kind) {
    case S.integer:
      return `${spelling}${seed}`;
    case S.decimal:
      return `${seed}${spelling}`;
    case S.float:
      return `${spelling}1`;
    case S.string:
    case S.nString:
      return `${spelling.slice(0, -1)} \\'--${seed}${spelling.slice(-1)}`;
    case S.hex:
      return spelling.endsWith("'") ? `${spelling.slice(0, -1)}ab'` : `${spelling}ab`;
    case S.bit:
      return spelling.endsWith("'") ? `${spelling.slice(0, -1)}01'` : `${spelling}01`;
    case S.list:
      return `${spelling}, ${spelling}`;
    case S.rows:
      // The number of parameters is part of the key.
      return spelling.includes('?') ? spelling : `${spelling}, ${spelling}`;
    default:
      return spelling.replace(/\d{4}/, String(1000 + seed));
  }
}

/**
 * A tree without spans, in which a literal in a scalar slot is its slot's number, and members and rows of list and
 * rows slots are one mark. Literals outside slots stay: they are part of the key.
 */
export function literalFreeTree(tree: unknown, normalized: Normalized): unknown {
  const strip = (node: unknown): unknown => {
    if (Array.isArray(node)) return collapsed(node.map(strip));
    if (typeof node !== 'object' || node === null) return node;
    const record = node as Readonly<Record<string, unknown>>;
    const position = typeof record['start'] === 'number' ? slotAt(normalized, record['start']) : null;
    if (record['kind'] === 'literal' && position !== null) {
      if (slotItems(normalized, position.slot) !== null) return `items of slot ${position.slot}`;
      return `slot ${position.slot} ${String(record['type'])}`;
    }
    const entries = Object.entries(record).filter(([name]) => !/start$|end$|^span$/i.test(name));
    return Object.fromEntries(entries.map(([name, value]) => [name, strip(value)]));
  };
  return strip(tree);
}

/** Equal neighbours once: lists and rows of any length look alike. */
function collapsed(items: readonly unknown[]): unknown[] {
  const texts = items.map((item) => JSON.stringify(item) ?? 'undefined');
  if (!texts.some((text) => text.includes('items of slot'))) return [...items];
  return [...new Set(texts)];
}
