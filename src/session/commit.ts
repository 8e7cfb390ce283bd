// COMMIT and ROLLBACK over several shards, best effort (mode `multi`); one shard commits as on one server.
import { shardgateError } from '../errors/catalog.ts';
import type { SqlError } from '../errors/sql-error.ts';
import type { Branch } from './branch.ts';

export interface CommitReport {
  /** Shards whose COMMIT mattered. */
  readonly writers: number;
  readonly shards: readonly string[];
}

/**
 * Readers first (their COMMIT can only lose nothing), then the first writer alone: when it fails, nothing was committed and
 * all others roll back. Then the other writers in parallel; when one of those fails the outcome is mixed, and the error
 * says which shards committed.
 */
export async function commitBranches(branches: readonly Branch[]): Promise<CommitReport> {
  const readers = branches.filter((branch) => !branch.writer);
  const [first, ...others] = branches.filter((branch) => branch.writer);
  try {
    await Promise.all(readers.map(commitReader));
    if (first !== undefined) await commitFirst(first, others);
    if (others.length > 0 && first !== undefined) await commitOthers(first, others);
  } finally {
    for (const branch of branches) branch.finish();
  }
  const writers = first === undefined ? [] : [first, ...others];
  return { writers: writers.length, shards: writers.map((branch) => branch.shardId) };
}

async function commitReader(branch: Branch): Promise<void> {
  await branch.run('COMMIT').catch(() => branch.markBroken());
}

async function commitFirst(first: Branch, others: readonly Branch[]): Promise<void> {
  try {
    await first.run('COMMIT');
  } catch (error) {
    first.markBroken();
    await Promise.all(others.map(rollbackBranch));
    throw first.connection.alive ? error : outcomeUnknown(first);
  }
}

async function commitOthers(first: Branch, others: readonly Branch[]): Promise<void> {
  const failed: Branch[] = [];
  const commitOne = async (branch: Branch): Promise<void> => {
    await branch.run('COMMIT').catch(() => {
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

function outcomeUnknown(branch: Branch): SqlError {
  return shardgateError('SG5004', { shard: branch.shardId });
}

async function rollbackBranch(branch: Branch): Promise<void> {
  if (branch.broken) return;
  await branch.run('ROLLBACK').catch(() => branch.markBroken());
}

/** Rolls back everywhere, in parallel; a branch that cannot is closed. */
export async function rollbackBranches(branches: readonly Branch[]): Promise<void> {
  await Promise.all(branches.map(rollbackBranch));
  for (const branch of branches) branch.finish();
}
