// Users of the configuration as the frontend looks them up.
import type { Config, UserSecret } from '../config/model.ts';
import { type User, type UserDirectory, userDirectory } from '../frontend/options.ts';
import { clearSecret, hashedSecret, type Secret } from '../protocol/auth.ts';
import { present } from '../util/assert.ts';

export function directoryOf(config: Config): UserDirectory {
  const users = new Map<string, User>();
  for (const user of config.users) {
    users.set(user.name, {
      secrets: user.secrets.map(secretOf),
      keyspaces: user.keyspaces === null ? null : new Set(user.keyspaces),
    });
  }
  return userDirectory(users);
}

/** Asks whatever directory is current: a reload changes who may log in from then on. */
export function liveDirectory(holder: { readonly current: UserDirectory }): UserDirectory {
  return {
    lookup: (name) => holder.current.lookup(name),
    get hashKinds() {
      return holder.current.hashKinds;
    },
  };
}

/** Hashes were checked with the configuration. */
function secretOf(secret: UserSecret): Secret {
  if (secret.kind === 'clear') return clearSecret(secret.password);
  return present(hashedSecret(secret.hash), 'a password hash of the configuration');
}
