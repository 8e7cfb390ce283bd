// What a backend connection promises: bytes in order, ends found, nothing decoded.
import type { SqlError } from '../errors/sql-error.ts';

/** Default settings are the connection's; keys are lower-case variable names, values SQL expressions (SqlText) that set them. */
export interface SessionSettings {
  /** Canonical form of `values`: equal keys mean equal settings; '' = defaults. */
  readonly key: string;
  /** `SET` right-hand sides by variable, in canonical order; `names` holds `utf8mb4 COLLATE utf8mb4_general_ci`. */
  readonly values: ReadonlyMap<string, string>;
}

/** The packet that ends a response. */
export interface Terminal {
  readonly kind: 'ok' | 'eof' | 'error' | 'localInfile';
  /** OK: affected rows and insert id (exact); else 0n. */
  readonly affectedRows: bigint;
  readonly lastInsertId: bigint;
  readonly warnings: number;
  /** Server status flags of the packet; 0 for errors. */
  readonly status: number;
  /** Info text of OK. */
  readonly info: string;
  /** For errors. */
  readonly error: SqlError | null;
  /** Rows of the result set that ends here (the last one of several); absent for other endings. */
  readonly rows?: number;
}

/**
 * Receives one command's response. Calls come synchronously from the socket's data event, in order, exactly one of
 * `end` and `lost` last. A response of several results (multi-statements, CALL) is one response: inner ends pass as data.
 */
export interface ResponseReceiver {
  /**
   * Bytes of complete or partial packets, as they came, sequence ids included; never the terminal packet or a part of it.
   * The memory belongs to the receiver. Return false to pause the socket until `resume()` (back-pressure). `more`: another
   * call follows at once, so that both can be written together.
   */
  data(chunk: Buffer, more?: boolean): boolean;
  /** The last bytes: the terminal packet starts at `terminalAt` (its header) and reaches to the end of `chunk`. */
  end(chunk: Buffer, terminalAt: number, terminal: Terminal): void;
  /**
   * The connection broke (or was destroyed) before the response ended. `next`: the sequence id of the packet that may follow
   * what `data` gave; null when that ends inside a (large) packet, or nothing was given.
   */
  lost(error: SqlError, next?: number | null): void;
}

/**
 * One authenticated connection to one server. Commands queue: several may be written before the first response ends
 * (pipelining); responses come in order. Never throws from `send`.
 */
export interface BackendConnection {
  /** Unique in the process. */
  readonly id: number;
  /** `keyspace/shard`. */
  readonly shardId: string;
  /** The server's own id of this connection, for KILL. */
  readonly threadId: number;
  /** False once lost or destroyed. */
  readonly alive: boolean;
  /** Server status flags of the last response (IN_TRANS, AUTOCOMMIT ...). */
  readonly status: number;
  /** Commands sent whose responses have not ended. */
  readonly pending: number;
  /**
   * Assignments for a SET (SqlText) that give the character set variables back what the settings say. A variable put back by
   * the name that was read from it loses its collation on MySQL, which announces columns by it (255 instead of 45).
   */
  readonly charsetSql: string;
  /** By its settings, text of results comes as utf8mb4. */
  readonly sendsUtf8: boolean;
  /**
   * `payload` without packet header; split into packets of at most 2^24-1 bytes; written with any earlier unsent bytes in one
   * write at the end of this turn of the event loop. A payload larger than the server's max_allowed_packet is not sent: its
   * receiver gets error 1153 (a later turn, perhaps before earlier responses) and the connection lives on.
   */
  send(payload: Buffer, receiver: ResponseReceiver): void;
  /** Like `send`, for bytes that already are packets with headers starting at sequence 0 (a client's own packet). */
  sendPackets(packets: Buffer, receiver: ResponseReceiver): void;
  /** For commands that have no response (COM_STMT_CLOSE, COM_STMT_SEND_LONG_DATA). */
  sendSilent(payload: Buffer): void;
  pause(): void;
  resume(): void;
  /** Closes now; a pending receiver gets `lost`. */
  destroy(): void;
}

/** A leased connection. Exactly one of `release` and `discard` ends the lease. */
export interface Lease {
  readonly connection: BackendConnection;
  /** Back to the pool. The caller guarantees: no response pending, no transaction open, nothing pinned. */
  release(): void;
  /** Closes the connection (state unknown, prepared XA branch, vanished client). */
  discard(): void;
  /** COM_RESET_CONNECTION, then back to the pool (pinned state to forget); closes it when that fails within 1 s. */
  resetAndRelease(): void;
}

/** Receives the answer of a read that shares its connection with others. */
export interface SharedReceiver extends ResponseReceiver {
  /** False once it was abandoned: what still comes is thrown away. */
  readonly wanted: boolean;
  /** The connection does not move: run the read elsewhere, and abandon this one. */
  stalled(): void;
}

/** A connection that carries reads of several sessions, answered in order. Never leased to any of them. */
export interface SharedConnection {
  readonly connection: BackendConnection;
  /**
   * One command's payload, smaller than any server's max_allowed_packet; sent at the end of this turn of the event loop with
   * what else the turn brings. `data` of a shared receiver must not stop the connection: true always.
   */
  send(payload: Buffer, receiver: SharedReceiver): void;
  /** Like `send`, for bytes that already are packets with headers starting at sequence 0. */
  sendPackets(packets: Buffer, receiver: SharedReceiver): void;
  /** A receiver has become unwanted. What runs is not killed while others wait. */
  abandon(): void;
  /** Nothing was sent after all. */
  withdraw(): void;
}

export interface LeaseOptions {
  readonly settings: SessionSettings;
  /** FOUND_ROWS or IGNORE_SPACE differ per client: pools are keyed by these handshake flags. */
  readonly clientFlags: number;
  readonly role: 'primary' | 'replica';
  readonly signal: AbortSignal | null;
}

/** All pools of the process. Shards are named by `Shard.id`. */
export interface Gateway {
  /**
   * An idle connection at once, or null when none is at hand (then `lease`): the relay's path without a promise. Settings
   * that differ are sent pipelined in front of the caller's first command; null also when this server has not accepted that
   * very change before, since the command would run even if the SET failed.
   */
  tryLease(shardId: string, options: LeaseOptions): Lease | null;
  /**
   * A connection for one short read outside of transactions that may travel with those of other sessions; null when none is
   * at hand. One of its methods that send, or `withdraw`, must follow at once.
   */
  tryShare(shardId: string, options: LeaseOptions): SharedConnection | null;
  /**
   * Waits for one (FIFO). Rejects with SqlError naming the shard: SG4001 down, SG4002 pool timeout, SG4003 too many waiters,
   * SG4005 wrong kind of server, SG4006 cancelled, SG4007 login refused; or with the server's error about the settings.
   */
  lease(shardId: string, options: LeaseOptions): Promise<Lease>;
  /** Whether a leased connection has these settings: a session's may have changed since the lease. */
  hasSettings(connection: BackendConnection, settings: SessionSettings): boolean;
  /** Brings a leased connection to other settings. Rejects with the server's error; the connection is then as it was. */
  useSettings(connection: BackendConnection, settings: SessionSettings): Promise<void>;
  /**
   * Runs KILL QUERY for a connection on a side connection; best effort, own 1 s timeout; never rejects. Keep the lease until
   * it resolves and the response has ended: a KILL that comes late must not find another client's statement.
   */
  killQuery(connection: BackendConnection): Promise<void>;
  /** Physical database of a shard. */
  database(shardId: string): string;
}
