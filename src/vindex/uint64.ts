// Unsigned 64-bit integers as two halves: exact above 2^53 without the cost of BigInt on the hot path.

/** High and low 32 bits, both unsigned. */
export interface Uint64 {
  readonly high: number;
  readonly low: number;
}

const two32 = 0x1_0000_0000;

/**
 * Reads decimal digits, blanks and tabs around them allowed, as Vitess's numeric vindexes read any text.
 * Null for signs, points, exponents, letters, nothing at all, and numbers of 2^64 or more.
 */
export function parseUint64(text: string): Uint64 | null {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  if (start === end) return null;
  let high = 0;
  let low = 0;
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return null;
    if (high === 0) {
      // The product stays below 2^36: exact in a double.
      low = low * 10 + digit;
      if (low >= two32) {
        high = Math.floor(low / two32);
        low -= high * two32;
      }
      continue;
    }
    low = low * 10 + digit;
    const carry = Math.floor(low / two32);
    low -= carry * two32;
    high = high * 10 + carry;
    if (high >= two32) return null;
  }
  return { high, low };
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

/** Two's complement of a number: what a negative signed integer is as unsigned bits. */
export function negate(value: Uint64): Uint64 {
  const low = -value.low >>> 0;
  const high = (~value.high + (low === 0 ? 1 : 0)) >>> 0;
  return { high, low };
}

/** Eight bytes, most significant first. */
export function bigEndian(high: number, low: number): Uint8Array {
  const bytes = new Uint8Array(8);
  bytes[0] = high >>> 24;
  bytes[1] = high >>> 16;
  bytes[2] = high >>> 8;
  bytes[3] = high;
  bytes[4] = low >>> 24;
  bytes[5] = low >>> 16;
  bytes[6] = low >>> 8;
  bytes[7] = low;
  return bytes;
}

/** Reverse of `bigEndian`; null unless there are eight bytes. */
export function readBigEndian(bytes: Uint8Array): Uint64 | null {
  if (bytes.length !== 8) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  return { high: view.getUint32(0), low: view.getUint32(4) };
}

export function uint64Text(value: Uint64): string {
  return ((BigInt(value.high) << 32n) | BigInt(value.low)).toString();
}
