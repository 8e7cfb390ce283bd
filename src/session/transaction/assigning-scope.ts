// A query with `@x := ...` or LAST_INSERT_ID(x): what it remembers is one server's word, so one connection serves it.
import type { AtomicUnit, ConnectionScope, ScopedLease, WorkspaceLease } from '../../engine/contract.ts';
import { shardgateError } from '../../errors/catalog.ts';
import type { SqlError } from '../../errors/sql-error.ts';
import type { SessionState } from '../state.ts';
import { BesideScope } from './beside-scope.ts';
import { RememberingScope } from './remembering-scope.ts';

/**
 * What is assigned on one server while rows come from several would depend on an order that nobody promises: SG5012. Beside
 * variables, LAST_INSERT_ID(x) may also run on a workspace over the rows of several shards.
 */
export class AssigningScope extends RememberingScope {
  readonly #assigns: boolean;
  #used = false;
  #finishes = false;

  /** `names`: of user variables, lower case; `setsInsertId`: the statement calls LAST_INSERT_ID(x). */
  constructor(state: SessionState, names: readonly string[], setsInsertId: boolean) {
    super(state, state.scope, { variables: names, insertId: setsInsertId });
    this.#assigns = names.length > 0;
  }

  /** For a statement without tables, which begins no transaction. */
  beside(): this {
    if (BesideScope.isNeeded(this.state.scope)) this.inner = new BesideScope(this.state.scope);
    return this;
  }

  override async acquire(...given: Parameters<ConnectionScope['acquire']>): Promise<ScopedLease> {
    // Rows for a workspace, where the statement itself runs.
    if (this.#finishes) return this.inner.acquire(...given);
    if (this.#used) throw severalShards();
    this.#used = true;
    return super.acquire(...given);
  }

  override async beginUnit(): Promise<AtomicUnit> {
    throw severalShards();
  }

  override async workspace(shardId: string, signal: AbortSignal): Promise<WorkspaceLease> {
    if (this.#assigns) throw severalShards();
    this.#finishes = true;
    const lease = await this.inner.workspace(shardId, signal);
    const { connection, done } = this.remembering({
      connection: lease.connection,
      done: (broken) => (broken ? lease.discard() : lease.release()),
    });
    return {
      ...lease,
      connection,
      release: () => done(false),
      discard: () => done(true),
      resetAndRelease: () => done(true),
    };
  }
}

function severalShards(): SqlError {
  return shardgateError('SG5012');
}
