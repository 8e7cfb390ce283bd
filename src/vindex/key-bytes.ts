// Keyspace ids as bytes: order, hexadecimal, and the end of a prefix.
import type { KeyRange } from './vindex.ts';

const empty = new Uint8Array(0);

/** Every keyspace id. */
export const fullRange: KeyRange = { start: empty, end: empty };

/** Bytewise unsigned order; a prefix sorts before what it begins. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** The least id that is greater than all ids beginning with `prefix`; empty (= no end) when there is none. */
export function prefixEnd(prefix: Uint8Array): Uint8Array {
  const end = Uint8Array.from(prefix);
  for (let index = end.length - 1; index >= 0; index--) {
    const byte = (end[index] ?? 0) + 1;
    end[index] = byte;
    if (byte <= 0xff) return end;
  }
  return empty;
}

/**
 * The same end for ids of one length, without trailing zero bytes: no such id lies between, but a shard that begins at the
 * shorter form would otherwise seem to share some. Empty when all bytes are zero.
 */
export function shortestEnd(end: Uint8Array): Uint8Array {
  let length = end.length;
  while (length > 0 && end[length - 1] === 0) length--;
  return end.subarray(0, length);
}

/** All ids that begin with `prefix`. */
export function prefixRange(prefix: Uint8Array): KeyRange {
  return { start: prefix, end: prefixEnd(prefix) };
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

/** Bytes of an even number of hexadecimal digits; null for anything else. */
export function fromHex(text: string): Uint8Array | null {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return null;
  return Uint8Array.from(Buffer.from(text, 'hex'));
}

/** Bytes of a binary string (one char = one byte). */
export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}
