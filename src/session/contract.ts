// Between a client's socket (frontend) and its session: who calls what, in which order.
import type { SqlError } from '../errors/sql-error.ts';

/** The client's socket as the session sees it; implemented by the frontend. */
export interface ClientChannel {
  /**
   * Writes bytes that already are packets with headers. Returns false when the client reads slowly. `more`: another write
   * follows at once, and both may leave together.
   */
  write(bytes: Uint8Array, more?: boolean): boolean;
  /** Resolves when buffered bytes went out, rejects when the client is gone. */
  drained(): Promise<void>;
  /** Closes after what was written; used by KILL and by timeouts. */
  close(): void;
  /**
   * Gives the packets the client sends next (its answer to a LOCAL INFILE request, numbered from `sequence`) to `receiver`
   * instead of keeping them for after `done`; ends by itself with the empty packet. A receiver that returns false is not
   * called again until `resumePackets`. Memory of the packets is the receiver's.
   */
  takePackets?(sequence: number, receiver: (packets: Buffer, payload: Buffer) => boolean): void;
  resumePackets?(): void;
}

/** What the login brought. */
export interface ClientLogin {
  /** Id shown by CONNECTION_ID() and SHOW PROCESSLIST; unique in the process. */
  readonly connectionId: number;
  readonly user: string;
  /** `user@address` for USER() and logs. */
  readonly host: string;
  /** Keyspaces this user may see; null = all. */
  readonly keyspaces: ReadonlySet<string> | null;
  readonly database: string | null;
  /** Collation id of the handshake response. */
  readonly collation: number;
  /** Capability flags both sides agreed on. */
  readonly capabilities: number;
  readonly attributes: ReadonlyMap<string, string>;
  readonly channel: ClientChannel;
}

/** One logged-in client. The frontend gives one command at a time and waits for `done` before the next. */
export interface ClientSession {
  /**
   * Runs one command. `packets` are the client's packets as they came (headers included, sequence from 0), `payload` the
   * joined body (first byte = command). Memory of both stays valid until `done`. All errors are answered to the client;
   * `done` is called exactly once.
   */
  command(packets: Buffer, payload: Buffer, done: () => void): void;
  /** False while closing the connection would lose something the client holds (a transaction, pinned state); read when draining. */
  readonly quiet?: boolean;
  /** The client is gone (or changed user): cancels what runs, rolls back, gives everything back. Idempotent. */
  close(): void;
}

/** Opens sessions; refuses with 1049 for an unknown database, 1044 for one the user may not see, 1040 when full. */
export interface SessionFactory {
  open(login: ClientLogin): ClientSession | SqlError;
  /** Version text for the greeting: the backends' own. */
  serverVersion(): string;
}
