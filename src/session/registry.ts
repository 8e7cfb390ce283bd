// Sessions of the process by connection id: SHOW PROCESSLIST, KILL, the admin endpoint.
import type { SqlError } from '../errors/sql-error.ts';
import type { ServerFlavour } from '../vschema/model.ts';

/** A session as others may see and stop it. */
export interface RegisteredSession {
  readonly connectionId: number;
  readonly user: string;
  readonly host: string;
  readonly database: string | null;
  /** Normalised text of what runs, null when idle: literals are nobody else's business. */
  readonly running: string | null;
  /** Milliseconds of the monotonic clock when the current state began. */
  readonly sinceMs: number;
  readonly inTransaction: boolean;
  /** The server's id of the connection that keeps its named locks. */
  readonly lockThreadId: number | null;
  /** What ties it to a server's connection between statements. */
  readonly pinnedBy: 'transaction' | 'reserved' | null;
  /** What its servers are, as far as is known by now. */
  servedBy(flavour: ServerFlavour): void;
  /** Something runs that the statement timeout is for, and no byte of its answer has gone out. */
  readonly timeoutApplies: boolean;
  /** The client's own limit for it; null: the configuration's. */
  readonly timeoutMs: number | null;
  /** Nothing runs and an open transaction has waited for longer than the client's transaction_timeout allows. */
  transactionExpired(nowMs: number): boolean;
  /** Tells the client why and closes the connection. */
  disconnect(reason: SqlError): void;
  /** Stops the running statement; its client gets `reason`. */
  interrupt(reason: SqlError): void;
  /** Stops the running statement with error 1317. */
  killQuery(): void;
  /** Closes the connection. */
  kill(): void;
}

/** What became of a KILL. */
export type KillOutcome = 'killed' | 'unknown' | 'notOwner';

/** Sessions of other processes behind the same port. */
export interface OtherSessions {
  kill(connectionId: number, user: string, queryOnly: boolean): Promise<KillOutcome>;
}

export class SessionRegistry {
  readonly #sessions = new Map<number, RegisteredSession>();
  /** Statements answered since the start. */
  statements = 0;
  /** null: this process is the only one. */
  elsewhere: OtherSessions | null = null;

  get size(): number {
    return this.#sessions.size;
  }

  add(session: RegisteredSession): void {
    this.#sessions.set(session.connectionId, session);
  }

  remove(connectionId: number): void {
    this.#sessions.delete(connectionId);
  }

  get(connectionId: number): RegisteredSession | null {
    return this.#sessions.get(connectionId) ?? null;
  }

  /** A user may end sessions of its own name. */
  kill(connectionId: number, user: string, queryOnly: boolean): KillOutcome {
    const victim = this.get(connectionId);
    if (victim === null) return 'unknown';
    if (victim.user !== user) return 'notOwner';
    if (queryOnly) victim.killQuery();
    else victim.kill();
    return 'killed';
  }

  all(): readonly RegisteredSession[] {
    return [...this.#sessions.values()];
  }
}
