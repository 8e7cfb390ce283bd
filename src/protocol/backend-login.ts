// Logging in to a server: (state, packet) -> what to send next.
//
//   greeting ─> [SSL request ─> TLS] ─> response ─> auth switch ─> proof ─┐
//                                          │                              │
//                                          v                              v
//                                       OK / ERR <─ caching_sha2: 3 fast ok, 4 full exchange ─> clear (TLS) or
//                                                                                          key request ─> RSA
import { SqlError } from '../errors/sql-error.ts';
import { ByteReader } from '../value/byte-reader.ts';
import { AuthPlugin, cachingSha2Proof, encryptPassword, nativeProof } from './auth.ts';
import { Capability, hasFlag } from './capabilities.ts';
import { decodeGreeting, encodeHandshakeResponse, encodeSslRequest, type Greeting } from './handshake.ts';
import { decodeError, decodeOk } from './messages.ts';

export interface BackendLoginOptions {
  readonly user: string;
  readonly password: string;
  readonly database: string | null;
  /** Capability flags to ask for (see `backendCapabilities`); those the server lacks are dropped. */
  readonly capabilities: number;
  /** Collation id of the handshake, below 256. */
  readonly collation: number;
  /** `preferred` uses TLS when the server offers it. */
  readonly tls: 'disabled' | 'preferred' | 'required';
  /** True for Unix sockets: a clear password may travel there. */
  readonly privateTransport: boolean;
  readonly attributes: ReadonlyMap<string, string>;
}

/** What to do after a packet; `payload` is to be framed with the sequence number behind the packet's. */
export type BackendLoginStep =
  | { readonly kind: 'send'; readonly payload: Buffer }
  /** Send, then start TLS on the socket, then call `secured()`. */
  | { readonly kind: 'startTls'; readonly payload: Buffer }
  | { readonly kind: 'wait' }
  /** Logged in; status flags of the final OK. */
  | { readonly kind: 'done'; readonly status: number }
  | { readonly kind: 'failed'; readonly error: SqlError };

/** CR_AUTH_PLUGIN_ERR: the client library's errno for logins that cannot be finished. */
function cannotLogIn(message: string): BackendLoginStep {
  return { kind: 'failed', error: new SqlError(2061, 'HY000', message) };
}

const packetBytesMax = 0x40000000;

/** One login. Feed every packet's payload to `packet`; steps come back. Throws SqlError 1043 or 1835 on malformed packets. */
export class BackendLogin {
  readonly #options: BackendLoginOptions;
  #greeting: Greeting | null = null;
  #secure: boolean;
  #plugin = '';
  #salt: Buffer = Buffer.alloc(0);
  #awaitsKey = false;
  #capabilities = 0;

  constructor(options: BackendLoginOptions) {
    this.#options = options;
    this.#secure = options.privateTransport;
  }

  /** The server's greeting, once it came. */
  get greeting(): Greeting | null {
    return this.#greeting;
  }

  /** Flags both sides agreed on. */
  get capabilities(): number {
    return this.#capabilities;
  }

  packet(payload: Buffer): BackendLoginStep {
    if (payload[0] === 0xff) return { kind: 'failed', error: decodeError(payload) };
    if (this.#greeting === null) return this.#greet(decodeGreeting(payload));
    switch (payload[0]) {
      case 0x00:
        return { kind: 'done', status: decodeOk(payload).status };
      case 0xfe:
        return this.#switch(payload);
      case 0x01:
        return this.#more(payload.subarray(1));
      default:
        return cannotLogIn('the server sent an unknown packet during the login');
    }
  }

  /** TLS stands: the handshake response goes out now. */
  secured(): BackendLoginStep {
    this.#secure = true;
    return this.#respond();
  }

  #greet(greeting: Greeting): BackendLoginStep {
    this.#greeting = greeting;
    this.#plugin = greeting.plugin;
    this.#salt = greeting.salt;
    const options = this.#options;
    const offersTls = hasFlag(greeting.capabilities, Capability.ssl);
    if (options.tls === 'required' && !offersTls) return cannotLogIn('the server does not offer TLS');
    const database = options.database === null ? 0 : Capability.connectWithDb;
    const attributes = options.attributes.size === 0 ? 0 : Capability.connectAttrs;
    this.#capabilities = ((options.capabilities | database | attributes) & greeting.capabilities) >>> 0;
    if (options.tls === 'disabled' || !offersTls) return this.#respond();
    this.#capabilities = (this.#capabilities | Capability.ssl) >>> 0;
    const payload = encodeSslRequest(this.#capabilities, packetBytesMax, options.collation);
    return { kind: 'startTls', payload };
  }

  #respond(): BackendLoginStep {
    const { user, database, collation, attributes } = this.#options;
    // A plugin we do not know gets the native proof; the server then switches to the one it wants.
    const known = this.#proof(this.#plugin);
    const plugin = known === null ? AuthPlugin.native : this.#plugin;
    const payload = encodeHandshakeResponse({
      capabilities: this.#capabilities,
      packetBytesMax,
      collation,
      user,
      authData: known ?? nativeProof(this.#options.password, this.#salt),
      database,
      plugin,
      attributes,
    });
    return { kind: 'send', payload };
  }

  #proof(plugin: string): Buffer | null {
    const { password } = this.#options;
    switch (plugin) {
      case AuthPlugin.native:
        return nativeProof(password, this.#salt);
      case AuthPlugin.cachingSha2:
        return cachingSha2Proof(password, this.#salt);
      case AuthPlugin.clear:
        return this.#secure ? this.#clearPassword() : null;
      default:
        return null;
    }
  }

  #clearPassword(): Buffer {
    return Buffer.from(`${this.#options.password}\0`, 'utf8');
  }

  #switch(payload: Buffer): BackendLoginStep {
    const reader = new ByteReader(payload, 1);
    // The bare 0xfe asks for the password scheme of MySQL 3.23.
    if (reader.left === 0) return cannotLogIn('the server asks for the pre-4.1 password scheme');
    this.#plugin = reader.nulBytes().toString('latin1');
    const salt = reader.rest();
    this.#salt = Buffer.from(salt.at(-1) === 0 ? salt.subarray(0, -1) : salt);
    if (this.#salt.length === 0 && this.#plugin !== AuthPlugin.clear) {
      return cannotLogIn('the server sent no salt');
    }
    const proof = this.#proof(this.#plugin);
    if (proof !== null) return { kind: 'send', payload: proof };
    const why = this.#plugin === AuthPlugin.clear ? 'needs TLS' : 'is not supported';
    return cannotLogIn(`authentication plugin '${this.#plugin}' ${why}`);
  }

  #more(data: Buffer): BackendLoginStep {
    if (this.#plugin !== AuthPlugin.cachingSha2) return cannotLogIn('unexpected authentication data');
    if (this.#awaitsKey) {
      this.#awaitsKey = false;
      return this.#encrypted(data);
    }
    if (data[0] === 3) return { kind: 'wait' };
    if (data[0] !== 4) return cannotLogIn('unexpected authentication data');
    if (this.#secure) return { kind: 'send', payload: this.#clearPassword() };
    this.#awaitsKey = true;
    return { kind: 'send', payload: Buffer.from([2]) };
  }

  #encrypted(publicKey: Buffer): BackendLoginStep {
    try {
      const payload = encryptPassword(this.#options.password, this.#salt, publicKey.toString('utf8'));
      return { kind: 'send', payload };
    } catch {
      return cannotLogIn("the server's public key cannot be read");
    }
  }
}
