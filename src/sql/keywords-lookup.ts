// From a word in the text to its keyword number, without allocating.
import { K } from './keywords.ts';
import type { SqlText } from './mode.ts';

/** Longest keyword in bytes. */
export const keywordLengthMax = Math.max(...Object.keys(K).map((word) => word.length));

/** Slots of the open-addressing table; four times the keywords, so that a miss costs 1.1 probes. */
const slotCount = 4096;
const slotMask = slotCount - 1;

const slotHashes = new Int32Array(slotCount);
const slotKeywords = new Uint16Array(slotCount);
/** Spellings by keyword, each byte with bit 0x20 set, at `offsets[keyword]`. */
const spellings: Uint8Array = new Uint8Array(32768);
const offsets = new Uint32Array(4096);
const lengths = new Uint8Array(4096);
const names: string[] = [];

/** One step of the hash: feed every byte of the word with bit 0x20 set, starting from 0. */
export function hashStep(hash: number, folded: number): number {
  return (Math.imul(hash, 31) + folded) | 0;
}

function fill(): void {
  let at = 0;
  for (const [name, keyword] of Object.entries(K)) {
    const word = keyword === K.NONE_ ? 'NONE' : name;
    names[keyword] = word;
    if (keyword === K.NONE) continue;
    offsets[keyword] = at;
    lengths[keyword] = word.length;
    let hash = 0;
    for (let i = 0; i < word.length; i += 1) {
      const folded = word.charCodeAt(i) | 0x20;
      spellings[at] = folded;
      at += 1;
      hash = hashStep(hash, folded);
    }
    let slot = (hash ^ (hash >>> 15)) & slotMask;
    while (slotKeywords[slot] !== 0) slot = (slot + 1) & slotMask;
    slotHashes[slot] = hash;
    slotKeywords[slot] = keyword;
  }
}

fill();

/**
 * The keyword spelled by `text[start, end)` in any case, or 0. `hash` is what `hashStep` gave over those bytes.
 * Equal hashes are compared byte by byte: a client cannot forge a keyword.
 */
export function lookUpKeyword(text: SqlText, start: number, end: number, hash: number): number {
  let slot = (hash ^ (hash >>> 15)) & slotMask;
  for (;;) {
    const keyword = slotKeywords[slot] as number;
    if (keyword === 0) return 0;
    if (slotHashes[slot] === hash && spells(keyword, text, start, end)) return keyword;
    slot = (slot + 1) & slotMask;
  }
}

function spells(keyword: number, text: SqlText, start: number, end: number): boolean {
  if (end - start !== lengths[keyword]) return false;
  const offset = (offsets[keyword] as number) - start;
  for (let i = start; i < end; i += 1) {
    if ((text.charCodeAt(i) | 0x20) !== spellings[offset + i]) return false;
  }
  return true;
}

/** The keyword in upper case, '' for 0. */
export function keywordName(keyword: number): string {
  return keyword === 0 ? '' : (names[keyword] ?? '');
}

/** The keyword a JavaScript string spells in any case, or 0. Not for hot paths. */
export function keywordOf(word: string): number {
  let hash = 0;
  for (let i = 0; i < word.length; i += 1) hash = hashStep(hash, word.charCodeAt(i) | 0x20);
  return lookUpKeyword(word, 0, word.length, hash);
}
