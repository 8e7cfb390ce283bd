// Gives equal plan keys as one string, so that looking a key up does not hash and compare it anew.

/** Keys remembered; a power of two. */
const slotCount = 1024;
/** Longer keys are rare, and their hash costs little beside reading the statement. At most 4 MB are held. */
const keyBytesMax = 2048;

interface Entry {
  readonly length: number;
  readonly words: Int32Array;
  readonly key: string;
}

const entries: (Entry | undefined)[] = new Array<Entry | undefined>(slotCount).fill(undefined);

/**
 * The key whose bytes are `bytes[0, length)`, as the string that was given for them before, if it is still known:
 * V8 then has its hash, and a Map finds it by identity. That spares 65 ns for making the string and 1.5 ns per byte
 * for its hash; the look here costs 0.5 ns per byte. `fresh` is the key where the caller has it anyway.
 *
 * `words` are the same bytes in steps of four; bytes behind `length` up to the next step must be zero.
 */
export function internKey(bytes: Buffer, words: Int32Array, length: number, fresh: string | null): string {
  if (length > keyBytesMax) return fresh ?? bytes.toString('latin1', 0, length);
  const count = (length + 3) >> 2;
  let hash = length;
  for (let i = 0; i < count; i += 1) hash = Math.imul(hash ^ (words[i] as number), 0x9e3779b1);
  const slot = (hash >>> 20) & (slotCount - 1);
  const entry = entries[slot];
  if (entry !== undefined && entry.length === length && sameWords(entry.words, words, count))
    return entry.key;
  const key = bytes.toString('latin1', 0, length);
  entries[slot] = { length, words: words.slice(0, count), key };
  return key;
}

function sameWords(a: Int32Array, b: Int32Array, count: number): boolean {
  for (let i = 0; i < count; i += 1) if (a[i] !== b[i]) return false;
  return true;
}
