// A session's transaction: one connection per touched shard, opened when first used, ended together.
import type { BackendConnection, Gateway, Lease, LeaseOptions } from '../backend/contract.ts';
import type { AtomicUnit, ConnectionScope, ScopedLease } from '../engine/contract.ts';
import { shardgateError } from '../errors/catalog.ts';
import { SqlError } from '../errors/sql-error.ts';
import { openUnit } from './atomic-unit.ts';
import { sendStatement } from './backend-command.ts';
import { Branch } from './branch.ts';
import { type CommitReport, commitBranches, rollbackBranches } from './commit.ts';
import type { TransactionMode } from './variables.ts';

/*
 *            begin / first use with autocommit=0
 *   none ------------------------------------------> open --- commit, rollback ---> none
 *                                                     |  a shard's connection is lost
 *                                                     v
 *                                                  aborted --- rollback ---> none
 */
type State = 'none' | 'open' | 'aborted';

export interface TransactionOptions {
  readonly readOnly: boolean;
  readonly consistentSnapshot: boolean;
  /** `READ COMMITTED`, for this transaction only; null: the session's level. */
  readonly isolation: string | null;
}

const plainTransaction: TransactionOptions = { readOnly: false, consistentSnapshot: false, isolation: null };

export interface ScopeDependencies {
  readonly gateway: Gateway;
  readonly workspaces: Gateway;
  leaseOptions(signal: AbortSignal | null): LeaseOptions;
  mode(): TransactionMode;
  /** The last answer on this connection left warnings: they are fetched before anything else runs there. */
  collectWarnings(connection: BackendConnection): Promise<void>;
  /** COM_RESET_CONNECTION runs on it: server-side handles are gone. */
  connectionReset(connection: BackendConnection): void;
}

/**
 * Implements the engine's `ConnectionScope`. Reserved connections (GET_LOCK, temporary tables of an unsharded keyspace)
 * serve their shard before anything else, inside and outside transactions.
 */
export class TransactionScope implements ConnectionScope {
  readonly #deps: ScopeDependencies;
  #state: State = 'none';
  #autocommit = true;
  #options: TransactionOptions = plainTransaction;
  #nextIsolation: string | null = null;
  #nextReadOnly = false;
  readonly #branches = new Map<string, Branch>();
  readonly #reserved = new Map<string, Lease>();
  readonly #savepoints: string[] = [];
  /** Pool connections at work for this session. */
  readonly #outstanding = new Set<PooledLease>();

  constructor(deps: ScopeDependencies) {
    this.#deps = deps;
  }

  get inTransaction(): boolean {
    return this.#state !== 'none' || !this.#autocommit;
  }

  /** What SERVER_STATUS_IN_TRANS says: with autocommit=0 a transaction begins with its first statement. */
  get open(): boolean {
    return this.#state !== 'none';
  }

  get readOnly(): boolean {
    return this.#state !== 'none' && this.#options.readOnly;
  }

  get autocommit(): boolean {
    return this.#autocommit;
  }

  get savepoints(): readonly string[] {
    return this.#savepoints;
  }

  get shardsTouched(): number {
    return this.#branches.size;
  }

  setAutocommit(on: boolean): void {
    this.#autocommit = on;
  }

  /** SET TRANSACTION without SESSION: for the next transaction only. */
  setNext(isolation: string | null, readOnly: boolean | null): void {
    if (isolation !== null) this.#nextIsolation = isolation;
    if (readOnly !== null) this.#nextReadOnly = readOnly;
  }

  /** The caller has ended any open transaction before (BEGIN commits implicitly). */
  begin(readOnly: boolean | null, consistentSnapshot: boolean): void {
    this.#options = {
      readOnly: readOnly ?? this.#nextReadOnly,
      consistentSnapshot,
      isolation: this.#nextIsolation,
    };
    this.#nextIsolation = null;
    this.#nextReadOnly = false;
    this.#state = 'open';
  }

  tryAcquire(shardId: string, use: { readonly writes: boolean }): ScopedLease | null {
    const held = this.#held(shardId, use.writes);
    if (held !== null) return held;
    if (this.#state === 'aborted') throw abortedError();
    const lease = this.#deps.gateway.tryLease(shardId, this.#deps.leaseOptions(null));
    if (lease === null) return null;
    return this.inTransaction ? this.#join(shardId, lease, use.writes) : this.#pooled(lease);
  }

  async acquire(
    shardId: string,
    use: { readonly writes: boolean; readonly signal: AbortSignal },
  ): Promise<ScopedLease> {
    const atOnce = this.tryAcquire(shardId, use);
    if (atOnce !== null) return atOnce;
    const lease = await this.#deps.gateway.lease(shardId, this.#deps.leaseOptions(use.signal));
    const held = this.#held(shardId, use.writes);
    if (held !== null) {
      lease.release();
      return held;
    }
    return this.inTransaction ? this.#join(shardId, lease, use.writes) : this.#pooled(lease);
  }

  async beginUnit(shardIds: readonly string[], signal: AbortSignal): Promise<AtomicUnit> {
    const wasInTransaction = this.inTransaction;
    const leases = new Map<string, ScopedLease>();
    try {
      for (const shardId of shardIds)
        leases.set(shardId, await this.acquire(shardId, { writes: true, signal }));
    } catch (error) {
      for (const lease of leases.values()) lease.done(false);
      throw error;
    }
    return openUnit(leases, wasInTransaction);
  }

  workspace(shardId: string, signal: AbortSignal): Promise<Lease> {
    return this.#deps.workspaces.lease(shardId, this.#deps.leaseOptions(signal));
  }

  /** Keeps a connection of this shard for the session until `unreserve`. */
  async reserve(shardId: string, signal: AbortSignal): Promise<ScopedLease> {
    const held = this.#reserved.get(shardId);
    if (held?.connection.alive === true) return new KeptLease(held.connection);
    const lease = await this.#deps.gateway.lease(shardId, this.#deps.leaseOptions(signal));
    this.#reserved.set(shardId, lease);
    return new KeptLease(lease.connection);
  }

  get reservedShards(): readonly string[] {
    return [...this.#reserved.keys()];
  }

  unreserve(): void {
    for (const lease of this.#reserved.values()) {
      this.#deps.connectionReset(lease.connection);
      lease.resetAndRelease();
    }
    this.#reserved.clear();
  }

  /** A savepoint on every open branch now, and on each that joins later. */
  async savepoint(name: string): Promise<void> {
    if (!this.inTransaction) return;
    this.#state = 'open';
    await Promise.all(this.#live().map((branch) => branch.run(`SAVEPOINT ${name}`)));
    const known = this.#savepointIndex(name);
    if (known >= 0) this.#savepoints.splice(known, 1);
    this.#savepoints.push(name);
  }

  async rollbackTo(name: string): Promise<void> {
    const at = this.#knownSavepoint(name);
    await Promise.all(this.#live().map((branch) => branch.run(`ROLLBACK TO SAVEPOINT ${name}`)));
    this.#savepoints.length = at + 1;
  }

  async releaseSavepoint(name: string): Promise<void> {
    const at = this.#knownSavepoint(name);
    await Promise.all(this.#live().map((branch) => branch.run(`RELEASE SAVEPOINT ${name}`)));
    this.#savepoints.length = at;
  }

  #knownSavepoint(name: string): number {
    const at = this.#savepointIndex(name);
    if (at < 0) throw savepointError(name);
    return at;
  }

  /** Servers compare savepoint names without regard to case. */
  #savepointIndex(name: string): number {
    const wanted = name.toLowerCase();
    return this.#savepoints.findIndex((one) => one.toLowerCase() === wanted);
  }

  /** Ends the transaction; reports how many shards it touched. Throws what the client must see. */
  async commit(): Promise<CommitReport> {
    if (this.#state === 'aborted') {
      await this.rollback();
      throw abortedError();
    }
    const branches = this.#take();
    return commitBranches(branches);
  }

  /** Never throws: a connection that cannot roll back is closed, which rolls back as well. */
  async rollback(): Promise<void> {
    await rollbackBranches(this.#take());
  }

  /**
   * After a statement failed: a deadlock ends the whole transaction (as on one server), a lost connection aborts it until
   * the client rolls back.
   */
  async failed(errno: number, connectionLost: boolean): Promise<void> {
    if (!this.open) return;
    if (errno === 1213) await this.rollback();
    else if (connectionLost || this.#live().length < this.#branches.size) {
      await rollbackBranches(this.#take());
      this.#state = 'aborted';
    }
  }

  /** The client is gone: everything goes back, open transactions by closing what cannot be rolled back at once. */
  async close(): Promise<void> {
    this.unreserve();
    await this.rollback();
    this.#autocommit = true;
  }

  /** KILL QUERY for whatever this session has running on servers. Best effort, not awaited. */
  killRunning(): void {
    const { gateway } = this.#deps;
    for (const lease of this.#outstanding) void gateway.killQuery(lease.connection);
    for (const branch of this.#branches.values()) {
      if (branch.connection.pending > 0) void gateway.killQuery(branch.connection);
    }
    for (const lease of this.#reserved.values()) {
      if (lease.connection.pending > 0) void gateway.killQuery(lease.connection);
    }
  }

  /** The client is gone in the middle of an answer: the servers stop, the connections are closed. */
  abandonRunning(): void {
    this.killRunning();
    for (const lease of this.#outstanding) lease.connection.destroy();
    for (const branch of this.#branches.values())
      if (branch.connection.pending > 0) branch.connection.destroy();
  }

  #pooled(lease: Lease): PooledLease {
    const pooled = new PooledLease(lease, this.#outstanding, this.#deps);
    this.#outstanding.add(pooled);
    return pooled;
  }

  #held(shardId: string, writes: boolean): ScopedLease | null {
    const branch = this.#branches.get(shardId);
    if (branch !== undefined) {
      if (writes) branch.markWriter();
      return branch;
    }
    const reserved = this.#reserved.get(shardId);
    return reserved !== undefined && !this.inTransaction ? new KeptLease(reserved.connection) : null;
  }

  #join(shardId: string, lease: Lease, writes: boolean): Branch {
    if (this.#state === 'none') this.begin(null, false);
    if (this.#deps.mode() === 'single' && this.#branches.size > 0 && !this.#branches.has(shardId)) {
      lease.release();
      throw shardgateError('SG5001', { shard: shardId });
    }
    const branch = new Branch(shardId, lease, writes, this.#deps.collectWarnings);
    this.#branches.set(shardId, branch);
    for (const sql of openingStatements(this.#options, this.#savepoints)) {
      sendStatement(lease.connection, sql, (terminal, lost) => {
        if (lost !== null || terminal?.error) branch.markBroken();
      });
    }
    return branch;
  }

  #live(): Branch[] {
    return [...this.#branches.values()].filter((branch) => !branch.broken);
  }

  #take(): Branch[] {
    const branches = [...this.#branches.values()];
    this.#branches.clear();
    this.#savepoints.length = 0;
    this.#state = 'none';
    this.#options = plainTransaction;
    return branches;
  }
}

/** Sent in front of a branch's first statement, in one write with it. */
function openingStatements(options: TransactionOptions, savepoints: readonly string[]): string[] {
  const access = options.readOnly ? 'READ ONLY' : '';
  const snapshot = options.consistentSnapshot ? 'WITH CONSISTENT SNAPSHOT' : '';
  const characteristics = [snapshot, access].filter((part) => part !== '').join(', ');
  const begin = characteristics === '' ? 'BEGIN' : `START TRANSACTION ${characteristics}`;
  const isolation =
    options.isolation === null ? [] : [`SET TRANSACTION ISOLATION LEVEL ${options.isolation}`];
  return [...isolation, begin, ...savepoints.map((name) => `SAVEPOINT ${name}`)];
}

class PooledLease implements ScopedLease {
  readonly connection: Lease['connection'];
  readonly #lease: Lease;
  readonly #outstanding: Set<PooledLease>;
  readonly #deps: ScopeDependencies;

  constructor(lease: Lease, outstanding: Set<PooledLease>, deps: ScopeDependencies) {
    this.#lease = lease;
    this.#outstanding = outstanding;
    this.#deps = deps;
    this.connection = lease.connection;
  }

  done(broken: boolean, warnings = 0): void {
    this.#outstanding.delete(this);
    if (broken || !this.connection.alive) this.#lease.discard();
    else if (warnings === 0) this.#lease.release();
    else
      this.#deps.collectWarnings(this.connection).then(
        () => this.#lease.release(),
        () => this.#lease.discard(),
      );
  }
}

/** A connection that stays with the session whatever the statement did. */
class KeptLease implements ScopedLease {
  readonly connection: Lease['connection'];

  constructor(connection: Lease['connection']) {
    this.connection = connection;
  }

  done(broken: boolean): void {
    if (broken) this.connection.destroy();
  }
}

function abortedError(): SqlError {
  return shardgateError('SG5002');
}

/** `name` is quoted; servers name it bare. */
function savepointError(name: string): SqlError {
  const bare = name.slice(1, -1).replaceAll('``', '`');
  return new SqlError(1305, '42000', `SAVEPOINT ${bare} does not exist`);
}
