// The key pair that protects passwords of the full caching_sha2_password exchange where there is no TLS.
import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

export interface RsaKeys {
  readonly privateKey: KeyObject;
  /** PEM, as clients ask for it. */
  readonly publicKey: Buffer;
}

/** A new pair of 2048 bits: takes some 100 ms on a thread of the pool. */
export async function createRsaKeys(): Promise<RsaKeys> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return { privateKey, publicKey: Buffer.from(publicKey.export({ type: 'spki', format: 'pem' })) };
}
