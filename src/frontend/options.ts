// What the frontend is told: where to listen, its limits, who may log in, what it counts and logs.
import type { Secret } from '../protocol/auth.ts';
import type { SessionFactory } from '../session/contract.ts';
import type { RsaKeys } from './rsa-keys.ts';

export interface TlsOptions {
  /** `required` refuses logins without TLS before any credential is looked at (Unix sockets are exempt). */
  readonly mode: 'disabled' | 'preferred' | 'required';
  /** PEM. */
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

export interface ListenerOptions {
  /** TCP; port 0 takes any free one, null listens on the Unix socket only. */
  readonly host: string;
  readonly port: number | null;
  /** Path of a Unix socket, or null. */
  readonly socketPath: string | null;
  /** Null: no TLS. */
  readonly tls: TlsOptions | null;
  /** Clients beyond it get error 1040 at once. */
  readonly connectionsMax: number;
  /** Largest command a client may send. */
  readonly packetBytesMax: number;
  /** A result of which the client takes nothing for so long is given up. */
  readonly resultStallMs: number;
  /** From accept to the end of the login. */
  readonly handshakeTimeoutMs: number;
  /** A packet that has begun must move by 64 KiB within it. */
  readonly packetTimeoutMs: number;
  /** Commands a client may send ahead of the answers. */
  readonly pipelineBytesMax: number;
  /** Connection ids count from `first` by `step`; from 1 by 1 when absent. */
  readonly connectionIds?: { readonly first: number; readonly step: number };
}

/** Values for what the configuration does not name. */
export const listenerDefaults = {
  handshakeTimeoutMs: 10_000,
  packetTimeoutMs: 30_000,
  pipelineBytesMax: 1024 * 1024,
} as const;

export interface User {
  /** Any of them lets the user in: two while a password is changed. */
  readonly secrets: readonly Secret[];
  /** Null = all. */
  readonly keyspaces: ReadonlySet<string> | null;
}

/** Who may connect. Read at every login, so it may change under way. */
export interface UserDirectory {
  lookup(user: string): User | null;
  /**
   * Kinds of hashes of users whose clear password is not known. Unknown users go through the same exchange as they do, so that
   * nobody can tell which names exist.
   */
  readonly hashKinds: ReadonlySet<'native' | 'sha2'>;
}

/** Directory over a fixed list. */
export function userDirectory(users: ReadonlyMap<string, User>): UserDirectory {
  const hashKinds = new Set<'native' | 'sha2'>();
  for (const user of users.values()) {
    for (const secret of user.secrets) if (secret.kind !== 'clear') hashKinds.add(secret.kind);
  }
  return { lookup: (name) => users.get(name) ?? null, hashKinds };
}

/** Numbers the frontend adds to. */
export interface FrontendCounters {
  authFailures: number;
  protocolErrors: number;
  /** Bytes written to clients after login. */
  resultBytes: number;
}

/** The part of the process's logger that is used here. */
export interface FrontendLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface FrontendDeps {
  readonly sessions: SessionFactory;
  readonly users: UserDirectory;
  readonly counters: FrontendCounters;
  readonly log: FrontendLog;
  /** For listeners that must show clients one public key; a new pair is made without it. */
  readonly keys?: RsaKeys;
}
