// Checks what clients send as proof of a password against what is known of their user's passwords.
import { randomBytes } from 'node:crypto';
import {
  cachingSha2Digest,
  cachingSha2ProofMatches,
  clearSecret,
  nativeProofMatches,
  passwordMatches,
  type Secret,
} from '../protocol/auth.ts';
import type { User, UserDirectory } from './options.ts';

const cacheMax = 10_000;

/** What the full exchange has taught: SHA256(SHA256(password)) by secret, so that later logins take the fast path. */
export class Credentials {
  readonly #users: UserDirectory;
  readonly #decoy: User;
  readonly #digests = new Map<string, Buffer>();

  constructor(users: UserDirectory) {
    this.#users = users;
    const secrets: Secret[] = [clearSecret(randomBytes(16).toString('hex'))];
    if (users.hashKinds.has('native')) secrets.push({ kind: 'native', native: randomBytes(20) });
    if (users.hashKinds.has('sha2')) {
      secrets.push({
        kind: 'sha2',
        stored: `$A$005$${'x'.repeat(20)}${randomBytes(43).toString('hex').slice(0, 43)}`,
      });
    }
    this.#decoy = { secrets, keyspaces: new Set() };
  }

  /** Some password is known as stored hash only: those who fail the fast path are asked for the clear one. */
  get needsFullExchange(): boolean {
    return this.#users.hashKinds.size > 0;
  }

  /** Some password cannot be checked by mysql_native_password. */
  get needsCachingSha2(): boolean {
    return this.#users.hashKinds.has('sha2');
  }

  /** An empty proof: right only for a user with an empty password. */
  acceptsEmpty(name: string): User | null {
    const { user, known } = this.#find(name);
    let found = false;
    for (const secret of user.secrets) if (secret.kind === 'clear' && secret.password === '') found = true;
    return found && known ? user : null;
  }

  /** Proof of mysql_native_password. */
  acceptsNative(name: string, proof: Buffer, salt: Buffer): User | null {
    return this.#check(
      name,
      (secret) => secret.kind !== 'sha2' && nativeProofMatches(proof, salt, secret.native),
    );
  }

  /** Fast proof of caching_sha2_password. */
  acceptsCachingSha2(name: string, proof: Buffer, salt: Buffer): User | null {
    return this.#check(name, (secret) => {
      const digest = secret.kind === 'clear' ? secret.sha2 : this.#digests.get(secretKey(name, secret));
      return digest !== undefined && cachingSha2ProofMatches(proof, salt, digest);
    });
  }

  /** The clear password of the full exchange. */
  acceptsPassword(name: string, password: string): User | null {
    return this.#check(name, (secret) => {
      if (!passwordMatches(secret, password)) return false;
      if (secret.kind !== 'clear') this.#remember(secretKey(name, secret), cachingSha2Digest(password));
      return true;
    });
  }

  /** Every secret is checked, and an unknown user's decoy as well: the time taken tells nothing. */
  #check(name: string, matches: (secret: Secret) => boolean): User | null {
    const { user, known } = this.#find(name);
    let found = false;
    for (const secret of user.secrets) if (matches(secret)) found = true;
    return found && known ? user : null;
  }

  #find(name: string): { readonly user: User; readonly known: boolean } {
    const user = this.#users.lookup(name);
    return user === null ? { user: this.#decoy, known: false } : { user, known: true };
  }

  #remember(key: string, digest: Buffer): void {
    if (this.#digests.size >= cacheMax) this.#digests.clear();
    this.#digests.set(key, digest);
  }
}

// The stored hash is part of the key: a changed password forgets the digest of the old one.
function secretKey(name: string, secret: Secret): string {
  const stored = secret.kind === 'sha2' ? secret.stored : secret.native.toString('hex');
  return `${stored}\n${name}`;
}
