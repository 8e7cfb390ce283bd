// The two digests vindexes are made of: XXH64 and MD5.
import { createHash } from 'node:crypto';
import createXxhash from 'xxhash-wasm';

// Compiled once while modules load, so that hashing itself is synchronous.
const xxhash = await createXxhash();

/** XXH64 with seed 0, least significant byte first, as Vitess writes it. */
export function xxh64(bytes: Uint8Array): Uint8Array {
  const digest = new Uint8Array(8);
  new DataView(digest.buffer).setBigUint64(0, xxhash.h64Raw(bytes), true);
  return digest;
}

/** 16 bytes. */
export function md5(bytes: Uint8Array): Uint8Array {
  return createHash('md5').update(bytes).digest();
}
