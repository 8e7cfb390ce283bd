// A read whose connection broke before the client saw a byte runs once more: servers restart, pooled connections go stale.
import { SqlError } from '../errors/sql-error.ts';
import type { Execution } from './contract.ts';

/** What a run tells of its progress. */
export interface Attempt {
  /** Set when something goes out to the client: from then on nothing may be repeated. */
  answering: boolean;
}

/** Id of "lost connection" in the catalogue. */
const lostId = 'SG4004';

/** Only reads without locks outside transactions are repeated, once, and only after a lost connection. */
export async function withRetry(
  execution: Execution,
  run: (attempt: Attempt) => Promise<void>,
): Promise<void> {
  const first: Attempt = { answering: false };
  try {
    await run(first);
  } catch (error) {
    if (first.answering || !mayRepeat(execution, error)) throw error;
    await run({ answering: false });
  }
}

function mayRepeat({ plan, scope, signal }: Execution, error: unknown): boolean {
  const lost = error instanceof SqlError && error.id === lostId;
  return lost && plan.readOnly && !plan.locks && !scope.inTransaction && !signal.aborted;
}
