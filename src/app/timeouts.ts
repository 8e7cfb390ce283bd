// Ends statements that run too long: one sweep over the sessions instead of a timer per statement.
import { SqlError } from '../errors/sql-error.ts';
import type { SessionRegistry } from '../session/registry.ts';

const sweepMs = 100;

export function startTimeouts(registry: SessionRegistry, queryTimeoutMs: number): { stop(): void } {
  if (queryTimeoutMs === 0) return { stop() {} };
  const timer = setInterval(() => {
    const now = performance.now();
    for (const session of registry.all()) {
      if (session.timeoutApplies && now - session.sinceMs > queryTimeoutMs) {
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
