// Two-phase commit's standing part in a process: names, records, leases, and recovery of what others left.
import { randomInt } from 'node:crypto';
import type { ShardTargets } from '../backend/options.ts';
import { shardgateError } from '../errors/catalog.ts';
import type { Logger } from '../observability/log.ts';
import { withinMs } from '../util/within-ms.ts';
import { branchQualifier, parseTransactionId, transactionId, xidText } from './twopc-id.ts';
import { OwnerLease } from './twopc-lease.ts';
import { decisionSql, snapshotSql } from './twopc-record.ts';
import { type RecoveryOptions, TwoPhaseRecovery } from './twopc-recovery.ts';
import type { Decision, TwoPhaseShard } from './twopc-shard.ts';

export type TwoPhaseTimes = Pick<RecoveryOptions, 'lookEveryMs' | 'ownerGoneAfterMs' | 'youngMs'>;

/** Deleting records costs a write each: they wait for company. */
const forgetEveryMs = 1_000;
const forgetAtOnceMax = 500;
const forgetWithinMs = 1_000;
const decidedWithinMs = 10_000;

export class TwoPhaseControl {
  readonly snapshotSql = snapshotSql;
  readonly recovery: TwoPhaseRecovery;
  readonly #log: Logger;
  readonly #owner = ownerName();
  readonly #active = new Set<string>();
  readonly #ready = new Map<string, Promise<void>>();
  readonly #isReady = new Set<string>();
  readonly #leases = new Map<string, OwnerLease>();
  /** Records to delete, by deciding shard's tag. */
  readonly #done = new Map<string, string[]>();
  #lastNumber = 0;
  #timer: NodeJS.Timeout | null = null;

  /** `needed`: twopc is the default mode of sessions. */
  constructor(shards: readonly ShardTargets[], log: Logger, needed: boolean, times: TwoPhaseTimes = {}) {
    this.#log = log;
    this.recovery = new TwoPhaseRecovery(shards, {
      ...times,
      log,
      needed,
      owner: this.#owner,
      isActive: (dtid) => this.#active.has(dtid),
    });
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    await withinMs(forgetWithinMs, this.#forgetDone());
    this.recovery.stop();
    for (const lease of this.#leases.values()) lease.release();
  }

  /** Takes over changed servers. Leases on servers that left stay until the end: their transactions may still run. */
  update(shards: readonly ShardTargets[]): void {
    this.recovery.update(shards);
    this.#ready.clear();
    this.#isReady.clear();
  }

  start(decidingShardId: string, threadId: number): string {
    return transactionId(this.#owner, ++this.#lastNumber, threadId, decidingShardId);
  }

  branchId(dtid: string, shardId: string, threadId: number): string {
    return xidText(dtid, branchQualifier(shardId, threadId));
  }

  decisionSql(dtid: string, participants: readonly string[]): string {
    return decisionSql(dtid, this.#owner, participants);
  }

  isReady(shardId: string): boolean {
    return this.#isReady.has(shardId);
  }

  ready(shardId: string): Promise<void> {
    let ready = this.#ready.get(shardId);
    if (ready === undefined) {
      ready = this.#makeReady(shardId);
      this.#ready.set(shardId, ready);
      // A refusal is not for ever: rights can be granted.
      ready.catch(() => this.#ready.delete(shardId));
    }
    return ready;
  }

  async #makeReady(shardId: string): Promise<void> {
    const shard = this.recovery.shards.find((one) => one.targets.id === shardId);
    try {
      if (shard === undefined) throw new Error('it is not in the configuration');
      // Who may not look for prepared branches must not leave any.
      await Promise.all([shard.makeTable(), shard.preparedBranches(), this.#takeLease(shard)]);
      this.#isReady.add(shardId);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw shardgateError('SG5020', { shard: shardId, why });
    }
  }

  async #takeLease(shard: TwoPhaseShard): Promise<void> {
    if (this.#leases.has(shard.address)) return;
    const lease = new OwnerLease(shard.targets.primary, this.#owner);
    this.#leases.set(shard.address, lease);
    try {
      await lease.take();
    } catch (error) {
      this.#leases.delete(shard.address);
      lease.release();
      throw error;
    }
  }

  begin(dtid: string): void {
    this.#active.add(dtid);
  }

  async decided(dtid: string): Promise<Decision | null> {
    const name = parseTransactionId(dtid);
    const shard = name === null ? null : this.recovery.shardOf(name.decidingTag);
    if (name === null || shard === null) return null;
    const endMs = performance.now() + decidedWithinMs;
    for (;;) {
      try {
        return await shard.decide(dtid, this.#owner, name.threadId);
      } catch (error) {
        if (performance.now() > endMs) {
          const reason = error instanceof Error ? error.message : String(error);
          this.#log.error(
            { transaction: dtid, reason },
            'the outcome of a distributed transaction is unknown',
          );
          return null;
        }
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }

  end(dtid: string, state: 'done' | 'open'): void {
    this.#active.delete(dtid);
    if (state === 'open') {
      this.recovery.handOver(dtid);
      return;
    }
    const tag = parseTransactionId(dtid)?.decidingTag ?? '';
    const done = this.#done.get(tag);
    if (done === undefined) this.#done.set(tag, [dtid]);
    else done.push(dtid);
    this.#timer ??= setTimeout(() => void this.#forgetDone(), forgetEveryMs).unref();
  }

  /** What cannot be deleted now is swept later, like what a dead process left. */
  async #forgetDone(): Promise<void> {
    this.#timer = null;
    const all = [...this.#done];
    this.#done.clear();
    const forget = async (tag: string, dtids: readonly string[]): Promise<void> => {
      const shard = this.recovery.shardOf(tag);
      for (let at = 0; at < dtids.length; at += forgetAtOnceMax) {
        await shard?.forget(dtids.slice(at, at + forgetAtOnceMax));
      }
    };
    await Promise.all(all.map(([tag, dtids]) => forget(tag, dtids).catch(() => {})));
  }
}

/** Eight letters and digits: two processes that ever lived have the same with a chance of one in a million million. */
function ownerName(): string {
  return Array.from({ length: 8 }, () => randomInt(36).toString(36)).join('');
}
