// Stopping what runs on a connection, so that neither the server nor the next user of the connection suffers.
import type { BackendConnection } from '../backend/contract.ts';
import { SqlError } from '../errors/sql-error.ts';
import type { Execution, ScopedLease } from './contract.ts';
import type { RowStream } from './merge/row-stream.ts';

/** What is left of a result is read to its end when that is quick; else the server is told to stop. */
const drainBytesMax = 1 << 20;
const killedWithinMs = 1000;

/** ER_QUERY_INTERRUPTED: how a killed statement answers. */
export const interruptedErrno = 1317;

/** The error a cancelled statement ends with. */
export function cancelReason(signal: AbortSignal): SqlError {
  const reason: unknown = signal.reason;
  return reason instanceof SqlError
    ? reason
    : new SqlError(interruptedErrno, '70100', 'Query execution was interrupted');
}

/** Throws the reason when the statement was cancelled. */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw cancelReason(signal);
}

/** The promise, or the cancel reason as soon as the statement is cancelled. */
export async function untilCancelled<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  throwIfCancelled(signal);
  let onAbort = () => {};
  const cancelled = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(cancelReason(signal));
    signal.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([promise, cancelled]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Resolves after `ms`, or as soon as `event` settles; never rejects. */
export function settledWithin(event: Promise<unknown>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    event.then(done, done);
  });
}

/** Tells the server to stop what runs on a connection; one that does not answer in time is closed. Never rejects. */
export async function killOrClose(execution: Execution, connection: BackendConnection): Promise<void> {
  await execution.gateway.killQuery(connection);
  if (connection.pending === 0) return;
  const timer = setTimeout(() => {
    if (connection.pending > 0) connection.destroy();
  }, killedWithinMs);
  timer.unref();
}

/**
 * Ends a stream nobody reads any more and gives its lease back. Within a transaction the connection must survive, so the
 * rest is read (after a KILL when the statement was cancelled). Outside, a long rest is killed and the connection closed:
 * a KILL that arrives late would hit its next user. Never rejects.
 */
export async function abandonStream(
  execution: Execution,
  lease: ScopedLease,
  stream: RowStream,
): Promise<void> {
  if (!stream.ended) {
    const { inTransaction } = execution.scope;
    const drained = stream.drain();
    if (inTransaction && !execution.signal.aborted) {
      await drained;
    } else {
      await settledWithin(drained, stream.bytesTotal < drainBytesMax && !execution.signal.aborted ? 20 : 0);
      if (!stream.ended) return killStream(execution, lease, stream, drained);
    }
  }
  lease.done(!stream.answered, stream.warnings);
}

async function killStream(
  execution: Execution,
  lease: ScopedLease,
  stream: RowStream,
  drained: Promise<void>,
): Promise<void> {
  const killed = execution.gateway.killQuery(stream.connection);
  await settledWithin(Promise.all([killed, drained]), killedWithinMs);
  // Interrupted: the KILL has done its work and cannot hit anything else.
  const known = stream.ended && stream.error?.errno === interruptedErrno;
  lease.done(!(known && execution.scope.inTransaction));
}
