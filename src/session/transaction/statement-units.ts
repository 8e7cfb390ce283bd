// Statements that are a transaction of their own over several shards: connections taken beforehand, branches opened as needed.
import type { Gateway, Lease, LeaseOptions } from '../../backend/contract.ts';
import type { AtomicUnit, ScopedLease } from '../../engine/contract.ts';
import { shardgateError } from '../../errors/catalog.ts';
import { TransactionUnit } from './atomic-unit.ts';
import type { Branch } from './branch.ts';
import type { BranchSet } from './branch-set.ts';

export interface UnitDependencies {
  readonly gateway: Gateway;
  leaseOptions(signal: AbortSignal | null): LeaseOptions;
}

/** Those of one session that run now. */
export class StatementUnits {
  readonly #deps: UnitDependencies;
  readonly #fresh: () => BranchSet;
  readonly #running = new Set<BranchSet>();

  /** `fresh`: a transaction in the session's mode, with nothing of what SET TRANSACTION keeps for the next one. */
  constructor(deps: UnitDependencies, fresh: () => BranchSet) {
    this.#deps = deps;
    this.#fresh = fresh;
  }

  get branches(): readonly Branch[] {
    return [...this.#running].flatMap((set) => [...set.branches.values()]);
  }

  /** See `ConnectionScope.beginUnit`. A shard's branch opens with its first statement, in one write. */
  async begin(shardIds: readonly string[], signal: AbortSignal, asksSetting: boolean): Promise<AtomicUnit> {
    const set = this.#fresh();
    const second = shardIds[1];
    if (set.mode === 'single' && second !== undefined) throw shardgateError('SG5001', { shard: second });
    const reserved = await this.#reserve(shardIds, signal);
    const setting = set.expect(reserved.size, asksSetting);
    this.#running.add(set);
    const join = async (shardId: string, joining: AbortSignal): Promise<ScopedLease> => {
      const lease = reserved.get(shardId);
      if (lease === undefined) return this.#joinLater(set, shardId, joining);
      reserved.delete(shardId);
      return set.add(shardId, lease, true, []);
    };
    const ended = (): void => {
      releaseAll(reserved);
      this.#running.delete(set);
    };
    const unit = new TransactionUnit(set, signal, join, ended);
    if (setting !== null) unit.statementSetting = setting;
    return unit;
  }

  async #reserve(shardIds: readonly string[], signal: AbortSignal): Promise<Map<string, Lease>> {
    const { gateway } = this.#deps;
    const reserved = new Map<string, Lease>();
    try {
      for (const shardId of shardIds)
        reserved.set(shardId, await gateway.lease(shardId, this.#deps.leaseOptions(signal)));
      return reserved;
    } catch (error) {
      releaseAll(reserved);
      throw error;
    }
  }

  async #joinLater(set: BranchSet, shardId: string, signal: AbortSignal): Promise<ScopedLease> {
    if (set.mode === 'single' && set.size > 0) throw shardgateError('SG5001', { shard: shardId });
    const lease = await this.#deps.gateway.lease(shardId, this.#deps.leaseOptions(signal));
    const meanwhile = set.get(shardId);
    if (meanwhile === undefined) return set.add(shardId, lease, true, []);
    lease.release();
    return meanwhile;
  }
}

function releaseAll(leases: Map<string, Lease>): void {
  for (const lease of leases.values()) lease.release();
  leases.clear();
}
