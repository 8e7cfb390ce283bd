// DES with an all-zero key: the permutation behind the `hash` vindex, equal to 3DES with three zero keys.
import type { Uint64 } from '../uint64.ts';

/*
 * A zero key makes all 16 round keys zero: a round is P(S(E(R))) with nothing mixed in, and decrypting is encrypting.
 * E hands neighbouring S-boxes overlapping bits, so a pair of boxes reads ten consecutive bits of R, and four tables of
 * 1,024 entries hold a whole round. One block takes 0.08 µs; through node:crypto it is several µs (a cipher object each).
 */

// S-boxes of FIPS 46-3: one string per box, a hexadecimal digit per value, row by row.
const boxes = [
  'e4d12fb83a6c59070f74e2d1a6cb953841e8d62bfc973a50fc8249175b3ea06d',
  'f18e6b34972dc05a3d47f28ec01a69b50e7ba4d158c6932fd8a13f42b67c05e9',
  'a09e63f51dc7b428d709346a285ecbf1d6498f30b12c5ae71ad069874fe3b52c',
  '7de3069a1285bc4fd8b56f03472c1ae9a690cb7df13e52843f06a1d8945bc72e',
  '2c417ab6853fd0e9eb2c47d150fa3986421bad78f9c5630eb8c71e2d6f09a453',
  'c1af92680d34e75baf427c9561de0b389ef528c3704a1db6432c95fabe17608d',
  '4b2ef08d3c975a61d0b7491ae35c2f8614bdc37eaf6805926bd814a7950fe23c',
  'd2846fb1a93e50c71fd8a374c56b0e927b419ce206adf35821e74a8dfc90356b',
];

/** Permutation P of FIPS 46-3: which S-box output bit (1 = most significant) stands at each place. */
const permutation = [
  16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22,
  11, 4, 25,
];

function boxValue(box: number, input: number): number {
  const row = ((input >> 4) & 2) | (input & 1);
  const column = (input >> 1) & 15;
  return Number.parseInt((boxes[box] ?? '').charAt(row * 16 + column), 16);
}

function permute(word: number): number {
  let permuted = 0;
  for (const [place, from] of permutation.entries()) {
    if ((word >>> (32 - from)) & 1) permuted |= 1 << (31 - place);
  }
  return permuted;
}

function pairTable(pair: number): Int32Array {
  return Int32Array.from({ length: 1024 }, (_, tenBits) => {
    const first = boxValue(pair * 2, tenBits >> 4);
    const second = boxValue(pair * 2 + 1, tenBits & 63);
    return permute(((first << 4) | second) << (24 - pair * 8));
  });
}

const pair0 = pairTable(0);
const pair1 = pairTable(1);
const pair2 = pairTable(2);
const pair3 = pairTable(3);

function round(half: number): number {
  return (
    (pair0[((half >>> 23) | (half << 9)) & 1023] ?? 0) ^
    (pair1[(half >>> 15) & 1023] ?? 0) ^
    (pair2[(half >>> 7) & 1023] ?? 0) ^
    (pair3[((half << 1) | (half >>> 31)) & 1023] ?? 0)
  );
}

/** One block, both ways: with the zero key it is its own inverse. */
export function nullKeyDes(block: Uint64): Uint64 {
  let left = block.high | 0;
  let right = block.low | 0;
  let swap: number;
  // Initial permutation as five exchanges of bit groups.
  swap = ((left >>> 4) ^ right) & 0x0f0f0f0f;
  right ^= swap;
  left ^= swap << 4;
  swap = ((left >>> 16) ^ right) & 0xffff;
  right ^= swap;
  left ^= swap << 16;
  swap = ((right >>> 2) ^ left) & 0x33333333;
  left ^= swap;
  right ^= swap << 2;
  swap = ((right >>> 8) ^ left) & 0x00ff00ff;
  left ^= swap;
  right ^= swap << 8;
  swap = ((left >>> 1) ^ right) & 0x55555555;
  right ^= swap;
  left ^= swap << 1;
  for (let pairOfRounds = 0; pairOfRounds < 8; pairOfRounds++) {
    left ^= round(right);
    right ^= round(left);
  }
  // After the last round the halves stand crossed; then the same exchanges backwards.
  let high = right;
  let low = left;
  swap = ((high >>> 1) ^ low) & 0x55555555;
  low ^= swap;
  high ^= swap << 1;
  swap = ((low >>> 8) ^ high) & 0x00ff00ff;
  high ^= swap;
  low ^= swap << 8;
  swap = ((low >>> 2) ^ high) & 0x33333333;
  high ^= swap;
  low ^= swap << 2;
  swap = ((high >>> 16) ^ low) & 0xffff;
  low ^= swap;
  high ^= swap << 16;
  swap = ((high >>> 4) ^ low) & 0x0f0f0f0f;
  low ^= swap;
  high ^= swap << 4;
  return { high: high >>> 0, low: low >>> 0 };
}
