// A session's transaction: one connection per touched shard, opened when first used, ended together.
import type {
  BackendConnection,
  Gateway,
  Lease,
  LeaseOptions,
  SharedConnection,
} from '../../backend/contract.ts';
import type {
  AtomicUnit,
  ConnectionScope,
  ConnectionUse,
  ScopedLease,
  WorkspaceLease,
} from '../../engine/contract.ts';
import { shardgateError } from '../../errors/catalog.ts';
import { SqlError } from '../../errors/sql-error.ts';
import { onlyReads, storedForm, workspaceForm } from '../variables/setting-forms.ts';
import type { TransactionMode } from '../variables/variables.ts';
import { SavepointUnit } from './atomic-unit.ts';
import type { Branch } from './branch.ts';
import {
  type BranchDependencies,
  BranchSet,
  plainTransaction,
  type TransactionOptions,
} from './branch-set.ts';
import type { CommitReport } from './commit.ts';
import { LateKills } from './late-kills.ts';
import { KeptConnections, type KeptFor, keptAsLease, PooledLease } from './scope-leases.ts';
import { StatementUnits } from './statement-units.ts';
import { mayRollBack, rollsBack } from './transaction-errors.ts';

/*
 *            begin / first use with autocommit=0
 *   none ------------------------------------------> open --- commit, rollback, deadlock ---> none
 *                                                     |  a shard's part is lost
 *                                                     v
 *                                                  aborted --- rollback, failing commit ---> none
 */
type State = 'none' | 'open' | 'aborted';

export interface ScopeDependencies extends BranchDependencies {
  readonly gateway: Gateway;
  readonly workspaces: Gateway;
  leaseOptions(signal: AbortSignal | null): LeaseOptions;
  mode(): TransactionMode;
  /** COM_RESET_CONNECTION runs on it: server-side handles are gone. */
  connectionReset(connection: BackendConnection): void;
}

const statusInTransaction = 1;

/** Implements the engine's `ConnectionScope`. Kept connections serve their shard before anything else. */
export class TransactionScope implements ConnectionScope {
  readonly #deps: ScopeDependencies;
  #state: State = 'none';
  #autocommit = true;
  #transaction: BranchSet;
  #nextIsolation: string | null = null;
  /** Null: SET TRANSACTION said nothing. */
  #nextReadOnly: boolean | null = null;
  readonly #savepoints: string[] = [];
  readonly #kept: KeptConnections;
  /** Pool connections at work for this session. */
  readonly #outstanding: PooledLease[] = [];
  readonly #units: StatementUnits;
  readonly #kills = new LateKills();
  #outside = false;
  #keepsTables = false;
  #closed = false;

  constructor(deps: ScopeDependencies) {
    this.#deps = deps;
    this.#transaction = this.#fresh(plainTransaction);
    this.#units = new StatementUnits(deps, () => this.#fresh(plainTransaction));
    const { collectWarnings } = deps;
    this.#kept = new KeptConnections((connection) => deps.connectionReset(connection), collectWarnings);
  }

  get inTransaction(): boolean {
    return !this.#outside && (this.#state !== 'none' || !this.#autocommit);
  }

  /** What SERVER_STATUS_IN_TRANS says: with autocommit=0 a transaction begins with its first statement. */
  get open(): boolean {
    return this.#state !== 'none';
  }

  get readOnly(): boolean {
    return this.#state !== 'none' && this.#transaction.options.readOnly;
  }

  get autocommit(): boolean {
    return this.#autocommit;
  }

  get savepoints(): readonly string[] {
    return this.#savepoints;
  }

  get shardsTouched(): number {
    return this.#transaction.size;
  }

  /** How the open transaction will be committed: the session's mode when it began. */
  get mode(): TransactionMode {
    return this.#transaction.mode;
  }

  setAutocommit(on: boolean): void {
    this.#autocommit = on;
  }

  /** SET TRANSACTION without SESSION: for the next transaction only. */
  setNext(isolation: string | null, readOnly: boolean | null): void {
    if (isolation !== null) this.#nextIsolation = isolation;
    if (readOnly !== null) this.#nextReadOnly = readOnly;
  }

  /** What a statement meets now: the open transaction's access mode, else that of the one it would begin. */
  get onlyReads(): boolean {
    return this.#state === 'none' ? this.#unsaidReadOnly : this.#transaction.options.readOnly;
  }

  get #unsaidReadOnly(): boolean {
    return this.#nextReadOnly ?? this.#sessionReadOnly;
  }

  get #sessionReadOnly(): boolean {
    return onlyReads(this.#deps.leaseOptions(null).settings);
  }

  /** Forgets what SET TRANSACTION said, and gives the isolation; null: it said none. */
  takeNext(): string | null {
    const isolation = this.#nextIsolation;
    this.#nextIsolation = null;
    this.#nextReadOnly = null;
    return isolation;
  }

  /** The caller has ended any open transaction before (BEGIN commits implicitly). */
  begin(readOnly: boolean | null, consistentSnapshot: boolean): void {
    const only = readOnly ?? this.#unsaidReadOnly;
    this.#transaction = this.#fresh({
      readOnly: only,
      saysReadWrite: !only && this.#sessionReadOnly,
      consistentSnapshot,
      isolation: this.#nextIsolation,
    });
    this.#nextIsolation = null;
    this.#nextReadOnly = null;
    this.#state = 'open';
  }

  tryAcquire(shardId: string, use: ConnectionUse): ScopedLease | null {
    const held = this.#held(shardId, use.writes);
    if (held !== null) return this.#isCurrent(held) ? held : null;
    if (this.inTransaction && this.#needsTableFirst(shardId)) return null;
    const lease = this.#deps.gateway.tryLease(shardId, this.#optionsFor(use, null));
    if (lease === null) return null;
    return this.inTransaction ? this.#join(shardId, lease, use.writes) : this.#pooled(lease, use.asStored);
  }

  /** A transaction's connection goes on being the session's. */
  #optionsFor(use: ConnectionUse, signal: AbortSignal | null): LeaseOptions {
    const options = this.#deps.leaseOptions(signal);
    if (use.asStored !== true || this.inTransaction) return options;
    return { ...options, settings: storedForm(options.settings) };
  }

  tryShare(shardId: string): SharedConnection | null {
    if (this.#state !== 'none' || !this.#autocommit || this.#closed || this.#kept.size > 0) return null;
    return this.#deps.gateway.tryShare(shardId, this.#deps.leaseOptions(null));
  }

  async acquire(
    shardId: string,
    use: ConnectionUse & { readonly signal: AbortSignal },
  ): Promise<ScopedLease> {
    const atOnce = this.tryAcquire(shardId, use);
    if (atOnce !== null) return atOnce;
    const outdated = this.#held(shardId, use.writes);
    if (outdated !== null) return this.#updated(outdated);
    if (this.inTransaction && this.#needsTableFirst(shardId)) await this.#deps.twopc.ready(shardId);
    const lease = await this.#deps.gateway.lease(shardId, this.#optionsFor(use, use.signal));
    const held = this.#heldElse(() => lease.release(), shardId, use.writes);
    if (held === null)
      return this.inTransaction ? this.#join(shardId, lease, use.writes) : this.#pooled(lease, use.asStored);
    lease.release();
    return this.#updated(held);
  }

  /**
   * For questions that belong to no transaction (what tables are like): a connection the session holds already, else one of
   * the pool. Never makes the transaction larger.
   */
  async beside(shardId: string, signal: AbortSignal): Promise<ScopedLease> {
    const branch = this.#state === 'open' ? this.#transaction.get(shardId) : undefined;
    const kept = this.#kept.get(shardId, 'statements');
    if (branch !== undefined && !branch.broken) return this.#updated(branch);
    if (kept?.alive === true) return this.#updated(this.#kept.leased(kept));
    return this.#pooled(await this.#deps.gateway.lease(shardId, this.#deps.leaseOptions(signal)));
  }

  /** A held connection was leased with the settings of then; a SET in the middle of a transaction changes the session's. */
  #isCurrent({ connection }: ScopedLease): boolean {
    if (this.#kills.of(connection) !== undefined) return false;
    return this.#deps.gateway.hasSettings(connection, this.#deps.leaseOptions(null).settings);
  }

  async #updated(lease: ScopedLease): Promise<ScopedLease> {
    const { settings } = this.#deps.leaseOptions(null);
    await this.#kills.of(lease.connection);
    if (!this.#isCurrent(lease)) await this.#deps.gateway.useSettings(lease.connection, settings);
    return lease;
  }

  /** Much may have happened while a lease was waited for: then it goes back. */
  #heldElse(giveBack: () => void, shardId: string, writes: boolean): ScopedLease | null {
    try {
      return this.#held(shardId, writes);
    } catch (error) {
      giveBack();
      throw error;
    }
  }

  async beginUnit(
    shardIds: readonly string[],
    signal: AbortSignal,
    asksSetting = false,
  ): Promise<AtomicUnit> {
    if (!this.inTransaction) return this.#units.begin(shardIds, signal, asksSetting);
    const leases = new Map<string, ScopedLease>();
    try {
      for (const shardId of shardIds)
        leases.set(shardId, await this.acquire(shardId, { writes: true, signal }));
    } catch (error) {
      for (const lease of leases.values()) lease.done(false);
      throw error;
    }
    return new SavepointUnit(leases, (shardId, joining) =>
      this.acquire(shardId, { writes: true, signal: joining }),
    );
  }

  async workspace(shardId: string, signal: AbortSignal): Promise<WorkspaceLease> {
    const options = this.#deps.leaseOptions(signal);
    const settings = workspaceForm(options.settings);
    const lease = await this.#deps.workspaces.lease(shardId, { ...options, settings });
    return PooledLease.ofWorkspace(lease, this.#deps.collectWarnings);
  }

  /** Keeps a connection of this shard for the session's statements until `unreserve`; the transaction's when it has one. */
  async reserve(shardId: string, signal: AbortSignal): Promise<ScopedLease> {
    const kept = this.#kept.get(shardId, 'statements');
    if (kept?.alive === true) return this.#kept.leased(kept);
    const branch = this.#outside ? undefined : this.#transaction.get(shardId);
    if (branch !== undefined) {
      this.#refuseLost();
      this.#kept.put(shardId, 'statements', branch.handOver());
      return branch;
    }
    const lease = await this.#deps.gateway.lease(shardId, this.#deps.leaseOptions(signal));
    this.#kept.put(shardId, 'statements', lease);
    return this.#kept.leased(lease.connection);
  }

  /** The connection that holds this session's named locks, dead or alive; null when it has none. */
  lockConnection(shardId: string): BackendConnection | null {
    return this.#kept.get(shardId, 'locks');
  }

  /** Keeps one for named locks, until `releaseLocks`. */
  async reserveForLocks(shardId: string, signal: AbortSignal): Promise<BackendConnection> {
    const options = { ...this.#deps.leaseOptions(signal), role: 'primary' as const };
    const lease = await this.#deps.gateway.lease(shardId, options);
    this.#kept.put(shardId, 'locks', lease);
    return lease.connection;
  }

  /** Its locks are gone with the reset. */
  releaseLocks(): void {
    this.#kept.release('locks');
  }

  reservedFor(purpose: KeptFor): readonly BackendConnection[] {
    return this.#kept.keptFor(purpose);
  }

  get reservedShards(): readonly string[] {
    return this.#kept.shards;
  }

  /** The same for good, for what the session makes on it: temporary tables. */
  async keepTables(shardId: string, signal: AbortSignal): Promise<ScopedLease> {
    const lease = await this.reserve(shardId, signal);
    this.#keepsTables = true;
    return lease;
  }

  /** Whether what was kept must outlive LOCK TABLES. */
  get keepsTables(): boolean {
    return this.#keepsTables;
  }

  /** Whatever they were kept for is gone with the reset. */
  unreserveStatements(): void {
    this.#kept.release('statements');
  }

  unreserve(): void {
    this.#keepsTables = false;
    this.#kept.release(null);
  }

  /** A savepoint on every open branch now, and on each that joins later. */
  async savepoint(name: string): Promise<void> {
    if (!this.inTransaction) return;
    await this.#kills.settled();
    this.#refuseLost();
    if (this.#state === 'none') this.begin(null, false);
    await Promise.all(this.#transaction.live.map((branch) => branch.run(`SAVEPOINT ${name}`)));
    const known = this.#savepointIndex(name);
    if (known >= 0) this.#savepoints.splice(known, 1);
    this.#savepoints.push(name);
  }

  async rollbackTo(name: string): Promise<void> {
    const at = this.#knownSavepoint(name);
    await this.#kills.settled();
    this.#refuseLost();
    await Promise.all(this.#transaction.live.map((branch) => branch.run(`ROLLBACK TO SAVEPOINT ${name}`)));
    this.#savepoints.length = at + 1;
  }

  async releaseSavepoint(name: string): Promise<void> {
    const at = this.#knownSavepoint(name);
    await this.#kills.settled();
    this.#refuseLost();
    await Promise.all(this.#transaction.live.map((branch) => branch.run(`RELEASE SAVEPOINT ${name}`)));
    this.#savepoints.length = at;
  }

  #knownSavepoint(name: string): number {
    const at = this.#savepointIndex(name);
    if (at >= 0) return at;
    const bare = name.slice(1, -1).replaceAll('``', '`');
    throw new SqlError(1305, '42000', `SAVEPOINT ${bare} does not exist`);
  }

  /** Quoted names; servers compare them without regard to case. */
  #savepointIndex(name: string): number {
    const wanted = name.toLowerCase();
    return this.#savepoints.findIndex((one) => one.toLowerCase() === wanted);
  }

  /** Ends the transaction; reports how many shards it touched. Throws what the client must see. */
  async commit(): Promise<CommitReport> {
    await this.#kills.settled();
    if (this.#state === 'aborted') {
      await this.rollback();
      throw shardgateError('SG5002');
    }
    return this.#take().commit();
  }

  /** Never rejects. */
  rollback(): Promise<void> {
    const taken = this.#take();
    return this.#kills.settled().then(() => taken.rollback());
  }

  /**
   * After a statement failed: a deadlock ends the whole transaction (as on one server); one that has lost a shard's part is
   * rolled back on the others and stays aborted until the client ends it, so that nothing of it runs outside.
   */
  async failed(errno: number): Promise<void> {
    if (this.#state !== 'open') return;
    if (rollsBack.has(errno) || (mayRollBack.has(errno) && (await this.#endedByServer()))) {
      await this.rollback();
    } else if (this.#transaction.broken) {
      await this.#take().rollback();
      this.#state = 'aborted';
    }
  }

  /** Asks the servers, whose errors do not tell. */
  async #endedByServer(): Promise<boolean> {
    const { live } = this.#transaction;
    const ended = async (branch: Branch): Promise<boolean> => {
      const { status } = await branch.run('DO 0');
      return (status & statusInTransaction) === 0;
    };
    const answers = await Promise.all(live.map((branch) => ended(branch).catch(() => false)));
    return answers.includes(true);
  }

  /** Runs `body` as if autocommit were on and no transaction open: for DDL, which XA branches refuse. */
  async outside<T>(body: () => Promise<T>): Promise<T> {
    this.#outside = true;
    try {
      return await body();
    } finally {
      this.#outside = false;
    }
  }

  /** The client is gone: everything goes back, open transactions by closing what cannot be rolled back at once. */
  async close(): Promise<void> {
    this.#closed = true;
    this.unreserve();
    await this.rollback();
  }

  /** KILL QUERY for all that runs on servers, not awaited: pools' connections are closed behind it, others wait for it. */
  killRunning(): void {
    for (const lease of this.#outstanding) lease.doom();
    for (const branch of this.#units.branches) branch.retire();
    for (const connection of this.#running()) this.#kills.send(this.#deps.gateway, connection);
  }

  /** The client is gone in the middle of an answer: the servers stop, the connections are closed. */
  abandonRunning(): void {
    const running = this.#running();
    this.killRunning();
    for (const connection of running) connection.destroy();
  }

  #running(): readonly BackendConnection[] {
    const pooled = this.#outstanding.map((lease) => lease.connection);
    const branches = [...this.#transaction.branches.values(), ...this.#units.branches];
    const stateful = [...branches.map((branch) => branch.connection), ...this.#kept.connections];
    return [...pooled, ...stateful.filter((connection) => connection.pending > 0)];
  }

  #pooled(lease: Lease, asStored = false): PooledLease {
    return new PooledLease(lease, this.#outstanding, this.#deps.collectWarnings, asStored);
  }

  /** Throws when nothing may run here: the transaction is lost or allows no other shard, the client is gone. */
  #held(shardId: string, writes: boolean): ScopedLease | null {
    if (this.#state !== 'none' && !this.#outside) {
      this.#refuseLost();
      const branch = this.#transaction.get(shardId);
      if (branch !== undefined) {
        if (writes) branch.markWriter();
        return branch;
      }
      const { mode, size } = this.#transaction;
      if (mode === 'single' && size > 0) throw shardgateError('SG5001', { shard: shardId });
    }
    if (this.#closed) throw new SqlError(1317, '70100', 'Query execution was interrupted');
    const kept = this.#kept.get(shardId, 'statements');
    if (kept === null) return null;
    return this.inTransaction ? this.#join(shardId, keptAsLease(kept), writes) : this.#kept.leased(kept);
  }

  #refuseLost(): void {
    if (this.#state === 'aborted' || this.#transaction.broken) throw shardgateError('SG5002');
  }

  /** A snapshot of a distributed branch is taken by reading the record table, which must exist before. */
  #needsTableFirst(shardId: string): boolean {
    const { options, mode, size } = this.#transaction;
    return options.consistentSnapshot && mode === 'twopc' && size > 0 && !this.#deps.twopc.isReady(shardId);
  }

  #join(shardId: string, lease: Lease, writes: boolean): Branch {
    if (this.#state === 'none') this.begin(null, false);
    return this.#transaction.add(
      shardId,
      lease,
      writes,
      this.#savepoints.map((name) => `SAVEPOINT ${name}`),
    );
  }

  #fresh(options: TransactionOptions): BranchSet {
    return new BranchSet(this.#deps.mode(), options, this.#deps);
  }

  #take(): BranchSet {
    const taken = this.#transaction;
    this.#transaction = this.#fresh(plainTransaction);
    this.#savepoints.length = 0;
    this.#state = 'none';
    return taken;
  }
}
