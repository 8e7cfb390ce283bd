// The configuration as the rest of the program sees it.
import type { BackendTarget, PoolLimits, ShardTargets } from '../backend/options.ts';
import type { Problem } from '../util/problem.ts';
import type { ShardMap } from '../vindex/shard-map.ts';

/** A password as known to Shardgate: in clear, or as a server's hash of it. */
export type UserSecret =
  | { readonly kind: 'clear'; readonly password: string }
  /** `*` and 40 hexadecimal digits: SHA1(SHA1(password)), of mysql_native_password. */
  | { readonly kind: 'nativeHash'; readonly hash: string }
  /** `$A$005$...`: as mysql.user.authentication_string holds it for caching_sha2_password. */
  | { readonly kind: 'sha2Hash'; readonly hash: string };

export interface UserConfig {
  readonly name: string;
  /** One, or two while a password is being changed. */
  readonly secrets: readonly UserSecret[];
  /** null: all. */
  readonly keyspaces: readonly string[] | null;
}

export interface KeyspaceConfig {
  readonly name: string;
  /** Absolute file names. */
  readonly vschemaFile: string | null;
  readonly schemaFile: string | null;
  readonly constraints: 'check' | 'trust';
  readonly shardMap: ShardMap;
  /** In the order of `shardMap.shards`. */
  readonly shards: readonly ShardTargets[];
}

export interface ListenTls {
  readonly mode: 'disabled' | 'preferred' | 'required';
  /** PEM texts; null only when the mode is `disabled`. */
  readonly cert: string | null;
  readonly key: string | null;
}

/** Fully resolved: no references, environment names or relative paths are left. Holds secrets: never log it whole. */
export interface Config {
  readonly file: string;
  readonly listen: {
    readonly host: string;
    readonly port: number;
    readonly socket: string | null;
    readonly tls: ListenTls;
  };
  readonly admin: { readonly host: string; readonly port: number; readonly token: string | null };
  readonly workers: number | 'auto';
  readonly users: readonly UserConfig[];
  readonly keyspaces: ReadonlyMap<string, KeyspaceConfig>;
  readonly pool: PoolLimits;
  readonly limits: {
    readonly connectionsMax: number;
    readonly inFlightMax: number;
    readonly queryTimeoutMs: number;
    readonly resultStallMs: number;
    readonly queryMemoryBytes: number;
    readonly processMemoryBytes: number;
    readonly packetBytesMax: number;
  };
  /** Server of the workspace; null: a shard of the keyspace. Its database is '' (none). */
  readonly workspace: BackendTarget | null;
  readonly transactions: { readonly mode: 'single' | 'multi' | 'twopc' };
  readonly log: {
    readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
    readonly slowQueryMs: number;
  };
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** `config` is null exactly when there is an error among the problems. */
export interface LoadedConfig {
  readonly config: Config | null;
  readonly problems: readonly Problem[];
}
