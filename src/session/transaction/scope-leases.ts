// Leases of a session outside its transaction: of the pool, given back after the statement; and kept ones.
import type { BackendConnection, Lease } from '../../backend/contract.ts';
import type { ScopedLease, WorkspaceLease } from '../../engine/contract.ts';

/**
 * Collects warnings before the connection goes back; leaves `outstanding` when it does. That is an array, because mostly it has
 * one member, and a set's growing and shrinking would cost every statement a call into the runtime.
 */
export class PooledLease implements ScopedLease {
  readonly connection: BackendConnection;
  readonly asStored: boolean;
  readonly #lease: Lease;
  readonly #outstanding: PooledLease[];
  readonly #collectWarnings: (connection: BackendConnection) => Promise<void>;
  #doomed = false;

  constructor(
    lease: Lease,
    outstanding: PooledLease[],
    collectWarnings: (connection: BackendConnection) => Promise<void>,
    asStored = false,
  ) {
    this.asStored = asStored;
    this.#lease = lease;
    this.#outstanding = outstanding;
    this.#collectWarnings = collectWarnings;
    this.connection = lease.connection;
    outstanding.push(this);
  }

  /** A workspace's connection, whose warnings are the session's. */
  static ofWorkspace(
    lease: Lease,
    collectWarnings: (connection: BackendConnection, reword: (message: string) => string) => Promise<void>,
  ): WorkspaceLease {
    return {
      connection: lease.connection,
      release: () => lease.release(),
      discard: () => lease.discard(),
      resetAndRelease: () => lease.resetAndRelease(),
      collectWarnings: (reword) => collectWarnings(lease.connection, reword),
    };
  }

  /** A KILL is on its way there, which must not find the connection's next user. */
  doom(): void {
    this.#doomed = true;
  }

  done(broken: boolean, warnings = 0): void {
    remove(this.#outstanding, this);
    if (broken || this.#doomed || !this.connection.alive) this.#lease.discard();
    else if (warnings === 0) this.#lease.release();
    else
      this.#collectWarnings(this.connection).then(
        () => this.#lease.release(),
        () => this.#lease.discard(),
      );
  }
}

function remove(leases: PooledLease[], lease: PooledLease): void {
  const last = leases.pop();
  if (last === undefined || last === lease) return;
  const at = leases.indexOf(lease);
  if (at >= 0) leases[at] = last;
  else leases.push(last);
}

/** A connection that stays with the session whatever the statement did. */
class KeptLease implements ScopedLease {
  readonly connection: BackendConnection;
  readonly #collectWarnings: (connection: BackendConnection) => Promise<void>;

  constructor(
    connection: BackendConnection,
    collectWarnings: (connection: BackendConnection) => Promise<void>,
  ) {
    this.connection = connection;
    this.#collectWarnings = collectWarnings;
  }

  done(broken: boolean, warnings = 0): void {
    if (broken) this.connection.destroy();
    else if (warnings > 0) this.#collectWarnings(this.connection).catch(() => this.connection.destroy());
  }
}

/** A kept connection as a lease of the transaction: it outlives its end. */
export function keptAsLease(connection: BackendConnection): Lease {
  return {
    connection,
    release() {},
    resetAndRelease() {},
    discard: () => connection.destroy(),
  };
}

/** What a connection is kept for: statements of its shard (temporary tables), or named locks, which nothing else runs beside. */
export type KeptFor = 'statements' | 'locks';

interface Kept {
  readonly shardId: string;
  readonly purpose: KeptFor;
  readonly lease: Lease;
}

/** Connections of a session that no other may use before it says so. */
export class KeptConnections {
  readonly #kept = new Map<string, Kept>();
  readonly #forget: (connection: BackendConnection) => void;
  readonly #collectWarnings: (connection: BackendConnection) => Promise<void>;

  /** `forget`: what is remembered of a connection's prepared statements, before it is reset. */
  constructor(
    forget: (connection: BackendConnection) => void,
    collectWarnings: (connection: BackendConnection) => Promise<void>,
  ) {
    this.#forget = forget;
    this.#collectWarnings = collectWarnings;
  }

  /** A kept connection for one statement. */
  leased(connection: BackendConnection): KeptLease {
    return new KeptLease(connection, this.#collectWarnings);
  }

  get size(): number {
    return this.#kept.size;
  }

  get shards(): readonly string[] {
    return [...this.#kept.values()].map((kept) => kept.shardId);
  }

  keptFor(purpose: KeptFor): readonly BackendConnection[] {
    const kept = [...this.#kept.values()].filter((one) => one.purpose === purpose);
    return kept.map((one) => one.lease.connection);
  }

  get connections(): readonly BackendConnection[] {
    return [...this.#kept.values()].map((kept) => kept.lease.connection);
  }

  /** The connection, also when it is dead by now; null when none was kept. */
  get(shardId: string, purpose: KeptFor): BackendConnection | null {
    if (this.#kept.size === 0) return null;
    return this.#kept.get(`${purpose} ${shardId}`)?.lease.connection ?? null;
  }

  put(shardId: string, purpose: KeptFor, lease: Lease): void {
    const key = `${purpose} ${shardId}`;
    this.#kept.get(key)?.lease.discard();
    this.#kept.set(key, { shardId, purpose, lease });
  }

  /** Resets and gives back those kept for `purpose`; all without one. */
  release(purpose: KeptFor | null): void {
    for (const [key, kept] of this.#kept) {
      if (purpose !== null && kept.purpose !== purpose) continue;
      this.#kept.delete(key);
      this.#forget(kept.lease.connection);
      if (kept.lease.connection.alive) kept.lease.resetAndRelease();
      else kept.lease.discard();
    }
  }
}
