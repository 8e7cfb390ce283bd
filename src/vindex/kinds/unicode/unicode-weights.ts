// Text to the primary weights of the CLDR 23 root collation, as golang.org/x/text/collate computes them for Vitess.
import { present } from '../../../util/assert.ts';
import { type Contraction, decodeWeightTables, type WeightTables } from './unicode-weights-tables.ts';

/*
 * Every character gives collation elements; of each only the primary weight is kept, so case and accents vanish. The library
 * that defines the ids does not normalise its input first: it puts combining marks that stand in the wrong order right as it
 * goes, and lets a contraction skip over marks of lower class. Both are followed here step by step, since a weight in another
 * place would be another keyspace id.
 *
 * An element is one number: primary weight * 256 + canonical combining class.
 */

/** The library stops ordering a run of combining marks behind this many. */
const marksMax = 30;

let tables: WeightTables | null = null;

/** Primary weights of a text, two or three bytes each; nothing separates or ends them. */
export function primaryWeights(text: string): Uint8Array {
  // Decoded on first use: 3 MB that only the unicode_loose kinds need.
  tables ??= decodeWeightTables();
  const bytes: number[] = [];
  for (const element of new ElementReader(tables, text).read()) {
    const primary = element >>> 8;
    if (primary === 0) continue;
    if (primary > 0x7fff) bytes.push((primary >>> 16) | 0x80);
    bytes.push((primary >>> 8) & 0xff, primary & 0xff);
  }
  return Uint8Array.from(bytes);
}

function classOf(element: number | undefined): number {
  return (element ?? 0) & 0xff;
}

class ElementReader {
  readonly #tables: WeightTables;
  readonly #text: readonly number[];
  readonly #elements: number[] = [];
  /** Code points read so far. */
  #read = 0;
  /** Elements that no later mark can change places with. */
  #settled = 0;

  constructor(tables: WeightTables, text: string) {
    this.#tables = tables;
    this.#text = Array.from(text, (char) => char.codePointAt(0) ?? 0);
  }

  read(): readonly number[] {
    while (this.#settleNext());
    return this.#elements;
  }

  /** Reads and orders one segment; false at the end. */
  #settleNext(): boolean {
    const elements = this.#elements;
    if (this.#settled === elements.length && !this.#appendNext()) return false;
    const lastClass = classOf(elements.at(-1));
    if (lastClass === 0) {
      this.#settled = elements.length;
      return true;
    }
    if (classOf(elements[this.#settled]) === 0) {
      do this.#settled += 1;
      while (this.#settled < elements.length && classOf(elements[this.#settled]) === 0);
      return true;
    }
    return this.#settleMarks(lastClass);
  }

  /** A segment that begins with combining marks: collects and orders them up to the next starter. */
  #settleMarks(firstClass: number): boolean {
    const elements = this.#elements;
    let highest = firstClass;
    for (;;) {
      const added = elements.length;
      if (!this.#appendNext()) break;
      const markClass = classOf(elements[added]);
      if (markClass === 0 || elements.length - this.#settled > marksMax) {
        this.#settled = added;
        return true;
      }
      if (markClass < highest) this.#moveBack(added, markClass);
      else highest = markClass;
    }
    const more = elements.length !== this.#settled;
    this.#settled = elements.length;
    return more;
  }

  /** Moves the elements from `added` on in front of those of higher class. */
  #moveBack(added: number, markClass: number): void {
    const elements = this.#elements;
    let place = added - 1;
    while (place > this.#settled && markClass < classOf(elements[place - 1])) place -= 1;
    const moved = elements.splice(added);
    elements.splice(place, 0, ...moved);
  }

  #appendNext(): boolean {
    if (this.#read >= this.#text.length) return false;
    this.#read += appendElements(this.#tables, this.#elements, this.#text, this.#read);
    return true;
  }
}

/** Appends the elements of the character, or contraction, at `at`; returns how many code points it took. */
function appendElements(
  tables: WeightTables,
  elements: number[],
  text: readonly number[],
  at: number,
): number {
  const codePoint = present(text[at], 'code point within text');
  const contraction = tables.contractions.get(codePoint);
  if (contraction !== undefined) return appendContraction(tables, elements, text, at, contraction);
  const known = tables.elements.get(codePoint);
  if (known !== undefined) elements.push(...known);
  else if (isHangulSyllable(codePoint)) appendHangul(tables, elements, codePoint);
  else elements.push(implicitPrimary(tables, codePoint) * 256);
  return 1;
}

const hangulFirst = 0xac00;
const hangulLast = 0xd7a3;

function isHangulSyllable(codePoint: number): boolean {
  return codePoint >= hangulFirst && codePoint <= hangulLast;
}

/** Syllables decompose into two or three jamo by arithmetic (Unicode, chapter 3.12). */
function appendHangul(tables: WeightTables, elements: number[], syllable: number): void {
  const index = syllable - hangulFirst;
  const jamo = [0x1100 + Math.floor(index / 588), 0x1161 + Math.floor((index % 588) / 28)];
  if (index % 28 > 0) jamo.push(0x11a7 + (index % 28));
  for (const part of jamo) elements.push(...(tables.elements.get(part) ?? []));
}

/** Characters the collation does not list sort behind all it does: common ideographs, other ideographs, the rest. */
function implicitPrimary(tables: WeightTables, codePoint: number): number {
  if (!tables.isIdeograph(codePoint)) return codePoint + 0x50000;
  const unified = codePoint >= 0x4e00 && codePoint <= 0x9fff;
  const compatible = codePoint >= 0xf900 && codePoint <= 0xfaff;
  return codePoint + (unified || compatible ? 0x10000 : 0x20000);
}

/**
 * The longest match of a contraction. Behind the directly adjoining characters it may go on with a mark that stands behind
 * others of lower class; those are then read after it.
 */
function appendContraction(
  tables: WeightTables,
  elements: number[],
  text: readonly number[],
  at: number,
  contraction: Contraction,
): number {
  const match = new ContractionMatch(contraction, text, at + 1);
  const skipped = match.adjoining() ? [] : match.discontiguous(tables);
  elements.push(...match.elements);
  for (let next = 0; next < skipped.length; ) {
    next += appendElements(tables, elements, skipped, next);
  }
  return match.end - at;
}

class ContractionMatch {
  /** Elements of the longest match so far, which ends at `end`. */
  elements: readonly number[];
  end: number;
  #node: Contraction;
  #at: number;
  #limit: number;
  readonly #text: readonly number[];

  constructor(contraction: Contraction, text: readonly number[], at: number) {
    this.#node = contraction;
    this.#text = text;
    this.#at = at;
    this.#limit = text.length;
    this.elements = contraction.elements ?? [];
    this.end = at;
  }

  /** Follows characters as they stand; true when nothing longer can match. */
  adjoining(): boolean {
    this.#at = this.#follow(this.#at);
    return this.#node.next.size === 0;
  }

  /** Goes on behind skipped marks; returns those that stand inside the match. */
  discontiguous(tables: WeightTables): readonly number[] {
    const text = this.#text;
    const skipped: number[] = [];
    let inside = 0;
    let from = this.#at;
    const first = text[from];
    if (first === undefined || first < 0x80 || tables.firstClass(first) === 0) return [];
    let lastClass = tables.lastClass(first);
    let at = from + 1;
    this.#limit = segmentEnd(tables, text, at);
    while (this.#node.next.size > 0) {
      const mark = text[at];
      if (mark === undefined || mark < 0x80) break;
      const markClass = tables.firstClass(mark);
      if (markClass === 0 || lastClass >= markClass) break;
      lastClass = tables.lastClass(mark);
      const followed = this.#follow(at);
      if (followed === at) {
        at += 1;
        continue;
      }
      skipped.push(...text.slice(from, at));
      if (this.end === followed) inside = skipped.length;
      at = followed;
      from = followed;
    }
    return skipped.slice(0, inside);
  }

  #follow(start: number): number {
    let at = start;
    while (at < this.#limit) {
      const next = this.#node.next.get(present(this.#text[at], 'code point within text'));
      if (next === undefined) break;
      at += 1;
      this.#node = next;
      if (next.elements === null) continue;
      this.elements = next.elements;
      this.end = at;
    }
    return at;
  }
}

/** Where the run of combining marks at `at` ends. */
function segmentEnd(tables: WeightTables, text: readonly number[], at: number): number {
  let end = at;
  while (end < text.length && end - at < marksMax && tables.firstClass(text[end] ?? 0) !== 0) end += 1;
  return end;
}
