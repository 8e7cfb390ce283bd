// Password proofs of mysql_native_password and caching_sha2_password, both sides.
import {
  constants,
  createHash,
  type KeyLike,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { cryptSha256Matches } from './sha256-crypt.ts';

export const AuthPlugin = {
  native: 'mysql_native_password',
  cachingSha2: 'caching_sha2_password',
  clear: 'mysql_clear_password',
} as const;

/** Bytes of a salt, without the NUL that ends it on the wire. */
export const saltBytes = 20;

// MySQL's own limit; the cost of checking a stored hash grows with the square of the length.
const passwordBytesMax = 256;

function hash(algorithm: 'sha1' | 'sha256', ...parts: readonly (Uint8Array | string)[]): Buffer {
  const digest = createHash(algorithm);
  for (const part of parts) digest.update(part);
  return digest.digest();
}

function xor(left: Uint8Array, right: Uint8Array): Buffer {
  const result = Buffer.allocUnsafe(left.length);
  for (let i = 0; i < left.length; i += 1) result[i] = (left[i] ?? 0) ^ (right[i % right.length] ?? 0);
  return result;
}

function equal(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Random salt of printable bytes: old clients treat it as a C string, and '$' separates the parts of stored hashes. */
export function createSalt(): Buffer {
  const salt = randomBytes(saltBytes);
  for (let i = 0; i < salt.length; i += 1) {
    // 0x25..0x7e: neither NUL nor '$' (0x24); 90 values, the slight bias does no harm in 20 bytes.
    salt[i] = 0x25 + ((salt[i] ?? 0) % 90);
  }
  return salt;
}

/** What proves `password` to a server with mysql_native_password; empty for an empty password. */
export function nativeProof(password: string, salt: Uint8Array): Buffer {
  if (password === '') return Buffer.alloc(0);
  const stage1 = hash('sha1', password);
  return xor(stage1, hash('sha1', salt, hash('sha1', stage1)));
}

/** What proves `password` to a server with caching_sha2_password's fast path; empty for an empty password. */
export function cachingSha2Proof(password: string, salt: Uint8Array): Buffer {
  if (password === '') return Buffer.alloc(0);
  const stage1 = hash('sha256', password);
  return xor(stage1, hash('sha256', hash('sha256', stage1), salt));
}

/** SHA1(SHA1(password)): what mysql_native_password stores as `*HEX`. */
export function nativeDigest(password: string): Buffer {
  return hash('sha1', hash('sha1', password));
}

/** SHA256(SHA256(password)): what the fast path of caching_sha2_password compares with. */
export function cachingSha2Digest(password: string): Buffer {
  return hash('sha256', hash('sha256', password));
}

/** True when `proof` was made from the password behind `digest` (SHA1(SHA1(password))). Constant time. */
export function nativeProofMatches(proof: Uint8Array, salt: Uint8Array, digest: Uint8Array): boolean {
  if (proof.length !== 20) return false;
  const stage1 = xor(proof, hash('sha1', salt, digest));
  return equal(hash('sha1', stage1), digest);
}

/** True when `proof` was made from the password behind `digest` (SHA256(SHA256(password))). Constant time. */
export function cachingSha2ProofMatches(proof: Uint8Array, salt: Uint8Array, digest: Uint8Array): boolean {
  if (proof.length !== 32) return false;
  const stage1 = xor(proof, hash('sha256', digest, salt));
  return equal(hash('sha256', stage1), digest);
}

/** What Shardgate knows of one password of a user. */
export type Secret =
  | { readonly kind: 'clear'; readonly password: string; readonly native: Buffer; readonly sha2: Buffer }
  | { readonly kind: 'native'; readonly native: Buffer }
  | { readonly kind: 'sha2'; readonly stored: string };

export function clearSecret(password: string): Secret {
  return { kind: 'clear', password, native: nativeDigest(password), sha2: cachingSha2Digest(password) };
}

/**
 * A secret from a stored hash: `*` and 40 hex digits (mysql_native_password) or `$A$005$...` (caching_sha2_password, as
 * in `mysql.user.authentication_string`, also as hex with 0x). Null when it is neither.
 */
export function hashedSecret(stored: string): Secret | null {
  if (/^\*[0-9a-fA-F]{40}$/.test(stored))
    return { kind: 'native', native: Buffer.from(stored.slice(1), 'hex') };
  const text = /^0x(?:[0-9a-fA-F]{2})+$/.test(stored)
    ? Buffer.from(stored.slice(2), 'hex').toString('latin1')
    : stored;
  const isSha2 = text.length === 70 && /^\$A\$[0-9a-fA-F]{3}\$/.test(text);
  return isSha2 ? { kind: 'sha2', stored: text } : null;
}

/** True when the clear password is the one behind the secret. `sha2` costs some milliseconds. */
export function passwordMatches(secret: Secret, password: string): boolean {
  if (Buffer.byteLength(password) > passwordBytesMax) return false;
  if (secret.kind === 'sha2') return cryptSha256Matches(secret.stored, password);
  return equal(nativeDigest(password), secret.native);
}

/** What a client sends in the full exchange without TLS: the password with its NUL, XORed with the salt, RSA-OAEP. */
export function encryptPassword(password: string, salt: Uint8Array, publicKey: KeyLike): Buffer {
  const clear = xor(Buffer.from(`${password}\0`, 'utf8'), salt);
  return publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING }, clear);
}

/** The password out of such bytes; null when they are not decryptable. */
export function decryptPassword(encrypted: Uint8Array, salt: Uint8Array, privateKey: KeyLike): string | null {
  try {
    const clear = privateDecrypt({ key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING }, encrypted);
    return passwordText(xor(clear, salt));
  } catch {
    return null;
  }
}

/** A clear password as it travels: ended by NUL. Null when the NUL is missing or not last. */
export function passwordText(bytes: Buffer): string | null {
  return bytes.indexOf(0) === bytes.length - 1 ? bytes.toString('utf8', 0, bytes.length - 1) : null;
}
