// SHA-256 crypt as MySQL stores it for caching_sha2_password: `$A$`, rounds, `$`, 20 bytes of salt, 43 of digest.
// The algorithm is Drepper's "Unix crypt using SHA-256"; MySQL's salt is 20 bytes and its rounds are thousands in hex.
import { createHash, timingSafeEqual } from 'node:crypto';

const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function sha256(...parts: readonly Uint8Array[]): Buffer {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return digest.digest();
}

/** `length` bytes of `block` repeated. */
function repeated(block: Uint8Array, length: number): Buffer {
  return Buffer.alloc(length, block);
}

function firstDigest(key: Buffer, salt: Buffer): Buffer {
  const alternate = sha256(key, salt, key);
  const parts: Uint8Array[] = [key, salt, repeated(alternate, key.length)];
  for (let bits = key.length; bits > 0; bits >>= 1) parts.push((bits & 1) !== 0 ? alternate : key);
  return sha256(...parts);
}

function rounds(first: Buffer, key: Buffer, salt: Buffer, count: number): Buffer {
  const keyBlock = repeated(sha256(...Array.from({ length: key.length }, () => key)), key.length);
  const saltCopies = 16 + (first[0] ?? 0);
  const saltBlock = repeated(sha256(...Array.from({ length: saltCopies }, () => salt)), salt.length);
  let digest = first;
  for (let round = 0; round < count; round += 1) {
    const parts: Uint8Array[] = [(round & 1) !== 0 ? keyBlock : digest];
    if (round % 3 !== 0) parts.push(saltBlock);
    if (round % 7 !== 0) parts.push(keyBlock);
    parts.push((round & 1) !== 0 ? digest : keyBlock);
    digest = sha256(...parts);
  }
  return digest;
}

/** Crypt's base 64: three bytes at a time in its own order, least significant six bits first. */
function encode(digest: Buffer): string {
  let text = '';
  const put = (high: number, middle: number, low: number, chars: number): void => {
    let value = (high << 16) | (middle << 8) | low;
    for (let i = 0; i < chars; i += 1) {
      text += alphabet[value & 63];
      value >>= 6;
    }
  };
  let a = 0;
  let b = 10;
  let c = 20;
  for (let group = 0; group < 10; group += 1) {
    put(digest[a] ?? 0, digest[b] ?? 0, digest[c] ?? 0, 4);
    [a, b, c] = [c + 1, a + 1, b + 1];
  }
  put(0, digest[31] ?? 0, digest[30] ?? 0, 3);
  return text;
}

/** The 43 digest characters for a password. An empty key or thousands of rounds are the caller's choice. */
export function cryptSha256(password: string, salt: Buffer, roundCount: number): string {
  const key = Buffer.from(password, 'utf8');
  return encode(rounds(firstDigest(key, salt), key, salt, roundCount));
}

/** `stored` is `$A$` + 3 hex digits + `$` + 20 salt bytes + 43 digest characters, as binary string. Constant-time compare. */
export function cryptSha256Matches(stored: string, password: string): boolean {
  const roundCount = Number.parseInt(stored.slice(3, 6), 16) * 1000;
  const salt = Buffer.from(stored.slice(7, 27), 'latin1');
  const expected = Buffer.from(stored.slice(27), 'latin1');
  const actual = Buffer.from(cryptSha256(password, salt, roundCount), 'latin1');
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
