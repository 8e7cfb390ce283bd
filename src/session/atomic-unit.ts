// A statement over several shards that happens on all of them or on none.
import type { AtomicUnit, ScopedLease } from '../engine/contract.ts';
import { shardgateError } from '../errors/catalog.ts';
import { present } from '../util/assert.ts';
import { runStatement, sendStatement } from './backend-command.ts';

const unitSavepoint = 'shardgate_statement';

/**
 * Inside a transaction a savepoint on each shard; else a transaction of the statement's own. Both are pipelined in front of
 * the shard's first statement, so they cost no round trip.
 */
export function openUnit(leases: ReadonlyMap<string, ScopedLease>, inTransaction: boolean): AtomicUnit {
  const opening = inTransaction ? `SAVEPOINT ${unitSavepoint}` : 'BEGIN';
  const broken = new Set<ScopedLease>();
  for (const lease of leases.values()) {
    sendStatement(lease.connection, opening, (terminal) => {
      if (terminal === null || terminal.error !== null) broken.add(lease);
    });
  }
  const unit = new Unit(leases, inTransaction, broken);
  return unit;
}

class Unit implements AtomicUnit {
  readonly #leases: ReadonlyMap<string, ScopedLease>;
  readonly #inTransaction: boolean;
  readonly #broken: Set<ScopedLease>;

  constructor(leases: ReadonlyMap<string, ScopedLease>, inTransaction: boolean, broken: Set<ScopedLease>) {
    this.#leases = leases;
    this.#inTransaction = inTransaction;
    this.#broken = broken;
  }

  lease(shardId: string): ScopedLease {
    return present(this.#leases.get(shardId), `unit without shard ${shardId}`);
  }

  async commit(): Promise<void> {
    if (this.#inTransaction) {
      await this.#everywhere(`RELEASE SAVEPOINT ${unitSavepoint}`);
      this.#giveBack();
      return;
    }
    const [first, ...others] = [...this.#leases];
    if (first === undefined) return;
    try {
      await runStatement(first[1].connection, 'COMMIT');
    } catch (error) {
      this.#broken.add(first[1]);
      await this.#rollbackAll(others);
      this.#giveBack();
      throw error;
    }
    const failed: string[] = [];
    await Promise.all(others.map((entry) => this.#commitOne(entry, failed)));
    this.#giveBack();
    if (failed.length > 0) throw this.#partlyCommitted(failed);
  }

  async rollback(): Promise<void> {
    if (this.#inTransaction) await this.#everywhere(`ROLLBACK TO SAVEPOINT ${unitSavepoint}`);
    else await this.#rollbackAll([...this.#leases]);
    this.#giveBack();
  }

  #partlyCommitted(failed: readonly string[]): Error {
    return shardgateError('SG5003', {
      committed: this.#leases.size - failed.length,
      all: this.#leases.size,
      failed: failed.join(', '),
    });
  }

  async #commitOne(entry: readonly [string, ScopedLease], failed: string[]): Promise<void> {
    await runStatement(entry[1].connection, 'COMMIT').catch(() => {
      this.#broken.add(entry[1]);
      failed.push(entry[0]);
    });
  }

  async #rollbackAll(entries: readonly (readonly [string, ScopedLease])[]): Promise<void> {
    const one = (lease: ScopedLease) =>
      runStatement(lease.connection, 'ROLLBACK').catch(() => this.#broken.add(lease));
    await Promise.all(entries.map(([, lease]) => one(lease)));
  }

  /** Errors are kept for the end of the transaction: a deadlock has removed the savepoint already. */
  async #everywhere(sql: string): Promise<void> {
    await Promise.all(
      [...this.#leases.values()].map((lease) => runStatement(lease.connection, sql).catch(() => null)),
    );
  }

  #giveBack(): void {
    for (const lease of this.#leases.values()) lease.done(this.#broken.has(lease));
  }
}
