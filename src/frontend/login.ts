// One login of a client: (state, packet) -> what to send. No sockets, no timers.
//
//   response ─┬─ SSL request ─> startTls ─> response
//             ├─ made by the greeting's plugin ───────────> proof ─┬─> accepted
//             └─ by another plugin ─> auth switch ─> proof ────────┤
//                                                                  ├─ native, but only a SHA-2 hash is known ─> auth switch
//                                                                  ├─ caching_sha2, digest not known ─> full exchange ─┐
//                                                                  └─> denied                                         │
//   full exchange: clear password (TLS, Unix socket) ─┬─> accepted, denied  <──────────────────────────────────────────┘
//                  or key request ─> key ─> RSA text ─┘
import { SqlError } from '../errors/sql-error.ts';
import { AuthPlugin, createSalt, decryptPassword, passwordText } from '../protocol/auth.ts';
import { Capability, hasFlag } from '../protocol/capabilities.ts';
import {
  decodeChangeUser,
  decodeHandshakeResponse,
  encodeAuthMore,
  encodeAuthSwitch,
  isSslRequest,
} from '../protocol/handshake.ts';
import type { Credentials } from './credentials.ts';
import type { User } from './options.ts';
import type { RsaKeys } from './rsa-keys.ts';

/** What is the same for all logins of a connection. */
export interface LoginContext {
  readonly credentials: Credentials;
  readonly keys: RsaKeys;
  /** Address without port, `localhost` for Unix sockets. */
  readonly address: string;
  /** Flags of the greeting. */
  readonly offered: number;
  readonly defaultPlugin: string;
  readonly tlsRequired: boolean;
  /** A Unix socket: as good as TLS for passwords. */
  readonly privateTransport: boolean;
}

/** Whom the client says it is. */
export interface Claim {
  readonly user: string;
  readonly database: string | null;
  readonly collation: number;
  readonly capabilities: number;
  readonly attributes: ReadonlyMap<string, string>;
}

export type LoginStep =
  | { readonly kind: 'send'; readonly payload: Buffer }
  | { readonly kind: 'startTls' }
  /** `before` goes out in front of the final OK, when not null. */
  | { readonly kind: 'accepted'; readonly claim: Claim; readonly user: User; readonly before: Buffer | null }
  /** `failure`: counts as a wrong password. */
  | { readonly kind: 'denied'; readonly error: SqlError; readonly user: string; readonly failure: boolean };

type Expecting = 'response' | 'proof' | 'password' | 'done';

const fastAuthSuccess = Buffer.from([3]);
const fullAuthRequired = Buffer.from([4]);
const keyRequest = 2;
// A client that keeps answering with other plugins is not served for ever.
const switchesMax = 2;

/** ER_ACCESS_DENIED_ERROR. */
export function accessDenied(user: string, address: string, withPassword: boolean): SqlError {
  const using = withPassword ? 'YES' : 'NO';
  return new SqlError(
    1045,
    '28000',
    `Access denied for user '${user}'@'${address}' (using password: ${using})`,
  );
}

function insecureTransport(): SqlError {
  const text = 'Connections using insecure transport are prohibited while --require_secure_transport=ON.';
  return new SqlError(3159, 'HY000', text);
}

/** Throws SqlError 1043 for a malformed response, 1047 for a malformed COM_CHANGE_USER. */
export class Login {
  readonly #context: LoginContext;
  #salt: Buffer;
  #tls: boolean;
  #expecting: Expecting = 'response';
  #claim: Claim | null = null;
  #plugin = '';
  #switches = 0;

  /** `salt` is the one the client was greeted with (or last saw); `tls`: TLS stands already. */
  constructor(context: LoginContext, salt: Buffer, tls: boolean) {
    this.#context = context;
    this.#salt = salt;
    this.#tls = tls;
  }

  /** The salt the client saw last. */
  get salt(): Buffer {
    return this.#salt;
  }

  /** Who wants in, once said. */
  get user(): string | null {
    return this.#claim?.user ?? null;
  }

  secured(): void {
    this.#tls = true;
  }

  /** A clear password may travel. */
  get #secure(): boolean {
    return this.#tls || this.#context.privateTransport;
  }

  packet(payload: Buffer): LoginStep {
    switch (this.#expecting) {
      case 'response':
        return this.#response(payload);
      case 'proof':
        return this.#proof(payload);
      case 'password':
        return this.#password(payload);
      default:
        return this.#denied(true);
    }
  }

  /**
   * COM_CHANGE_USER. Clients that know plugins prove themselves against a new salt; those that do not used the last one.
   */
  changeUser(payload: Buffer, current: Claim): LoginStep {
    const request = decodeChangeUser(payload, current.capabilities);
    this.#claim = {
      user: request.user,
      database: request.database,
      collation: request.collation === 0 ? current.collation : request.collation,
      capabilities: current.capabilities,
      attributes: request.attributes ?? current.attributes,
    };
    if (!hasFlag(current.capabilities, Capability.pluginAuth)) {
      this.#plugin = AuthPlugin.native;
      return this.#proof(request.authData);
    }
    return this.#switchTo(this.#supported(request.plugin));
  }

  #response(payload: Buffer): LoginStep {
    const { offered, tlsRequired, defaultPlugin } = this.#context;
    if (isSslRequest(payload) && hasFlag(offered, Capability.ssl) && !this.#tls) return { kind: 'startTls' };
    if (tlsRequired && !this.#secure) {
      this.#expecting = 'done';
      return { kind: 'denied', error: insecureTransport(), user: '', failure: false };
    }
    const response = decodeHandshakeResponse(payload, offered);
    const { user, database, collation, capabilities, attributes } = response;
    this.#claim = { user, database, collation, capabilities, attributes };
    if (response.plugin === null) {
      // Clients from before plugins always mean mysql_native_password.
      this.#plugin = AuthPlugin.native;
      return this.#proof(response.authData);
    }
    if (response.plugin !== defaultPlugin) return this.#switchTo(this.#supported(response.plugin));
    this.#plugin = defaultPlugin;
    return this.#proof(response.authData);
  }

  /** The plugin the client prefers when it is one of ours. */
  #supported(plugin: string | null): string {
    const known = plugin === AuthPlugin.native || plugin === AuthPlugin.cachingSha2;
    return known ? plugin : this.#context.defaultPlugin;
  }

  #switchTo(plugin: string): LoginStep {
    if (this.#switches === switchesMax) return this.#denied(true);
    this.#switches += 1;
    this.#plugin = plugin;
    this.#salt = createSalt();
    this.#expecting = 'proof';
    return { kind: 'send', payload: encodeAuthSwitch(plugin, this.#salt) };
  }

  #proof(data: Buffer): LoginStep {
    const claim = this.#claim;
    if (claim === null) return this.#denied(true);
    const { credentials } = this.#context;
    // caching_sha2 clients send one NUL for an empty password.
    if (data.length === 0 || (data.length === 1 && data[0] === 0)) {
      const user = credentials.acceptsEmpty(claim.user);
      return user === null ? this.#denied(false) : this.#accepted(user, null);
    }
    if (this.#plugin === AuthPlugin.native) {
      const user = credentials.acceptsNative(claim.user, data, this.#salt);
      if (user !== null) return this.#accepted(user, null);
      const canSwitch = hasFlag(claim.capabilities, Capability.pluginAuth) && credentials.needsCachingSha2;
      return canSwitch ? this.#switchTo(AuthPlugin.cachingSha2) : this.#denied(true);
    }
    const user = credentials.acceptsCachingSha2(claim.user, data, this.#salt);
    if (user !== null) return this.#accepted(user, encodeAuthMore(fastAuthSuccess));
    if (!credentials.needsFullExchange) return this.#denied(true);
    this.#expecting = 'password';
    return { kind: 'send', payload: encodeAuthMore(fullAuthRequired) };
  }

  #password(payload: Buffer): LoginStep {
    const { credentials, keys } = this.#context;
    const claim = this.#claim;
    if (claim === null) return this.#denied(true);
    if (!this.#secure && payload.length === 1 && payload[0] === keyRequest) {
      return { kind: 'send', payload: encodeAuthMore(keys.publicKey) };
    }
    // Without TLS anything but RSA text is refused, a clear password above all.
    const password = this.#secure
      ? passwordText(payload)
      : decryptPassword(payload, this.#salt, keys.privateKey);
    const user = password === null ? null : credentials.acceptsPassword(claim.user, password);
    return user === null ? this.#denied(true) : this.#accepted(user, null);
  }

  #accepted(user: User, before: Buffer | null): LoginStep {
    const claim = this.#claim;
    if (claim === null) return this.#denied(true);
    this.#expecting = 'done';
    return { kind: 'accepted', claim, user, before };
  }

  #denied(withPassword: boolean): LoginStep {
    this.#expecting = 'done';
    const user = this.#claim?.user ?? '';
    return {
      kind: 'denied',
      error: accessDenied(user, this.#context.address, withPassword),
      user,
      failure: true,
    };
  }
}
