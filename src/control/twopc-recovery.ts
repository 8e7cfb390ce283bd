// Ends what died half-way: looks for prepared branches on every server and brings each to what its record says.
//
//   XA RECOVER everywhere ──> ours? ──> seen twice? ──> owner gone, or older than 30 s? ──> record: commit | abort ──> XA COMMIT | XA ROLLBACK
//
// Any number of processes may do this at once: whoever asks for the record second gets the first one's answer, and a branch that
// somebody else has ended meanwhile is listed no longer.
import type { ShardTargets } from '../backend/options.ts';
import type { Logger } from '../observability/log.ts';
import { type PreparedBranch, parseBranchQualifier, parseTransactionId } from './twopc-id.ts';
import { type Decision, isAccessDenied, TwoPhaseShard } from './twopc-shard.ts';

export interface RecoveryOptions {
  readonly log: Logger;
  /** This process, as its transactions' names have it. */
  readonly owner: string;
  /** Transactions are committed in two phases by default: then an account that may not look for prepared ones is a problem. */
  readonly needed: boolean;
  /** Its own transactions whose sessions are at work on them: left alone. */
  isActive(dtid: string): boolean;
  /** Pause between two looks. */
  readonly lookEveryMs?: number;
  /** A lease must be free for so long before its owner counts as gone: connections break and come back. */
  readonly ownerGoneAfterMs?: number;
  /** Older ones are ended whoever owns them. */
  readonly youngMs?: number;
}

export interface UnresolvedTransaction {
  readonly dtid: string;
  readonly owner: string;
  /** `prepared`: waits for its owner; `undecided`: its deciding shard does not answer; else what it is being brought to. */
  readonly state: 'prepared' | 'undecided' | Decision;
  /** Shards (or servers) with a prepared branch. */
  readonly shards: readonly string[];
  readonly ageMs: number;
  readonly problem: string | null;
}

export interface ConcludedTransaction {
  readonly dtid: string;
  readonly owner: string;
  readonly state: Decision;
  readonly shards: readonly string[];
  readonly ageMs: number;
}

interface Tracked {
  readonly dtid: string;
  readonly owner: string;
  readonly firstSeenMs: number;
  looks: number;
  /** When its owner's lease was first seen free; null while it is held. */
  ownerGoneSinceMs: number | null;
  branches: readonly Found[];
  state: UnresolvedTransaction['state'];
  problem: string | null;
}

interface Found {
  readonly branch: PreparedBranch;
  /** On its server: ends it. */
  readonly shard: TwoPhaseShard;
}

const defaultLookEveryMs = 1_000;
/** Above what a living owner needs to take a lost lease again. */
const defaultOwnerGoneAfterMs = 2_000;
const defaultYoungMs = 30_000;
const sweepEveryMs = 60_000;
const handedOverKeptMs = 60_000;
const concludedMax = 100;

export class TwoPhaseRecovery {
  readonly #options: RecoveryOptions;
  #shards: readonly TwoPhaseShard[];
  readonly #tracked = new Map<string, Tracked>();
  readonly #concluded: (ConcludedTransaction & { readonly atMs: number })[] = [];
  /** Own transactions given up by their sessions, and when: their branches are ended at the next look. */
  readonly #handedOver = new Map<string, number>();
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> | null = null;
  #sweptAtMs = performance.now();
  #stopped = false;
  #complaint = '';

  constructor(shards: readonly ShardTargets[], options: RecoveryOptions) {
    this.#options = options;
    this.#shards = shards.map((targets) => new TwoPhaseShard(targets));
  }

  get shards(): readonly TwoPhaseShard[] {
    return this.#shards;
  }

  /** Takes over a changed set of shards. */
  update(shards: readonly ShardTargets[]): void {
    for (const shard of this.#shards) shard.close();
    this.#shards = shards.map((targets) => new TwoPhaseShard(targets));
  }

  /** Looks at once and then again and again. */
  start(): void {
    void this.look();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const shard of this.#shards) shard.close();
  }

  /** Own transaction that its session could not end. */
  handOver(dtid: string): void {
    this.#handedOver.set(dtid, performance.now());
    if (this.#looking === null) void this.look();
  }

  /** All that are prepared for longer than a commit takes. */
  unresolved(): readonly UnresolvedTransaction[] {
    const now = performance.now();
    return [...this.#tracked.values()]
      .filter((tracked) => tracked.looks > 1 && !this.#options.isActive(tracked.dtid))
      .map(({ dtid, owner, state, branches, firstSeenMs, problem }) => ({
        dtid,
        owner,
        state,
        shards: branches.map(({ branch }) => this.#shardName(parseBranchQualifier(branch.bqual).tag)),
        ageMs: now - firstSeenMs,
        problem,
      }));
  }

  /** What recovery ended lately, newest first. */
  concluded(): readonly ConcludedTransaction[] {
    const now = performance.now();
    return this.#concluded.map((one) => ({ ...one, ageMs: now - one.atMs })).reverse();
  }

  shardOf(tag: string): TwoPhaseShard | null {
    return this.#shards.find((shard) => shard.tag === tag) ?? null;
  }

  #shardName(tag: string): string {
    return this.shardOf(tag)?.targets.id ?? tag;
  }

  /** One look, and what follows from it. Never rejects; calls during a look share it. */
  look(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
      this.#schedule();
    });
    return this.#looking;
  }

  #schedule(): void {
    if (this.#stopped) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.look(), this.#options.lookEveryMs ?? defaultLookEveryMs);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const { complete, found } = await this.#read();
    if (this.#stopped) return;
    this.#update(found, complete);
    await Promise.all([...this.#tracked.values()].map((tracked) => this.#consider(tracked)));
    if (complete && performance.now() - this.#sweptAtMs > sweepEveryMs) {
      this.#sweptAtMs = performance.now();
      await this.#sweep();
    }
  }

  /** Prepared branches of all servers; each server is asked once. */
  async #read(): Promise<{ readonly complete: boolean; readonly found: readonly Found[] }> {
    const servers = new Map(this.#shards.map((shard) => [shard.address, shard]));
    const problems: string[] = [];
    let complete = true;
    const readings = [...servers.values()].map(async (shard): Promise<readonly Found[]> => {
      try {
        return (await shard.preparedBranches()).map((branch) => ({
          branch,
          shard: this.#speaker(branch, shard),
        }));
      } catch (error) {
        complete = false;
        if (this.#options.needed || !isAccessDenied(error))
          problems.push(`${shard.targets.id}: ${messageOf(error)}`);
        return [];
      }
    });
    const found = (await Promise.all(readings)).flat();
    this.#complain(problems.sort().join('; '));
    return { complete, found };
  }

  /** The branch's own shard when it is on this server: its account may KILL the session that prepared it. */
  #speaker(branch: PreparedBranch, asked: TwoPhaseShard): TwoPhaseShard {
    const own = this.shardOf(parseBranchQualifier(branch.bqual).tag);
    return own !== null && own.address === asked.address ? own : asked;
  }

  /** Once per change: a server that is down is in the log of others already. */
  #complain(complaint: string): void {
    if (complaint === this.#complaint || this.#stopped) return;
    this.#complaint = complaint;
    if (complaint !== '')
      this.#options.log.warn({ problems: complaint }, 'prepared transactions cannot be read');
  }

  #update(found: readonly Found[], complete: boolean): void {
    const now = performance.now();
    const byId = new Map<string, Found[]>();
    for (const one of found) byId.set(one.branch.dtid, [...(byId.get(one.branch.dtid) ?? []), one]);
    for (const [dtid, branches] of byId) {
      const tracked = this.#tracked.get(dtid);
      if (tracked !== undefined) {
        tracked.branches = branches;
        tracked.looks++;
        continue;
      }
      const owner = parseTransactionId(dtid)?.owner ?? '';
      this.#tracked.set(dtid, {
        dtid,
        owner,
        firstSeenMs: now,
        looks: 1,
        ownerGoneSinceMs: null,
        branches,
        state: 'prepared',
        problem: null,
      });
    }
    for (const dtid of this.#tracked.keys()) {
      if (complete && !byId.has(dtid)) this.#tracked.delete(dtid);
    }
    // A PREPARE that was under way when its connection was closed may take effect a little later.
    for (const [dtid, sinceMs] of this.#handedOver) {
      if (!this.#tracked.has(dtid) && now - sinceMs > handedOverKeptMs) this.#handedOver.delete(dtid);
    }
  }

  async #consider(tracked: Tracked): Promise<void> {
    if (this.#options.isActive(tracked.dtid)) return;
    try {
      if (await this.#mayEnd(tracked)) await this.#conclude(tracked);
    } catch (error) {
      tracked.problem = messageOf(error);
    }
  }

  async #mayEnd(tracked: Tracked): Promise<boolean> {
    const { owner, ownerGoneAfterMs = defaultOwnerGoneAfterMs, youngMs = defaultYoungMs } = this.#options;
    const now = performance.now();
    if (tracked.owner === owner && this.#handedOver.has(tracked.dtid)) return true;
    if (tracked.owner === owner) return tracked.looks > 1;
    if (now - tracked.firstSeenMs >= youngMs) return true;
    const lives = await this.#deciding(tracked).ownerLives(tracked.owner);
    if (lives) tracked.ownerGoneSinceMs = null;
    else tracked.ownerGoneSinceMs ??= now;
    return (
      tracked.looks > 1 &&
      tracked.ownerGoneSinceMs !== null &&
      now - tracked.ownerGoneSinceMs >= ownerGoneAfterMs
    );
  }

  #deciding(tracked: Pick<Tracked, 'dtid'>): TwoPhaseShard {
    const tag = parseTransactionId(tracked.dtid)?.decidingTag ?? '';
    const shard = this.shardOf(tag);
    if (shard === null) throw new Error(`its deciding shard ${tag} is not in this configuration`);
    return shard;
  }

  /**
   * Ends a transaction now, however young. Resolves with its decision, or null when it is not prepared anywhere. Rejects when
   * its deciding shard or one of its branches cannot be reached.
   */
  async resolve(dtid: string): Promise<Decision | null> {
    await this.look();
    const tracked = this.#tracked.get(dtid);
    return tracked === undefined ? null : this.#conclude(tracked);
  }

  /** Seen on some server at the last look. */
  isPrepared(dtid: string): boolean {
    return this.#tracked.has(dtid);
  }

  /** Whether its record says commit. Rejects when its deciding shard does not answer. */
  isCommitted(dtid: string): Promise<boolean> {
    return this.#deciding({ dtid }).isCommitted(dtid);
  }

  async #conclude(tracked: Tracked): Promise<Decision> {
    const { log, owner } = this.#options;
    const { dtid, branches } = tracked;
    tracked.state = 'undecided';
    const threadId = parseTransactionId(dtid)?.threadId ?? null;
    const decision = await this.#deciding(tracked).decide(dtid, owner, threadId);
    tracked.state = decision;
    await Promise.all(branches.map(({ branch, shard }) => shard.end(branch, decision)));
    this.#tracked.delete(dtid);
    this.#handedOver.delete(dtid);
    const shards = branches.map(({ branch }) => this.#shardName(parseBranchQualifier(branch.bqual).tag));
    log.warn({ transaction: dtid, decision, shards }, 'ended a distributed transaction that was left behind');
    this.#concluded.push({
      dtid,
      owner: tracked.owner,
      state: decision,
      shards,
      ageMs: 0,
      atMs: performance.now(),
    });
    if (this.#concluded.length > concludedMax) this.#concluded.shift();
    return decision;
  }

  /** Deletes records that no branch follows any more: branches are read after the records. */
  async #sweep(): Promise<void> {
    for (const shard of this.#shards) {
      try {
        const old = await shard.oldRecords();
        if (old.length === 0) continue;
        const { complete, found } = await this.#read();
        if (!complete) return;
        const prepared = new Set(found.map(({ branch }) => branch.dtid));
        const known = new Set(this.#shards.map(({ targets }) => targets.id));
        const free = old.filter(
          ({ dtid, participants }) =>
            !prepared.has(dtid) &&
            !this.#options.isActive(dtid) &&
            participants.every((name) => known.has(name)),
        );
        await shard.forget(free.map(({ dtid }) => dtid));
      } catch (error) {
        this.#options.log.warn({ shard: shard.targets.id, reason: messageOf(error) }, 'old decisions stay');
      }
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
