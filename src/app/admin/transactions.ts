// Distributed transactions as people see them: those without a known end, and what recovery did lately.
import type { TwoPhaseControl } from '../../control/twopc.ts';
import { shardgateError } from '../../errors/catalog.ts';

export interface TransactionView {
  readonly id: string;
  /** prepared, undecided, committing, aborting: not ended yet; committed, aborted: ended by this process's recovery. */
  readonly state: string;
  /** The Shardgate process that ran it. */
  readonly owner: string;
  readonly shards: readonly string[];
  readonly ageSeconds: number;
  /** Why it could not be ended so far. */
  readonly problem: string | null;
}

const running = {
  prepared: 'prepared',
  undecided: 'undecided',
  commit: 'committing',
  abort: 'aborting',
} as const;
const ended = { commit: 'committed', abort: 'aborted' } as const;

export function transactionViews(twopc: TwoPhaseControl): readonly TransactionView[] {
  const open = twopc.recovery.unresolved().map(
    ({ dtid, state, owner, shards, ageMs, problem }): TransactionView => ({
      id: dtid,
      state: running[state],
      owner,
      shards,
      ageSeconds: ageMs / 1000,
      problem,
    }),
  );
  const done = twopc.recovery.concluded().map(
    ({ dtid, state, owner, shards, ageMs }): TransactionView => ({
      id: dtid,
      state: ended[state],
      owner,
      shards,
      ageSeconds: ageMs / 1000,
      problem: null,
    }),
  );
  return [...open, ...done];
}

/**
 * Ends a transaction now, whoever owns it. False when it is not prepared anywhere. Rejects with SG5023 when its record says
 * the opposite of what is wanted (then it has been ended by the record), or when a server it needs does not answer.
 */
export async function resolveTransaction(
  twopc: TwoPhaseControl,
  id: string,
  wanted: 'commit' | 'rollback',
): Promise<boolean> {
  const fail = (why: string) => shardgateError('SG5023', { id, wanted: wanted.toUpperCase(), why });
  if (!twopc.recovery.isPrepared(id)) await twopc.recovery.look();
  if (!twopc.recovery.isPrepared(id)) return false;
  if (wanted === 'commit' && !(await twopc.recovery.isCommitted(id).catch(() => false))) {
    throw fail('its deciding shard has no record of a commit, so that its part there is rolled back');
  }
  try {
    const decision = await twopc.recovery.resolve(id);
    if (decision === 'commit' && wanted === 'rollback') throw fail('it was committed already');
    return decision !== null;
  } catch (error) {
    throw error instanceof Error && !('sqlState' in error) ? fail(error.message) : error;
  }
}
