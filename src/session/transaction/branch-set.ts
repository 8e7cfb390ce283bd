// The branches of one transaction: opened one by one as shards are touched, ended together in the mode it began in.
import type { BackendConnection, Lease } from '../../backend/contract.ts';
import type { SqlText } from '../../sql/mode.ts';
import type { TransactionMode } from '../variables/variables.ts';
import { Branch, limitedLockWait } from './branch.ts';
import { type CommitReport, commitBranches, rollbackBranches } from './commit.ts';
import type { TwoPhaseCommit } from './twopc.ts';
import { commitDistributed } from './twopc-commit.ts';

export interface TransactionOptions {
  readonly readOnly: boolean;
  /** It may write, although the session's transactions only read unless told otherwise. */
  readonly saysReadWrite: boolean;
  readonly consistentSnapshot: boolean;
  /** `READ COMMITTED`, for this transaction only; null: the session's level. */
  readonly isolation: string | null;
}

export const plainTransaction: TransactionOptions = {
  readOnly: false,
  saysReadWrite: false,
  consistentSnapshot: false,
  isolation: null,
};

export interface BranchDependencies {
  readonly twopc: TwoPhaseCommit;
  /** The client has set innodb_lock_wait_timeout itself. */
  namesLockWait(): boolean;
  /** The last answer on this connection left warnings: they are fetched before anything else runs there. */
  collectWarnings(connection: BackendConnection, reword?: (message: string) => string): Promise<void>;
}

/**
 * In mode twopc the first branch is a local transaction, which costs what it costs without Shardgate; every later one a branch
 * of a distributed transaction, since XA START cannot take over what has begun. READ ONLY transactions have nothing to agree on.
 */
export class BranchSet {
  readonly mode: TransactionMode;
  readonly options: TransactionOptions;
  readonly #deps: BranchDependencies;
  readonly #branches = new Map<string, Branch>();
  #dtid: string | null = null;
  #limitsByStatement = false;
  #expectsSeveral = false;

  constructor(mode: TransactionMode, options: TransactionOptions, deps: BranchDependencies) {
    this.mode = mode;
    this.options = options;
    this.#deps = deps;
  }

  get size(): number {
    return this.#branches.size;
  }

  get branches(): ReadonlyMap<string, Branch> {
    return this.#branches;
  }

  get(shardId: string): Branch | undefined {
    return this.#branches.get(shardId);
  }

  get live(): readonly Branch[] {
    return [...this.#branches.values()].filter((branch) => !branch.broken);
  }

  /** Some shard's part of the transaction is lost: all of it must be rolled back. */
  get broken(): boolean {
    for (const branch of this.#branches.values()) if (branch.broken) return true;
    return false;
  }

  /**
   * How many branches are coming, before the first: waits for locks are limited from the beginning when there will be
   * several. `byStatement`: the limit is to be a setting of each statement, which costs less than two of each connection.
   * Returns that setting; null where none is needed, or the client has named a limit.
   */
  expect(branches: number, byStatement: boolean): string | null {
    this.#expectsSeveral = branches > 1;
    this.#limitsByStatement = byStatement;
    return byStatement && branches > 1 && !this.#deps.namesLockWait() ? limitedLockWait : null;
  }

  /** Opens a branch on a shard that has none yet. In mode single the caller sees to it that there is one only. */
  add(shardId: string, lease: Lease, writes: boolean, savepoints: readonly SqlText[]): Branch {
    const xid = this.#xidFor(shardId, lease.connection);
    const branch = new Branch(shardId, lease, writes, xid, this.#deps.collectWarnings);
    this.#branches.set(shardId, branch);
    const { isolation, consistentSnapshot } = this.options;
    const before = isolation === null ? [] : [`SET TRANSACTION ISOLATION LEVEL ${isolation}`];
    const snapshot = consistentSnapshot && xid !== null ? [this.#deps.twopc.snapshotSql] : [];
    branch.open(before, beginStatement(this.options), [...snapshot, ...savepoints]);
    const several = this.#expectsSeveral || this.#branches.size > 1;
    const limits = several && !this.#limitsByStatement && !this.#deps.namesLockWait();
    if (limits) {
      for (const one of this.#branches.values()) one.limitLockWaits();
    }
    return branch;
  }

  #xidFor(shardId: string, connection: BackendConnection): SqlText | null {
    if (this.mode !== 'twopc' || this.options.readOnly) return null;
    const first = this.#branches.values().next().value;
    if (first === undefined) return null;
    const { twopc } = this.#deps;
    this.#dtid ??= twopc.start(first.shardId, first.connection.threadId);
    return twopc.branchId(this.#dtid, shardId, connection.threadId);
  }

  /** Ends it; every branch is given back. Rejects with what the client must see. */
  commit(): Promise<CommitReport> {
    const branches = this.#ending();
    const { twopc } = this.#deps;
    return this.#dtid === null
      ? commitBranches(branches)
      : commitDistributed({ dtid: this.#dtid, branches, twopc });
  }

  /** Never rejects: a connection that cannot roll back is closed, which rolls back as well. */
  rollback(): Promise<void> {
    return rollbackBranches(this.#ending());
  }

  #ending(): readonly Branch[] {
    const branches = [...this.#branches.values()];
    if (this.#deps.namesLockWait()) for (const branch of branches) branch.forgetLockWaits();
    return branches;
  }
}

/** Not BEGIN: under sql_mode=ORACLE it opens a block of statements. */
function beginStatement(options: TransactionOptions): SqlText {
  const readWrite = options.saysReadWrite ? 'READ WRITE' : '';
  const access = options.readOnly ? 'READ ONLY' : readWrite;
  const snapshot = options.consistentSnapshot ? 'WITH CONSISTENT SNAPSHOT' : '';
  const characteristics = [snapshot, access].filter((part) => part !== '').join(', ');
  return `START TRANSACTION ${characteristics}`.trimEnd();
}
