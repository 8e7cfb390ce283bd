// Connections for statements without tables: they neither begin a transaction (autocommit off) nor make one larger.
import type { AtomicUnit, ConnectionScope, ScopedLease, WorkspaceLease } from '../../engine/contract.ts';
import type { TransactionScope } from './transaction.ts';

export class BesideScope implements ConnectionScope {
  readonly inTransaction = false;
  readonly #scope: TransactionScope;

  constructor(scope: TransactionScope) {
    this.#scope = scope;
  }

  /** Whether a statement would otherwise join the session's transaction. */
  static isNeeded(scope: TransactionScope): boolean {
    return scope.inTransaction;
  }

  tryAcquire(): ScopedLease | null {
    return null;
  }

  acquire(shardId: string, use: { readonly signal: AbortSignal }): Promise<ScopedLease> {
    return this.#scope.beside(shardId, use.signal);
  }

  beginUnit(shardIds: readonly string[], signal: AbortSignal, asksSetting = false): Promise<AtomicUnit> {
    return this.#scope.beginUnit(shardIds, signal, asksSetting);
  }

  workspace(shardId: string, signal: AbortSignal): Promise<WorkspaceLease> {
    return this.#scope.workspace(shardId, signal);
  }
}
