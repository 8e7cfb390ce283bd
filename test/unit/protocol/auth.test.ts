// Password proofs against known values and against each other.
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  cachingSha2Proof,
  cachingSha2ProofMatches,
  clearSecret,
  createSalt,
  decryptPassword,
  encryptPassword,
  hashedSecret,
  nativeDigest,
  nativeProof,
  nativeProofMatches,
  passwordMatches,
} from '../../../src/protocol/auth.ts';
import { cryptSha256 } from '../../../src/protocol/sha256-crypt.ts';

describe('salts', () => {
  test('hold neither NUL nor $ and differ', () => {
    const salts = Array.from({ length: 200 }, createSalt);
    for (const salt of salts) {
      expect(salt).toHaveLength(20);
      expect(salt.every((byte) => byte >= 0x25 && byte < 0x7f)).toBe(true);
    }
    expect(new Set(salts.map((salt) => salt.toString('hex'))).size).toBe(200);
  });
});

describe('proofs', () => {
  const salt = Buffer.from('abcdefghij0123456789');

  test('PASSWORD(password) as servers print it', () => {
    expect(nativeDigest('password').toString('hex').toUpperCase()).toBe(
      '2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19',
    );
  });

  test('match their own password and salt only', () => {
    const secret = clearSecret('pässword');
    if (secret.kind !== 'clear') throw new Error('a clear secret');
    expect(nativeProofMatches(nativeProof('pässword', salt), salt, secret.native)).toBe(true);
    expect(nativeProofMatches(nativeProof('passwort', salt), salt, secret.native)).toBe(false);
    expect(nativeProofMatches(nativeProof('pässword', salt), createSalt(), secret.native)).toBe(false);
    expect(nativeProofMatches(Buffer.alloc(0), salt, secret.native)).toBe(false);
    expect(cachingSha2ProofMatches(cachingSha2Proof('pässword', salt), salt, secret.sha2)).toBe(true);
    expect(cachingSha2ProofMatches(cachingSha2Proof('passwort', salt), salt, secret.sha2)).toBe(false);
    expect(cachingSha2ProofMatches(Buffer.alloc(31), salt, secret.sha2)).toBe(false);
  });

  test('RSA carries a password, and garbage is null', () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const encrypted = encryptPassword('geheim', salt, publicKey);
    expect(decryptPassword(encrypted, salt, privateKey)).toBe('geheim');
    expect(decryptPassword(encrypted, createSalt(), privateKey)).not.toBe('geheim');
    expect(decryptPassword(Buffer.alloc(256, 1), salt, privateKey)).toBeNull();
    expect(decryptPassword(Buffer.alloc(3), salt, privateKey)).toBeNull();
  });
});

describe('stored hashes', () => {
  // As `openssl passwd -5` prints them.
  test.each([
    ['Hello world!', 'saltstring', 5000, '5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5'],
    ['pä ss', 'abcdefghijklmnop', 5000, 'e3mOwyRbWctgl.OYSXR4D6SpaA/CTQjFh9kGENYlYHC'],
  ])('SHA-256 crypt of %j', (password, salt, rounds, digest) => {
    expect(cryptSha256(password, Buffer.from(salt), rounds)).toBe(digest);
  });

  test('a caching_sha2_password hash lets its password in', () => {
    const salt = Buffer.from('0123456789abcdefghij');
    const stored = `$A$005$${salt.toString()}${cryptSha256('app', salt, 5000)}`;
    for (const spelling of [stored, `0x${Buffer.from(stored).toString('hex')}`]) {
      const secret = hashedSecret(spelling);
      expect(secret?.kind).toBe('sha2');
      if (secret === null) continue;
      expect(passwordMatches(secret, 'app')).toBe(true);
      expect(passwordMatches(secret, 'apq')).toBe(false);
      expect(passwordMatches(secret, 'x'.repeat(100_000))).toBe(false);
    }
  });

  test('a mysql_native_password hash lets its password in', () => {
    const secret = hashedSecret('*2470c0c06dee42fd1618bb99005adca2ec9d1e19');
    expect(secret !== null && passwordMatches(secret, 'password')).toBe(true);
    expect(hashedSecret('*2470c0')).toBeNull();
    expect(hashedSecret('password')).toBeNull();
  });
});
