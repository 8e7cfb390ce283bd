// The right to one connection of a shard: what generic-pool counts. The connection in it may be absent or replaced.
import { SqlError } from '../../errors/sql-error.ts';
import type { SocketConnection } from '../connection/connection.ts';
import type { Shelved } from './idle-shelf.ts';

/** Opens a connection with these handshake flags; rejects with SqlError only. */
export type Connector = (flags: number) => Promise<SocketConnection>;

/** Never rejects: a failure to connect is a value, so that generic-pool's endless retries stay out of the way. */
export class Slot implements Shelved {
  shelvedAtTick = 0;
  connection: SocketConnection | null = null;
  failure: SqlError | null = null;
  /** Monotonic time when it was last known to be as it says: opened, or failed to open. */
  checkedAtMs = 0;
  /** Monotonic time when it last began to connect. */
  begunAtMs = 0;
  leased = false;
  flags: number;

  constructor(flags: number) {
    this.flags = flags;
  }

  get usable(): boolean {
    return this.connection?.alive === true && !this.connection.retired;
  }

  /** Connects, closing what was there before. */
  async open(connector: Connector, flags: number): Promise<void> {
    this.close();
    this.flags = flags;
    this.failure = null;
    this.begunAtMs = performance.now();
    try {
      this.connection = await connector(flags);
    } catch (error) {
      this.failure = asSqlError(error);
    }
    this.checkedAtMs = performance.now();
  }

  close(): void {
    this.connection?.quit();
    this.connection = null;
  }
}

function asSqlError(error: unknown): SqlError {
  // Connectors reject with nothing else; anything else is a bug of ours and must be seen as one.
  if (error instanceof SqlError) return error;
  throw error;
}
