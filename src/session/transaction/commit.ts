// COMMIT and ROLLBACK over several shards, best effort (mode `multi`); one shard commits as on one server.
import { shardgateError } from '../../errors/catalog.ts';
import type { SqlError } from '../../errors/sql-error.ts';
import type { Branch } from './branch.ts';

export interface CommitReport {
  /** Shards whose COMMIT mattered. */
  readonly writers: number;
  readonly shards: readonly string[];
  /** Decided and safe, but not yet visible on these shards: recovery commits them. Empty but in two-phase commits. */
  readonly late: readonly string[];
}

/**
 * Readers first (their COMMIT can only lose nothing), then the first writer alone: when it fails, nothing was committed and
 * all others roll back. Then the other writers in parallel; when one of those fails the outcome is mixed, and the error
 * says which shards committed. Every branch is given back.
 */
export async function commitBranches(branches: readonly Branch[]): Promise<CommitReport> {
  const readers = branches.filter((branch) => !branch.writer);
  const writers = branches.filter((branch) => branch.writer);
  const [first, ...others] = writers;
  try {
    await refuseBroken(branches);
    await Promise.all(readers.map(commitReader));
    if (first !== undefined) await commitFirst(first, others);
    if (others.length > 0 && first !== undefined) await commitOthers(first, others);
  } finally {
    for (const branch of branches) branch.finish();
  }
  return reportOf(writers, []);
}

export function reportOf(writers: readonly Branch[], late: readonly string[]): CommitReport {
  return { writers: writers.length, shards: writers.map((branch) => branch.shardId), late };
}

/** A branch lost before COMMIT has been rolled back by its server: none of the others may stay. Throws SG5021. */
export async function refuseBroken(branches: readonly Branch[]): Promise<void> {
  const broken = branches.find((branch) => branch.broken);
  if (broken === undefined) return;
  await Promise.all(branches.map((branch) => branch.rollback()));
  throw lostBeforeCommit(broken);
}

export function lostBeforeCommit(branch: Branch): SqlError {
  return shardgateError('SG5021', {
    why: `the connection to shard ${branch.shardId} was lost before it was committed`,
  });
}

export async function commitReader(branch: Branch): Promise<void> {
  await branch.commit().catch(() => branch.markBroken());
}

/** The writer whose COMMIT decides: when it fails the others roll back. */
export async function commitFirst(first: Branch, others: readonly Branch[]): Promise<void> {
  try {
    await first.commit();
  } catch (error) {
    const { alive } = first.connection;
    first.markBroken();
    await Promise.all(others.map((branch) => branch.rollback()));
    throw alive ? error : shardgateError('SG5004', { shard: first.shardId });
  }
}

async function commitOthers(first: Branch, others: readonly Branch[]): Promise<void> {
  const failed: Branch[] = [];
  const commitOne = async (branch: Branch): Promise<void> => {
    await branch.commit().catch(() => {
      branch.markBroken();
      failed.push(branch);
    });
  };
  await Promise.all(others.map(commitOne));
  if (failed.length === 0) return;
  const all = [first, ...others];
  throw shardgateError('SG5003', {
    committed: all.length - failed.length,
    all: all.length,
    failed: failed.map((branch) => branch.shardId).join(', '),
  });
}

/** Rolls back everywhere, in parallel, and gives every branch back; never rejects. */
export async function rollbackBranches(branches: readonly Branch[]): Promise<void> {
  await Promise.all(branches.map((branch) => branch.rollback()));
  for (const branch of branches) branch.finish();
}
