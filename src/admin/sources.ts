// What the admin endpoint shows and does; app.ts hands it in.

export interface ShardState {
  readonly keyspace: string;
  readonly shard: string;
  readonly up: boolean;
  /** Why it is not. */
  readonly why: string | null;
}

export interface Readiness {
  readonly listening: boolean;
  readonly draining: boolean;
  readonly shards: readonly ShardState[];
}

/** At once from this process, later when other processes must be asked. */
type Told<T> = T | Promise<T>;

/** JSON values without secrets and literals. */
export interface AdminSources {
  readiness(): Told<Readiness>;
  status(): Told<object>;
  vschema(): Told<object>;
  pools(): Told<object>;
  sessions(): Told<object>;
  queries(): Told<object>;
  plans(): Told<object>;
  transactions(): Told<object>;
  /** Throws (or rejects with) SqlError for statements that cannot be planned. */
  explain(sql: string, keyspace: string | null): Told<object>;
  readonly metrics: { readonly contentType: string; text(): Promise<string> };
}

/** Each needs the token. `false`: no such session or transaction. */
export interface AdminActions {
  /** Resolves with the problems found; an empty list when the new configuration serves. */
  reload(): Promise<readonly string[]>;
  drain(): void;
  killSession(id: number): Told<boolean>;
  resolveTransaction(id: string, decision: 'commit' | 'rollback'): Promise<boolean>;
}

export interface AdminOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** null: actions answer 403. */
  readonly token: string | null;
}
