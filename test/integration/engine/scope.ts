// The smallest true session for engine tests: pooled connections, or one transaction with a connection per shard.
import type { Gateway, Lease, LeaseOptions } from '../../../src/backend/contract.ts';
import { runStatement } from '../../../src/engine/backend-call.ts';
import type { AtomicUnit, ConnectionScope, ScopedLease } from '../../../src/engine/contract.ts';

export class TestScope implements ConnectionScope {
  readonly inTransaction: boolean;
  readonly #gateway: Gateway;
  readonly #branches = new Map<string, Lease>();

  constructor(gateway: Gateway, inTransaction = false) {
    this.#gateway = gateway;
    this.inTransaction = inTransaction;
  }

  tryAcquire(shardId: string): ScopedLease | null {
    const branch = this.#branches.get(shardId);
    if (branch !== undefined) return { connection: branch.connection, done: () => {} };
    if (this.inTransaction) return null;
    const lease = this.#gateway.tryLease(shardId, options(null));
    return lease === null ? null : pooled(lease);
  }

  async acquire(shardId: string, use: { readonly signal: AbortSignal }): Promise<ScopedLease> {
    const lease = await this.#gateway.lease(shardId, options(use.signal));
    if (!this.inTransaction) return pooled(lease);
    this.#branches.set(shardId, lease);
    await runStatement(lease.connection, 'BEGIN');
    return { connection: lease.connection, done: () => {} };
  }

  async beginUnit(shardIds: readonly string[], signal: AbortSignal): Promise<AtomicUnit> {
    const leases = new Map<string, Lease>();
    const join = async (shardId: string): Promise<ScopedLease> => {
      const lease = leases.get(shardId) ?? (await this.#gateway.lease(shardId, options(signal)));
      if (!leases.has(shardId)) await runStatement(lease.connection, 'BEGIN');
      leases.set(shardId, lease);
      return { connection: lease.connection, done: () => {} };
    };
    for (const shardId of shardIds) await join(shardId);
    const end = async (sql: string) => {
      for (const lease of leases.values()) {
        await runStatement(lease.connection, sql);
        lease.release();
      }
    };
    return {
      join,
      commit: () => end('COMMIT'),
      rollback: () => end('ROLLBACK'),
    };
  }

  workspace(shardId: string, signal: AbortSignal): Promise<Lease> {
    return this.#gateway.lease(shardId, options(signal));
  }

  /** Ends the transaction; throws when a connection is not idle. */
  async rollback(): Promise<void> {
    for (const lease of this.#branches.values()) {
      if (lease.connection.pending > 0) throw new Error('a connection is still busy');
      await runStatement(lease.connection, 'ROLLBACK');
      lease.release();
    }
    this.#branches.clear();
  }
}

function options(signal: AbortSignal | null): LeaseOptions {
  return { settings: { key: '', values: new Map() }, clientFlags: 0, role: 'primary', signal };
}

function pooled(lease: Lease): ScopedLease {
  return {
    connection: lease.connection,
    done: (broken) => (broken ? lease.discard() : lease.release()),
  };
}
