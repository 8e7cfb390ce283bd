// From a word in the text to its keyword number, without allocating.
import { K } from './keywords.ts';

/** Slots of the open-addressing table, some five per keyword. */
const slotCount = 4096;
const slotMask = slotCount - 1;

const slotHashes = new Int32Array(slotCount);
const slotKeywords = new Uint16Array(slotCount);
/** Spellings by keyword, each byte with bit 0x20 set, at `offsets[keyword]`. */
const spellings = new Uint8Array(32768);
const offsets = new Uint32Array(slotCount);
const lengths = new Uint8Array(slotCount);
const names: string[] = [];
/** By first byte (with bit 0x20): bit n is set when a keyword of n bytes begins so. Most names fail this test. */
const lengthsOfFirst = new Int32Array(256);

/**
 * A hash over the length and four of the bytes, letters of either case alike. The factors were searched for: with
 * them 69 of 875 keywords share a slot with another, no slot is wanted by more than four.
 */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  const first = (bytes[start] as number) | 0x20;
  const quarter = (bytes[start + (length >> 2)] as number) | 0x20;
  const middle = (bytes[start + (length >> 1)] as number) | 0x20;
  const last = (bytes[end - 1] as number) | 0x20;
  return (first * 4249 + middle * 2233 + last * 26445 + quarter * 2517 + length * 7741) | 0;
}

function fill(): void {
  let at = 0;
  for (const [name, keyword] of Object.entries(K)) {
    const word = keyword === K.NONE_ ? 'NONE' : name;
    if (keyword === K.NONE) continue;
    names[keyword] = word;
    offsets[keyword] = at;
    lengths[keyword] = word.length;
    for (let i = 0; i < word.length; i += 1) spellings[at + i] = word.charCodeAt(i) | 0x20;
    const first = spellings[at] as number;
    lengthsOfFirst[first] = (lengthsOfFirst[first] as number) | (1 << word.length);
    const hash = hashOf(spellings, at, at + word.length);
    at += word.length;
    let slot = (hash ^ (hash >>> 13)) & slotMask;
    while (slotKeywords[slot] !== 0) slot = (slot + 1) & slotMask;
    slotHashes[slot] = hash;
    slotKeywords[slot] = keyword;
  }
}

fill();

/**
 * The keyword spelled by `bytes[start, end)` (a non-empty word) in any case, or 0. Words of one hash are compared
 * byte by byte: a client cannot forge a keyword.
 */
export function lookUpKeyword(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  const possible = lengthsOfFirst[(bytes[start] as number) | 0x20] as number;
  // No keyword is longer than 31 bytes.
  if (length > 31 || ((possible >>> length) & 1) === 0) return 0;
  const hash = hashOf(bytes, start, end);
  let slot = (hash ^ (hash >>> 13)) & slotMask;
  for (;;) {
    const keyword = slotKeywords[slot] as number;
    if (keyword === 0) return 0;
    if (slotHashes[slot] === hash && spells(keyword, bytes, start, end)) return keyword;
    slot = (slot + 1) & slotMask;
  }
}

function spells(keyword: number, bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== lengths[keyword]) return false;
  const offset = (offsets[keyword] as number) - start;
  for (let i = start; i < end; i += 1) {
    if (((bytes[i] as number) | 0x20) !== spellings[offset + i]) return false;
  }
  return true;
}

/** The keyword in upper case, '' for 0. */
export function keywordName(keyword: number): string {
  return names[keyword] ?? '';
}

/** The keyword a JavaScript string spells in any case, or 0. Not for hot paths. */
export function keywordOf(word: string): number {
  return word === '' ? 0 : lookUpKeyword(Buffer.from(word, 'latin1'), 0, word.length);
}
