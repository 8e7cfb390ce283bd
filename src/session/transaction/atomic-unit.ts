// A statement over several shards that happens on all of them or on none.
import type { AtomicUnit, ScopedLease } from '../../engine/contract.ts';
import { present } from '../../util/assert.ts';
import { runStatement, sendStatement } from '../servers/backend-command.ts';
import type { BranchSet } from './branch-set.ts';

const unitSavepoint = 'shardgate_statement';

/** Takes a connection of a shard for the unit. */
export type AcquireShard = (shardId: string, signal: AbortSignal) => Promise<ScopedLease>;

/** Inside a transaction: a savepoint on each shard, sent in one write with the shard's first statement. */
export class SavepointUnit implements AtomicUnit {
  readonly #leases: Map<string, ScopedLease>;
  readonly #acquire: AcquireShard;
  /** Those with the savepoint. */
  readonly #open = new Set<ScopedLease>();
  readonly #broken = new Set<ScopedLease>();

  /** `acquire` gives the transaction's own connection of a shard. */
  constructor(leases: ReadonlyMap<string, ScopedLease>, acquire: AcquireShard) {
    this.#leases = new Map(leases);
    this.#acquire = acquire;
  }

  async join(shardId: string, signal: AbortSignal): Promise<ScopedLease> {
    if (!this.#leases.has(shardId)) {
      const acquired = await this.#acquire(shardId, signal);
      // Two parts of a statement may have asked for it at once.
      if (!this.#leases.has(shardId)) this.#leases.set(shardId, acquired);
    }
    const lease = present(this.#leases.get(shardId), 'a lease was put there');
    if (!this.#open.has(lease)) this.#begin(lease);
    return lease;
  }

  #begin(lease: ScopedLease): void {
    this.#open.add(lease);
    sendStatement(lease.connection, `SAVEPOINT ${unitSavepoint}`, (terminal) => {
      if (terminal === null || terminal.error !== null) this.#broken.add(lease);
    });
  }

  /** Rejects when a shard was lost meanwhile: then the transaction is, and the statement with it. */
  async commit(): Promise<void> {
    const failed = await this.#everywhere(`RELEASE SAVEPOINT ${unitSavepoint}`);
    if (failed.length > 0) throw failed[0];
  }

  async rollback(): Promise<void> {
    await this.#everywhere(`ROLLBACK TO SAVEPOINT ${unitSavepoint}`);
  }

  /**
   * Where it fails the statement cannot be undone alone, or a deadlock has rolled back the whole transaction there while
   * another shard's error is the one reported: that branch counts as lost, and with it the transaction.
   */
  async #everywhere(sql: string): Promise<readonly unknown[]> {
    const failed: unknown[] = [];
    const one = (lease: ScopedLease) =>
      runStatement(lease.connection, sql).catch((error: unknown) => {
        this.#broken.add(lease);
        failed.push(error);
      });
    await Promise.all([...this.#open].map(one));
    for (const lease of this.#leases.values()) lease.done(this.#broken.has(lease));
    return failed;
  }
}

/** Outside: a transaction of the statement's own, committed in the session's mode. */
export class TransactionUnit implements AtomicUnit {
  readonly #set: BranchSet;
  readonly #signal: AbortSignal;
  readonly #acquire: AcquireShard;
  readonly #ended: () => void;
  statementSetting?: string;

  /** `acquire` adds a branch to the set. `ended`: it holds no connection any more. */
  constructor(set: BranchSet, signal: AbortSignal, acquire: AcquireShard, ended: () => void) {
    this.#set = set;
    this.#signal = signal;
    this.#acquire = acquire;
    this.#ended = ended;
  }

  async join(shardId: string, signal: AbortSignal): Promise<ScopedLease> {
    return this.#set.get(shardId) ?? (await this.#acquire(shardId, signal));
  }

  async commit(): Promise<void> {
    this.#ended();
    await this.#set.commit();
  }

  async rollback(): Promise<void> {
    const branches = [...this.#set.branches.values()];
    await Promise.all(branches.map((branch) => branch.rollback()));
    // Cancelled: a KILL may still be on its way, and must not hit these connections' next users.
    if (this.#signal.aborted) for (const branch of branches) branch.markBroken();
    for (const branch of branches) branch.finish();
    this.#ended();
  }
}
