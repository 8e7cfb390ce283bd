// Who may log in: secrets collected from text, environment, files and hashes.
import { hashedSecret } from '../protocol/auth.ts';
import { didYouMean } from '../util/nearest.ts';
import type { UserConfig, UserSecret } from './model.ts';
import type { Path, Resolver } from './resolver.ts';
import type { RawUser } from './schema.ts';
import { withoutLineEnd } from './servers.ts';

const secretsMax = 2;

export function resolveUsers(
  raw: readonly RawUser[],
  keyspaces: readonly string[],
  resolver: Resolver,
): readonly UserConfig[] {
  const seen = new Set<string>();
  return raw.map((user, index) => {
    const path: Path = ['users', index];
    if (seen.has(user.name)) {
      resolver.error(
        [...path, 'name'],
        `user "${user.name}" is there twice; two passwords: password: [old, new]`,
      );
    }
    seen.add(user.name);
    for (const [position, keyspace] of (user.keyspaces ?? []).entries()) {
      if (keyspaces.includes(keyspace)) continue;
      const hint = didYouMean(keyspace, keyspaces);
      resolver.error([...path, 'keyspaces', position], `no keyspace is named "${keyspace}"${hint}`);
    }
    const secrets = resolveSecrets(user, path, resolver);
    return { name: user.name, secrets, keyspaces: user.keyspaces ?? null };
  });
}

function resolveSecrets(user: RawUser, path: Path, resolver: Resolver): readonly UserSecret[] {
  const secrets: UserSecret[] = [];
  const clear = (password: string | null): void => {
    if (password !== null) secrets.push({ kind: 'clear', password });
  };
  for (const password of listOf(user.password)) clear(password);
  for (const name of listOf(user.passwordEnv)) clear(resolver.variable([...path, 'passwordEnv'], name));
  for (const name of listOf(user.passwordFile)) {
    const text = resolver.read([...path, 'passwordFile'], name);
    clear(text === null ? null : withoutLineEnd(text));
  }
  for (const hash of listOf(user.passwordHash)) {
    const secret = parseHash(hash);
    if (secret !== null) secrets.push(secret);
    // The hash itself stays out of the message: it is as good as the password for some protocols.
    else
      resolver.error(
        [...path, 'passwordHash'],
        'allowed: * and 40 hexadecimal digits, or $A$005$... as mysql.user holds it',
      );
  }
  const given = [user.password, user.passwordEnv, user.passwordFile, user.passwordHash].flatMap(
    listOf,
  ).length;
  if (given === 0) resolver.error(path, 'missing password, passwordEnv, passwordFile or passwordHash');
  if (given > secretsMax) resolver.error(path, `found ${given} passwords; allowed: ${secretsMax}`);
  return secrets;
}

function listOf(value: string | readonly string[] | null | undefined): readonly string[] {
  if (value === null || value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

/** As servers store them: `*` and 40 digits (mysql_native_password), `$A$005$...` or its 0x form (caching_sha2_password). */
function parseHash(text: string): UserSecret | null {
  const secret = hashedSecret(text);
  return secret === null ? null : { kind: secret.kind === 'native' ? 'nativeHash' : 'sha2Hash', hash: text };
}
