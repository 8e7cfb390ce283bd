// Ends statements that run too long and transactions whose clients let them wait: one sweep over the sessions instead of a timer per statement.
import { shardgateError } from '../errors/catalog.ts';
import { SqlError } from '../errors/sql-error.ts';
import type { SessionRegistry } from '../session/registry.ts';

const sweepMs = 100;

export function startTimeouts(registry: SessionRegistry, queryTimeoutMs: number): { stop(): void } {
  const timer = setInterval(() => {
    const now = performance.now();
    for (const session of registry.all()) {
      if (session.transactionExpired(now)) session.disconnect(shardgateError('SG5026'));
      const limitMs = session.timeoutMs ?? queryTimeoutMs;
      if (limitMs > 0 && session.timeoutApplies && now - session.sinceMs > limitMs) {
        session.interrupt(
          new SqlError(
            3024,
            'HY000',
            'Query execution was interrupted, maximum statement execution time exceeded',
          ),
        );
      }
    }
  }, sweepMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
