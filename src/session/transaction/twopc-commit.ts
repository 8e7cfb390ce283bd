// The commit of a distributed transaction: prepare the others, write the record beside the first shard's rows, commit it, commit the others.
import { shardgateError } from '../../errors/catalog.ts';
import { SqlError } from '../../errors/sql-error.ts';
import type { Branch } from './branch.ts';
import {
  type CommitReport,
  commitFirst,
  commitReader,
  lostBeforeCommit,
  refuseBroken,
  reportOf,
} from './commit.ts';
import { crashPoint, crashPointAfterSending } from './crash-points.ts';
import { type Decision, phaseTimeoutMs, type TwoPhaseCommit } from './twopc.ts';

export interface DistributedTransaction {
  readonly dtid: string;
  /** The one with the local transaction first, the distributed branches behind it. */
  readonly branches: readonly Branch[];
  readonly twopc: TwoPhaseCommit;
}

/**
 * Commits on all shards or on none, and gives every branch back. Who only read is ended first; when at most one branch wrote
 * there is nothing to agree on. Rejects with the error that kept it from committing (a server's own, SG5020, SG5021): then
 * nothing is committed anywhere; or with SG5022: then nobody knows, and its id tells where to look.
 */
export async function commitDistributed(transaction: DistributedTransaction): Promise<CommitReport> {
  const { branches } = transaction;
  const writers = branches.filter((branch) => branch.writer);
  try {
    await refuseBroken(branches);
    const agreement = writers.length > 1;
    const first = branches[0];
    const readers = branches.filter((branch) => !branch.writer && !(agreement && branch === first));
    await Promise.all(readers.map(commitReader));
    const [only] = writers;
    if (agreement && first !== undefined) return reportOf(writers, await agree(transaction, first));
    if (only !== undefined) await commitFirst(only, []);
    return reportOf(writers, []);
  } finally {
    for (const branch of branches) branch.finish();
  }
}

/** Resolves with the shards that are decided but could not be told. */
async function agree(transaction: DistributedTransaction, first: Branch): Promise<readonly string[]> {
  const { dtid, twopc } = transaction;
  const others = transaction.branches.filter((branch) => branch.writer && branch !== first);
  twopc.begin(dtid);
  let state: 'done' | 'open' = 'open';
  try {
    await prepareAll(transaction, first, others);
    crashPoint('beforeDecision');
    const decision = await decide(transaction, first);
    if (decision === null) throw shardgateError('SG5022', { id: dtid, shard: first.shardId });
    if (decision === 'abort') throw lostBeforeCommit(first);
    crashPoint('afterDecision');
    const late = await commitAll(others);
    crashPoint('afterCommits');
    if (late.length === 0) state = 'done';
    return late;
  } catch (error) {
    // While nobody knows the outcome, what is prepared must stay.
    if (!(error instanceof SqlError && error.id === 'SG5022')) state = await undo(first, others);
    throw error;
  } finally {
    for (const branch of others) branch.abandonPrepared();
    twopc.end(dtid, state);
  }
}

/** PREPARE on the others and the record on the first run at once: the record counts for nothing until it is committed. */
async function prepareAll(
  { dtid, twopc }: DistributedTransaction,
  first: Branch,
  others: readonly Branch[],
): Promise<void> {
  await twopc.ready(first.shardId);
  crashPoint('beforePrepare');
  const participants = others.map((branch) => branch.shardId);
  const prepare = async (branch: Branch): Promise<void> => {
    await branch.prepare();
    crashPoint('afterFirstPrepare');
  };
  // What takes longest goes out first.
  const recorded = first.run(twopc.decisionSql(dtid, participants));
  const steps = [recorded, ...others.map(prepare)];
  const results = await withinPhase([first, ...others], Promise.allSettled(steps));
  const lost = [first, ...others].find((branch) => !branch.connection.alive);
  if (lost !== undefined) throw lostBeforeCommit(lost);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed === undefined) return;
  throw failed === results[0] && isDuplicate(failed.reason) ? abortedByRecovery() : failed.reason;
}

function isDuplicate(error: unknown): boolean {
  return error instanceof SqlError && error.errno === 1062;
}

function abortedByRecovery(): SqlError {
  return shardgateError('SG5021', { why: 'recovery took it for abandoned and has aborted it' });
}

/**
 * The COMMIT that decides. When its answer is an error or does not come, the record is asked: servers differ in what an
 * error of COMMIT leaves behind.
 */
async function decide({ dtid, twopc }: DistributedTransaction, first: Branch): Promise<Decision | null> {
  try {
    const committed = first.commit();
    crashPointAfterSending('duringDecision');
    await withinPhase([first], committed);
    return 'commit';
  } catch (error) {
    await first.rollback();
    const decision = await twopc.decided(dtid);
    if (decision === 'abort' && first.connection.alive) throw error;
    return decision;
  }
}

async function commitAll(others: readonly Branch[]): Promise<readonly string[]> {
  const late: string[] = [];
  const commitOne = async (branch: Branch): Promise<void> => {
    try {
      await branch.commitPrepared();
      crashPoint('afterFirstCommit');
    } catch {
      branch.markBroken();
      late.push(branch.shardId);
    }
  };
  await withinPhase(others, Promise.all(others.map(commitOne)));
  return late;
}

/** `done` when every branch has said that it is rolled back. */
async function undo(first: Branch, others: readonly Branch[]): Promise<'done' | 'open'> {
  const branches = [first, ...others];
  await withinPhase(branches, Promise.all(branches.map((branch) => branch.rollback())));
  return others.some((branch) => branch.prepared && branch.broken) ? 'open' : 'done';
}

/** A server that does not answer must not hold up the client and the locks elsewhere for ever. */
async function withinPhase<T>(branches: readonly Branch[], steps: Promise<T>): Promise<T> {
  const timer = setTimeout(() => {
    for (const { connection } of branches) if (connection.pending > 0) connection.destroy();
  }, phaseTimeoutMs);
  try {
    return await steps;
  } finally {
    clearTimeout(timer);
  }
}
