// Unpacks the collation data of the unicode_loose kinds into tables.
import { brotliDecompressSync } from 'node:zlib';
import { unicodeWeightsData } from './unicode-weights-data.ts';

/** A node of the tree of contractions: `elements` are those of the characters on the way to it, null when that is no match. */
export interface Contraction {
  readonly elements: readonly number[] | null;
  readonly next: ReadonlyMap<number, Contraction>;
}

/** Elements are primary weight * 256 + canonical combining class. */
export interface WeightTables {
  readonly elements: ReadonlyMap<number, readonly number[]>;
  /** By first code point. */
  readonly contractions: ReadonlyMap<number, Contraction>;
  /** Combining class of the first and of the last character of a code point's decomposition. */
  firstClass(codePoint: number): number;
  lastClass(codePoint: number): number;
  isIdeograph(codePoint: number): boolean;
}

interface GrowingContraction {
  elements: readonly number[] | null;
  readonly next: Map<number, GrowingContraction>;
}

/** About 10 ms and 3 MB. */
export function decodeWeightTables(): WeightTables {
  const reader = new WeightReader(brotliDecompressSync(Buffer.from(unicodeWeightsData, 'base64')));
  const elements = readElementTable(reader);
  const contractions = readContractions(reader);
  const classes = readClasses(reader);
  const ideographs = readRanges(reader);
  return {
    elements,
    contractions,
    firstClass: (codePoint) => (classes.get(codePoint) ?? 0) >> 8,
    lastClass: (codePoint) => (classes.get(codePoint) ?? 0) & 0xff,
    isIdeograph: (codePoint) => ideographs.some(([first, last]) => first <= codePoint && codePoint <= last),
  };
}

class WeightReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #primary = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(): number {
    const byte = this.#bytes[this.#at] ?? 0;
    this.#at += 1;
    return byte;
  }

  integer(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  elements(): readonly number[] {
    return Array.from({ length: this.integer() }, () => {
      const code = this.integer();
      let primary = 0;
      if (code > 1) {
        const zigzag = (code >> 1) - 1;
        this.#primary += zigzag & 1 ? -((zigzag + 1) / 2) : zigzag / 2;
        primary = this.#primary;
      }
      return primary * 256 + (code & 1 ? this.byte() : 0);
    });
  }
}

function readElementTable(reader: WeightReader): Map<number, readonly number[]> {
  const table = new Map<number, readonly number[]>();
  let codePoint = -1;
  for (let left = reader.integer(); left > 0; left--) {
    codePoint += reader.integer() + 1;
    table.set(codePoint, reader.elements());
  }
  return table;
}

function readContractions(reader: WeightReader): Map<number, Contraction> {
  const contractions = new Map<number, Contraction>();
  let codePoint = -1;
  for (let left = reader.integer(); left > 0; left--) {
    codePoint += reader.integer() + 1;
    const root: GrowingContraction = { elements: reader.elements(), next: new Map() };
    for (let tails = reader.integer(); tails > 0; tails--) {
      let node = root;
      for (let length = reader.integer(); length > 0; length--) {
        const next = reader.integer();
        const child = node.next.get(next) ?? { elements: null, next: new Map() };
        node.next.set(next, child);
        node = child;
      }
      node.elements = reader.elements();
    }
    contractions.set(codePoint, root);
  }
  return contractions;
}

function readClasses(reader: WeightReader): Map<number, number> {
  const classes = new Map<number, number>();
  let codePoint = -1;
  for (let left = reader.integer(); left > 0; left--) {
    codePoint += reader.integer() + 1;
    const first = reader.byte();
    classes.set(codePoint, first * 256 + reader.byte());
  }
  return classes;
}

function readRanges(reader: WeightReader): readonly (readonly [number, number])[] {
  let last = 0;
  return Array.from({ length: reader.integer() }, () => {
    const first = last + reader.integer();
    last = first + reader.integer();
    return [first, last] as const;
  });
}
