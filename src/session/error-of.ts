// Anything thrown, as an error a client may see.
import { shardgateError } from '../errors/catalog.ts';
import { SqlError } from '../errors/sql-error.ts';

/** Bugs of ours must not look like the client's fault, nor leak their stack: SG5008, details in the log. */
export function toSqlError(error: unknown): SqlError {
  if (error instanceof SqlError) return error;
  if (error instanceof Error && error.cause instanceof SqlError) return error.cause;
  const detail = error instanceof Error ? error.message : String(error);
  return shardgateError('SG5008', { detail });
}

/** The same, and faults of ours are told: only the log has their stack. */
export function reportedError(error: unknown, observer: { fault(error: unknown): void }): SqlError {
  const shown = toSqlError(error);
  if (shown.id === 'SG5008' && shown !== error) observer.fault(error);
  return shown;
}
