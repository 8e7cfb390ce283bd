// What the backends are told at start: servers, shards, pool limits. Resolved: no file names, no environment.

export interface BackendTls {
  readonly mode: 'disabled' | 'preferred' | 'required';
  /** PEM texts. Null `ca`: the server's certificate is not verified under `preferred`, by the system's roots under `required`. */
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
}

/** One database on one server, and how to log in there. */
export interface BackendTarget {
  readonly host: string;
  readonly port: number;
  /** Path of a Unix socket; wins over host and port. */
  readonly socket: string | null;
  readonly user: string;
  readonly password: string;
  /** Physical database. */
  readonly database: string;
  readonly tls: BackendTls;
}

export interface ShardTargets {
  /** `keyspace/name`. */
  readonly id: string;
  readonly keyspace: string;
  readonly name: string;
  readonly primary: BackendTarget;
  readonly replicas: readonly BackendTarget[];
}

/** Per process. */
export interface PoolLimits {
  /** Connections per shard and role, whatever their handshake flags. */
  readonly maxPerShard: number;
  readonly minPerShard: number;
  readonly acquireTimeoutMs: number;
  /** Per shard and role. */
  readonly waitersMax: number;
}

export type BackendRole = 'primary' | 'replica';

/** `host:port` or the socket's path, for messages and logs. */
export function addressOf(target: BackendTarget): string {
  return target.socket ?? `${target.host}:${target.port}`;
}
