// The one error type that may reach a client: MySQL's errno, SQLSTATE and text.

/**
 * An error as a MySQL client sees it. `message` is final text without placeholders.
 * `id` is the catalogue id (`SG2001`) for Shardgate's own errors, null for errors worded as MySQL words them
 * and for errors passed through from a backend.
 */
export class SqlError extends Error {
  readonly errno: number;
  readonly sqlState: string;
  readonly id: string | null;

  constructor(errno: number, sqlState: string, message: string, id: string | null = null) {
    super(message);
    this.name = 'SqlError';
    this.errno = errno;
    this.sqlState = sqlState;
    this.id = id;
  }
}
