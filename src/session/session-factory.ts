// From a finished login to a session.
import { SqlError } from '../errors/sql-error.ts';
import { Capability } from '../protocol/capabilities.ts';
import { defaultMode, isAsciiSafeCharset, type LexMode } from '../sql/mode.ts';
import { collationById } from '../value/collations.ts';
import type { ServerFlavour, VSchema } from '../vschema/model.ts';
import type { ClientLogin, ClientSession, SessionFactory } from './contract.ts';
import type { SessionDependencies } from './dependencies.ts';
import { parseTarget } from './handlers/use-statement.ts';
import { Session } from './session.ts';
import type { Target } from './state.ts';
import { Settings } from './variables/settings.ts';

export class Sessions implements SessionFactory {
  readonly #deps: SessionDependencies;

  constructor(deps: SessionDependencies) {
    this.#deps = deps;
  }

  serverVersion(): string {
    return this.#deps.vschema().flavour.versionText;
  }

  open(login: ClientLogin): ClientSession | SqlError {
    const vschema = this.#deps.vschema();
    try {
      const { charset, names } = handshakeCharset(login.collation, vschema.flavour);
      const mode = sessionMode(vschema.flavour, charset, (login.capabilities & Capability.ignoreSpace) !== 0);
      const settings = Settings.none.with('names', names);
      return new Session(login, this.#deps, mode, settings, loginTarget(login, vschema));
    } catch (error) {
      if (error instanceof SqlError) return error;
      throw error;
    }
  }
}

function loginTarget(login: ClientLogin, vschema: VSchema): Target {
  if (login.database === null || login.database === '')
    return { database: null, shards: null, role: 'primary' };
  return parseTarget(login.database, vschema, login);
}

function sessionMode(flavour: ServerFlavour, charset: string, ignoreSpace: boolean): LexMode {
  return { ...defaultMode(flavour.kind, flavour.version), charset, ignoreSpace };
}

/**
 * Clients name a collation by id in the handshake. One the servers do not know (MySQL 8's default 255 towards MariaDB) means
 * utf8mb4 with the server's default collation, as servers themselves do. Throws 1115 for character sets whose bytes
 * can look like quotes.
 */
function handshakeCharset(
  id: number,
  flavour: ServerFlavour,
): { readonly charset: string; readonly names: string } {
  const collation = collationById(id);
  if (collation === null) return { charset: 'utf8mb4', names: 'utf8mb4' };
  if (!isAsciiSafeCharset(collation.charset)) {
    throw new SqlError(1115, '42000', `Unknown character set: '${collation.charset}'`);
  }
  const foreign =
    flavour.kind === 'mariadb' ? collation.name.includes('_0900_') : collation.name.includes('uca1400');
  const names = foreign ? collation.charset : `${collation.charset} COLLATE ${collation.name}`;
  return { charset: collation.charset, names };
}
